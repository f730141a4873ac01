using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.Journals;

/// <summary>Events of one entity that are stored together or not at all.</summary>
/// <param name="ExpectedSeq">The entity's last sequence that the sender knows; 0 before the first event.</param>
public sealed record Append(EntityId Entity, long ExpectedSeq, IReadOnlyList<NewEvent> Events);

public readonly record struct NewEvent(string Name, DateTimeOffset At, ReadOnlyMemory<byte> Payload);

public enum AppendStatus
{
    Stored,

    /// <summary>Another writer has moved the entity on; nothing stored.</summary>
    Conflict,

    /// <summary>The store could not take it; certainly nothing stored.</summary>
    NotStored,

    /// <summary>The store failed on it; only reading can tell.</summary>
    Unknown,
}

/// <param name="FirstOffset">Offset of the first event; the others follow without a gap. Only when stored.</param>
public readonly record struct AppendResult(AppendStatus Status, long FirstOffset, string? Why)
{
    public static AppendResult Stored(long firstOffset) => new(AppendStatus.Stored, firstOffset, null);

    public static AppendResult Conflict(EntityId entity, long expected, long actual) =>
        new(AppendStatus.Conflict, 0, $"{entity} is at sequence {actual}, not {expected}: another writer has moved it on");
}
