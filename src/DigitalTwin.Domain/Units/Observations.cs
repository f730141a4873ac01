using System.Diagnostics;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using static DigitalTwin.Domain.Units.UnitCommand;
using static DigitalTwin.Domain.Units.UnitEvent;

namespace DigitalTwin.Domain.Units;

/// <summary>What a newer value of good quality means, by the role of its signal.</summary>
internal static class Observations
{
    /// <summary>Why a value cannot be what its signal's role says it is; null where it can.</summary>
    public static (string Code, string Reason)? Unfit(Observe o) => o.Role switch
    {
        SignalRole.Vehicle => null,
        _ when !double.IsFinite(o.Number) => ("NOT_A_NUMBER", $"{o.Signal} reports {o.Number}, which is no value of a {o.Role} signal."),
        SignalRole.Setpoint => null,
        _ when o.Number != Math.Truncate(o.Number) => ("NOT_AN_INTEGER", $"{o.Signal} reports {o.Number}; a {o.Role} is a whole number."),
        SignalRole.State when o.Number is < 0 or > (double)PackmlState.Complete => ("STATE_UNKNOWN", $"{o.Signal} reports {o.Number}; PackML states are 0 to 17."),
        SignalRole.Mode when o.Number is < 0 or > 31 => ("MODE_UNKNOWN", $"{o.Signal} reports {o.Number}; unit modes are 0 to 31."),
        _ when o.Number is < 0 or > LargestCount => ("OUT_OF_RANGE", $"{o.Signal} reports {o.Number}; a {o.Role} is not negative and at most 2^53."),
        _ => null,
    };

    /// <summary>Whole numbers beyond this one are not exact in a double.</summary>
    private const double LargestCount = 1L << 53;

    /// <returns>Nothing where the value is the one known.</returns>
    public static IEnumerable<Observed> Changes(UnitState state, Observe o) => o.Role switch
    {
        SignalRole.State => StateChanges(state, o),
        SignalRole.Mode when state.Mode != (UnitMode)(int)o.Number => [new ModeChanged(o.Signal, state.Mode, (UnitMode)(int)o.Number, o.SourceTime)],
        SignalRole.Mode => [],
        SignalRole.Fault => FaultChanges(state, o),
        SignalRole.Vehicle => VehicleChanges(state, o),
        SignalRole.ProducedCount or SignalRole.GoodCount or SignalRole.ScrapCount => CountChanges(state, o),
        SignalRole.Setpoint when !state.Setpoints.TryGetValue(o.Signal, out var known) || known.Value != o.Number => [new SetpointReported(o.Signal, o.Number, o.SourceTime)],
        SignalRole.Setpoint => [],
        _ => throw new UnreachableException(),
    };

    private static IEnumerable<Observed> StateChanges(UnitState state, Observe o)
    {
        var to = (PackmlState)(int)o.Number;
        // After a gap the same state is recorded again: from there on the time counts as observed.
        var afterGap = state.UnseenFrom < o.SourceTime || state.IsLost(o.Signal);
        if (to != state.State || afterGap)
            yield return new StateChanged(o.Signal, state.State, to, o.SourceTime, Legal: afterGap || PackmlTransitions.IsLegal(state.State, to), afterGap);
    }

    private static IEnumerable<Observed> FaultChanges(UnitState state, Observe o)
    {
        var code = (long)o.Number;
        if (code == state.Fault) yield break;
        if (state.Fault != 0) yield return new FaultCleared(o.Signal, state.Fault, o.SourceTime);
        if (code != 0) yield return new FaultRaised(o.Signal, code, o.SourceTime);
    }

    private static IEnumerable<Observed> VehicleChanges(UnitState state, Observe o)
    {
        var vehicle = o.Text ?? "";   // OPC UA Part 6: a null string and an empty one mean the same
        if (vehicle == state.Vehicle) yield break;
        if (state.Vehicle.Length > 0) yield return new VehicleLeft(o.Signal, state.Vehicle, o.SourceTime);
        if (vehicle.Length > 0) yield return new VehicleEntered(o.Signal, vehicle, o.SourceTime);
    }

    private static IEnumerable<Observed> CountChanges(UnitState state, Observe o)
    {
        var reported = (long)o.Number;
        if (!state.Counters.TryGetValue(o.Role, out var known))
        {
            yield return new CounterStarted(o.Signal, o.Role, reported, o.SourceTime);
            yield break;
        }
        var before = known.Reported;
        if (reported < before)
        {
            yield return new CounterReset(o.Signal, o.Role, before, o.SourceTime);
            before = 0;
        }
        var added = reported - before;
        if (added > 0)
            yield return new Counted(o.Signal, o.Role, added, reported, known.Total + added, added == 1 ? VehicleAt(state, o.SourceTime) : null, o.SourceTime);
    }

    /// <summary>
    /// Whose item was counted. Vehicle and counter are two signals, and either may be the first to arrive: a vehicle that entered
    /// at the moment of the count, or after it, cannot be the one.
    /// </summary>
    private static string? VehicleAt(UnitState state, DateTimeOffset at)
    {
        var vehicle = state.Vehicle.Length > 0 && state.VehicleSince < at ? state.Vehicle : state.LastVehicle;
        return vehicle.Length > 0 ? vehicle : null;
    }
}
