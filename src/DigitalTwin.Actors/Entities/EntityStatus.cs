using DigitalTwin.Actors.Sharding;

namespace DigitalTwin.Actors.Entities;

public enum EntityLifecycle
{
    Running,

    /// <summary>Failed, and waits before it is recovered from the journal; its mailbox takes messages meanwhile.</summary>
    Restarting,

    /// <summary>Failed for good, or the system ends: every message is answered with the reason.</summary>
    Stopped,
}

/// <param name="Mailbox">Messages that wait.</param>
/// <param name="Processed">Commands, queries and timers handled since it came into memory.</param>
/// <param name="Why">Last failure, when it is not running.</param>
/// <param name="LastMessage">Wall time of its newest turn.</param>
public sealed record EntityStatus(
    EntityId Id, string Kind, int Mailbox, long Processed, int Restarts, EntityLifecycle State, string? Why, ShardId Shard, DateTimeOffset LastMessage);

/// <summary>A failure of one entity.</summary>
/// <param name="RestartIn">Time until its recovery; null: it stays stopped.</param>
/// <param name="Correlation">The trace of the command that it failed on, else that command's id; null: it had neither, or it was no command's fault.</param>
public sealed record EntityFault(EntityId Id, string Kind, string Reason, Exception? Cause, TimeSpan? RestartIn, string? Correlation = null);

/// <summary>An entity that cannot answer a query.</summary>
public sealed class EntityUnavailableException : Exception
{
    public EntityUnavailableException() { }

    public EntityUnavailableException(string message) : base(message) { }

    public EntityUnavailableException(string message, Exception inner) : base(message, inner) { }
}
