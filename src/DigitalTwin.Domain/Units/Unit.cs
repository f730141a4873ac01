using System.Diagnostics;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using static DigitalTwin.Domain.Units.UnitCommand;
using static DigitalTwin.Domain.Units.UnitEvent;

namespace DigitalTwin.Domain.Units;

/// <summary>
/// The twin of a machine and of a station, and the part of a line's twin that its own signals feed.
/// </summary>
/// <remarks>
/// One decider for all three: what a unit does with a signal depends on the role of the signal (a state, a counter, a vehicle …) and on nothing else.
/// A station differs from a machine in which roles its definition gives it, so its kind has no place in these rules.
/// </remarks>
public static class Unit
{
    /// <param name="now">Plant time.</param>
    public static Decision<UnitEvent> Decide(UnitState state, UnitCommand command, DateTimeOffset now) => command switch
    {
        Observe observed => Take(state, observed),
        ObserveGap gap => Take(state, gap),
        Desire desire => Take(state, desire, now),
        _ => throw new UnreachableException(),
    };

    public static UnitState Apply(UnitState state, UnitEvent recorded) =>
        Move(recorded is Observed observed
            ? state with { Watches = state.Watches.SetItem(observed.Signal, new SignalWatch(observed.At, Lost: false)) }
            : state, recorded);

    private static Decision<UnitEvent> Take(UnitState state, Observe observed)
    {
        if (observed.Role is SignalRole.Measurement or SignalRole.Energy) return Decision.Nothing<UnitEvent>();   // the historian's
        var watch = state.Watches.GetValueOrDefault(observed.Signal);
        if (watch is not null && observed.SourceTime <= watch.At) return Decision.Nothing<UnitEvent>();           // late, or here twice
        var lost = watch is { Lost: true };
        return observed.Quality switch
        {
            Quality.Bad when lost => Decision.Nothing<UnitEvent>(),
            Quality.Bad => Decision.Accept<UnitEvent>(new SignalLost(observed.Signal, observed.Role, observed.SourceTime)),
            Quality.Uncertain => Decision.Nothing<UnitEvent>(),
            _ when Observations.Unfit(observed) is var (code, reason) => Decision.Refuse<UnitEvent>(code, reason),
            _ => Decision.Accept<UnitEvent>([
                .. lost ? [new SignalRecovered(observed.Signal, observed.Role, observed.SourceTime)] : Array.Empty<UnitEvent>(),
                .. Observations.Changes(state, observed)]),
        };
    }

    private static Decision<UnitEvent> Take(UnitState state, ObserveGap gap)
    {
        if (gap.From > gap.To) return Decision.Refuse<UnitEvent>("GAP_UPSIDE_DOWN", $"A gap cannot end ({gap.To:O}) before it starts ({gap.From:O}).");
        if (gap.Signals.Count == 0) return Decision.Refuse<UnitEvent>("GAP_OF_NOTHING", "A gap names at least one signal.");
        if (gap.Signals.All(signal => state.GapsUntil.TryGetValue(signal, out var until) && gap.To <= until)) return Decision.Nothing<UnitEvent>();
        var stateUnseen = state.StateSignal is not null && gap.Signals.Contains(state.StateSignal);
        return Decision.Accept<UnitEvent>(new GapObserved(gap.From, gap.To, gap.Reason, gap.Signals, stateUnseen));
    }

    private static Decision<UnitEvent> Take(UnitState state, Desire desire, DateTimeOffset now)
    {
        if (!double.IsFinite(desire.Value)) return Decision.Refuse<UnitEvent>("NOT_A_NUMBER", $"{desire.Name} cannot be set to {desire.Value}.");
        if (state.Desired.TryGetValue(desire.Name, out var before) && before.Value == desire.Value) return Decision.Nothing<UnitEvent>();
        return Decision.Accept<UnitEvent>(new DesiredChanged(desire.Name, desire.Value, desire.By, now));
    }

    private static UnitState Move(UnitState state, UnitEvent recorded) => recorded switch
    {
        StateChanged e => state with
        {
            State = e.To,
            StateSignal = e.Signal,
            StateSince = e.From == e.To && state.StateSince is { } since ? since : e.At,
            StateLegal = e.Legal,
            UnseenFrom = !e.AfterGap ? state.UnseenFrom : state.GapsUntil.TryGetValue(e.Signal, out var until) && e.At < until ? e.At : null,
        },
        ModeChanged e => state with { Mode = e.To },
        FaultRaised e => state with { Fault = e.Code },
        FaultCleared => state with { Fault = 0 },
        VehicleEntered e => state with { Vehicle = e.Vehicle, VehicleSince = e.At },
        VehicleLeft e => state with { Vehicle = "", VehicleSince = null, LastVehicle = e.Vehicle },
        CounterStarted e => state with { Counters = state.Counters.SetItem(e.Counter, new CounterState(e.Reported, e.Reported)) },
        Counted e => state with { Counters = state.Counters.SetItem(e.Counter, new CounterState(e.Reported, e.Total)) },
        CounterReset e => state with { Counters = state.Counters.SetItem(e.Counter, state.Counters[e.Counter] with { Reported = 0 }) },
        SetpointReported e => state with { Setpoints = state.Setpoints.SetItem(e.Signal, new SetpointState(e.Value, e.At)) },
        SignalLost e => state with
        {
            Watches = state.Watches.SetItem(e.Signal, new SignalWatch(e.At, Lost: true)),
            UnseenFrom = e.Role == SignalRole.State ? state.UnseenFrom ?? e.At : state.UnseenFrom,
        },
        SignalRecovered => state,   // its watch was renewed as that of any observed event
        GapObserved e => state with
        {
            UnseenFrom = e.StateUnseen && !(state.Watches.GetValueOrDefault(state.StateSignal!)?.At >= e.To) ? state.UnseenFrom ?? e.From : state.UnseenFrom,
            GapsUntil = state.GapsUntil.SetItems(e.Signals.Select(signal => KeyValuePair.Create(signal, e.To))),
        },
        DesiredChanged e => state with { Desired = state.Desired.SetItem(e.Name, new DesiredState(e.Value, e.By, e.At)) },
        _ => throw new UnreachableException(),
    };
}
