using DigitalTwin.Actors.Timers;

namespace DigitalTwin.Actors.Entities;

/// <summary>
/// One kind of entity as pure functions; the engine adds mailbox, journal, supervision and timers around them.
/// All functions run in the entity's own turn, one at a time, and may throw: the entity is then restarted from the journal.
/// </summary>
/// <param name="Kind">Name of the kind for people: <c>machine</c>, <c>line</c>.</param>
/// <param name="Initial">State before the first event.</param>
/// <param name="Decide">Rule table; the time is plant time.</param>
/// <param name="Apply">State after a recorded event; called once per event, live and in recovery alike.</param>
/// <param name="Encode">Stored form of an event; the name is explicit and versioned (<c>machine.state-changed.v1</c>).</param>
/// <param name="Decode">
/// The event of a stored name and payload. Throws <see cref="UnreadableEventException"/> for an unknown name or a newer version;
/// the entity then stays stopped and its data untouched.
/// </param>
public sealed record EntityBehavior<TState, TCommand, TEvent>(
    string Kind,
    Func<EntityId, TState> Initial,
    Func<TState, TCommand, DateTimeOffset, Outcome<TEvent>> Decide,
    Func<TState, TEvent, TState> Apply,
    Func<TEvent, EncodedEvent> Encode,
    Func<string, ReadOnlyMemory<byte>, TEvent> Decode)
{
    /// <summary>
    /// The timers that are to run in a state. A timer starts when it first appears and is cancelled when it is gone;
    /// being a function of the state, timers come back after a restart.
    /// </summary>
    public Func<TState, IEnumerable<EntityTimer<TCommand>>>? Timers { get; init; }

    /// <summary>Needed for commands with an id, and for dead letters that can be replayed.</summary>
    public CommandCodec<TCommand>? CommandCodec { get; init; }

    /// <summary>Null: the entity is always recovered from all of its events.</summary>
    public SnapshotCodec<TState>? SnapshotCodec { get; init; }

    /// <summary>Whether there is such an entity; commands to others are refused. Null: every id names one. Called by senders, on any thread.</summary>
    public Func<EntityId, bool>? Knows { get; init; }
}

/// <summary>Stored form of a command.</summary>
/// <param name="Encode">The same command gives the same bytes: a repeated command is told from another one by them.</param>
public sealed record CommandCodec<TCommand>(Func<TCommand, EncodedCommand> Encode, Func<string, ReadOnlyMemory<byte>, TCommand> Decode);

/// <param name="Name">Explicit and versioned, as an event's.</param>
public readonly record struct EncodedCommand(string Name, ReadOnlyMemory<byte> Payload);

/// <summary>Stored form of a state.</summary>
/// <param name="Format">Explicit and versioned (<c>unit.state.v1</c>); a snapshot of another format is ignored, so a change of the state's meaning needs a new one.</param>
/// <param name="Encode">Runs beside the entity's turns: the state must be immutable.</param>
public sealed record SnapshotCodec<TState>(string Format, Func<TState, ReadOnlyMemory<byte>> Encode, Func<ReadOnlyMemory<byte>, TState> Decode);

/// <param name="At">Plant time of the event; null: the time given to the decider.</param>
public readonly record struct EncodedEvent(string Name, ReadOnlyMemory<byte> Payload, DateTimeOffset? At = null);

/// <summary>A stored event that this version of the program cannot read.</summary>
public sealed class UnreadableEventException : Exception
{
    public UnreadableEventException() { }

    public UnreadableEventException(string message) : base(message) { }

    public UnreadableEventException(string message, Exception inner) : base(message, inner) { }
}
