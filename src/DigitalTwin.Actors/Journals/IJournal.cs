using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.Journals;

/// <summary>Reads of what is committed; any thread, beside the writer. Pages, so that no reader holds the store for long.</summary>
public interface IJournalReader
{
    JournalHead Head { get; }

    /// <summary>Events of one entity with a sequence above <paramref name="afterSeq"/>, in order.</summary>
    /// <exception cref="CorruptEventException">A row of this entity does not match its checksum, or a sequence is missing.</exception>
    IReadOnlyList<StoredEvent> ReadEntity(EntityId entity, long afterSeq, int limit);

    /// <summary>Events of all entities with an offset above <paramref name="afterOffset"/>, in order.</summary>
    /// <exception cref="CorruptEventException">A row of the page does not match its checksum.</exception>
    IReadOnlyList<StoredEvent> ReadAll(long afterOffset, int limit);

    IReadOnlyList<StoredEvent> Find(EventQuery query);

    /// <summary>Entities that have at least one event.</summary>
    int CountEntities();
}

/// <summary>
/// The store behind the entities. Blocking on purpose: one writer calls <see cref="Append"/> from a thread of its own
/// (<see cref="JournalWriter"/>), and reads are short.
/// </summary>
public interface IJournal : IJournalReader
{
    /// <summary>
    /// Commits the appends of many entities in one transaction that is on disk when the call returns.
    /// An append whose expected sequence does not fit is left out and says so in <paramref name="results"/>; the others are stored.
    /// </summary>
    /// <exception cref="JournalFullException">No room: nothing of the batch is stored, later appends may succeed.</exception>
    /// <exception cref="Exception">Anything else: whether the batch is stored is not known, and the store must not be written again.</exception>
    void Append(ReadOnlySpan<Append> batch, DateTimeOffset recorded, Span<AppendResult> results);
}
