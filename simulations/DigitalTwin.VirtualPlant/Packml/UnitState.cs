namespace DigitalTwin.VirtualPlant.Packml;

/// <summary>The states of ISA-TR88.00.02, with the numbers of OPC 30050.</summary>
internal enum UnitState
{
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

/// <summary>Unit modes of ISA-TR88.00.02.</summary>
internal enum UnitMode
{
    Production = 1,
    Maintenance = 2,
    Manual = 3,
}
