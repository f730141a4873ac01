namespace DigitalTwin.Domain.Packml;

/// <summary>The 17 states of ISA-TR88.00.02, numbered as <c>StateCurrent</c> of OPC 30050.</summary>
public enum PackmlState
{
    /// <summary>Nothing is known: the equipment says so, or has said nothing yet.</summary>
    Undefined = 0,
    Clearing = 1,
    Stopped = 2,
    Starting = 3,
    Idle = 4,
    Suspended = 5,
    Execute = 6,
    Stopping = 7,
    Aborting = 8,
    Aborted = 9,
    Holding = 10,
    Held = 11,
    Unholding = 12,
    Suspending = 13,
    Unsuspending = 14,
    Resetting = 15,
    Completing = 16,
    Complete = 17,
}
