using System.Diagnostics;
using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.DeadLetters;

/// <summary>A message that no entity has handled, and why.</summary>
/// <param name="Message">The command as it was sent.</param>
/// <param name="Trace">The trace that it was sent in; default: none.</param>
public sealed record DeadLetter(EntityId Id, string Kind, object Message, string Reason, ActivityTraceId Trace = default);

/// <summary>A dead letter as the journal keeps it.</summary>
/// <param name="Id">Unique in the plant.</param>
/// <param name="Command">Stored name of the command; where its kind has no codec, the name of its type.</param>
/// <param name="Payload">The encoded command; where its kind has no codec, its text.</param>
/// <param name="At">Plant time.</param>
/// <param name="Replayable">It can be sent again: its kind has a codec.</param>
/// <param name="Trace">32 hexadecimal digits; null: it was sent outside of a trace.</param>
public sealed record StoredDeadLetter(
    string Id, EntityId Entity, string Kind, string Command, ReadOnlyMemory<byte> Payload, string Reason, DateTimeOffset At, bool Replayable, string? Trace);

/// <param name="Outcome"><c>accepted</c>, <c>nothing</c>, <c>refused</c> or <c>failed</c>; a failed one stays and may be replayed again.</param>
public sealed record ReplayResult(string Id, string Outcome, string? Reason);
