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
    private readonly Queue<string> finished = new();
    private long offset;
    private TaskCompletionSource moved = NewSignal();

    /// <summary>Offset of the newest event folded in.</summary>
    public long Offset => Volatile.Read(ref offset);

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
            Fold(orders, WorkOrderState.Initial, stored, WorkOrderDecode(stored), Domain.WorkOrders.WorkOrder.Apply);
            Forget(stored, id);
        }
        else
        {
            happened = EventCatalogs.Units.Decode(stored.Name, stored.Payload);
            if (lineIds.Contains(id))
                Fold(lines, LineState.Initial, stored, happened, Domain.Lines.Line.Apply);
            else
                Fold(units, UnitState.Initial, stored, happened, Domain.Units.Unit.Apply);
        }

        Volatile.Write(ref offset, stored.Offset);
        Interlocked.Exchange(ref moved, NewSignal()).SetResult();
        return happened;
    }

    private static void Fold<TState, TEvent>(
        ConcurrentDictionary<string, EntityState<TState>> states, TState initial, StoredEvent stored, TEvent happened, Func<TState, TEvent, TState> apply)
    {
        TState before = states.TryGetValue(stored.Entity.Value, out EntityState<TState>? known) ? known.State : initial;
        states[stored.Entity.Value] = new(apply(before, happened), stored.Seq, stored.Offset);
    }

    private static WorkOrderEvent WorkOrderDecode(StoredEvent stored) => EventCatalogs.WorkOrders.Decode(stored.Name, stored.Payload);

    private void Forget(StoredEvent stored, string id)
    {
        // An order that is asked for again after it was forgotten would start from nothing here: only its own end lets it go.
        if (stored.Name is not ("work-order.completed.v1" or "work-order.scrapped.v1"))
            return;
        finished.Enqueue(id);
        while (finished.Count > FinishedOrders)
            orders.TryRemove(finished.Dequeue(), out _);
    }

    private EntityState<WorkOrderState>? FromJournal(string id)
    {
        const int page = 1000;
        EntityState<WorkOrderState>? order = null;
        for (IReadOnlyList<StoredEvent> events = journal.ReadEntity(new EntityId(id), 0, page); events.Count > 0; events = journal.ReadEntity(new EntityId(id), order!.Seq, page))
        {
            foreach (StoredEvent stored in events)
            {
                if (!stored.Name.StartsWith("work-order.", StringComparison.Ordinal))
                    return null;
                order = new(Domain.WorkOrders.WorkOrder.Apply(order?.State ?? WorkOrderState.Initial, WorkOrderDecode(stored)), stored.Seq, stored.Offset);
            }
        }

        return order;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
