using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Sharding;

namespace DigitalTwin.Actors.Journals;

/// <summary>Reads of what is committed; any thread, beside the writer. Pages, so that no reader holds the store for long.</summary>
public interface IJournalReader
{
    /// <summary>The newest commit, of whatever process.</summary>
    JournalHead Head { get; }

    /// <summary>Other processes may commit too, so that somebody has to look for what they add.</summary>
    bool Shared => false;

    /// <summary>Events of one entity with a sequence above <paramref name="afterSeq"/>, in order.</summary>
    /// <exception cref="CorruptEventException">A row of this entity does not match its checksum, or a sequence is missing.</exception>
    IReadOnlyList<StoredEvent> ReadEntity(EntityId entity, long afterSeq, int limit);

    /// <summary>Events of all entities with an offset above <paramref name="afterOffset"/>, in order.</summary>
    /// <exception cref="CorruptEventException">A row of the page does not match its checksum.</exception>
    IReadOnlyList<StoredEvent> ReadAll(long afterOffset, int limit);

    IReadOnlyList<StoredEvent> Find(EventQuery query);

    /// <summary>Entities that have at least one event.</summary>
    int CountEntities();

    /// <summary>Entities that are to be woken by a durable timer, the earliest first.</summary>
    IReadOnlyList<PendingWake> Wakes();
}

/// <summary>
/// The store behind the entities. Blocking on purpose: one writer calls <see cref="Append"/> from a thread of its own
/// (<see cref="JournalWriter"/>), and reads are short. One log for the whole plant, whatever the number of shards and of processes that
/// write it: offsets are the order of commits, without gaps, and a read never shows an offset before all smaller ones.
/// </summary>
public interface IJournal : IJournalReader, IShardLeases
{
    /// <summary>
    /// Commits the appends of many entities in one transaction that is on disk when the call returns.
    /// An append whose expected sequence does not fit, or whose lease is not the shard's newest, is left out and says so in
    /// <paramref name="results"/>; the others are stored. The leases are compared inside the transaction, under a lock that a take-over needs too.
    /// </summary>
    /// <param name="recorded">Wall time.</param>
    /// <returns>The time stored: <paramref name="recorded"/>, or the newest that is stored already where that is later.</returns>
    /// <exception cref="JournalFullException">No room: nothing of the batch is stored, later appends may succeed.</exception>
    /// <exception cref="Exception">Anything else: whether the batch is stored is not known, and the store must not be written again.</exception>
    DateTimeOffset Append(ReadOnlySpan<Append> batch, DateTimeOffset recorded, Span<AppendResult> results);
}
