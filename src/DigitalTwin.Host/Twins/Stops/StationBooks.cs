using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.Stops;

namespace DigitalTwin.Host.Twins.Stops;

/// <summary>What people have said about the stops of one station, read month by month as it is asked for. For one request.</summary>
public sealed class StationBooks(IJournalReader journal, string station)
{
    private const int PageSize = 1000;

    private readonly Dictionary<string, IReadOnlyList<Recorded<StopBookEvent>>> read = [];
    private readonly Dictionary<(string Id, long AsOf), StopBookState> folded = [];

    /// <summary>Everything that was read so far.</summary>
    public IEnumerable<Recorded<StopBookEvent>> Said => read.Values.SelectMany(events => events);

    /// <param name="start">Of a standstill.</param>
    /// <param name="asOf">Only what is recorded up to this offset.</param>
    public StopBookState Of(DateTimeOffset start, long asOf = long.MaxValue)
    {
        string id = StopBook.IdOf(station, start);
        if (!folded.TryGetValue((id, asOf), out StopBookState? state))
            folded[(id, asOf)] = state = Events(start).Where(said => said.Offset <= asOf).Aggregate(StopBookState.Initial, (before, said) => StopBook.Apply(before, said.Event));
        return state;
    }

    /// <summary>What was said about one stop, the oldest first.</summary>
    public IEnumerable<Recorded<StopBookEvent>> Of(Stop stop) => Events(stop.Standstill.Time.From).Where(said =>
        stop.Time.Contains(said.Event.From) || (said.Event is StopBookEvent.Split { Cut: var cut } && stop.Time.From == cut));

    private IReadOnlyList<Recorded<StopBookEvent>> Events(DateTimeOffset start)
    {
        string id = StopBook.IdOf(station, start);
        if (!read.TryGetValue(id, out IReadOnlyList<Recorded<StopBookEvent>>? events))
            read[id] = events = [.. Pages(new EntityId(id)).Select(stored => new Recorded<StopBookEvent>(stored.Offset, stored.Seq, EventCatalogs.StopBooks.Decode(stored.Name, stored.Payload)))];
        return events;
    }

    private IEnumerable<StoredEvent> Pages(EntityId id)
    {
        for (long seq = 0; journal.ReadEntity(id, seq, PageSize) is { Count: > 0 } page; seq = page[^1].Seq)
            foreach (StoredEvent stored in page)
                yield return stored;
    }
}
