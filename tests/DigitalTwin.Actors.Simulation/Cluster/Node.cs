using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Mailboxes;
using DigitalTwin.Actors.Simulation.Cells;
using DigitalTwin.Actors.Simulation.Runs;

namespace DigitalTwin.Actors.Simulation.Cluster;

/// <summary>
/// One life of a process: its engine, and the work that its threads would do, which the simulation does for it one piece at a time. Turns come in
/// any order, disk work in its own; while a disk call is under way only the turns go on.
/// </summary>
internal sealed class Node : Dispatcher
{
    private readonly List<IThreadPoolWorkItem> turns = [];
    private readonly Lane journal = new();
    private readonly Lane background = new();
    private readonly Dice dice;
    private readonly Continuations continuations;
    private readonly List<IThreadPoolWorkItem> clocks = [];
    private readonly Dictionary<EntityId, EntityRef<Cell, CellCommand, CellEvent>> refs = [];

    public Node(int slot, int life, Dice dice)
    {
        (Slot, Life, this.dice) = (slot, life, dice);
        continuations = new Continuations(this);
    }

    public int Slot { get; }

    public int Life { get; }

    public EntitySystem System { get; set; } = null!;

    public Entities<Cell, CellCommand, CellEvent> Cells { get; set; } = null!;

    /// <summary>Kept by those who tell, so that they meet entities that have left memory since.</summary>
    public EntityRef<Cell, CellCommand, CellEvent> Ref(EntityId id)
    {
        if (!refs.TryGetValue(id, out var known)) refs[id] = known = Cells.Ref(id);
        return known;
    }

    public NodeClock Clock { get; set; } = null!;

    public bool Alive { get; private set; } = true;

    /// <summary>SIGSTOP.</summary>
    public bool Paused { get; set; }

    /// <summary>An orderly end is under way.</summary>
    public bool Ending { get; set; }

    /// <summary>Orders that the engine has taken in and not called back.</summary>
    public int Unanswered { get; set; }

    /// <summary>Orders whose answer is awaited.</summary>
    public int Awaited { get; set; }

    /// <summary>Offset up to which the node's read model has come.</summary>
    public long Followed { get; set; }

    /// <summary>The journal is called, or will be.</summary>
    public bool DiskWaits => journal.Busy || journal.CanRun;

    public bool CanRun => Alive && !Paused && (turns.Count > 0 || journal.CanRun || background.CanRun);

    public override void Schedule(IThreadPoolWorkItem turn) => Run(turn);

    public override void ScheduleBlocking(IThreadPoolWorkItem work)
    {
        if (Alive) journal.Waiting.Enqueue(work);
    }

    public override void ScheduleBackground(IThreadPoolWorkItem work)
    {
        if (Alive) background.Waiting.Enqueue(work);
    }

    public override void ScheduleCommitted(IThreadPoolWorkItem turn, int committed)
    {
        if (Alive && dice.Below(2) == 0) turn.Execute();
        else Run(turn);
    }

    public void Run(IThreadPoolWorkItem work)
    {
        if (Alive) turns.Add(work);
    }

    /// <summary>As kill -9: what waits never runs, what comes later neither, nothing that it does is seen by anybody.</summary>
    public void Kill()
    {
        Alive = false;
        turns.Clear();
        journal.Waiting.Clear();
        background.Waiting.Clear();
    }

    public void RunOne()
    {
        var lanes = (journal.CanRun ? 1 : 0) + (background.CanRun ? 1 : 0);
        var chosen = dice.Below(turns.Count + lanes);
        if (chosen < turns.Count)
        {
            var turn = turns[chosen];
            turns[chosen] = turns[^1];
            turns.RemoveAt(turns.Count - 1);
            Within(turn);
            return;
        }

        var lane = chosen == turns.Count && journal.CanRun ? journal : background;
        lane.Busy = true;
        try
        {
            Within(lane.Waiting.Dequeue());
        }
        finally
        {
            lane.Busy = false;
        }
    }

    /// <summary>A clock of the node's end, which must ring also when it is killed in the midst of it.</summary>
    public void Remember(IThreadPoolWorkItem clock)
    {
        if (Ending) clocks.Add(clock);
    }

    public void RingAll()
    {
        foreach (var clock in clocks) clock.Execute();
        clocks.Clear();
    }

    /// <summary>On this node's thread, so to speak: what the work awaits goes on here too.</summary>
    public void Within(Action work) => Within(new Plain(work));

    private void Within(IThreadPoolWorkItem work)
    {
        var outside = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(continuations);
        try
        {
            work.Execute();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outside);
        }
    }

    /// <summary>A thread of its own: one after the other, in the order given.</summary>
    private sealed class Lane
    {
        public Queue<IThreadPoolWorkItem> Waiting { get; } = new();

        public bool Busy { get; set; }

        public bool CanRun => Waiting.Count > 0 && !Busy;
    }

    private sealed class Plain(Action work) : IThreadPoolWorkItem
    {
        public void Execute() => work();
    }

    /// <summary>Brings what goes on after an await back into the node's turns; without it the thread pool would choose the order.</summary>
    private sealed class Continuations(Node node) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) => node.Run(new Plain(() => d(state)));
    }
}

/// <summary>Thrown out of a disk call of a process that was killed in it; nothing that its engine makes of it leaves the node.</summary>
internal sealed class KilledException() : Exception("killed");
