using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Sharding;

namespace DigitalTwin.Actors.Journals;

/// <summary>Events of one entity that are stored together or not at all.</summary>
/// <param name="ExpectedSeq">The entity's last sequence that the sender knows; 0 before the first event.</param>
/// <param name="Lease">The sender's right to append; refused as <see cref="AppendStatus.Fenced"/> when a later epoch has its shard.</param>
public sealed record Append(Lease Lease, EntityId Entity, long ExpectedSeq, IReadOnlyList<NewEvent> Events)
{
    /// <summary>The command that the events answer, kept with each of them; null: it had no id.</summary>
    public CommandTag? Command { get; init; }

    /// <summary>When the entity is next to be woken, from now on; null: as before.</summary>
    public Wake? Wake { get; init; }
}

/// <summary>Tells a repeated command from a new one.</summary>
/// <param name="Id">Chosen by the sender, unique within the entity; at most 128 characters.</param>
/// <param name="Body">First 64 bits of the SHA-256 of the encoded command: the same id with another body is a mistake.</param>
public readonly record struct CommandTag(string Id, long Body);

/// <summary>The earliest durable timer of an entity, committed with the events that it follows from.</summary>
/// <param name="Kind">Kind of the entity.</param>
/// <param name="Due">Plant time; null: none any more.</param>
public readonly record struct Wake(string Kind, DateTimeOffset? Due);

public sealed record PendingWake(EntityId Entity, string Kind, DateTimeOffset Due);

public readonly record struct NewEvent(string Name, DateTimeOffset At, ReadOnlyMemory<byte> Payload);

public enum AppendStatus
{
    Stored,

    /// <summary>Another writer has moved the entity on; nothing stored.</summary>
    Conflict,

    /// <summary>A later epoch has the shard; nothing stored, and nothing of this epoch will be.</summary>
    Fenced,

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

    public static AppendResult Fenced(Lease lease, long current) =>
        new(AppendStatus.Fenced, 0, $"shard {lease.Shard} was taken over: its epoch is {current}, not {lease.Epoch}");
}
