using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Domain.Units;

namespace DigitalTwin.Domain.Kpis;

/// <summary>The figures of one station over one shift, from what it recorded and what people said about its stops.</summary>
public static class ShiftReckoning
{
    /// <summary>A vehicle that comes back to the station within this time before the shift is not judged for the first time.</summary>
    public static readonly TimeSpan ComesBackWithin = TimeSpan.FromDays(1);

    /// <param name="history">Of more than the shift; how much more does not matter once it has the last production before and the first one after it.</param>
    /// <param name="stops">Of the station, all that have time in the shift.</param>
    /// <param name="shift">The part of it to count.</param>
    /// <param name="breaks">Of the shift.</param>
    public static Figures Of(IReadOnlyList<UnitEvent> history, IReadOnlyList<Stop> stops, Period shift, IReadOnlyList<Period> breaks, TimeSpan plannedRunTimePerItem)
    {
        var busy = new[] { shift }.Without(breaks);
        var planned = stops.Where(stop => stop.Reason.Category == StopCategory.Planned).Select(stop => stop.Time).ToList();
        var oee = Oee.Of(history, busy, plannedRunTimePerItem, planned);
        var judged = FirstJudgements(history, shift, busy).ToList();
        var sums = from stop in stops
                   let within = busy.Sum(period => stop.Time.Within(period)?.Milliseconds() ?? 0)
                   where within > 0
                   select new StopSum(stop.Reason, within, shift.Contains(stop.Time.From) ? 1 : 0);
        var pri = oee.Times.PlannedRunTimePerItemMs;
        return new Figures(
            oee.Times.PlannedBusyMs, busy.Sum(period => period.Milliseconds()) - oee.Times.PlannedBusyMs, oee.Times.ActualProductionMs, oee.Steps.Single(step => step.Key == "notObserved").Ms,
            pri * oee.Quantities.Produced, pri * oee.Quantities.Good, oee.Quantities.Produced, oee.Quantities.Good, oee.Quantities.Scrap,
            judged.Count, judged.Count(good => good), StopSum.Merge(sums));
    }

    /// <returns>Of each vehicle that was judged for the first time, whether it was good.</returns>
    private static IEnumerable<bool> FirstJudgements(IReadOnlyList<UnitEvent> history, Period shift, IReadOnlyList<Period> busy)
    {
        HashSet<string> seen = [];
        foreach (var counted in history.OfType<UnitEvent.Counted>()
            .Where(e => e is { Counter: SignalRole.GoodCount or SignalRole.ScrapCount, Vehicle: not null } && e.At >= shift.From - ComesBackWithin && e.At < shift.To).OrderBy(e => e.At))
            if (seen.Add(counted.Vehicle!) && busy.Any(period => period.Contains(counted.At)))
                yield return counted.Counter == SignalRole.GoodCount;
    }
}
