using System.Text.Json.Serialization;

namespace DigitalTwin.Host.Api;

/// <summary>A twin as the API, the stream and the page show it.</summary>
/// <param name="Kind">plant, area, line, station, machine or workOrder.</param>
/// <param name="State">PackML state name; a work order's own state; null for a place without one.</param>
/// <param name="StateSince">Plant time.</param>
/// <param name="Flags">What is out of the ordinary, e.g. <c>illegalTransition</c>, <c>signalLost:state</c>, <c>journalDamaged</c>.</param>
/// <param name="Reported">What the equipment says, by signal name.</param>
/// <param name="Desired">What is wanted of it, by setpoint name.</param>
/// <param name="Offset">Journal offset of the newest event in it.</param>
public sealed record TwinView(
    string Id, string Kind, string Name, string? Parent, string? State, DateTimeOffset? StateSince, string? Mode, long? Fault,
    IReadOnlyList<string> Flags, IReadOnlyDictionary<string, ReportedValue> Reported, IReadOnlyDictionary<string, DesiredValue> Desired,
    string? CurrentVehicle, CountsView? Counts, long Offset)
{
    /// <summary>Where the body of a work order is; null between stations, and for all other kinds.</summary>
    public string? Station { get; init; }

    /// <summary>The moment of the past that this is of; absent where it is now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MomentView? AsOf { get; init; }

    /// <summary>As <see cref="TwinPage.Behind"/>, of a twin asked for by itself; absent where it is not behind.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BehindView? Behind { get; init; }
}

/// <param name="V">Number or text; null while nothing was reported.</param>
/// <param name="T">Source time: plant time at which the equipment gave it.</param>
/// <param name="Q">good, uncertain, bad or stale.</param>
/// <param name="Age">Wall seconds since it was received.</param>
/// <param name="StaleAfter">Wall seconds of age after which it is stale.</param>
public sealed record ReportedValue(object? V, DateTimeOffset? T, string Q, string? Unit, double? Age, double StaleAfter);

public sealed record DesiredValue(double V, DateTimeOffset T, string? Unit, string By);

/// <summary>Items since the twin began, across resets of the equipment's counters.</summary>
public sealed record CountsView(long Produced, long Good, long Scrap);

/// <param name="Next">Cursor of the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <param name="Offset">Journal offset that the list is of.</param>
/// <param name="Behind">How far that is behind the journal, beyond five seconds; null: it is not.</param>
/// <param name="OrdersLetGo">Work orders that were finished and heard of last before this offset are not listed, only found by their id; null: all are, or none was asked for.</param>
public sealed record TwinPage(IReadOnlyList<TwinView> Items, string? Next, long Offset, BehindView? Behind, long? OrdersLetGo);

/// <param name="At">Plant time.</param>
/// <param name="Recorded">Wall time of the commit.</param>
public sealed record EventView(long Offset, string Entity, long Seq, string Name, DateTimeOffset At, DateTimeOffset Recorded, System.Text.Json.JsonElement Data);
