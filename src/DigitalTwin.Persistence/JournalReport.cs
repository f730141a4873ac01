namespace DigitalTwin.Persistence;

/// <summary>What a check of a whole journal has found.</summary>
/// <param name="HeadSeq">Offset of the last event.</param>
/// <param name="HeadHash">Hash of the last event, lower-case hex; it vouches for all events before it.</param>
/// <param name="Whole">No fault.</param>
/// <param name="Faults">The first <see cref="MaxFaults"/>.</param>
public sealed record JournalReport(long Events, long Entities, long HeadSeq, string HeadHash, bool Whole, IReadOnlyList<JournalFault> Faults)
{
    public const int MaxFaults = 100;
}

/// <param name="Offset">The row at fault; null: the file as a whole.</param>
public sealed record JournalFault(long? Offset, string? Entity, string Fault);
