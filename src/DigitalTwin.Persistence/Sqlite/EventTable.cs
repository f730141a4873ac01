using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using SQLitePCL;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>Adds events to the end of the table, and the wakes that they leave behind; used by the one connection that writes, in its transactions.</summary>
internal sealed class EventTable : IDisposable
{
    public const string Insertion =
        $"INSERT INTO events({SqliteSchema.Columns}, prev, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

    private readonly Statement insert;
    private readonly Statement newestSeq;
    private readonly Statement last;
    private readonly Statement setWake;
    private readonly Statement clearWake;
    private readonly Dictionary<EntityId, long> sequences = [];
    private readonly EventChain chain = new();
    private byte[] hash = new byte[EventChain.HashSize];
    private byte[] nextHash = new byte[EventChain.HashSize];
    private long recorded;

    public EventTable(sqlite3 database)
    {
        insert = new Statement(database, Insertion);
        newestSeq = new Statement(database, "SELECT max(seq) FROM events WHERE entity = ?1");
        last = new Statement(database, "SELECT offset, hash, recorded FROM events ORDER BY offset DESC LIMIT 1");
        setWake = new Statement(database, "INSERT OR REPLACE INTO wakes(entity, kind, due) VALUES (?1, ?2, ?3)");
        clearWake = new Statement(database, "DELETE FROM wakes WHERE entity = ?1");
    }

    /// <summary>Offset of the last row.</summary>
    public long Offset { get; private set; }

    public ReadOnlySpan<byte> Hash => hash;

    /// <summary>Time to record now: the clock's, unless it has gone backwards since the last row.</summary>
    public long TimeAt(DateTimeOffset clock) => Math.Max(Microseconds.Of(clock), recorded);

    /// <summary>Takes the end of the table anew: at the start, after another process has written, and after a transaction that was taken back.</summary>
    public void Reread()
    {
        sequences.Clear();
        try
        {
            if (last.Step())
            {
                Offset = last.Integer(0);
                last.Blob(1).CopyTo(hash);
                recorded = last.Integer(2);
            }
            else
            {
                Offset = 0;
                Array.Clear(hash);
                recorded = long.MinValue;
            }
        }
        finally
        {
            last.Reset();
        }
    }

    public AppendResult Add(Append append, long time)
    {
        var seq = NewestSeq(append.Entity);
        if (seq != append.ExpectedSeq) return AppendResult.Conflict(append.Entity, append.ExpectedSeq, seq);
        var first = Offset + 1;
        for (var i = 0; i < append.Events.Count; i++) Insert(append, ++seq, append.Events[i], time);
        sequences[append.Entity] = seq;
        recorded = time;
        if (append.Wake is { } wake) Keep(append.Entity, wake);
        return AppendResult.Stored(first);
    }

    public void Dispose()
    {
        foreach (var statement in new[] { insert, newestSeq, last, setWake, clearWake }) statement.Dispose();
    }

    private void Insert(Append append, long seq, in NewEvent added, long time)
    {
        var at = Microseconds.Of(added.At);
        var payload = added.Payload.Span;
        Offset++;
        chain.Load(Offset, append.Entity.Value, seq, added.Name, at, time, payload, append.Lease.Epoch, append.Command);
        chain.Hash(hash, nextHash);
        insert.Bind(1, Offset);
        insert.BindText(2, chain.Entity);
        insert.Bind(3, seq);
        insert.BindText(4, chain.Name);
        insert.Bind(5, at);
        insert.Bind(6, time);
        insert.Bind(7, payload);
        insert.Bind(8, chain.Crc);
        insert.Bind(9, append.Lease.Epoch);
        if (append.Command is { } command)
        {
            insert.BindText(10, chain.Command);
            insert.Bind(11, command.Body);
        }
        else
        {
            insert.BindNull(10);
            insert.BindNull(11);
        }

        insert.Bind(12, hash);
        insert.Bind(13, nextHash);
        insert.Run();
        (hash, nextHash) = (nextHash, hash);
    }

    private long NewestSeq(EntityId entity)
    {
        if (sequences.TryGetValue(entity, out var known)) return known;
        newestSeq.BindText(1, Encoding.UTF8.GetBytes(entity.Value));
        try
        {
            newestSeq.Step();
            return newestSeq.Integer(0);
        }
        finally
        {
            newestSeq.Reset();
        }
    }

    private void Keep(EntityId entity, in Wake wake)
    {
        var id = Encoding.UTF8.GetBytes(entity.Value);
        if (wake.Due is not { } due)
        {
            clearWake.BindText(1, id);
            clearWake.Run();
            return;
        }

        setWake.BindText(1, id);
        setWake.BindText(2, Encoding.UTF8.GetBytes(wake.Kind));
        setWake.Bind(3, Microseconds.Of(due));
        setWake.Run();
    }
}
