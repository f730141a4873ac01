using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>Turns a row of <see cref="SqliteSchema.Columns"/> into an event, if it is the one that was written.</summary>
internal sealed class SqliteRow
{
    private readonly EventChain chain = new();

    /// <exception cref="CorruptEventException">The row does not match its checksum.</exception>
    public StoredEvent Read(Statement statement)
    {
        var offset = statement.Integer(0);
        var entity = statement.Text(1);
        var seq = statement.Integer(2);
        var name = statement.Text(3);
        var at = statement.Integer(4);
        var recorded = statement.Integer(5);
        var payload = statement.Blob(6).ToArray();
        chain.Load(offset, entity, seq, name, at, recorded, payload);
        if (chain.Crc != (ulong)statement.Integer(7))
        {
            throw new CorruptEventException(offset, new EntityId(entity), $"event {seq} ({name}) does not match its checksum");
        }

        return new StoredEvent(offset, new EntityId(entity), seq, name, Microseconds.From(at), Microseconds.From(recorded), payload);
    }
}
