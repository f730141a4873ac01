using System.Diagnostics;
using static DigitalTwin.VirtualPlant.Packml.UnitState;

namespace DigitalTwin.VirtualPlant.Packml;

/// <summary>How a unit gets from where it is to where it should rest, by legal ISA-TR88.00.02 transitions alone.</summary>
/// <remarks>
/// A unit has one goal at a time: Execute, Suspended, Held, Idle (a break), Stopped or Aborted. An acting state (…ing) always completes before the
/// next one begins, and every state lasts long enough to be seen by a client that reads once a second.
/// </remarks>
internal static class Routes
{
    /// <summary>The state after <paramref name="state"/> on the way to <paramref name="goal"/>; the same state when there is nothing to do.</summary>
    public static UnitState Next(UnitState state, UnitState goal) => state switch
    {
        Clearing => Stopped,
        Starting => Execute,
        Stopping => Stopped,
        Aborting => Aborted,
        Holding => Held,
        Unholding => Execute,
        Suspending => Suspended,
        Unsuspending => Execute,
        Resetting => Idle,
        Completing => Complete,
        _ when state == goal => state,
        Aborted => Clearing,
        _ when goal == Aborted => Aborting,
        Stopped => Resetting,
        _ when goal == Stopped => Stopping,
        Idle => Starting,
        Held => Unholding,
        Suspended => Unsuspending,
        Complete => Resetting,
        Execute => goal switch
        {
            Suspended => Suspending,
            Held => Holding,
            Idle => Completing,
            _ => throw new UnreachableException($"{goal} is no state to rest in"),
        },
        _ => throw new UnreachableException($"{state} is no state of a running unit"),
    };

    /// <summary>Seconds of plant time a unit stays in a state at least, whatever its goal; never less than 1.</summary>
    public static double DwellSeconds(UnitState state) => state switch
    {
        Clearing or Resetting or Starting => 3,
        Stopped or Stopping or Idle or Completing => 2,
        Aborting => 1.5,
        Complete => 5,
        _ => 1,
    };
}
