using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>A robot, weld gun or fixture: it ages while it works, breaks down when its life is over, and is as new after a repair.</summary>
internal abstract class Machine : Unit
{
    public required Generator Fate { get; set; }
    public required Generator Noise { get; set; }
    /// <summary>Seconds of work since the last repair; hard work counts more.</summary>
    public double AgeSeconds { get; set; }
    /// <summary>Age at which it breaks down. Known to nobody but the plant.</summary>
    public double LifeSeconds { get; set; }
    /// <summary>From the breakdown until it runs again (or rests, when nobody works).</summary>
    public bool Down { get; set; }
    /// <summary>Code of the breakdown while it is down.</summary>
    public int Fault { get; set; }
    /// <summary>How long the repair takes; 0 once it is repaired.</summary>
    public double RepairSeconds { get; set; }

    /// <summary>This life ends without a sign: a cable, a fuse, a valve. What its sensors show is that of a new machine to the last second.</summary>
    public bool Sudden { get; set; }

    /// <summary>As its sensors can feel it: 0 as new, 1 about to break down.</summary>
    public double Wear => Sudden ? 0 : Math.Min(1, AgeSeconds / LifeSeconds);

    /// <summary>What wears out in it.</summary>
    public abstract string WeakPart { get; }

    protected abstract (double Hours, double Shape) Life(PhysicsParameters physics);
    protected abstract ReadOnlySpan<int> Faults { get; }

    public virtual void BeginNewLife(PhysicsParameters physics)
    {
        var (hours, shape) = Life(physics);
        AgeSeconds = 0;
        LifeSeconds = Math.Max(600, Fate.Weibull(hours * 3600, shape));
        if (physics.Layout == PhysicsParameters.WholePlant)
            Sudden = Fate.Uniform() < physics.Trouble.SuddenShare;
    }

    public void BreakDown(double repairSeconds)
    {
        Down = true;
        Fault = Faults[(int)(Fate.Uniform() * Faults.Length)];
        RepairSeconds = repairSeconds;
    }

    /// <param name="load">1 for a second of ordinary work.</param>
    public void Age(double load, PhysicsParameters physics)
    {
        AgeSeconds += load;
        if (AgeSeconds < LifeSeconds)
            return;
        var luck = Fate.Uniform();
        BreakDown(physics.Repair.ShortestSeconds + (physics.Repair.LongestSeconds - physics.Repair.ShortestSeconds) * luck * luck);
    }

    /// <summary>Finishes a repair whose time is over, and brings the machine back into service once it rests where the plan wants it.</summary>
    public void Mend(UnitState wanted, PhysicsParameters physics, long now)
    {
        if (!Down)
            return;
        if (RepairSeconds > 0 && State == UnitState.Aborted && SecondsInState(now) >= RepairSeconds)
        {
            RepairSeconds = 0;
            BeginNewLife(physics);
        }
        if (RepairSeconds == 0 && (State == UnitState.Execute || State == wanted))
            (Down, Fault) = (false, 0);
    }

    /// <summary>Draws in a machine that has all the time of the world to reach <paramref name="target"/>, quickly at first.</summary>
    protected static double Approach(double value, double target, double seconds, double timeConstant) =>
        value + (target - value) * Math.Min(1, seconds / timeConstant);

    protected double Kilowatts(bool working, double atWork, double ready, double stopped) =>
        working ? atWork : State is UnitState.Stopped or UnitState.Aborted or UnitState.Idle or UnitState.Complete ? stopped : ready;
}
