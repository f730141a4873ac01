using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Units;

namespace DigitalTwin.Host.Twins;

/// <summary>What a machine or station recorded over a window of plant time, with as much of what came before and after as tells the state it began in, and whether its end was seen.</summary>
public sealed class UnitHistory(IJournalReader journal)
{
    private const int PageSize = 1000;

    /// <returns>In the order of recording.</returns>
    public IReadOnlyList<UnitEvent> Of(string id, Period window)
    {
        var entity = new EntityId(id);
        List<UnitEvent> before = [.. Pages(new EventQuery(entity) { To = window.From, NewestFirst = true, Limit = 50 }).TakeUntil(happened => happened is UnitEvent.StateChanged)];
        before.Reverse();
        // A gap is recorded at its end, before the first report of a state that follows it.
        IEnumerable<UnitEvent> after = Pages(new EventQuery(entity) { From = window.To, Limit = 50 }).TakeUntil(happened => happened is UnitEvent.StateChanged);
        return [.. before, .. Pages(new EventQuery(entity) { From = window.From, To = window.To, Limit = PageSize }), .. after];
    }

    /// <returns>Plant time of the first state that the unit ever reported; null before it.</returns>
    public DateTimeOffset? FirstSeen(string id) => Pages(new EventQuery(new EntityId(id)) { Limit = 50 }).FirstOrDefault(happened => happened is UnitEvent.StateChanged)?.At;

    private IEnumerable<UnitEvent> Pages(EventQuery query)
    {
        while (journal.Find(query) is { Count: > 0 } page)
        {
            foreach (StoredEvent stored in page)
                yield return EventCatalogs.Units.Decode(stored.Name, stored.Payload);
            if (page.Count < query.Limit)
                yield break;
            query = query with { Cursor = page[^1].Offset };
        }
    }
}

file static class Sequences
{
    /// <summary>Everything up to the first that matches, that one included.</summary>
    public static IEnumerable<T> TakeUntil<T>(this IEnumerable<T> items, Func<T, bool> matches)
    {
        foreach (T item in items)
        {
            yield return item;
            if (matches(item))
                yield break;
        }
    }
}
