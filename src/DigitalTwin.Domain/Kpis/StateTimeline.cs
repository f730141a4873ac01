using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;

namespace DigitalTwin.Domain.Kpis;

/// <summary>A stretch of time in one state; <paramref name="State"/> is null where the state was not observed.</summary>
public sealed record StateSpan(PackmlState? State, Period Time);

/// <summary>Which state a unit was in at what time, as far as it was seen.</summary>
public static class StateTimeline
{
    /// <param name="history">A unit's events in the order they were recorded, from its first one or from any change of state before the window; others than those on its state are passed over.</param>
    /// <returns>Spans that fill <paramref name="window"/> without a hole, in order; neighbours differ in state.</returns>
    /// <remarks>
    /// A state holds until the next one. It is not known before the first report, from the loss of the state's signal until the next report of a state,
    /// and from the start of a gap until the first report after its end.
    /// </remarks>
    public static IReadOnlyList<StateSpan> Spans(IEnumerable<UnitEvent> history, Period window)
    {
        List<(DateTimeOffset At, PackmlState? State)> marks = [];
        List<Period> gaps = [];
        foreach (var recorded in history)
        {
            switch (recorded)
            {
                case UnitEvent.StateChanged e: marks.Add((e.At, e.To)); break;
                case UnitEvent.SignalLost { Role: SignalRole.State } e: marks.Add((e.At, null)); break;
                case UnitEvent.GapObserved { StateUnseen: true } e:
                    marks.Add((e.From, null));
                    gaps.Add(new Period(e.From, e.To));
                    break;
            }
        }
        var cuts = marks.Select(mark => mark.At).Concat(gaps.SelectMany(gap => new[] { gap.From, gap.To }))
            .Where(cut => window.From < cut && cut < window.To).Append(window.From).Distinct().Order().ToList();
        marks = [.. marks.OrderBy(mark => mark.At)];   // stable: of two at the same time the later recorded one holds
        gaps = [.. gaps.OrderBy(gap => gap.From)];

        List<StateSpan> spans = [];
        if (window.From >= window.To) return spans;
        PackmlState? state = null;
        var hiddenUntil = DateTimeOffset.MinValue;
        var (nextMark, nextGap) = (0, 0);
        for (var i = 0; i < cuts.Count; i++)
        {
            while (nextMark < marks.Count && marks[nextMark].At <= cuts[i]) state = marks[nextMark++].State;
            for (; nextGap < gaps.Count && gaps[nextGap].From <= cuts[i]; nextGap++)
                if (gaps[nextGap].To > hiddenUntil) hiddenUntil = gaps[nextGap].To;
            var seen = cuts[i] < hiddenUntil ? null : state;
            var time = new Period(cuts[i], i + 1 < cuts.Count ? cuts[i + 1] : window.To);
            if (spans.Count > 0 && spans[^1].State == seen) spans[^1] = spans[^1] with { Time = spans[^1].Time with { To = time.To } };
            else spans.Add(new StateSpan(seen, time));
        }
        return spans;
    }
}
