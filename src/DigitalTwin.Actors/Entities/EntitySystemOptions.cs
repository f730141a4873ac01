using DigitalTwin.Actors.Mailboxes;
using DigitalTwin.Actors.Supervision;

namespace DigitalTwin.Actors.Entities;

public sealed record EntitySystemOptions
{
    public string Name { get; init; } = "digital-twin";

    /// <summary>Wall time: deadlines, back-off, the recorded time of events.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Plant time: what deciders are given and entity timers run on; null: wall time.</summary>
    public TimeProvider? PlantTime { get; init; }

    /// <summary>Messages that may wait at one entity; further senders are made to wait.</summary>
    public int MailboxCapacity { get; init; } = 1024;

    /// <summary>After so many messages an entity lets the others go first.</summary>
    public int MessagesPerTurn { get; init; } = 64;

    public RestartPolicy Restarts { get; init; } = RestartPolicy.Default;

    /// <summary>Null: the thread pool. A dispatcher given here is not disposed with the system.</summary>
    public Dispatcher? Dispatcher { get; init; }

    /// <summary>Called in the entity's turn; must be quick and must not throw.</summary>
    public Action<EntityFault>? OnFault { get; init; }

    /// <summary>Called in the entity's turn; must be quick and must not throw.</summary>
    public Action<DeadLetter>? OnDeadLetter { get; init; }
}
