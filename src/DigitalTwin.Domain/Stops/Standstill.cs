using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Kpis;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Units;

namespace DigitalTwin.Domain.Stops;

/// <summary>A stretch in which a station was seen, did not produce, and its time belonged to one category: what its states alone tell of a stop.</summary>
/// <param name="Time">To the millisecond, like every time that OEE counts.</param>
/// <param name="State">The one that it was in for longest.</param>
/// <param name="Fault">The first one during it; 0: none.</param>
/// <param name="Lasts">It goes on to the end of the window it was looked for in.</param>
public sealed record Standstill(Period Time, TimeCategory Category, PackmlState State, long Fault, bool Lasts)
{
    /// <param name="history">As for <see cref="StateTimeline.Spans"/>.</param>
    /// <returns>In order. One that is cut off by the window's start begins there, so the window ought to begin in production.</returns>
    public static IReadOnlyList<Standstill> In(IReadOnlyList<UnitEvent> history, Period window)
    {
        List<List<StateSpan>> stretches = [];
        foreach (var span in StateTimeline.Spans(history, window))
        {
            if (span.State?.Category() is null or TimeCategory.Production) continue;
            if (stretches.Count > 0 && stretches[^1][^1] is var last && last.Time.To == span.Time.From && last.State!.Value.Category() == span.State!.Value.Category())
                stretches[^1].Add(span);
            else stretches.Add([span]);
        }
        var faults = Faults(history);
        List<Standstill> found = [];
        var next = 0;   // the first fault that does not end before the stretch
        foreach (var stretch in stretches)
        {
            var time = new Period(stretch[0].Time.From, stretch[^1].Time.To).ToMilliseconds();
            if (time.From >= time.To) continue;
            while (next < faults.Count && faults[next].Until <= time.From) next++;
            var fault = next < faults.Count && faults[next].From < time.To ? faults[next].Code : 0;
            var state = stretch.MaxBy(span => span.Time.To - span.Time.From)!.State!.Value;
            found.Add(new Standstill(time, state.Category(), state, fault, stretch[^1].Time.To == window.To));
        }
        return found;
    }

    /// <returns>By start, one after the other.</returns>
    private static List<(long Code, DateTimeOffset From, DateTimeOffset Until)> Faults(IReadOnlyList<UnitEvent> history)
    {
        List<(long Code, DateTimeOffset From, DateTimeOffset Until)> faults = [];
        foreach (var recorded in history.Where(e => e is UnitEvent.FaultRaised or UnitEvent.FaultCleared).OrderBy(e => e.At))   // stable
        {
            if (faults.Count > 0 && faults[^1].Until == DateTimeOffset.MaxValue) faults[^1] = faults[^1] with { Until = recorded.At };
            if (recorded is UnitEvent.FaultRaised raised) faults.Add((raised.Code, raised.At, DateTimeOffset.MaxValue));
        }
        return faults;
    }
}
