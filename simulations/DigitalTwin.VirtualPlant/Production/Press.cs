using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>Panels of one kind, waiting for the body shop.</summary>
internal sealed class Rack
{
    public required string Part { get; set; }
    public int Count { get; set; }
}

/// <summary>Makes the panels of two dies in turn, a batch of each, into a rack for each.</summary>
internal sealed class Press : Station
{
    /// <summary>Fault code.</summary>
    private const int NoInserts = 4190;

    public required Generator Strokes { get; set; }
    public required List<Rack> Racks { get; set; }
    /// <summary>Index of the rack that the die in the press fills.</summary>
    public int Die { get; set; }
    /// <summary>Of the stroke in work, 0 to 1.</summary>
    public double Progress { get; set; }
    public uint Good { get; set; }
    public uint Scrap { get; set; }
    public double Force { get; set; }
    public double OilCelsius { get; set; }
    public bool Working { get; set; }

    protected override UnitParameters Parameters(PhysicsParameters physics) => physics.Press;
    public override string WeakPart => "bearing";
    protected override ReadOnlySpan<int> Faults => [4101, 4103, 4107];   // overload, die not clamped, oil pressure

    public void Scan(Plan plan, ToolStock inserts, double seconds, PhysicsParameters physics, long now)
    {
        var full = Racks[Die].Count >= physics.Press.RackCapacity;
        var other = 1 - Die;
        if (full && !NeedsSetup && Racks[other].Count <= physics.Press.RackCapacity / 2)
            (Die, SetupSeconds, full, ToolDue) = (other, physics.Press.DieChangeSeconds, false, ItemsOfTool >= physics.Press.StrokesOfInserts);
        ChangeTool(inserts, physics.Press.InsertChangeSeconds, NoInserts, now);
        var goal = plan == Plan.Handover ? UnitState.Stopped
            : plan == Plan.Break ? UnitState.Idle
            : NeedsSetup ? UnitState.Held
            : full ? UnitState.Suspended
            : UnitState.Execute;
        Working = Control(goal, plan, physics, now) && !NeedsSetup && !full;
        if (Working && (Progress += seconds / physics.Press.StrokeSeconds) >= 1)
            Strike(physics.Press);
        OilCelsius = Approach(OilCelsius, physics.Line.AmbientCelsius + (Working ? 26 * (1 + 0.4 * Wear * Wear) : 4), seconds, 1200);
        Draw(Working, seconds, physics);
    }

    private void Strike(PressParameters press)
    {
        (Progress, Produced, ItemsOfTool) = (0, Produced + 1, ItemsOfTool + 1);
        Force = press.Kilonewton * (1 - 0.06 * Die) * (1 + 0.01 * Strokes.Normal());
        if (Strokes.Uniform() < press.BadShare)
            Scrap++;
        else
            (Good, Racks[Die].Count) = (Good + 1, Racks[Die].Count + 1);
    }

    /// <summary>Vibration velocity (RMS), mm/s: as it is, and of a new press at the same work.</summary>
    public double Shake => Working ? ShakeOfNew * (1 + 1.8 * Wear * Wear * Wear) : ShakeOfNew;
    public double ShakeOfNew => Working ? 3.2 : 0.3;

    public double MeasureVibration() => Math.Clamp(Noisy(Shake, 0.06), 0, 25);

    public double MeasureOil() => Math.Clamp(OilCelsius + 0.3 * Noise.Normal(), 0, 120);
}
