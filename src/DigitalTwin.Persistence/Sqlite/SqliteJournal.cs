using System.Collections.Concurrent;
using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>
/// The journal in one SQLite file: write-ahead log with a sync at each commit, one connection that writes and checkpoints,
/// read-only connections beside it. Rows carry a checksum and a hash chain, and the head is kept outside the file too.
/// </summary>
public sealed class SqliteJournal : IJournal, IDisposable
{
    private const string LockName = "journal.lock";

    /// <summary>Pages of log after which it is moved into the database, as SQLite itself would; bounds the log and the time of the next start.</summary>
    private const int CheckpointPages = 1000;

    private readonly SqliteJournalOptions options;
    private readonly FileStream ownership;
    private readonly SqliteConnection connection;
    private readonly HeadWitness witness;
    private readonly Statement begin;
    private readonly Statement commit;
    private readonly Statement rollback;
    private readonly Statement insert;
    private readonly Statement newestSeq;
    private readonly ConcurrentBag<SqliteReader> readers = [];
    private readonly Dictionary<EntityId, long> sequences = [];
    private readonly EventChain chain = new();
    private byte[] hash = new byte[EventChain.HashSize];
    private byte[] nextHash = new byte[EventChain.HashSize];
    private int pagesInLog;
    private volatile JournalHead head;
    private volatile string? failure;

    private SqliteJournal(SqliteJournalOptions options, FileStream ownership, SqliteConnection connection, JournalHead head)
    {
        this.options = options;
        this.ownership = ownership;
        this.connection = connection;
        this.head = head;
        head.Hash.CopyTo(hash);
        witness = new HeadWitness(options.Folder);
        var database = connection.Handle!;
        begin = new Statement(database, "BEGIN IMMEDIATE");
        commit = new Statement(database, "COMMIT");
        rollback = new Statement(database, "ROLLBACK");
        insert = new Statement(database, $"INSERT INTO events({SqliteSchema.Columns}, prev, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
        newestSeq = new Statement(database, "SELECT max(seq) FROM events WHERE entity = ?1");
        // Both slots: an accepted head must not be outbid by what the witness saw before.
        witness.Write(head.Offset, head.Hash.Span);
        witness.Write(head.Offset, head.Hash.Span);
    }

    public JournalHead Head => head;

    /// <summary>Takes the last event of a journal's file as its head, although the witness is missing, damaged, or has seen later ones: those stay lost.</summary>
    /// <exception cref="FileNotFoundException">There is no journal.</exception>
    /// <exception cref="JournalRefusedException">Another process has it, or it is no journal of ours.</exception>
    public static JournalHead AcceptHead(string folder)
    {
        if (!File.Exists(Path.Combine(folder, SqliteSchema.FileName)))
            throw new FileNotFoundException($"There is no journal in {folder}.");
        string? plant;
        using (var reading = SqliteSchema.OpenReader(folder)) plant = SqliteSchema.Meta(reading, "plant");
        using var journal = Open(new SqliteJournalOptions(folder, plant ?? "") { AcceptHead = true });
        return journal.Head;
    }

    /// <summary>Opens or creates the journal of a plant.</summary>
    /// <exception cref="JournalRefusedException">Another process has it, it is another plant's, it is not durable, or events are missing at its end.</exception>
    public static SqliteJournal Open(SqliteJournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Directory.CreateDirectory(options.Folder);
        var ownership = Own(options.Folder);
        SqliteConnection? connection = null;
        try
        {
            connection = SqliteSchema.OpenWriter(options);
            return new SqliteJournal(options, ownership, connection, HeadCheck.Verify(connection, options));
        }
        catch (SqliteException damaged) when (damaged.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB)
        {
            Release();
            throw new JournalRefusedException(
                $"The journal in {options.Folder} is not readable: {damaged.Message}. Restore it from a backup.", damaged);
        }
        catch
        {
            Release();
            throw;
        }

        void Release()
        {
            connection?.Dispose();
            ownership.Dispose();
        }
    }

    // Replaced by the table of leases with the next commit.
    public LeaseAnswer Acquire(ShardId shard, string owner, TimeSpan timeToLive) => new(new Lease(shard, owner, 1, timeToLive), null, TimeSpan.Zero);

    public bool Renew(Lease lease) => true;

    public void Release(Lease lease) { }

    public IReadOnlyList<LeaseStatus> Leases() => [];

    public IReadOnlyList<PendingWake> Wakes() => [];

    public DateTimeOffset Append(ReadOnlySpan<Append> batch, DateTimeOffset recorded, Span<AppendResult> results)
    {
        if (failure is not null) throw new IOException(failure);
        var offset = head.Offset;
        try
        {
            begin.Run();
            for (var i = 0; i < batch.Length; i++) results[i] = Add(batch[i], Microseconds.Of(recorded), ref offset);
            commit.Run();
        }
        catch (SqliteException error)
        {
            throw Undo(error);
        }

        if (offset == head.Offset) return recorded;
        head = new JournalHead(offset, hash.ToArray());
        AfterCommit();
        return recorded;
    }

    public IReadOnlyList<StoredEvent> ReadEntity(EntityId entity, long afterSeq, int limit) => Read(reader => reader.ReadEntity(entity, afterSeq, limit));

    public IReadOnlyList<StoredEvent> ReadAll(long afterOffset, int limit) => Read(reader => reader.ReadAll(afterOffset, limit));

    public IReadOnlyList<StoredEvent> Find(EventQuery query) => Read(reader => reader.Find(query));

    public int CountEntities() => Read(reader => reader.CountEntities());

    public void Dispose()
    {
        while (readers.TryTake(out var reader)) reader.Dispose();
        // Closing would checkpoint, and with it sync again what could not be synced.
        if (failure is not null) raw.sqlite3_db_config(connection.Handle!, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
        foreach (var statement in new[] { begin, commit, rollback, insert, newestSeq }) statement.Dispose();
        connection.Dispose();
        witness.Dispose();
        ownership.Dispose();
    }

    private static FileStream Own(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken)
        {
            throw new JournalRefusedException($"The journal in {folder} is in use by another process. End it, or give another data folder.", taken);
        }
    }

    private AppendResult Add(Append append, long recorded, ref long offset)
    {
        var seq = NewestSeq(append.Entity);
        if (seq != append.ExpectedSeq) return AppendResult.Conflict(append.Entity, append.ExpectedSeq, seq);
        var first = offset + 1;
        for (var i = 0; i < append.Events.Count; i++)
        {
            Insert(++offset, append.Entity, ++seq, append.Events[i], recorded);
        }

        sequences[append.Entity] = seq;
        return AppendResult.Stored(first);
    }

    private void Insert(long offset, EntityId entity, long seq, in NewEvent added, long recorded)
    {
        var at = Microseconds.Of(added.At);
        var payload = added.Payload.Span;
        chain.Load(offset, entity.Value, seq, added.Name, at, recorded, payload);
        chain.Hash(hash, nextHash);
        insert.Bind(1, offset);
        insert.BindText(2, chain.Entity);
        insert.Bind(3, seq);
        insert.BindText(4, chain.Name);
        insert.Bind(5, at);
        insert.Bind(6, recorded);
        insert.Bind(7, payload);
        insert.Bind(8, chain.Crc);
        insert.Bind(9, hash);
        insert.Bind(10, nextHash);
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

    /// <summary>Back to the last commit. A full disk is the one failure after which the file is known to be as it was.</summary>
    private Exception Undo(SqliteException error)
    {
        sequences.Clear();
        head.Hash.CopyTo(hash);
        try
        {
            if (raw.sqlite3_get_autocommit(connection.Handle!) == 0) rollback.Run();
            if (error.SqliteErrorCode == raw.SQLITE_FULL)
            {
                return new JournalFullException($"No room for the journal in {options.Folder}. Free some space; appends then go on.", error);
            }
        }
        catch (SqliteException)
        {
            // The first error says it all; with the transaction still open nothing may be written any more.
        }

        failure = error.Message;
        return error;
    }

    /// <summary>The batch is durable by now: what fails here stops the next append, not this one.</summary>
    private void AfterCommit()
    {
        try
        {
            witness.Write(head.Offset, hash);
        }
        catch (IOException unwritable)
        {
            failure = unwritable.Message;
            return;
        }

        raw.sqlite3_db_status(connection.Handle!, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var written, out _, resetFlg: 1);
        pagesInLog += written;
        if (pagesInLog < CheckpointPages) return;
        pagesInLog = 0;
        var code = raw.sqlite3_wal_checkpoint_v2(connection.Handle!, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _);
        // Busy: a reader holds the log. Full: the log stays as it is. Both are tried again later.
        if (code is raw.SQLITE_OK or raw.SQLITE_BUSY or raw.SQLITE_FULL) return;
        failure = $"checkpoint failed: {raw.sqlite3_errmsg(connection.Handle!).utf8_to_string()}";
    }

    private T Read<T>(Func<SqliteReader, T> read)
    {
        if (!readers.TryTake(out var reader)) reader = new SqliteReader(options.Folder);
        try
        {
            return read(reader);
        }
        finally
        {
            readers.Add(reader);
        }
    }
}
