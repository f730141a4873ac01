using System.Collections.Immutable;
using DigitalTwin.Domain.Calendars;

namespace DigitalTwin.Domain.Stops;

/// <summary>What people have said about the stops of one station in one month.</summary>
/// <param name="Cuts">Where stops were split.</param>
/// <param name="Codes">By start of the stop.</param>
public sealed record StopBookState(ImmutableSortedSet<DateTimeOffset> Cuts, ImmutableSortedDictionary<DateTimeOffset, CodedStop> Codes)
{
    public static StopBookState Initial { get; } = new([], ImmutableSortedDictionary<DateTimeOffset, CodedStop>.Empty);

    /// <summary>The code of a stop. Late reports may move the start of a stop: the code that was given inside it holds, or else the one that was given for the time it starts in.</summary>
    /// <returns>Null where there is none.</returns>
    public StopCode? CodeOf(Period stop) => StartOf(stop) is { } start ? Codes[start].Codes.LastOrDefault() : null;

    /// <summary>Under which start the code of a stop is kept, as <see cref="CodeOf"/> finds it.</summary>
    internal DateTimeOffset? StartOf(Period stop)
    {
        DateTimeOffset? earlier = null;
        foreach (var (from, coded) in Codes)
        {
            if (from >= stop.To) break;
            if (from >= stop.From) return from;
            earlier = coded.To > stop.From ? from : null;
        }
        return Cuts.Contains(stop.From) ? null : earlier;   // a part that was split off has a code of its own or none
    }
}

/// <param name="To">End of the stop as it stood when it was coded last.</param>
/// <param name="Codes">The newest last; those that can be gone back to.</param>
public sealed record CodedStop(DateTimeOffset To, ImmutableList<StopCode> Codes);

/// <param name="Note">Empty: none.</param>
/// <param name="At">Plant time.</param>
public sealed record StopCode(string Reason, string Note, string By, DateTimeOffset At);
