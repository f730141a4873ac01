using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>A work unit that is watched as one machine: it ages, breaks down and is repaired as a whole.</summary>
internal abstract class Station : Machine
{
    /// <summary>As scripts and nodes call it, e.g. <c>Oven1</c>.</summary>
    public required string Name { get; set; }
    public uint Produced { get; set; }
    /// <summary>Power drawn now, kW.</summary>
    public double Power { get; set; }
    /// <summary>Set-up that has to be done, held, before it goes on: a die or colour change. 0 when there is none.</summary>
    public double SetupSeconds { get; set; }

    /// <summary>Plant time from which the set-up can be done at the earliest, microseconds since 1970.</summary>
    public long SetupFrom { get; set; }
    /// <summary>What it works with is worn: it waits, held, until the crib has given it another set.</summary>
    public bool ToolDue { get; set; }
    /// <summary>The new set is being fitted.</summary>
    public bool Fitting { get; set; }
    /// <summary>Items made with the set that is fitted.</summary>
    public int ItemsOfTool { get; set; }

    protected bool NeedsSetup => SetupSeconds > 0 || ToolDue;

    protected abstract UnitParameters Parameters(PhysicsParameters physics);

    protected sealed override (double Hours, double Shape) Life(PhysicsParameters physics) => (Parameters(physics).LifeHours, Parameters(physics).LifeShape);

    /// <summary>A station of mixed age, as it stands when its plant is built.</summary>
    public void Install(PhysicsParameters physics)
    {
        BeginNewLife(physics);
        AgeSeconds = LifeSeconds * Fate.Uniform();
    }

    /// <summary>Steps towards the goal, unless it is down: then through its repair.</summary>
    /// <returns>Whether it runs.</returns>
    protected bool Control(UnitState goal, Plan plan, PhysicsParameters physics, long now)
    {
        var wanted = goal is UnitState.Idle or UnitState.Stopped ? goal : UnitState.Execute;
        if (SetupSeconds > 0 && !ToolDue && State == UnitState.Held && (now - Math.Max(Since, SetupFrom)) / 1e6 >= SetupSeconds)
            SetupSeconds = 0;
        Mend(wanted, physics, now);
        Step(RepairSeconds > 0 ? UnitState.Aborted : Down ? wanted : goal, Fault, plan == Plan.Handover, now);
        return State == UnitState.Execute;
    }

    /// <summary>Fetches a new set when one is due, and hands the worn one in when that is fitted.</summary>
    /// <param name="missing">Fault code while there is none.</param>
    protected void ChangeTool(ToolStock tools, double seconds, int missing, long now)
    {
        if (Fitting && SetupSeconds == 0)
        {
            Fitting = false;
            tools.Return();
        }
        if (ToolDue && tools.TryIssue())
            (ToolDue, Fitting, ItemsOfTool, SetupSeconds, SetupFrom) = (false, true, 0, SetupSeconds + seconds, now);
        MissingTool = ToolDue ? missing : 0;
    }

    protected void Draw(bool working, double seconds, PhysicsParameters physics)
    {
        var unit = Parameters(physics);
        if (working)
            Age(seconds, physics);
        Power = Kilowatts(working, unit.KilowattsAtWork, unit.KilowattsReady, unit.KilowattsStopped);
        Energy += Power * seconds / 3600;
    }

    protected double Noisy(double level, double share) => Math.Max(0, level * (1 + share * Noise.Normal()));
}
