using DigitalTwin.Actors.Mailboxes;

namespace DigitalTwin.Actors.TestKit;

/// <summary>Runs turns and journal commits one at a time on the thread of the test, in an order that the seed decides.</summary>
public sealed class SeededDispatcher(int seed) : Dispatcher
{
    /// <summary>Beyond this many steps without rest, two entities keep each other busy for ever.</summary>
    private const int EndlessAfter = 1_000_000;

    private readonly Random random = new(seed);
    private readonly Lock gate = new();
    private readonly List<IThreadPoolWorkItem> ready = [];
    private bool killed;

    public int Steps { get; private set; }

    public override void Schedule(IThreadPoolWorkItem turn) => Add(turn);

    public override void ScheduleBlocking(IThreadPoolWorkItem work) => Add(work);

    public override void ScheduleBackground(IThreadPoolWorkItem work) => Add(work);

    /// <summary>Runs one turn or commit; false when all rest.</summary>
    public bool Step()
    {
        IThreadPoolWorkItem next;
        lock (gate)
        {
            if (ready.Count == 0) return false;
            var chosen = random.Next(ready.Count);
            next = ready[chosen];
            ready.RemoveAt(chosen);
        }

        Steps++;
        next.Execute();
        return true;
    }

    public void RunUntilIdle()
    {
        var limit = Steps + EndlessAfter;
        while (Step())
        {
            if (Steps > limit) throw new InvalidOperationException($"Seed {seed}: still busy after {EndlessAfter} steps.");
        }
    }

    /// <summary>As kill -9: what waits never runs, what comes later neither.</summary>
    public void Kill()
    {
        lock (gate)
        {
            killed = true;
            ready.Clear();
        }
    }

    private void Add(IThreadPoolWorkItem work)
    {
        lock (gate)
        {
            if (!killed) ready.Add(work);
        }
    }
}
