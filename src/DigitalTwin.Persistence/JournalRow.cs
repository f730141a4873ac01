using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Persistence;

/// <summary>One event with all that is stored of it, as it was found: any field may be rotten until it has been checked.</summary>
/// <param name="At">As <see cref="Microseconds"/>; so is <paramref name="Recorded"/>.</param>
/// <param name="Epoch">0: of format 1.</param>
/// <param name="Crc">Of all fields before it; a sound one fits in 32 bits.</param>
/// <param name="Previous">Hash of the row before, as this row has it.</param>
public sealed record JournalRow(
    long Offset, string Entity, long Seq, string Name, long At, long Recorded, ReadOnlyMemory<byte> Payload, long Epoch, CommandTag? Command,
    long Crc, ReadOnlyMemory<byte> Previous, ReadOnlyMemory<byte> Hash)
{
    /// <summary>Whose event it was nobody can tell from a row that is not there.</summary>
    private static readonly EntityId Unknown = new("unknown");

    /// <param name="offset">Of the row before it in the log.</param>
    /// <exception cref="CorruptEventException">Rows are missing between them; it has the offset of the first, so that a reader can go on past each. Or the row does not match its checksum.</exception>
    internal StoredEvent ToEventAfter(long offset, EventChain chain)
    {
        if (Offset > offset + 1) throw new CorruptEventException(offset + 1, Unknown, $"offsets {offset + 1} to {Offset - 1} are missing");
        return ToEvent(chain);
    }

    /// <exception cref="CorruptEventException">The row does not match its checksum.</exception>
    internal StoredEvent ToEvent(EventChain chain)
    {
        chain.Load(this);
        if (chain.Crc != Crc) throw new CorruptEventException(Offset, new EntityId(Entity), $"event {Seq} ({Name}) does not match its checksum");
        return new StoredEvent(Offset, new EntityId(Entity), Seq, Name, Microseconds.From(At), Microseconds.From(Recorded), Payload)
        {
            Epoch = Epoch,
            Command = Command,
        };
    }
}
