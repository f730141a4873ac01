using System.Collections.Immutable;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;

namespace DigitalTwin.Host.Twins.Cuts;

/// <summary>Folds the journal onto a cut, in the order of its offsets. One thread; the cuts that it hands out do not change any more.</summary>
/// <param name="archive">As in <see cref="Cut.Apply"/>.</param>
public sealed class CutBuilder(Cut start, WorkOrderArchive? archive)
{
    /// <summary>Finished work orders that are kept at hand; older ones are folded from the journal when asked for.</summary>
    public const int FinishedOrders = 2000;

    private const int PageSize = 1000;

    private readonly ImmutableDictionary<string, EntityState<UnitState>>.Builder units = start.Units.ToBuilder();
    private readonly ImmutableDictionary<string, EntityState<LineState>>.Builder lines = start.Lines.ToBuilder();
    private readonly ImmutableDictionary<string, EntityState<WorkOrderState>>.Builder orders = start.WorkOrders.ToBuilder();
    private readonly ImmutableSortedDictionary<long, string>.Builder finished = start.Finished.ToBuilder();
    private readonly ImmutableDictionary<string, string>.Builder damage = start.Damage.ToBuilder();
    private readonly ImmutableDictionary<ShardId, long>.Builder shards = start.Shards.ToBuilder();
    private readonly PlantPlaces places = start.Places;
    private DateTimeOffset? plantTime = start.PlantTime;
    private long newestDamage = start.NewestDamage;

    public long Offset { get; private set; } = start.Offset;

    public Cut ToCut() => new(places)
    {
        History = start.History,
        Offset = Offset,
        PlantTime = plantTime,
        Units = units.ToImmutable(),
        Lines = lines.ToImmutable(),
        WorkOrders = orders.ToImmutable(),
        Finished = finished.ToImmutable(),
        Damage = damage.ToImmutable(),
        NewestDamage = newestDamage,
        Shards = shards.ToImmutable(),
    };

    /// <summary>As <see cref="Cut.Unit"/>, of the cut so far.</summary>
    public EntityState<UnitState> Unit(string id) => units.GetValueOrDefault(id) ?? new(UnitState.Initial, 0, 0);

    /// <returns>The event, where it is one of a unit's and was folded in.</returns>
    /// <exception cref="UnreadableEventException">A newer version has written it.</exception>
    public UnitEvent? Apply(StoredEvent stored)
    {
        UnitEvent? happened = null;
        string id = stored.Entity.Value;
        if (stored.Name.StartsWith("work-order.", StringComparison.Ordinal))
        {
            ApplyToOrder(stored, EventCatalogs.WorkOrders.Decode(stored.Name, stored.Payload));
        }
        // Dead letters are the engine's, and what people say about stops and note is no part of any twin.
        else if (!stored.Name.StartsWith("dead-letter.", StringComparison.Ordinal) && !stored.Name.StartsWith("stop.", StringComparison.Ordinal) && !stored.Name.StartsWith("note.", StringComparison.Ordinal))
        {
            happened = EventCatalogs.Units.Decode(stored.Name, stored.Payload);
            if (happened is UnitEvent.Observed && !(happened.At <= plantTime))
                plantTime = happened.At;
            if (places.IsLine(id))
                Fold(lines, LineState.Initial, stored, happened, Line.Apply);
            else if (!Fold(units, UnitState.Initial, stored, happened, Domain.Units.Unit.Apply))
                happened = null; // its state would be made up, and so would what the line is told of it
        }

        MoveTo(stored.Offset, id);
        return happened;
    }

    /// <summary>Goes past a row that cannot be read: its twin stays as it was before, and says so.</summary>
    public void Pass(CorruptEventException corrupt)
    {
        damage.TryAdd(corrupt.Entity.Value, corrupt.Message);
        newestDamage = corrupt.Offset;
        MoveTo(corrupt.Offset, corrupt.Entity.Value);
    }

    /// <summary>Folds the journal up to an offset, past rows that cannot be read; less where the journal ends before.</summary>
    public void FoldTo(long target, IJournalReader journal, CancellationToken cancellation = default)
    {
        while (Offset < target)
        {
            cancellation.ThrowIfCancellationRequested();
            (IReadOnlyList<StoredEvent> page, CorruptEventException? rotten) = journal.ReadPast(Offset, (int)Math.Min(PageSize, target - Offset));
            foreach (StoredEvent stored in page)
                Apply(stored);
            if (rotten is not null)
                Pass(rotten);
            else if (page.Count == 0)
                return;
        }
    }

    private void MoveTo(long offset, string id)
    {
        Offset = offset;
        shards[places.ShardOf(id)] = offset;
    }

    private void ApplyToOrder(StoredEvent stored, WorkOrderEvent happened)
    {
        string id = stored.Entity.Value;
        Recall(stored);
        if (orders.TryGetValue(id, out EntityState<WorkOrderState>? before) && IsFinished(before))
            finished.Remove(before.Offset);
        Fold(orders, WorkOrderState.Initial, stored, happened, WorkOrder.Apply);
        if (!orders.TryGetValue(id, out EntityState<WorkOrderState>? after) || !IsFinished(after))
            return;
        finished[after.Offset] = id;
        if (finished.Count <= FinishedOrders)
            return;
        (long oldest, string gone) = finished.First();
        finished.Remove(oldest);
        orders.Remove(gone);
    }

    internal static bool IsFinished(EntityState<WorkOrderState> order) => order.State.Status is WorkOrderStatus.Completed or WorkOrderStatus.Scrapped;

    /// <summary>An order that was let go of and is heard of again goes on from where it was.</summary>
    private void Recall(StoredEvent stored)
    {
        if (stored.Seq == 1 || archive is null || orders.ContainsKey(stored.Entity.Value) || damage.ContainsKey(stored.Entity.Value))
            return;
        try
        {
            if (archive.Find(stored.Entity.Value, before: stored.Offset) is { } order)
                orders[stored.Entity.Value] = order;
        }
        catch (CorruptEventException corrupt)
        {
            damage.TryAdd(stored.Entity.Value, corrupt.Message);
        }
    }

    /// <returns>False where an event before this one is missing: nothing is folded on top of that.</returns>
    private bool Fold<TState, TEvent>(
        ImmutableDictionary<string, EntityState<TState>>.Builder states, TState initial, StoredEvent stored, TEvent happened, Func<TState, TEvent, TState> apply)
    {
        string id = stored.Entity.Value;
        EntityState<TState>? before = states.GetValueOrDefault(id);
        if (stored.Seq != (before?.Seq ?? 0) + 1)
            damage.TryAdd(id, $"Event {(before?.Seq ?? 0) + 1} of {id} is missing in the journal before row {stored.Offset}. Restore the journal from a backup.");
        if (damage.Count > 0 && damage.ContainsKey(id))
            return false;
        states[id] = new(apply(before is null ? initial : before.State, happened), stored.Seq, stored.Offset);
        return true;
    }
}
