using System.Globalization;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Domain.Units;

namespace DigitalTwin.Host.Twins.Stops;

/// <summary>The stops of stations: read from what the stations recorded, with what people have said about them.</summary>
public sealed class StopReader(IJournalReader journal, UnitHistory history, StopReasons reasons, PlantTime plantTime)
{
    private const string StartFormat = "yyyyMMdd'T'HHmmssfff'Z'";

    /// <returns>Those that have time in the window, whole, in order.</returns>
    public (IReadOnlyList<Stop> Stops, StationBooks Books) In(string station, Period window)
    {
        var books = new StationBooks(journal, station);
        DateTimeOffset now = plantTime.GetUtcNow();
        List<UnitEvent> recorded = [.. history.WithWholeStops(station, window).Select(known => known.Event)];
        if (recorded.Count == 0)
            return ([], books);
        DateTimeOffset from = recorded.Min(known => known.At), to = recorded.Max(known => known.At);
        // Without an end of its own a stop lasts: until now, or where the clock was set back, until what was reported last.
        var told = new Period(from < window.From ? from : window.From, to > now ? to : now);
        IReadOnlyList<Stop> all = Stop.In(recorded, told, start => books.Of(start), reasons);
        return ([.. all.Where(stop => stop.Time.Within(window) is not null)], books);
    }

    /// <summary>The stop that begins at a moment; null where none does.</summary>
    public (Stop Stop, StationBooks Books)? Find(string station, DateTimeOffset start)
    {
        (IReadOnlyList<Stop> stops, StationBooks books) = In(station, new Period(start, start.AddMilliseconds(1)));
        return stops.FirstOrDefault(stop => stop.Time.From == start) is { } found ? (found, books) : null;
    }

    /// <returns><c>STATION@20260105T060300000Z</c>: a stop is known by its station and its start.</returns>
    public static string IdOf(string station, DateTimeOffset start) => $"{station}@{start.UtcDateTime.ToString(StartFormat, CultureInfo.InvariantCulture)}";

    /// <returns>Null where it is no id of a stop.</returns>
    public static (string Station, DateTimeOffset Start)? Parse(string id) =>
        id.LastIndexOf('@') is > 0 and var at
        && DateTimeOffset.TryParseExact(id[(at + 1)..], StartFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset start)
            ? (id[..at], start) : null;
}
