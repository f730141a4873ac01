using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;
using DigitalTwin.Host.Twins.Cuts;

namespace DigitalTwin.Host.Twins;

/// <summary>
/// The newest cut of the plant, folded from the journal in the order of its offsets: what API, stream and page read, so that a
/// reader never waits in an entity's mailbox and everybody sees the same moment.
/// </summary>
/// <remarks>One writer at a time (<see cref="TwinFeed"/>, or a rebuild that puts its result in place), any number of readers; the cut is replaced as a whole.</remarks>
public sealed class TwinModel
{
    private readonly Lock writing = new();
    private readonly IJournalReader journal;
    private readonly WorkOrderArchive archive;
    private CutBuilder builder;
    private volatile Cut now;
    private TaskCompletionSource moved = NewSignal();

    /// <param name="journal">Where finished work orders are found that are no longer at hand.</param>
    public TwinModel(PlantDefinition plant, IJournalReader journal)
    {
        this.journal = journal;
        archive = new WorkOrderArchive(journal);
        now = Cut.Empty(new PlantPlaces(plant));
        builder = new CutBuilder(now, archive);
    }

    /// <summary>Who reads more than one thing reads all of it from one cut.</summary>
    public Cut Now => now;

    /// <summary>Offset of the newest event folded in.</summary>
    public long Offset => now.Offset;

    /// <summary>Why a twin is shown as it was before a row of its events that cannot be read; null for a twin that is whole.</summary>
    public string? Damage(string id) => now.Damage.GetValueOrDefault(id);

    public EntityState<UnitState> Unit(string id) => now.Unit(id);

    public EntityState<LineState> Line(string id) => now.Line(id);

    /// <returns>Null where the journal knows no such order.</returns>
    public EntityState<WorkOrderState>? WorkOrder(string id) => now.WorkOrders.GetValueOrDefault(id) ?? archive.Find(id);

    /// <summary>Completes once everything up to <paramref name="target"/> is folded in.</summary>
    public async Task ReachAsync(long target, CancellationToken cancellation)
    {
        while (true)
        {
            Task next = Volatile.Read(ref moved).Task; // before the offset: a move in between completes it
            if (Offset >= target)
                return;
            await next.WaitAsync(cancellation);
        }
    }

    /// <summary>Folds one event in, and shows it.</summary>
    /// <returns>As <see cref="CutBuilder.Apply"/>.</returns>
    internal UnitEvent? Apply(StoredEvent stored)
    {
        lock (writing)
        {
            UnitEvent? happened = builder.Apply(stored);
            Show();
            return happened;
        }
    }

    /// <summary>Folds many events in and shows them together: while a reader can see each cut, each costs a copy of what it changes.</summary>
    /// <param name="taken">Told of each with what it means and the state of its unit after it.</param>
    internal void Apply(IReadOnlyList<StoredEvent> page, Action<StoredEvent, UnitEvent?, UnitState> taken)
    {
        lock (writing)
        {
            foreach (StoredEvent stored in page)
                taken(stored, builder.Apply(stored), builder.Unit(stored.Entity.Value).State);
            Show();
        }
    }

    /// <inheritdoc cref="CutBuilder.Pass"/>
    internal void Pass(CorruptEventException rotten)
    {
        lock (writing)
        {
            builder.Pass(rotten);
            Show();
        }
    }

    /// <summary>Puts another cut of the same journal in place, and folds onto it what this one is ahead by.</summary>
    internal void Replace(Cut by)
    {
        lock (writing)
        {
            long reached = Offset;
            builder = new CutBuilder(by, archive);
            builder.FoldTo(reached, journal);
            Show();
        }
    }

    private void Show()
    {
        now = builder.ToCut();
        Interlocked.Exchange(ref moved, NewSignal()).SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
