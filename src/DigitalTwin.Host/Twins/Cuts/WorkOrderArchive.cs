using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.WorkOrders;

namespace DigitalTwin.Host.Twins.Cuts;

/// <summary>Work orders that a cut has let go of, folded from the journal.</summary>
public sealed class WorkOrderArchive(IJournalReader journal)
{
    private const int PageSize = 1000;

    /// <param name="before">Only events with a smaller offset.</param>
    /// <returns>Null where there is no such order by then.</returns>
    /// <exception cref="CorruptEventException">One of its rows cannot be read.</exception>
    public EntityState<WorkOrderState>? Find(string id, long before = long.MaxValue)
    {
        EntityState<WorkOrderState>? order = null;
        while (true)
        {
            IReadOnlyList<StoredEvent> page = journal.ReadEntity(new EntityId(id), order?.Seq ?? 0, PageSize);
            foreach (StoredEvent stored in page)
            {
                if (stored.Offset >= before || !stored.Name.StartsWith("work-order.", StringComparison.Ordinal))
                    return order;
                WorkOrderEvent happened = EventCatalogs.WorkOrders.Decode(stored.Name, stored.Payload);
                order = new(WorkOrder.Apply(order?.State ?? WorkOrderState.Initial, happened), stored.Seq, stored.Offset);
            }

            if (page.Count < PageSize)
                return order;
        }
    }
}
