using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.Journals;

/// <summary>One row of the journal.</summary>
/// <param name="At">Plant time, to the microsecond.</param>
/// <param name="Recorded">Wall time of the commit, to the microsecond; never before that of the offset before it.</param>
/// <param name="Payload">UTF-8 JSON.</param>
public sealed record StoredEvent(
    long Offset, EntityId Entity, long Seq, string Name, DateTimeOffset At, DateTimeOffset Recorded, ReadOnlyMemory<byte> Payload)
{
    /// <summary>Epoch of the lease under which it was stored; 0: by a version that knew no leases.</summary>
    public long Epoch { get; init; }

    public CommandTag? Command { get; init; }
}

/// <summary>The last commit: offset 0 and 32 zero bytes before the first.</summary>
/// <param name="Hash">SHA-256 over the last event and the hash before it, so it vouches for all of them.</param>
public sealed record JournalHead(long Offset, ReadOnlyMemory<byte> Hash)
{
    public static JournalHead Empty { get; } = new(0, new byte[32]);
}

/// <summary>Events of one entity, newest or oldest first.</summary>
public sealed record EventQuery(EntityId Entity)
{
    /// <summary>Only offsets beyond this one, in the direction of reading.</summary>
    public long? Cursor { get; init; }

    /// <summary>Plant time, inclusive.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Plant time, exclusive.</summary>
    public DateTimeOffset? To { get; init; }

    public bool NewestFirst { get; init; }

    public int Limit { get; init; } = 100;
}
