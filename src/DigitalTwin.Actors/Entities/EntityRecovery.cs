using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Snapshots;

namespace DigitalTwin.Actors.Entities;

/// <summary>
/// Brings one entity back: its newest snapshot, if the journal still holds the very event that the snapshot was taken after, and the events
/// since; otherwise all events. The caller holds the shard, under a lease that was committed before anything is read here.
/// </summary>
internal sealed class EntityRecovery<TState, TCommand, TEvent>(EntityId id, EntityBehavior<TState, TCommand, TEvent> behavior, EntityContext context)
{
    private const int Page = 1000;

    public TState State { get; private set; } = default!;

    public long Seq { get; private set; }

    public long Offset { get; private set; }

    public DateTimeOffset Recorded { get; private set; }

    /// <summary>Sequence of the snapshot that was used; 0: none.</summary>
    public long SnapshotSeq { get; private set; }

    public CommandWindow? Window { get; private set; }

    /// <exception cref="UnreadableEventException">An event is not known to this program.</exception>
    /// <exception cref="CorruptEventException">An event is not what was written.</exception>
    public void Run()
    {
        var started = context.Telemetry.StartRecovery();
        var page = Snapshot();
        if (page is null)
        {
            (State, Seq, Offset, Recorded, SnapshotSeq, Window) = (behavior.Initial(id), 0, 0, default, 0, null);
            page = context.Journal.ReadEntity(id, 0, Page);
        }

        var full = page.Count >= Page;
        while (true)
        {
            foreach (var stored in page)
            {
                if (stored.Seq > Seq) Apply(stored);
            }

            if (!full) break;
            page = context.Journal.ReadEntity(id, Seq, Page);
            full = page.Count == Page;
        }

        context.Telemetry.Recovered(started, Seq - SnapshotSeq);
    }

    private void Apply(StoredEvent stored)
    {
        State = behavior.Apply(State, behavior.Decode(stored.Name, stored.Payload));
        Seq = stored.Seq;
        Offset = stored.Offset;
        Recorded = stored.Recorded;
        if (stored.Command is { } tag) (Window ??= new CommandWindow(context.Options.CommandWindow)).Note(tag, stored.Seq);
    }

    /// <returns>The events from the snapshot's own on; null: there is no snapshot that may be used.</returns>
    private IReadOnlyList<StoredEvent>? Snapshot()
    {
        if (behavior.SnapshotCodec is not { } codec || context.Snapshots is not { } snapshots) return null;
        var (found, ignored) = Load(snapshots);
        if (found is null) return ignored is null ? null : Ignore(ignored);
        if (found.Format != codec.Format) return Ignore($"its format is '{found.Format}', not '{codec.Format}'");
        var page = context.Journal.ReadEntity(id, found.Seq - 1, Page);
        if (page.Count == 0) return Ignore($"the journal does not have its event {found.Seq}");
        if (page[0].Offset != found.Offset || page[0].Recorded != found.Recorded) return Ignore($"it is of another history: its event {found.Seq} is not the journal's");
        try
        {
            var (commands, state) = SnapshotEnvelope.Read(found.State);
            State = codec.Decode(state);
            (Seq, Offset, Recorded, SnapshotSeq) = (found.Seq, found.Offset, found.Recorded, found.Seq);
            if (commands.Length > 0) Window = new CommandWindow(context.Options.CommandWindow);
            foreach (var command in commands.TakeLast(context.Options.CommandWindow)) Window!.Add(command);
            return page;
        }
        catch (Exception unreadable)
        {
            return Ignore($"it cannot be read: {unreadable.Message}");
        }
    }

    private SnapshotRead Load(SnapshotWriter snapshots)
    {
        try
        {
            return snapshots.Load(id);
        }
        catch (Exception failure)
        {
            return new SnapshotRead(null, $"it could not be loaded: {failure.Message}");
        }
    }

    private IReadOnlyList<StoredEvent>? Ignore(string why)
    {
        context.Telemetry.SnapshotIgnored();
        context.Notice(id.Value, $"The snapshot of {id} is ignored, and all events are replayed: {why}.");
        return null;
    }
}
