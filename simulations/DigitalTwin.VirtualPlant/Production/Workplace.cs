using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>A station that works on one body at a time: takes it from the queue in front of it, and keeps it until there is room behind.</summary>
internal abstract class Workplace : Station
{
    public required Generator Cycles { get; set; }
    public Body? Body { get; set; }
    /// <summary>0 when the body comes in, 1 when it is done.</summary>
    public double Progress { get; set; }
    public double CycleSeconds { get; set; }
    public double LastCycleSeconds { get; set; }
    /// <summary>It worked on its body during the last scan.</summary>
    public bool Working { get; set; }

    public bool Done => Body is not null && Progress >= 1;
    private bool MidCycle => Body is not null && Progress < 1;

    /// <summary>Without the people it takes it waits, also in the middle of its work.</summary>
    protected virtual bool Attended => true;

    protected abstract double CycleOf(Body body, PhysicsParameters physics);

    /// <returns>Index in the queue of the body to take next; -1: none of them.</returns>
    protected virtual int Choose(List<Body> queue, PhysicsParameters physics) => queue.Count > 0 ? 0 : -1;

    /// <summary>Sets up for the body that has come in.</summary>
    protected virtual void Begin(Body body, PhysicsParameters physics) { }

    /// <returns>The body as the work leaves it.</returns>
    protected virtual Body Finish(Body body, PhysicsParameters physics) => body;

    /// <summary>One scan of the station's control and physics.</summary>
    /// <param name="room">Whether the body that is done may leave.</param>
    /// <returns>The body that left.</returns>
    public Body? Scan(Plan plan, List<Body> queue, bool room, double seconds, PhysicsParameters physics, long now)
    {
        var running = Control(Goal(plan, queue, room, physics), plan, physics, now);
        Working = running && MidCycle;
        if (Working && (Progress += seconds / CycleSeconds) >= 1)
        {
            (Produced, LastCycleSeconds) = (Produced + 1, CycleSeconds);
            Body = Finish(Body!.Value, physics);
        }
        var left = running && Done && room ? Body : null;
        if (left is not null)
            Body = null;
        if (running && Body is null && plan == Plan.Work && Choose(queue, physics) is var next and >= 0)
            Take(queue, next, physics);
        Draw(Working, seconds, physics);
        return left;
    }

    private UnitState Goal(Plan plan, List<Body> queue, bool room, PhysicsParameters physics) =>
        plan == Plan.Handover ? UnitState.Stopped
        : plan == Plan.Break && !MidCycle ? UnitState.Idle
        : NeedsSetup ? UnitState.Held
        : !Attended || Body is null && Choose(queue, physics) < 0 || Done && !room ? UnitState.Suspended
        : UnitState.Execute;

    private void Take(List<Body> queue, int index, PhysicsParameters physics)
    {
        var body = queue[index];
        queue.RemoveAt(index);
        (Body, Progress, CycleSeconds) = (body, 0, CycleOf(body, physics));
        Begin(body, physics);
    }
}
