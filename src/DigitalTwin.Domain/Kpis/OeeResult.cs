namespace DigitalTwin.Domain.Kpis;

/// <summary>What an OEE figure means: definitions differ from plant to plant, so each figure carries its own.</summary>
public sealed record OeeDefinition(string Standard, string Version, string Rule)
{
    public static OeeDefinition WorkUnit { get; } = new("ISO 22400-2:2014", "1", "work unit: PRI x GQ / PBT");

    /// <summary>The line's OEE is that of its constraint station, since no line makes more than its slowest station.</summary>
    public static OeeDefinition Line { get; } = new("ISO 22400-2:2014", "1", "line: OEE of its constraint station");
}

/// <summary>An OEE with the losses behind it.</summary>
/// <remarks>
/// Counters go on while nobody watches: the first value after a gap brings the items of the gap, and they count at its source time. The time in
/// which they were made is in <c>notObserved</c> and not in APT. So beside time that was not observed a smaller speed loss, or a speed gain, is
/// no faster equipment: of it, up to the not observed time is owed to the gap.
/// </remarks>
public sealed record OeeResult(OeeDefinition Definition, OeeRatios Ratios, OeeQuantities Quantities, OeeTimes Times, IReadOnlyList<OeeStep> Steps);

/// <summary>Ratios from 0, not percentages; null where there is nothing to divide by. Only effectiveness, and with it OEE, may exceed 1.</summary>
public sealed record OeeRatios(double? Availability, double? Effectiveness, double? Quality, double? Oee);

/// <summary>Items inside the planned busy time: PQ, GQ and SQ of ISO 22400-2.</summary>
public sealed record OeeQuantities(long Produced, long Good, long Scrap);

/// <summary>PBT, APT and PRI of ISO 22400-2.</summary>
public sealed record OeeTimes(long PlannedBusyMs, long ActualProductionMs, long PlannedRunTimePerItemMs);

/// <summary>A bar of the waterfall: total − losses + gains = result.</summary>
/// <param name="Key">Stable.</param>
/// <param name="Ms">Never negative.</param>
public sealed record OeeStep(string Key, string Label, OeeStepKind Kind, long Ms);

public enum OeeStepKind { Total, Loss, Gain, Result }
