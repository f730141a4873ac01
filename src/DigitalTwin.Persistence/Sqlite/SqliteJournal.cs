using System.Collections.Concurrent;
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
/// <remarks>Any number of processes may have it open; they write in turns, and what one knows of the file's end is read anew after another has written.</remarks>
public sealed class SqliteJournal : IJournal, IDisposable
{
    private readonly SqliteJournalOptions options;
    private readonly WriteTurn turn;
    private readonly OwnerLocks owners;
    private readonly SqliteConnection connection;
    private readonly HeadWitness witness;
    private readonly EventTable events;
    private readonly LeaseTable leases;
    private readonly Statement begin;
    private readonly Statement commit;
    private readonly Statement rollback;
    private readonly Statement version;
    private readonly ConcurrentBag<SqliteReader> readers = [];
    private long knownVersion;
    private int pagesInLog;
    private volatile string? failure;

    private SqliteJournal(SqliteJournalOptions options, WriteTurn turn, SqliteConnection connection)
    {
        this.options = options;
        this.turn = turn;
        this.connection = connection;
        var database = connection.Handle!;
        begin = new Statement(database, "BEGIN IMMEDIATE");
        commit = new Statement(database, "COMMIT");
        rollback = new Statement(database, "ROLLBACK");
        // Another number than before: another connection has committed.
        version = new Statement(database, "PRAGMA data_version");
        owners = new OwnerLocks(options.Folder);
        leases = new LeaseTable(database, owners);
        events = new EventTable(database);
        events.Reread();
        witness = new HeadWitness(options.Folder);
        witness.Begin(events.Offset, events.Hash);
    }

    /// <summary>Other processes may write to the folder, whether any does or not.</summary>
    public bool Shared => true;

    public JournalHead Head => Read(reader => reader.Head());

    /// <summary>Takes the last event of a journal's file as its head, although the witness is missing, damaged, or has seen later ones: those stay lost.</summary>
    /// <exception cref="FileNotFoundException">There is no journal.</exception>
    /// <exception cref="JournalRefusedException">Another process has it, or it is no journal of ours.</exception>
    public static JournalHead AcceptHead(string folder)
    {
        SqliteSchema.RequireFile(folder);
        string? plant;
        using (var reading = SqliteSchema.OpenReader(folder)) plant = SqliteSchema.Meta(reading, "plant");
        using var journal = Open(new SqliteJournalOptions(folder, plant ?? "") { AcceptHead = true });
        return journal.Head;
    }

    /// <summary>Opens or creates the journal of a plant; one of an earlier format is brought to the present one.</summary>
    /// <exception cref="JournalRefusedException">
    /// It is another plant's, of a later format, or not durable; events are missing at its end; a process stands in the middle of writing it, or is of a version that shares it with nobody.
    /// </exception>
    public static SqliteJournal Open(SqliteJournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Directory.CreateDirectory(options.Folder);
        var turn = new WriteTurn(options.Folder);
        if (!turn.TryTake())
        {
            turn.Dispose();
            throw new JournalRefusedException($"The journal in {options.Folder} is in use by another process. End it, or give another data folder.");
        }

        SqliteConnection? connection = null;
        try
        {
            if (options.AcceptHead) RefuseWhileInUse(options.Folder);
            connection = SqliteSchema.OpenWriter(options);
            var journal = new SqliteJournal(options, turn, connection);
            turn.Release();
            return journal;
        }
        catch (SqliteException damaged) when (damaged.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB)
        {
            Close();
            throw new JournalRefusedException(
                $"The journal in {options.Folder} is not readable: {damaged.Message}. Restore it from a backup.", damaged);
        }
        catch
        {
            Close();
            throw;
        }

        void Close()
        {
            connection?.Dispose();
            turn.Dispose();
        }
    }

    public DateTimeOffset Append(ReadOnlySpan<Append> batch, DateTimeOffset recorded, Span<AppendResult> results)
    {
        try
        {
            if (!TryBegin()) return NotStored(results, Busy, recorded);
            var time = events.TimeAt(recorded);
            var before = events.Offset;
            for (var i = 0; i < batch.Length; i++) results[i] = Add(batch[i], time);
            commit.Run();
            if (events.Offset > before) Witness();
            Checkpoint();
            return Microseconds.From(time);
        }
        catch (Exception error) when (failure is null)
        {
            var failed = Undo(error);
            if (failure is not null || failed is JournalFullException) throw failed;
            return NotStored(results, $"The journal in {options.Folder} could not be written: {failed.Message}", recorded);
        }
        finally
        {
            turn.Release();
        }
    }

    public LeaseAnswer Acquire(ShardId shard, string owner, TimeSpan timeToLive) =>
        Transact(() => leases.Acquire(shard, owner, timeToLive), () => new LeaseAnswer(null, "another process that stands in the middle of a commit", TimeSpan.Zero));

    public bool Renew(Lease lease) => Transact(() => leases.Renew(lease), () => throw new TimeoutException(Busy));

    public void Release(Lease lease) => Transact(() => leases.Release(lease), () => false);

    public IReadOnlyList<LeaseStatus> Leases() => Read(reader => reader.Leases(owners));

    public IReadOnlyList<PendingWake> Wakes() => Read(reader => reader.Wakes());

    public IReadOnlyList<StoredEvent> ReadEntity(EntityId entity, long afterSeq, int limit) => Read(reader => reader.ReadEntity(entity, afterSeq, limit));

    public IReadOnlyList<StoredEvent> ReadAll(long afterOffset, int limit) => Read(reader => reader.ReadAll(afterOffset, limit));

    public IReadOnlyList<StoredEvent> Find(EventQuery query) => Read(reader => reader.Find(query));

    public int CountEntities() => Read(reader => reader.CountEntities());

    public void Dispose()
    {
        while (readers.TryTake(out var reader)) reader.Dispose();
        // Closing would checkpoint: not while another process writes, and not so as to sync again what could not be synced.
        if (!turn.TryTake() || failure is not null) raw.sqlite3_db_config(connection.Handle!, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
        foreach (var statement in new[] { begin, commit, rollback, version }) statement.Dispose();
        events.Dispose();
        leases.Dispose();
        connection.Dispose();
        witness.Dispose();
        owners.Dispose();
        turn.Dispose();
    }

    private string Busy => $"Another process stands in the middle of writing to the journal in {options.Folder}. Let it go on, or end it.";

    private static void RefuseWhileInUse(string folder)
    {
        using var owners = new OwnerLocks(folder);
        if (owners.OthersThatLive() is [var owner, ..])
            throw new JournalRefusedException($"The journal in {folder} is in use by {owner}. End it first.");
    }

    private AppendResult Add(Append append, long time)
    {
        var epoch = leases.EpochOf(append.Lease.Shard);
        return epoch == append.Lease.Epoch ? events.Add(append, time) : AppendResult.Fenced(append.Lease, epoch);
    }

    private static DateTimeOffset NotStored(Span<AppendResult> results, string why, DateTimeOffset recorded)
    {
        results.Fill(new AppendResult(AppendStatus.NotStored, 0, why));
        return recorded;
    }

    private T Transact<T>(Func<T> work, Func<T> busy)
    {
        try
        {
            if (TryBegin())
            {
                var result = work();
                commit.Run();
                Checkpoint();
                return result;
            }
        }
        catch (Exception error) when (failure is null)
        {
            throw Undo(error);
        }
        finally
        {
            turn.Release();
        }

        return busy();
    }

    /// <summary>The caller gives the turn back, and takes back what was begun where this throws.</summary>
    /// <returns>False: another process did not end its turn in time.</returns>
    private bool TryBegin()
    {
        if (failure is not null) throw new IOException(failure);
        if (!turn.TryTake()) return false;
        try
        {
            begin.Run();
        }
        catch (SqliteException busy) when (IsHeldUp(busy))
        {
            return false;
        }

        var found = Version();
        if (found == knownVersion) return true;
        Forget();
        witness.Resume();
        knownVersion = found;
        return true;
    }

    private long Version()
    {
        try
        {
            version.Step();
            return version.Integer(0);
        }
        finally
        {
            version.Reset();
        }
    }

    /// <summary>Back to the last commit. After a full disk, or a fault outside SQLite, the file is known to be as it was.</summary>
    private Exception Undo(Exception error)
    {
        try
        {
            TakeBack();
            if (error is not SqliteException sqlite) return error;
            if (sqlite.SqliteErrorCode == raw.SQLITE_FULL)
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

    private void TakeBack()
    {
        if (raw.sqlite3_get_autocommit(connection.Handle!) == 0) rollback.Run();
        Forget();
    }

    private void Forget()
    {
        leases.Forget();
        events.Reread();
    }

    /// <summary>The batch is durable by now: what fails here stops the next append, not this one.</summary>
    private void Witness()
    {
        try
        {
            witness.Write(events.Offset, events.Hash);
        }
        catch (Exception unwritable)
        {
            failure = unwritable.Message;
        }
    }

    private void Checkpoint()
    {
        raw.sqlite3_db_status(connection.Handle!, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var written, out _, resetFlg: 1);
        pagesInLog += written;
        if (pagesInLog < options.CheckpointPages || failure is not null) return;
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
        catch (SqliteException busy) when (IsHeldUp(busy))
        {
            throw new TimeoutException(Busy, busy);
        }
        finally
        {
            readers.Add(reader);
        }
    }

    /// <summary>
    /// SQLITE_PROTOCOL too is somebody who holds a lock for seconds: one that was stopped while it opened or checkpointed the log. SQLite gives up on that
    /// lock by itself, without the busy timeout, after about ten seconds.
    /// </summary>
    private static bool IsHeldUp(SqliteException error) => error.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_PROTOCOL;
}
