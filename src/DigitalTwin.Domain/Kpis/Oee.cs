using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;

namespace DigitalTwin.Domain.Kpis;

/// <summary>
/// Overall equipment effectiveness of one work unit: availability × effectiveness × quality, and the losses behind them.
/// </summary>
/// <remarks>
/// ISO 22400-2:2014: availability = APT / PBT, effectiveness = PRI × PQ / APT, quality ratio = GQ / PQ, OEE = their product = PRI × GQ / PBT.
/// Everything is counted in whole milliseconds, so the steps add up: PBT − losses + gains = PRI × GQ, to the millisecond and without rounding.
/// Only what lies inside the planned busy time counts: items are counted by their source time, and a break counts nowhere.
/// </remarks>
public static class Oee
{
    /// <param name="history">The unit's events in the order they were recorded, from its first one or from any change of state before the window.</param>
    /// <param name="plannedBusy">Shift time without breaks, in order, without overlap.</param>
    /// <param name="plannedRunTimePerItem">PRI; greater than zero.</param>
    /// <param name="plannedStops">Stops that somebody has coded as planned: no planned busy time either. Items counted in them, late, still count.</param>
    public static OeeResult Of(IReadOnlyList<UnitEvent> history, IReadOnlyList<Period> plannedBusy, TimeSpan plannedRunTimePerItem, params IEnumerable<Period> plannedStops)
    {
        var pri = (long)Math.Round(plannedRunTimePerItem.TotalMilliseconds);
        var busy = plannedBusy.Without(plannedStops);
        var times = TimeByCategory(history, busy);
        var pbt = busy.Sum(period => period.Milliseconds());
        var apt = times.GetValueOrDefault(TimeCategory.Production);
        var notObserved = pbt - times.Values.Sum();

        var good = Count(history, SignalRole.GoodCount, plannedBusy);
        var scrap = Count(history, SignalRole.ScrapCount, plannedBusy);
        // A judged item is a produced one, even where its count fell just outside the busy time.
        var produced = Math.Max(Count(history, SignalRole.ProducedCount, plannedBusy), good + scrap);
        var planned = pri * produced;

        return new OeeResult(
            OeeDefinition.WorkUnit,
            new OeeRatios(Ratio(apt, pbt), Ratio(planned, apt), Ratio(good, produced), Ratio(pri * good, pbt)),
            new OeeQuantities(produced, good, scrap),
            new OeeTimes(pbt, apt, pri),
            [
                new("plannedBusy", "Planned busy time", OeeStepKind.Total, pbt),
                Loss("breakdown", "Breakdown", TimeCategory.Breakdown),
                Loss("held", "Held", TimeCategory.Held),
                Loss("starvedOrBlocked", "Starved or blocked", TimeCategory.StarvedOrBlocked),
                Loss("stopped", "Stopped", TimeCategory.Stopped),
                new("notObserved", "Not observed", OeeStepKind.Loss, notObserved),
                Loss("other", "Other", TimeCategory.Other),
                new("speed", "Speed", OeeStepKind.Loss, Math.Max(0, apt - planned)),
                new("speedGain", "Faster than planned", OeeStepKind.Gain, Math.Max(0, planned - apt)),
                new("scrap", "Scrap", OeeStepKind.Loss, pri * (produced - good)),
                new("effective", "Effective time", OeeStepKind.Result, pri * good),
            ]);

        OeeStep Loss(string key, string label, TimeCategory category) => new(key, label, OeeStepKind.Loss, times.GetValueOrDefault(category));
    }

    /// <returns>Milliseconds inside the busy time; time that was not observed is in none.</returns>
    private static Dictionary<TimeCategory, long> TimeByCategory(IReadOnlyList<UnitEvent> history, IReadOnlyList<Period> plannedBusy)
    {
        Dictionary<TimeCategory, long> times = [];
        if (plannedBusy.Count == 0) return times;
        var spans = StateTimeline.Spans(history, new Period(plannedBusy[0].From, plannedBusy[^1].To));
        foreach (var busy in plannedBusy)
            foreach (var span in spans)
                if (span.State is { } state && span.Time.Within(busy) is { } part)
                    times[state.Category()] = times.GetValueOrDefault(state.Category()) + part.Milliseconds();
        return times;
    }

    private static long Count(IReadOnlyList<UnitEvent> history, SignalRole counter, IReadOnlyList<Period> plannedBusy) =>
        history.OfType<UnitEvent.Counted>().Where(e => e.Counter == counter && plannedBusy.Any(busy => busy.Contains(e.At))).Sum(e => e.Added);

    private static double? Ratio(long part, long whole) => whole > 0 ? (double)part / whole : null;
}
