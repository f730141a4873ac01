using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>Sprays the top coat, colour after colour: between two colours its lines are purged, so it takes bodies of its own colour first.</summary>
internal sealed class Booth : Workplace
{
    /// <summary>How far along the queue a body can be pulled out of it.</summary>
    private const int Reach = 6;
    /// <summary>Fault code.</summary>
    private const int NoNozzles = 5390;

    public static readonly string[] Colours = ["White", "Black", "Silver", "Blue", "Red"];

    public int Colour { get; set; }
    public uint ColourChanges { get; set; }
    public double Film { get; set; }

    protected override UnitParameters Parameters(PhysicsParameters physics) => physics.Paint.Booth;
    public override string WeakPart => "leak";
    protected override ReadOnlySpan<int> Faults => [5301, 5303, 5309];   // atomiser, air balance, robot collision

    protected override int Choose(List<Body> queue, PhysicsParameters physics)
    {
        for (var index = 0; index < Math.Min(queue.Count, Reach); index++)
            if (queue[index].Colour == Colour)
                return index;
        return queue.Count > 0 ? 0 : -1;
    }

    public Body? Scan(Plan plan, List<Body> queue, bool room, ToolStock nozzles, double seconds, PhysicsParameters physics, long now)
    {
        ChangeTool(nozzles, physics.Paint.Booth.NozzleChangeSeconds, NoNozzles, now);
        return Scan(plan, queue, room, seconds, physics, now);
    }

    protected override double CycleOf(Body body, PhysicsParameters physics) => physics.Paint.Booth.CycleSeconds * Math.Exp(0.02 * Cycles.Normal());

    protected override void Begin(Body body, PhysicsParameters physics)
    {
        if (body.Colour == Colour)
            return;
        (Colour, ColourChanges, SetupSeconds) = (body.Colour, ColourChanges + 1, SetupSeconds + physics.Paint.Booth.ColourChangeSeconds);
    }

    protected override Body Finish(Body body, PhysicsParameters physics)
    {
        ToolDue = ++ItemsOfTool >= physics.Paint.Booth.BodiesOfNozzles;
        Film = 42 + 1.2 * Cycles.Normal() - 3 * Wear * Wear;
        return body with { PaintFault = Cycles.Uniform() < physics.Paint.Booth.BadShare * (1 + Wear) };
    }

    public double MeasureAir() => Math.Clamp(0.45 + 0.01 * Noise.Normal(), 0, 2);
    public double MeasureHumidity() => Math.Clamp(65 + 0.8 * Noise.Normal(), 0, 100);
    public double MeasureCelsius() => Math.Clamp(23 + 0.15 * Noise.Normal(), 0, 60);
    public double MeasurePaintPressure() => Math.Clamp(Working ? 8.5 - 0.8 * Wear * Wear + 0.08 * Noise.Normal() : 8, 0, 16);
}

/// <summary>Cameras look over each body: a clean one goes on to the store, the others to rework.</summary>
internal sealed class PaintInspection : Workplace
{
    public uint Good { get; set; }
    public uint Bad { get; set; }
    /// <summary>Of the last body; as <see cref="Production.Picture"/> reads it.</summary>
    public string Picture { get; set; } = "";

    protected override UnitParameters Parameters(PhysicsParameters physics) => physics.Paint.Inspection;
    public override string WeakPart => "lamp";
    protected override ReadOnlySpan<int> Faults => [5501];   // camera

    protected override double CycleOf(Body body, PhysicsParameters physics) => physics.Paint.Inspection.CycleSeconds;

    protected override Body Finish(Body body, PhysicsParameters physics)
    {
        Picture = Production.Picture.Of(body).Text;
        if (body.PaintFault)
            Bad++;
        else
            Good++;
        return body;
    }
}

/// <summary>Sands a bad top coat off; the body is painted again.</summary>
internal sealed class PaintRework : Workplace
{
    protected override UnitParameters Parameters(PhysicsParameters physics) => physics.Paint.Inspection;
    public override string WeakPart => "filter";
    protected override ReadOnlySpan<int> Faults => [5601];   // extraction

    protected override double CycleOf(Body body, PhysicsParameters physics) => physics.Paint.Inspection.ReworkSeconds * Cycles.Between(0.6, 1.4);
    protected override Body Finish(Body body, PhysicsParameters physics) => body with { PaintFault = false, Uncured = false, Reworks = body.Reworks + 1 };
}
