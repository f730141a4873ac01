using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.Journals;

/// <summary>No room on the disk; nothing was stored.</summary>
public sealed class JournalFullException : Exception
{
    public JournalFullException() { }

    public JournalFullException(string message) : base(message) { }

    public JournalFullException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>A journal that must not be used: another plant's, incomplete, locked, or not durable.</summary>
public sealed class JournalRefusedException : Exception
{
    public JournalRefusedException() { }

    public JournalRefusedException(string message) : base(message) { }

    public JournalRefusedException(string message, Exception inner) : base(message, inner) { }
}

/// <summary>A row that is not what was written.</summary>
public sealed class CorruptEventException : Exception
{
    public CorruptEventException() { }

    public CorruptEventException(string message) : base(message) { }

    public CorruptEventException(string message, Exception inner) : base(message, inner) { }

    public CorruptEventException(long offset, EntityId entity, string what)
        : base($"Journal row {offset} of {entity} is corrupt: {what}. Restore the journal from a backup.")
    {
        Offset = offset;
        Entity = entity;
    }

    public long Offset { get; }

    public EntityId Entity { get; }
}
