using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;

namespace DigitalTwin.Actors.Timers;

/// <summary>
/// Wakes entities that are not in memory when their earliest durable timer is due: what the journal knows of a shard when it is acquired,
/// and what an entity leaves behind when it goes. An entity in memory runs its own timers, so a wake too many changes nothing.
/// </summary>
internal sealed class WakeList(EntityContext context) : IThreadPoolWorkItem
{
    /// <summary>Longer waits are cut in pieces: timers take no more than some weeks.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly Lock gate = new();
    private readonly Dictionary<EntityId, PendingWake> wakes = [];
    private readonly SortedSet<PendingWake> byDue = new(Comparer<PendingWake>.Create(static (one, other) =>
        one.Due != other.Due ? one.Due.CompareTo(other.Due) : string.CompareOrdinal(one.Entity.Value, other.Entity.Value)));
    private ITimer? timer;
    private bool stopped;

    /// <returns>False: the journal could not be read; worth another attempt.</returns>
    public bool TryAddOf(Shard shard)
    {
        try
        {
            foreach (var wake in context.Journal.Wakes())
            {
                if (context.ShardOf(wake.Entity) == shard) Add(wake);
            }

            return true;
        }
        catch (Exception failure)
        {
            context.Notice(shard.Id.Value, $"The durable timers of shard {shard.Id} could not be read, and are looked for again: {failure.Message}");
            return false;
        }
    }

    public void Add(PendingWake wake)
    {
        lock (gate)
        {
            if (stopped) return;
            if (wakes.TryGetValue(wake.Entity, out var present))
            {
                if (present == wake) return;
                byDue.Remove(present);
            }

            wakes[wake.Entity] = wake;
            byDue.Add(wake);
            Arm();
        }
    }

    public void Execute()
    {
        List<PendingWake> due = [];
        lock (gate)
        {
            var now = context.PlantTime.GetUtcNow();
            while (byDue.Min is { } next && next.Due <= now)
            {
                byDue.Remove(next);
                wakes.Remove(next.Entity);
                due.Add(next);
            }

            Arm();
        }

        foreach (var wake in due)
        {
            if (!context.TryWake(wake)) context.Notice(wake.Entity.Value, $"A timer of {wake.Entity} is due, but its kind '{wake.Kind}' is not known to this program.");
        }
    }

    public void Stop()
    {
        lock (gate)
        {
            stopped = true;
            timer?.Dispose();
            byDue.Clear();
            wakes.Clear();
        }
    }

    private void Arm()
    {
        timer?.Dispose();
        timer = null;
        if (byDue.Min is not { } earliest) return;
        var wait = earliest.Due - context.PlantTime.GetUtcNow();
        if (wait <= TimeSpan.Zero)
        {
            Due();
            return;
        }

        timer = context.PlantTime.CreateTimer(
            static list => ((WakeList)list!).Due(), this, wait < LongestWait ? wait : LongestWait, Timeout.InfiniteTimeSpan);
    }

    private void Due() => context.Dispatcher.Schedule(this);
}
