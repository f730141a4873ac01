using System.Collections.Immutable;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Domain.Units;

/// <summary>A unit as its equipment last reported it, with what is desired of it beside.</summary>
/// <param name="StateSignal">Name of the signal that the state came from; null before the first.</param>
/// <param name="StateSince">Source time of the first report of the state; null before the first.</param>
/// <param name="StateLegal">False while the unit is in a state that it could not legally reach.</param>
/// <param name="UnseenFrom">Since when the state may have changed unseen (no report yet, signal lost, gap): the first report after that is not judged. Null: it is seen.</param>
/// <param name="Fault">0: none.</param>
/// <param name="Vehicle">Empty: none.</param>
/// <param name="LastVehicle">The vehicle that left last; empty: none yet.</param>
/// <param name="Counters">By role; a counter that the unit lacks is absent.</param>
/// <param name="Setpoints">As the equipment reports them, by name.</param>
/// <param name="Watches">By signal name; only signals that events come from.</param>
/// <param name="GapsUntil">End of the last gap, by signal name.</param>
public sealed record UnitState(
    PackmlState State,
    string? StateSignal,
    DateTimeOffset? StateSince,
    bool StateLegal,
    DateTimeOffset? UnseenFrom,
    UnitMode Mode,
    long Fault,
    string Vehicle,
    DateTimeOffset? VehicleSince,
    string LastVehicle,
    ImmutableSortedDictionary<SignalRole, CounterState> Counters,
    ImmutableSortedDictionary<string, SetpointState> Setpoints,
    ImmutableSortedDictionary<string, DesiredState> Desired,
    ImmutableSortedDictionary<string, SignalWatch> Watches,
    ImmutableSortedDictionary<string, DateTimeOffset> GapsUntil)
{
    public static UnitState Initial { get; } = new(
        PackmlState.Undefined, null, null, true, DateTimeOffset.MinValue, UnitMode.Undefined, 0, "", null, "",
        ImmutableSortedDictionary<SignalRole, CounterState>.Empty,
        ImmutableSortedDictionary<string, SetpointState>.Empty,
        ImmutableSortedDictionary<string, DesiredState>.Empty,
        ImmutableSortedDictionary<string, SignalWatch>.Empty,
        ImmutableSortedDictionary<string, DateTimeOffset>.Empty);

    /// <returns>The cumulative count; 0 for a counter that the unit lacks.</returns>
    public long Total(SignalRole counter) => Counters.TryGetValue(counter, out var found) ? found.Total : 0;

    /// <summary>Whether the newest value of a signal was none to go by.</summary>
    public bool IsLost(string signal) => Watches.TryGetValue(signal, out var watch) && watch.Lost;

    /// <summary>What an operator ought to look at: <c>illegalTransition</c>, <c>stateUnseen</c>, <c>signalLost:NAME</c>.</summary>
    public IEnumerable<string> Flags()
    {
        if (!StateLegal) yield return "illegalTransition";
        if (UnseenFrom is not null && StateSince is not null) yield return "stateUnseen";
        foreach (var (signal, watch) in Watches)
            if (watch.Lost) yield return $"signalLost:{signal}";
    }
}

/// <param name="Reported">What the counter shows.</param>
/// <param name="Total">Cumulative across resets; never less than before.</param>
public sealed record CounterState(long Reported, long Total);

public sealed record SetpointState(double Value, DateTimeOffset At);

public sealed record DesiredState(double Value, string By, DateTimeOffset At);

/// <param name="At">Source time of the newest recorded observation.</param>
/// <param name="Lost">Its quality is not good since then.</param>
/// <param name="Sequence">Of that observation.</param>
public sealed record SignalWatch(DateTimeOffset At, bool Lost, ulong Sequence = 0)
{
    /// <summary>Whether an observation is newer; see <see cref="Plant.SourceTimes"/>.</summary>
    public bool IsBefore(DateTimeOffset sourceTime, ulong sequence) => At < sourceTime || (At == sourceTime && Sequence < sequence);
}
