using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Units;

namespace DigitalTwin.Domain.Kpis;

/// <summary>What one station recorded, arranged so that the part which one shift depends on is found without a walk over weeks.</summary>
public sealed class StationRecord
{
    private readonly IReadOnlyList<UnitEvent> history;
    private readonly int[] places;              // in the history, by time
    private readonly DateTimeOffset[] times;    // of those
    private readonly DateTimeOffset[] productions;
    private readonly int[] gaps;

    /// <param name="history">In the order of the journal: what came late stands late.</param>
    public StationRecord(IReadOnlyList<UnitEvent> history)
    {
        this.history = history;
        times = [.. history.Select(recorded => recorded.At)];
        places = [.. Enumerable.Range(0, history.Count)];
        Array.Sort(times, places);
        productions = [.. places.Where(place => history[place] is UnitEvent.StateChanged { To: var to } && to.Category() == TimeCategory.Production).Select(place => history[place].At)];
        gaps = [.. places.Where(place => history[place] is UnitEvent.GapObserved)];
    }

    /// <summary>The part that the figures of one shift depend on, in the order of the journal, and the stretch of time that it tells of.</summary>
    /// <param name="until">How far it was seen.</param>
    public (IReadOnlyList<UnitEvent> History, Period Told) Around(Period shift, DateTimeOffset until)
    {
        var (last, first) = (CountUntil(productions, shift.From), CountBefore(productions, shift.To));
        var before = last > 0 ? productions[last - 1] : DateTimeOffset.MinValue;
        var after = first < productions.Length && productions[first] < until ? productions[first] : until;
        var from = before < shift.From - ShiftReckoning.ComesBackWithin ? before : shift.From - ShiftReckoning.ComesBackWithin;
        var told = new Period(from, after > shift.To ? after : shift.To);
        var within = places[CountBefore(times, from)..CountUntil(times, told.To)];
        // A gap is recorded when it is over.
        var reaching = gaps.Where(place => history[place] is UnitEvent.GapObserved gap && gap.At > told.To && gap.From < told.To);
        return ([.. within.Concat(reaching).Order().Select(place => history[place])], told);
    }

    private static int CountBefore(DateTimeOffset[] sorted, DateTimeOffset time) => Count(sorted, at => at < time);

    private static int CountUntil(DateTimeOffset[] sorted, DateTimeOffset time) => Count(sorted, at => at <= time);

    /// <returns>How many there are of which it holds; they are the first ones.</returns>
    private static int Count(DateTimeOffset[] sorted, Predicate<DateTimeOffset> holds)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (holds(sorted[middle])) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
