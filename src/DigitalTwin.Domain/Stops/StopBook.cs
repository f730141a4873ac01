using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using DigitalTwin.Domain.Calendars;
using static DigitalTwin.Domain.Stops.StopBookCommand;
using static DigitalTwin.Domain.Stops.StopBookEvent;

namespace DigitalTwin.Domain.Stops;

/// <summary>
/// What people say about the stops of one station in one month. That a station stood, and from when to when, its own events tell; stored here is only
/// what they cannot know: why, and where one stop was two.
/// </summary>
public static class StopBook
{
    public const int LongestNote = 500;
    public const int LongestName = 100;

    /// <summary>How many codes of one stop can be gone back to; the journal has all.</summary>
    public const int CodesKept = 10;

    /// <returns><c>STATION.stops-2026-01</c>, by the month (UTC) that the standstill began in.</returns>
    public static string IdOf(string station, DateTimeOffset start) => $"{station}.stops-{start.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture)}";

    public static Decision<StopBookEvent> Decide(StopReasons reasons, StopBookState state, StopBookCommand command, DateTimeOffset now)
    {
        var stop = command.Stop;
        if (stop.From >= stop.To) return Refuse("STOP_UPSIDE_DOWN", $"A stop cannot end ({Text(stop.To)}) before it starts ({Text(stop.From)}).");
        if (string.IsNullOrWhiteSpace(command.By)) return Refuse("BY_MISSING", "What is said about a stop has a name to it: say by whom.");
        if (command.By.Length > LongestName) return Refuse("BY_TOO_LONG", $"The name has {command.By.Length} characters; at most {LongestName} are kept.");
        return command switch
        {
            Code code => Take(reasons, state, code, now),
            StopBookCommand.Split split => Take(state, split, now),
            Undo when state.CodeOf(stop) is null => Refuse("NOTHING_TO_UNDO", $"The stop of {Text(stop.From)} has no code that could be taken back."),
            Undo undo => Decision.Accept<StopBookEvent>(new CodeUndone(stop.From, stop.To, undo.By, now)),
            _ => throw new UnreachableException(),
        };
    }

    public static StopBookState Apply(StopBookState state, StopBookEvent recorded)
    {
        var stop = new Period(recorded.From, recorded.To);
        // Where a late report has moved the start, what was said before moves with it.
        var key = state.StartOf(stop);
        var known = key is { } at ? state.Codes[at].Codes : [];
        var moved = key is { } old && stop.Contains(old) ? state.Codes.Remove(old) : state.Codes;
        switch (recorded)
        {
            case Coded e:
                var codes = known.Add(new StopCode(e.Reason, e.Note, e.By, e.At));
                return state with { Codes = moved.SetItem(e.From, new CodedStop(e.To, codes.Count > CodesKept ? codes.RemoveAt(0) : codes)) };
            case CodeUndone e:
                return state with { Codes = moved.SetItem(e.From, new CodedStop(e.To, known.IsEmpty ? known : known.RemoveAt(known.Count - 1))) };
            case StopBookEvent.Split e:
                var parts = key is null ? moved : moved.SetItem(e.From, new CodedStop(e.Cut, known)).SetItem(e.Cut, new CodedStop(e.To, known));
                return new StopBookState(state.Cuts.Add(e.Cut), parts);
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Makes the stops that people speak of from what the states tell and what people have said. Their times add up to the standstill's.</summary>
    public static IEnumerable<Stop> Parts(Standstill standstill, StopBookState book, StopReasons reasons)
    {
        var from = standstill.Time.From;
        foreach (var cut in book.Cuts.Where(cut => standstill.Time.From < cut && cut < standstill.Time.To).Append(standstill.Time.To))
        {
            var time = new Period(from, cut);
            var code = book.CodeOf(time);
            yield return new Stop(time, standstill, code is null ? reasons.ByRule(standstill) : reasons.Of(code.Reason), code);
            from = cut;
        }
    }

    private static Decision<StopBookEvent> Take(StopReasons reasons, StopBookState state, Code code, DateTimeOffset now)
    {
        if (reasons.Find(code.Reason) is null)
            return Refuse("REASON_UNKNOWN", $"'{code.Reason}' is no stop reason of this plant; those are {string.Join(", ", reasons.All.Select(reason => reason.Code))}.");
        if (code.Note.Length > LongestNote) return Refuse("NOTE_TOO_LONG", $"The note has {code.Note.Length} characters; at most {LongestNote} are kept.");
        if (state.CodeOf(code.Stop) is { } known && known.Reason == code.Reason && known.Note == code.Note) return Decision.Nothing<StopBookEvent>();
        return Decision.Accept<StopBookEvent>(new Coded(code.Stop.From, code.Stop.To, code.Reason, code.Note, code.By, now));
    }

    private static Decision<StopBookEvent> Take(StopBookState state, StopBookCommand.Split split, DateTimeOffset now)
    {
        var (stop, cut) = (split.Stop, split.Cut.ToMillisecond());
        if (state.Cuts.Contains(cut) && stop.From <= cut && cut <= stop.To) return Decision.Nothing<StopBookEvent>();
        if (cut <= stop.From || cut >= stop.To)
            return Refuse("SPLIT_OUTSIDE", $"The stop goes from {Text(stop.From)} to {Text(stop.To)} and can be split only in between; {Text(split.Cut)} is not.");
        return Decision.Accept<StopBookEvent>(new StopBookEvent.Split(stop.From, stop.To, cut, split.By, now));
    }

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static Decision<StopBookEvent> Refuse(string code, string reason) => Decision.Refuse<StopBookEvent>(code, reason);
}
