using System.Collections.Concurrent;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;

namespace DigitalTwin.Host.Twins;

/// <summary>
/// The newest state of every twin, folded from the journal in the order of its offsets: what API, stream and page read, so that a
/// reader never waits in an entity's mailbox and everybody sees the same moment.
/// </summary>
/// <remarks>One writer (<see cref="TwinFeed"/>), any number of readers; each value is replaced as a whole.</remarks>
public sealed class TwinModel(PlantDefinition plant, IJournalReader journal)
{
    /// <summary>Finished work orders that are kept at hand; older ones are folded from the journal when asked for.</summary>
    private const int FinishedOrders = 2000;

    private readonly HashSet<string> lineIds = [.. plant.Lines.Select(line => line.Id)];
    private readonly ConcurrentDictionary<string, EntityState<UnitState>> units = new();
    private readonly ConcurrentDictionary<string, EntityState<LineState>> lines = new();
    private readonly ConcurrentDictionary<string, EntityState<WorkOrderState>> orders = new();
    private readonly ConcurrentDictionary<string, string> damage = new();
    private readonly Queue<string> finished = new();
    private readonly HashSet<string> waitsInFinished = [];
    private long offset;
    private long newestObservation;
    private long newestDamage;
    private TaskCompletionSource moved = NewSignal();

    /// <summary>Offset of the newest event folded in.</summary>
    public long Offset => Volatile.Read(ref offset);

    /// <summary>Plant time of the newest thing that equipment reported; null before the first.</summary>
    public DateTimeOffset? NewestObservation => Interlocked.Read(ref newestObservation) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Offset of the newest row that cannot be read; 0 where all can.</summary>
    public long NewestDamage => Volatile.Read(ref newestDamage);

    /// <summary>Why a twin is shown as it was before a row of its events that cannot be read; null for a twin that is whole.</summary>
    public string? Damage(string id) => damage.GetValueOrDefault(id);

    /// <summary>Machines and stations; the empty state at offset 0 before the first event.</summary>
    public EntityState<UnitState> Unit(string id) => units.GetValueOrDefault(id, new(UnitState.Initial, 0, 0));

    public EntityState<LineState> Line(string id) => lines.GetValueOrDefault(id, new(LineState.Initial, 0, 0));

    /// <returns>Null where the journal knows no such order.</returns>
    public EntityState<WorkOrderState>? WorkOrder(string id) => orders.TryGetValue(id, out EntityState<WorkOrderState>? known) ? known : FromJournal(id);

    /// <summary>Orders at hand: all that are open and the newest finished ones, newest first.</summary>
    public IEnumerable<(string Id, EntityState<WorkOrderState> Order)> WorkOrders =>
        orders.Select(entry => (entry.Key, entry.Value)).OrderByDescending(entry => entry.Value.Offset);

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

    /// <returns>The event, where it is one of a unit's.</returns>
    internal UnitEvent? Apply(StoredEvent stored)
    {
        UnitEvent? happened = null;
        string id = stored.Entity.Value;
        if (stored.Name.StartsWith("work-order.", StringComparison.Ordinal))
        {
            Recall(stored);
            Fold(orders, WorkOrderState.Initial, stored, WorkOrderDecode(stored), Domain.WorkOrders.WorkOrder.Apply);
            Forget(id);
        }
        else
        {
            happened = EventCatalogs.Units.Decode(stored.Name, stored.Payload);
            if (happened is UnitEvent.Observed && happened.At.UtcTicks > newestObservation)
                Interlocked.Exchange(ref newestObservation, happened.At.UtcTicks);
            if (lineIds.Contains(id))
                Fold(lines, LineState.Initial, stored, happened, Domain.Lines.Line.Apply);
            else if (!Fold(units, UnitState.Initial, stored, happened, Domain.Units.Unit.Apply))
                happened = null; // its state would be made up, and so would what the line is told of it
        }

        MoveTo(stored.Offset);
        return happened;
    }

    /// <summary>Goes past a row that cannot be read: its twin stays as it was before, and says so.</summary>
    internal void Pass(CorruptEventException corrupt)
    {
        damage.TryAdd(corrupt.Entity.Value, corrupt.Message);
        Volatile.Write(ref newestDamage, corrupt.Offset);
        MoveTo(corrupt.Offset);
    }

    private void MoveTo(long next)
    {
        Volatile.Write(ref offset, next);
        Interlocked.Exchange(ref moved, NewSignal()).SetResult();
    }

    /// <returns>False where an event before this one is missing: nothing is folded on top of that.</returns>
    private bool Fold<TState, TEvent>(
        ConcurrentDictionary<string, EntityState<TState>> states, TState initial, StoredEvent stored, TEvent happened, Func<TState, TEvent, TState> apply)
    {
        string id = stored.Entity.Value;
        EntityState<TState> before = states.GetValueOrDefault(id) ?? new(initial, 0, 0);
        if (stored.Seq != before.Seq + 1)
            damage.TryAdd(id, $"Event {before.Seq + 1} of {id} is missing in the journal before row {stored.Offset}. Restore the journal from a backup.");
        if (damage.ContainsKey(id))
            return false;
        states[id] = new(apply(before.State, happened), stored.Seq, stored.Offset);
        return true;
    }

    private static WorkOrderEvent WorkOrderDecode(StoredEvent stored) => EventCatalogs.WorkOrders.Decode(stored.Name, stored.Payload);

    /// <summary>An order that was let go of and is heard of again goes on from where it was.</summary>
    private void Recall(StoredEvent stored)
    {
        if (stored.Seq == 1 || orders.ContainsKey(stored.Entity.Value))
            return;
        try
        {
            if (FromJournal(stored.Entity.Value, stored.Seq - 1) is { } order)
                orders[stored.Entity.Value] = order;
        }
        catch (CorruptEventException corrupt)
        {
            damage.TryAdd(stored.Entity.Value, corrupt.Message);
        }
    }

    private void Forget(string id)
    {
        if (!orders.TryGetValue(id, out EntityState<WorkOrderState>? order) || order.State.Status is not (WorkOrderStatus.Completed or WorkOrderStatus.Scrapped) || !waitsInFinished.Add(id))
            return;
        finished.Enqueue(id);
        if (finished.Count <= FinishedOrders)
            return;
        string oldest = finished.Dequeue();
        waitsInFinished.Remove(oldest);
        orders.TryRemove(oldest, out _);
    }

    /// <param name="upTo">Newest sequence to fold.</param>
    private EntityState<WorkOrderState>? FromJournal(string id, long upTo = long.MaxValue)
    {
        const int page = 1000;
        EntityState<WorkOrderState>? order = null;
        for (IReadOnlyList<StoredEvent> events = journal.ReadEntity(new EntityId(id), 0, page); events.Count > 0; events = journal.ReadEntity(new EntityId(id), order!.Seq, page))
        {
            foreach (StoredEvent stored in events)
            {
                if (!stored.Name.StartsWith("work-order.", StringComparison.Ordinal))
                    return null;
                if (stored.Seq > upTo)
                    return order;
                order = new(Domain.WorkOrders.WorkOrder.Apply(order?.State ?? WorkOrderState.Initial, WorkOrderDecode(stored)), stored.Seq, stored.Offset);
            }
        }

        return order;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
