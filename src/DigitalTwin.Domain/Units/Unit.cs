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
            ? state with { Watches = state.Watches.SetItem(observed.Signal, new SignalWatch(observed.At, Lost: false, observed.Sequence)) }
            : state, recorded);

    private static Decision<UnitEvent> Take(UnitState state, Observe observed)
    {
        if (observed.Role is SignalRole.Measurement or SignalRole.Energy or SignalRole.Order or SignalRole.Variant or SignalRole.Operator) return Decision.Nothing<UnitEvent>();   // the historian's
        var watch = state.Watches.GetValueOrDefault(observed.Signal);
        var late = watch is not null && !watch.IsBefore(observed.SourceTime, observed.Sequence);                   // or here twice
        if (late && !SourceTimes.SetBack(watch!.At, observed.SourceTime, observed.PlantNow)) return Decision.Nothing<UnitEvent>();
        if (observed.Quality == Quality.Good && Observations.Unfit(observed) is var (code, reason)) return Decision.Refuse<UnitEvent>(code, reason);
        List<Observed> events = late ? [new ClockSetBack(observed.Signal, observed.Role, watch!.At, observed.SourceTime)] : [];
        events.AddRange(Facts(events.Aggregate(state, Apply), observed));
        return Decision.Accept<UnitEvent>([.. events.Select(e => e with { Sequence = observed.Sequence })]);
    }

    /// <summary>A value that is not good, Uncertain ones included, never moves a unit: its signal counts as lost until it is good again.</summary>
    private static IEnumerable<Observed> Facts(UnitState state, Observe observed) => (observed.Quality, Lost: state.IsLost(observed.Signal)) switch
    {
        (Quality.Good, Lost: false) => Observations.Changes(state, observed),
        (Quality.Good, Lost: true) => [new SignalRecovered(observed.Signal, observed.Role, observed.SourceTime), .. Observations.Changes(state, observed)],
        (_, Lost: true) => [],
        (var quality, _) => [new SignalLost(observed.Signal, observed.Role, observed.SourceTime, Doubtful: quality == Quality.Uncertain)],
    };

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
            Watches = state.Watches.SetItem(e.Signal, new SignalWatch(e.At, Lost: true, e.Sequence)),
            UnseenFrom = e.Role == SignalRole.State ? state.UnseenFrom ?? e.At : state.UnseenFrom,
        },
        SignalRecovered => state,   // its watch was renewed as that of any observed event
        ClockSetBack e => state with   // as if the signal were seen for the first time
        {
            UnseenFrom = e.Role == SignalRole.State ? DateTimeOffset.MinValue : state.UnseenFrom,
            StateSince = e.Role == SignalRole.State ? null : state.StateSince,
            VehicleSince = e.Role == SignalRole.Vehicle && state.VehicleSince is not null ? e.At : state.VehicleSince,
            GapsUntil = state.GapsUntil.Remove(e.Signal),
        },
        GapObserved e => state with
        {
            UnseenFrom = e.StateUnseen && !(state.Watches.GetValueOrDefault(state.StateSignal!)?.At >= e.To) ? state.UnseenFrom ?? e.From : state.UnseenFrom,
            GapsUntil = state.GapsUntil.SetItems(e.Signals.Select(signal => KeyValuePair.Create(signal, e.To))),
        },
        DesiredChanged e => state with { Desired = state.Desired.SetItem(e.Name, new DesiredState(e.Value, e.By, e.At)) },
        _ => throw new UnreachableException(),
    };
}
