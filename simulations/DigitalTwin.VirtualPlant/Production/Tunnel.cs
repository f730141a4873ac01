using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <param name="At">What the conveyor had run when the body went in, seconds.</param>
internal readonly record struct Passage(Body Body, double At);

/// <summary>
/// A bath or an oven with a conveyor through it. The conveyor runs for all bodies or for none: when the first one cannot leave, all wait, in the heat.
/// It runs on through breaks, because a body must not lie in it for longer than it has to.
/// </summary>
internal abstract class Tunnel : Station
{
    /// <summary>The one nearest to the exit first.</summary>
    public List<Passage> Inside { get; set; } = [];
    /// <summary>How long the conveyor has run since the plant was built, seconds.</summary>
    public double Run { get; set; }
    /// <summary>Of the bath or of the air.</summary>
    public double Celsius { get; set; }
    /// <summary>Setpoint, °C.</summary>
    public double CelsiusSetpoint { get; set; }
    public bool Working { get; set; }

    protected abstract TunnelParameters Recipe(PhysicsParameters physics);
    protected sealed override UnitParameters Parameters(PhysicsParameters physics) => Recipe(physics);
    protected virtual Body Finish(Body body, PhysicsParameters physics) => body;

    /// <summary>What the heating reaches, °C.</summary>
    protected virtual double Reach(PhysicsParameters physics) => CelsiusSetpoint;

    /// <param name="room">Whether a body may leave.</param>
    /// <returns>The body that left.</returns>
    public Body? Scan(Plan plan, List<Body> queue, bool room, double seconds, PhysicsParameters physics, long now)
    {
        var recipe = Recipe(physics);
        var ready = Inside.Count > 0 && Run - Inside[0].At >= recipe.PassSeconds;
        var blocked = ready && !room;
        var empty = Inside.Count == 0 && queue.Count == 0;
        var goal = plan == Plan.Handover && Inside.Count == 0 ? UnitState.Stopped : blocked || empty ? UnitState.Suspended : UnitState.Execute;
        Working = Control(goal, plan, physics, now) && !blocked;
        Celsius = Approach(Celsius, Heated ? Reach(physics) : physics.Line.AmbientCelsius, seconds, recipe.HeatSeconds);
        Body? left = null;
        if (Working)
        {
            if (ready)
            {
                left = Finish(Inside[0].Body, physics);
                Inside.RemoveAt(0);
                Produced++;
            }
            Run += seconds;
            if (plan == Plan.Work && queue.Count > 0 && (Inside.Count == 0 || Run - Inside[^1].At >= recipe.PassSeconds / recipe.Places))
            {
                Inside.Add(new Passage(queue[0], Run));
                queue.RemoveAt(0);
            }
        }
        Draw(Working, seconds, physics);
        return left;
    }

    private bool Heated => State is not (UnitState.Aborted or UnitState.Clearing);

    /// <summary>Fills it with bodies a place apart from its exit on.</summary>
    public void Fill(IEnumerable<Body> bodies, PhysicsParameters physics)
    {
        var recipe = Recipe(physics);
        var place = recipe.PassSeconds / recipe.Places;
        Run = recipe.PassSeconds;
        foreach (var body in bodies)
            Inside.Add(new Passage(body, Inside.Count * place));
    }

    public double MeasureCelsius() => Math.Clamp(Celsius + 0.25 * Noise.Normal(), 0, 300);

    /// <summary>Of the pump or the fan, mm/s.</summary>
    public double MeasureVibration() => Math.Clamp(Noisy(Heated ? 1.4 * (1 + 2 * Wear * Wear * Wear) : 0.1, 0.06), 0, 25);

    /// <summary>Of the conveyor's motor, A.</summary>
    public double MeasureCurrent() => Math.Clamp(Noisy(Working ? 7 + 0.25 * Inside.Count + 2 * Wear * Wear : 0.4, 0.03), 0, 40);
}

/// <summary>Degreases and phosphates.</summary>
internal sealed class Pretreatment : Tunnel
{
    protected override TunnelParameters Recipe(PhysicsParameters physics) => physics.Paint.Pretreatment;
    public override string WeakPart => "bearing";
    protected override ReadOnlySpan<int> Faults => [5101, 5104];   // spray pressure, conveyor jam
}

/// <summary>The cathodic dip coat.</summary>
internal sealed class Ecoat : Tunnel
{
    protected override TunnelParameters Recipe(PhysicsParameters physics) => physics.Paint.Ecoat;
    public override string WeakPart => "bearing";
    protected override ReadOnlySpan<int> Faults => [5201, 5204];   // rectifier, conveyor jam

    public double MeasureVolt() => Math.Clamp(Working ? 310 + 2 * Noise.Normal() : 0, 0, 400);
}

/// <summary>Cures the top coat: too cold and it stays soft, too hot and it turns yellow.</summary>
internal sealed class Oven : Tunnel
{
    protected override TunnelParameters Recipe(PhysicsParameters physics) => physics.Paint.Oven;
    public override string WeakPart => "bearing";
    protected override ReadOnlySpan<int> Faults => [5401, 5402, 5404];   // burner, fan, conveyor jam

    /// <summary>Soot on the heat exchanger: 0 clean; the burner makes up for it until it runs at full output, and from there on the oven gets colder.</summary>
    public double Fouling { get; set; }

    /// <summary>Percent.</summary>
    private double Demand => (CelsiusSetpoint - 20) / 130 * 55 * (1 + Fouling);

    protected override double Reach(PhysicsParameters physics)
    {
        if (State == UnitState.Execute)
            Fouling += Site.ScanMicros / 1e6 / 3600 / physics.Paint.Oven.FoulingHours;
        return Demand <= 100 ? CelsiusSetpoint : 20 + (CelsiusSetpoint - 20) * 100 / Demand;
    }

    /// <summary>Output of the burner, percent.</summary>
    public double MeasureBurner() => Math.Clamp(Math.Min(100, Demand) + 0.4 * Noise.Normal(), 0, 100);

    public override void BeginNewLife(PhysicsParameters physics)
    {
        base.BeginNewLife(physics);
        Fouling = 0;   // whoever repairs it cleans it
    }

    protected override Body Finish(Body body, PhysicsParameters physics) =>
        Math.Abs(Celsius - physics.Paint.Oven.Celsius) > physics.Paint.Oven.ToleranceCelsius ? body with { PaintFault = true, Uncured = true } : body;
}
