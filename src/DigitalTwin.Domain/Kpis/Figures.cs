using DigitalTwin.Domain.Stops;

namespace DigitalTwin.Domain.Kpis;

/// <summary>The sums that the key figures of a station are made of, over one shift or several: what two shifts have together is the sum of what each has.</summary>
/// <param name="PlannedBusyMs">PBT of ISO 22400-2: shift time without breaks and without <paramref name="PlannedStopMs"/>.</param>
/// <param name="PlannedStopMs">Shift time in stops that were coded as planned.</param>
/// <param name="ActualProductionMs">APT.</param>
/// <param name="NotObservedMs">Planned busy time in which the state was not known.</param>
/// <param name="PlannedRunMs">PRI × PQ.</param>
/// <param name="EffectiveMs">PRI × GQ.</param>
/// <param name="Judged">Vehicles that the station judged for the first time.</param>
/// <param name="FirstTimeGood">Of them those that were good at once.</param>
/// <param name="Stops">Ordered by the code of their reason, each once. Their times add up to PBT − APT − not observed + planned stops.</param>
public sealed record Figures(
    long PlannedBusyMs, long PlannedStopMs, long ActualProductionMs, long NotObservedMs, long PlannedRunMs, long EffectiveMs,
    long Produced, long Good, long Scrap, long Judged, long FirstTimeGood, IReadOnlyList<StopSum> Stops)
{
    public static Figures None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, []);

    public static Figures operator +(Figures a, Figures b) => new(
        a.PlannedBusyMs + b.PlannedBusyMs, a.PlannedStopMs + b.PlannedStopMs, a.ActualProductionMs + b.ActualProductionMs, a.NotObservedMs + b.NotObservedMs,
        a.PlannedRunMs + b.PlannedRunMs, a.EffectiveMs + b.EffectiveMs, a.Produced + b.Produced, a.Good + b.Good, a.Scrap + b.Scrap,
        a.Judged + b.Judged, a.FirstTimeGood + b.FirstTimeGood, StopSum.Merge(a.Stops.Concat(b.Stops)));

    /// <summary>APT / PBT.</summary>
    public double? Availability => Ratio(ActualProductionMs, PlannedBusyMs);

    /// <summary>PRI × PQ / APT; above 1 where the station was faster than planned.</summary>
    public double? Effectiveness => Ratio(PlannedRunMs, ActualProductionMs);

    /// <summary>GQ / PQ.</summary>
    public double? QualityRatio => Ratio(Good, Produced);

    /// <summary>PRI × GQ / PBT.</summary>
    public double? Oee => Ratio(EffectiveMs, PlannedBusyMs);

    /// <summary>SQ / PQ.</summary>
    public double? ScrapRatio => Ratio(Scrap, Produced);

    /// <summary>Of the vehicles judged for the first time, the share that was good.</summary>
    public double? FirstTimeThrough => Ratio(FirstTimeGood, Judged);

    /// <summary>Items per hour of planned busy time.</summary>
    public double? JobsPerHour => Ratio(3_600_000 * Produced, PlannedBusyMs);

    /// <summary>Planned busy time per item; null where nothing was made.</summary>
    public double? ActualTaktMs => Ratio(PlannedBusyMs, Produced);

    public bool Equals(Figures? other) => other is not null && Stops.SequenceEqual(other.Stops)
        && (PlannedBusyMs, PlannedStopMs, ActualProductionMs, NotObservedMs, PlannedRunMs, EffectiveMs) == (other.PlannedBusyMs, other.PlannedStopMs, other.ActualProductionMs, other.NotObservedMs, other.PlannedRunMs, other.EffectiveMs)
        && (Produced, Good, Scrap, Judged, FirstTimeGood) == (other.Produced, other.Good, other.Scrap, other.Judged, other.FirstTimeGood);

    public override int GetHashCode() => HashCode.Combine(PlannedBusyMs, PlannedStopMs, ActualProductionMs, Produced, Good, Stops.Count);

    private static double? Ratio(long part, long whole) => whole > 0 ? (double)part / whole : null;
}

/// <param name="Ms">Within the shifts, breaks left out.</param>
/// <param name="Count">Stops that began in the shifts; one that came over from the shift before has time here and is counted there.</param>
public sealed record StopSum(StopReason Reason, long Ms, int Count)
{
    public static IReadOnlyList<StopSum> Merge(IEnumerable<StopSum> sums) =>
        [.. sums.GroupBy(sum => sum.Reason, (reason, same) => new StopSum(reason, same.Sum(sum => sum.Ms), same.Sum(sum => sum.Count))).OrderBy(sum => sum.Reason.Code, StringComparer.Ordinal)];
}
