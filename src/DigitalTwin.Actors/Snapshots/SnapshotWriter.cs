using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.Snapshots;

/// <summary>
/// Encodes and saves snapshots beside turns and commits. Of each entity the newest waits, so the queue is bounded by the number of entities;
/// a snapshot that is late or lost costs a longer recovery and nothing else.
/// </summary>
internal sealed class SnapshotWriter(ISnapshots store, EntityContext context) : IThreadPoolWorkItem
{
    /// <summary>Bounds one transaction of the store.</summary>
    private const int MaxPerSave = 256;

    private readonly Lock gate = new();
    private readonly Dictionary<EntityId, Func<Snapshot>> waiting = [];
    private readonly List<Action> flushed = [];
    private bool scheduled;

    /// <param name="encode">Called on the writer's thread.</param>
    public void Add(EntityId entity, Func<Snapshot> encode)
    {
        lock (gate)
        {
            waiting[entity] = encode;
            Schedule();
        }
    }

    /// <summary>Calls <paramref name="done"/> when all that waits now is saved, or has failed.</summary>
    public void Flush(Action done)
    {
        lock (gate)
        {
            flushed.Add(done);
            Schedule();
        }
    }

    public SnapshotRead Load(EntityId entity) => store.Load(entity);

    public void Execute()
    {
        List<KeyValuePair<EntityId, Func<Snapshot>>> taken;
        List<Action> done = [];
        lock (gate)
        {
            scheduled = false;
            taken = [.. waiting.Take(MaxPerSave)];
            foreach (var (entity, _) in taken) waiting.Remove(entity);
            if (waiting.Count > 0) Schedule();
            else
            {
                done.AddRange(flushed);
                flushed.Clear();
            }
        }

        if (taken.Count > 0) Save(taken);
        foreach (var flush in done) flush();
    }

    private void Save(List<KeyValuePair<EntityId, Func<Snapshot>>> taken)
    {
        var snapshots = new List<Snapshot>(taken.Count);
        foreach (var (entity, encode) in taken)
        {
            try
            {
                snapshots.Add(encode());
            }
            catch (Exception failure)
            {
                context.Notice(entity.Value, $"A snapshot of {entity} could not be encoded: {failure.Message}");
            }
        }

        try
        {
            store.Save(snapshots);
        }
        catch (Exception failure)
        {
            context.Notice(taken[0].Key.Value, $"Snapshots of {taken.Count} entities could not be saved; their recovery replays more events: {failure.Message}");
        }
    }

    private void Schedule()
    {
        if (scheduled) return;
        scheduled = true;
        context.Dispatcher.ScheduleBackground(this);
    }
}
