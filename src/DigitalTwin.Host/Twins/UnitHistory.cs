using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using DigitalTwin.Edge.Ingest;

namespace DigitalTwin.Host.Twins;

/// <summary>What a machine or station recorded over a window of plant time, with as much of what came before and after as tells the state it began in, and whether its end was seen.</summary>
public sealed class UnitHistory(IJournalReader journal, LiveValues live, PlantTime plantTime, PlantDefinition plant)
{
    private const int PageSize = 1000;

    private readonly Dictionary<string, SignalDefinition> stateOf = plant.Signals.Where(signal => signal.Role == SignalRole.State).ToDictionary(signal => signal.Owner);

    /// <returns>In the order of recording.</returns>
    public IReadOnlyList<UnitEvent> Of(string id, Period window)
    {
        var entity = new EntityId(id);
        List<StoredEvent> before = [.. Pages(new EventQuery(entity) { To = window.From, NewestFirst = true, Limit = 50 }).TakeUntil(IsState)];
        before.Reverse();
        long? known = before.Count > 0 ? before[0].Offset : null;
        IEnumerable<StoredEvent> within = Pages(new EventQuery(entity) { From = window.From, To = window.To, Cursor = known, Limit = PageSize });
        // A gap is recorded at its end, before the first report of a state that follows it.
        IEnumerable<StoredEvent> after = Pages(new EventQuery(entity) { From = window.To, Cursor = known, Limit = 50 }).TakeUntil(IsState);
        return [.. before.Concat(within).Concat(after).Select(Read), .. StillUnseen(id)];
    }

    /// <summary>
    /// As <see cref="Of"/>, from the last production before the window to the first one after it, so that every stop that has time in the window is whole.
    /// An outage that lasts has the offset 0.
    /// </summary>
    public IReadOnlyList<Recorded<UnitEvent>> WithWholeStops(string id, Period window)
    {
        var entity = new EntityId(id);
        List<Recorded<UnitEvent>> before = [.. Pages(new EventQuery(entity) { To = window.From, NewestFirst = true, Limit = 200 }).Select(AsRecorded).TakeUntil(IsProduction)];
        before.Reverse();
        long? known = before.Count > 0 ? before[0].Offset : null;
        IEnumerable<Recorded<UnitEvent>> within = Pages(new EventQuery(entity) { From = window.From, To = window.To, Cursor = known, Limit = PageSize }).Select(AsRecorded);
        IEnumerable<Recorded<UnitEvent>> after = Pages(new EventQuery(entity) { From = window.To, Cursor = known, Limit = 200 }).Select(AsRecorded).TakeUntil(IsProduction);
        return [.. before.Concat(within).Concat(after), .. StillUnseen(id).Select(lasting => new Recorded<UnitEvent>(0, 0, lasting))];
    }

    /// <returns>Plant time of the first state that the unit ever reported; null before it.</returns>
    public DateTimeOffset? FirstSeen(string id) => Pages(new EventQuery(new EntityId(id)) { Limit = 50 }).FirstOrDefault(IsState)?.At;

    /// <summary>An outage is recorded when it is over. While it lasts, nobody knows the state since its signal was heard last.</summary>
    private IEnumerable<UnitEvent> StillUnseen(string id)
    {
        if (stateOf.TryGetValue(id, out SignalDefinition? signal) && live.Find(signal.Id) is { Quality: ShownQuality.Stale, Sample: { } last } && plantTime.GetUtcNow() is var now && last.SourceTime < now)
            yield return new UnitEvent.GapObserved(last.SourceTime, now, "not-heard", [signal.Name], StateUnseen: true);
    }

    private static bool IsState(StoredEvent stored) => Read(stored) is UnitEvent.StateChanged;

    private static bool IsProduction(Recorded<UnitEvent> recorded) => recorded.Event is UnitEvent.StateChanged changed && changed.To.Category() == TimeCategory.Production;

    private static Recorded<UnitEvent> AsRecorded(StoredEvent stored) => new(stored.Offset, stored.Seq, Read(stored));

    private static UnitEvent Read(StoredEvent stored) => EventCatalogs.Units.Decode(stored.Name, stored.Payload);

    private IEnumerable<StoredEvent> Pages(EventQuery query)
    {
        while (journal.Find(query) is { Count: > 0 } page)
        {
            foreach (StoredEvent stored in page)
                yield return stored;
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
