using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>One lane of the store: what goes in first comes out first, and while its conveyor is down nothing moves.</summary>
internal sealed class Lane : Station
{
    public List<Body> Bodies { get; set; } = [];

    public bool Moves => State == UnitState.Execute;

    protected override UnitParameters Parameters(PhysicsParameters physics) => physics.Store;
    public override string WeakPart => "bearing";
    protected override ReadOnlySpan<int> Faults => [6101, 6102];   // drive, light barrier

    public void Scan(Plan plan, double seconds, PhysicsParameters physics, long now)
    {
        var running = Control(plan == Plan.Handover ? UnitState.Stopped : UnitState.Execute, plan, physics, now);
        Draw(running && Bodies.Count > 0, seconds, physics);
    }
}

/// <summary>Painted bodies between the paint shop, which likes long runs of a colour, and assembly, which likes a mix of models.</summary>
internal sealed class BodyStore
{
    public required List<Lane> Lanes { get; set; }
    /// <summary>Model of the body that was taken last.</summary>
    public int LastModel { get; set; } = -1;

    public IEnumerable<Body> Bodies => Lanes.SelectMany(lane => lane.Bodies);

    public static BodyStore Build(long seed, long time, PhysicsParameters physics)
    {
        var lanes = Enumerable.Range(1, physics.Store.Lanes).Select(number => new Lane
        {
            Name = $"Lane{number}", Since = time, Fate = Generator.For(seed, $"Lane{number}/life"), Noise = Generator.For(seed, $"Lane{number}/noise"),
        }).ToList();
        foreach (var lane in lanes)
            lane.Install(physics);
        return new BodyStore { Lanes = lanes };
    }

    public void Fill(Func<Body> next, PhysicsParameters physics)
    {
        for (var place = 0; place < Math.Min(physics.Store.BodiesPerLaneAtStart, physics.Store.PlacesPerLane); place++)
            foreach (var lane in Lanes)
                lane.Bodies.Add(next());
    }

    public void Scan(Plan plan, double seconds, PhysicsParameters physics, long now)
    {
        foreach (var lane in Lanes)
            lane.Scan(plan, seconds, physics, now);
    }

    /// <returns>The lane that takes the body: one that ends with its model, else the emptiest; null while there is none.</returns>
    public Lane? LaneFor(Body body, PhysicsParameters physics)
    {
        Lane? best = null;
        foreach (var lane in Lanes)
            if (lane.Moves && lane.Bodies.Count < physics.Store.PlacesPerLane && (best is null || Score(lane) < Score(best)))
                best = lane;
        return best;

        int Score(Lane lane) => lane.Bodies.Count + (lane.Bodies.Count > 0 && lane.Bodies[^1].Model == body.Model ? -1000 : 0);
    }

    /// <summary>Of the bodies at the heads of the lanes, the oldest whose model is another than the last one's; where there is none, the oldest.</summary>
    public Body? TryTake()
    {
        Lane? best = null;
        foreach (var lane in Lanes)
            if (lane.Moves && lane.Bodies.Count > 0 && (best is null || Score(lane.Bodies[0]) < Score(best.Bodies[0])))
                best = lane;
        if (best is null)
            return null;
        var body = best.Bodies[0];
        best.Bodies.RemoveAt(0);
        best.Produced++;
        LastModel = body.Model;
        return body;

        long Score(Body body) => body.Number + (body.Model == LastModel ? int.MaxValue : 0L);
    }
}
