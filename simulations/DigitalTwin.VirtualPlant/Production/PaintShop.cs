using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>
/// Pre-treatment, e-coat, two booths with an oven each, inspection, and a loop through rework. A loop in which every place is taken can never move
/// again, so e-coat lets a body in only while the loop holds fewer than fit in its rework yard: whatever inspection refuses has a place to go.
/// </summary>
internal sealed class PaintShop
{
    private const int BoothExitPlaces = 2, InspectionPlaces = 6;

    public required Pretreatment Pretreatment { get; set; }
    public required Ecoat Ecoat { get; set; }
    public required List<Booth> Booths { get; set; }
    public required List<Oven> Ovens { get; set; }
    public required PaintInspection Inspection { get; set; }
    public required PaintRework Rework { get; set; }
    /// <summary>Bodies from the body shop, between pre-treatment and e-coat, in front of the booths, behind each booth, in front of inspection, and in the rework yard.</summary>
    public List<Body> Entrance { get; set; } = [];
    public List<Body> Treated { get; set; } = [];
    public List<Body> Coated { get; set; } = [];
    public required List<List<Body>> Sprayed { get; set; }
    public List<Body> Cured { get; set; } = [];
    public List<Body> Yard { get; set; } = [];
    /// <summary>Bodies given up after too many reworks.</summary>
    public uint Scrap { get; set; }

    public IEnumerable<Station> Stations => [Pretreatment, Ecoat, .. Booths, .. Ovens, Inspection, Rework];

    public IEnumerable<Body> Bodies =>
    [
        .. Entrance, .. In(Pretreatment), .. Treated, .. In(Ecoat), .. Coated, .. Booths.SelectMany(booth => In(booth)), .. Sprayed.SelectMany(bodies => bodies), .. Ovens.SelectMany(oven => In(oven)),
        .. Cured, .. In(Inspection), .. Yard, .. In(Rework),
    ];

    /// <summary>Bodies in the loop; counted in each scan, so without a list of them.</summary>
    private int LoopCount
    {
        get
        {
            var count = Coated.Count + Cured.Count + Yard.Count + (Inspection.Body is null ? 0 : 1) + (Rework.Body is null ? 0 : 1);
            for (var lane = 0; lane < Booths.Count; lane++)
                count += (Booths[lane].Body is null ? 0 : 1) + Sprayed[lane].Count + Ovens[lane].Inside.Count;
            return count;
        }
    }

    private static IEnumerable<Body> In(Workplace place) => place.Body is { } body ? [body] : [];

    private static IEnumerable<Body> In(Tunnel tunnel) => tunnel.Inside.Select(passage => passage.Body);

    public static PaintShop Build(long seed, long time, PhysicsParameters physics)
    {
        Generator For(string purpose) => Generator.For(seed, purpose);
        var paint = physics.Paint;
        var shop = new PaintShop
        {
            Pretreatment = new() { Name = "Pretreatment", Since = time, Fate = For("Pretreatment/life"), Noise = For("Pretreatment/noise") },
            Ecoat = new() { Name = "Ecoat", Since = time, Fate = For("Ecoat/life"), Noise = For("Ecoat/noise") },
            Booths = [.. Enumerable.Range(1, 2).Select(number => new Booth
            {
                Name = $"Booth{number}", Since = time, Fate = For($"Booth{number}/life"), Noise = For($"Booth{number}/noise"), Cycles = For($"Booth{number}/cycles"), Colour = number - 1,
            })],
            Ovens = [.. Enumerable.Range(1, 2).Select(number => new Oven { Name = $"Oven{number}", Since = time, Fate = For($"Oven{number}/life"), Noise = For($"Oven{number}/noise") })],
            Inspection = new() { Name = "Inspection", Since = time, Fate = For("Inspection/life"), Noise = For("Inspection/noise"), Cycles = For("Inspection/cycles") },
            Rework = new() { Name = "Rework", Since = time, Fate = For("Rework/life"), Noise = For("Rework/noise"), Cycles = For("Rework/cycles") },
            Sprayed = [[], []],
        };
        foreach (var station in shop.Stations)
            station.Install(physics);
        Heat(shop.Pretreatment, paint.Pretreatment);
        Heat(shop.Ecoat, paint.Ecoat);
        foreach (var oven in shop.Ovens)
            Heat(oven, paint.Oven);
        return shop;

        void Heat(Tunnel tunnel, TunnelParameters recipe) =>
            (tunnel.Celsius, tunnel.CelsiusSetpoint) = (physics.Line.AmbientCelsius + recipe.WarmAtStart * (recipe.Celsius - physics.Line.AmbientCelsius), recipe.Celsius);
    }

    /// <summary>Half full, as the paint shop of a plant that has worked for a while.</summary>
    public void Fill(Func<Body> next, PhysicsParameters physics)
    {
        foreach (var oven in Ovens)
            oven.Fill(Some(physics.Paint.Oven.Places / 2), physics);
        Coated.AddRange(Some(Math.Min(4, physics.Paint.BufferCapacity)));
        Ecoat.Fill(Some(physics.Paint.Ecoat.Places / 2), physics);
        Pretreatment.Fill(Some(physics.Paint.Pretreatment.Places / 2), physics);

        IEnumerable<Body> Some(int count) => [.. Enumerable.Range(0, count).Select(_ => next())];
    }

    /// <param name="room">Whether the store takes this body.</param>
    /// <returns>The body that went to the store.</returns>
    public Body? Scan(Plan plan, Func<Body, bool> room, ToolStock nozzles, double seconds, PhysicsParameters physics, long now)
    {
        var paint = physics.Paint;
        if (Rework.Scan(plan, Yard, Coated.Count < paint.BufferCapacity, seconds, physics, now) is { } reworked)
            Coated.Add(reworked);
        var left = Inspect(plan, room, seconds, physics, now);
        for (var lane = 0; lane < Booths.Count; lane++)
        {
            if (Ovens[lane].Scan(plan, Sprayed[lane], Cured.Count < InspectionPlaces, seconds, physics, now) is { } cured)
                Cured.Add(cured);
            if (Booths[lane].Scan(plan, Coated, Sprayed[lane].Count < BoothExitPlaces, nozzles, seconds, physics, now) is { } sprayed)
                Sprayed[lane].Add(sprayed);
        }
        var admitted = Coated.Count < paint.BufferCapacity && LoopCount < paint.LoopCapacity;
        if (Ecoat.Scan(plan, Treated, admitted, seconds, physics, now) is { } coated)
            Coated.Add(coated);
        if (Pretreatment.Scan(plan, Entrance, Treated.Count == 0, seconds, physics, now) is { } treated)
            Treated.Add(treated);
        return left;
    }

    private Body? Inspect(Plan plan, Func<Body, bool> room, double seconds, PhysicsParameters physics, long now)
    {
        var leaves = Inspection.Body is not { } waiting || waiting.PaintFault || room(waiting);
        if (Inspection.Scan(plan, Cured, leaves, seconds, physics, now) is not { } seen)
            return null;
        if (!seen.PaintFault)
            return seen;
        if (seen.Reworks >= physics.Paint.Inspection.MostReworks)
            Scrap++;
        else
            Yard.Add(seen);
        return null;
    }
}
