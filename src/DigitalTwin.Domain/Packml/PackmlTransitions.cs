using static DigitalTwin.Domain.Packml.PackmlState;

namespace DigitalTwin.Domain.Packml;

/// <summary>Which state may follow which: the state model of ISA-TR88.00.02-2015, with all 17 states in use.</summary>
/// <remarks>
/// OPC 30050 prepares five more (Starting, Suspending, Suspended, Unsuspending and Unholding to Holding) for a later TR88; they are not legal here.
/// </remarks>
public static class PackmlTransitions
{
    private static readonly PackmlState[] stoppedOrAborting = [Stopping, Stopped, Aborting, Aborted, Clearing];

    /// <returns>
    /// True too where one side is <see cref="Undefined"/>: that is no PackML state, so there is nothing to judge. False from a state to itself.
    /// </returns>
    public static bool IsLegal(PackmlState from, PackmlState to) => (from, to) switch
    {
        (Undefined, _) or (_, Undefined) => from != to,

        (Idle, Starting) => true,
        (Starting, Execute) => true,
        (Execute, Completing) => true,
        (Completing, Complete) => true,
        (Complete, Resetting) => true,
        (Resetting, Idle) => true,

        (Execute, Holding) => true,
        (Holding, Held) => true,
        (Held, Unholding) => true,
        (Unholding, Execute) => true,

        (Execute, Suspending) => true,
        (Suspending, Suspended) => true,
        (Suspended, Unsuspending) => true,
        (Unsuspending, Execute) => true,

        (_, Stopping) => !stoppedOrAborting.Contains(from),
        (Stopping, Stopped) => true,
        (Stopped, Resetting) => true,

        (_, Aborting) => from is not (Aborting or Aborted),
        (Aborting, Aborted) => true,
        (Aborted, Clearing) => true,
        (Clearing, Stopped) => true,

        _ => false,
    };
}
