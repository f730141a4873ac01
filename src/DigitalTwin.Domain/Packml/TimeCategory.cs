using static DigitalTwin.Domain.Packml.PackmlState;

namespace DigitalTwin.Domain.Packml;

/// <summary>
/// Where a state's time goes in the time model of ISO 22400-2. <see cref="Production"/> is the actual production time (APT); the others divide what
/// keeps it below the planned busy time (PBT).
/// </summary>
public enum TimeCategory
{
    Production,

    /// <summary>A fault of the unit: from its abort until the fault is cleared.</summary>
    Breakdown,

    /// <summary>Paused for a reason inside the unit, e.g. a tip dress or an operator's service.</summary>
    Held,

    /// <summary>Paused for a reason outside the unit: starved or blocked.</summary>
    StarvedOrBlocked,

    /// <summary>Not asked to produce, or on the way there and back.</summary>
    Stopped,

    /// <summary>The equipment reports a state that is no PackML state.</summary>
    Other,
}

public static class TimeCategories
{
    public static TimeCategory Category(this PackmlState state) => state switch
    {
        Execute => TimeCategory.Production,
        Aborting or Aborted or Clearing => TimeCategory.Breakdown,
        Holding or Held or Unholding => TimeCategory.Held,
        Suspending or Suspended or Unsuspending => TimeCategory.StarvedOrBlocked,
        Stopping or Stopped or Resetting or Idle or Starting or Completing or Complete => TimeCategory.Stopped,
        Undefined => TimeCategory.Other,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "No PackML state."),
    };
}
