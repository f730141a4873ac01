using System.Collections.Concurrent;
using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Snapshots;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>Snapshots in a file of their own beside the journal, which is not slowed down by them and is whole without them.</summary>
/// <remarks>
/// Not synced at each commit: a power cut may take the newest ones. A file that cannot be used is thrown away at the next start.
/// Any number of processes may have it open; they save in turns, as <see cref="WriteTurn"/> says why.
/// </remarks>
public sealed class SqliteSnapshots : ISnapshots, IDisposable
{
    public const string FileName = "snapshots.db";

    /// <summary>Of the table; a file of another version is thrown away.</summary>
    private const string Version = "1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly string folder;
    private readonly FileLock saving;
    private readonly SqliteConnection connection;
    private readonly Statement begin;
    private readonly Statement commit;
    private readonly Statement put;
    private readonly ConcurrentBag<Reader> readers = [];

    private SqliteSnapshots(string folder, FileLock saving, SqliteConnection connection, string? discarded)
    {
        this.folder = folder;
        this.saving = saving;
        this.connection = connection;
        Discarded = discarded;
        begin = new Statement(connection.Handle!, "BEGIN IMMEDIATE");
        commit = new Statement(connection.Handle!, "COMMIT");
        put = new Statement(connection.Handle!, "INSERT OR REPLACE INTO snapshots(entity, seq, offset, recorded, format, state, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    }

    /// <summary>Why the file that was there has been thrown away; null: it was not. Recovery then replays all events.</summary>
    public string? Discarded { get; }

    /// <summary>Opens or creates the snapshots of the journal in the folder.</summary>
    /// <exception cref="IOException">Another process stands in the middle of saving.</exception>
    public static SqliteSnapshots Open(string folder)
    {
        Directory.CreateDirectory(folder);
        var saving = new FileLock(Path.Combine(folder, "snapshots.lock"));
        try
        {
            Take(saving, folder);
            var discarded = Discard(folder);
            var snapshots = new SqliteSnapshots(folder, saving, OpenWriter(folder), discarded);
            saving.Release();
            return snapshots;
        }
        catch
        {
            saving.Dispose();
            throw;
        }
    }

    public SnapshotRead Load(EntityId entity)
    {
        try
        {
            if (!readers.TryTake(out var reader)) reader = new Reader(folder);
            try
            {
                return reader.Load(entity);
            }
            finally
            {
                readers.Add(reader);
            }
        }
        catch (SqliteException unreadable)
        {
            return new SnapshotRead(null, $"the snapshot of {entity} cannot be read: {unreadable.Message}");
        }
    }

    public void Save(IReadOnlyList<Snapshot> snapshots)
    {
        ArgumentNullException.ThrowIfNull(snapshots);
        Take(saving, folder);
        try
        {
            begin.Run();
            foreach (var snapshot in snapshots) Put(snapshot);
            commit.Run();
        }
        catch
        {
            if (raw.sqlite3_get_autocommit(connection.Handle!) == 0) SqliteSchema.Scalar(connection, "ROLLBACK");
            throw;
        }
        finally
        {
            saving.Release();
        }
    }

    public void Dispose()
    {
        while (readers.TryTake(out var reader)) reader.Dispose();
        foreach (var statement in new[] { begin, commit, put }) statement.Dispose();
        if (!saving.TryTake(Patience)) raw.sqlite3_db_config(connection.Handle!, raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);
        connection.Dispose();
        saving.Dispose();
    }

    private static void Take(FileLock saving, string folder)
    {
        if (!saving.TryTake(Patience)) throw new IOException($"Another process stands in the middle of saving snapshots in {folder}. Let it go on, or end it.");
    }

    /// <returns>Why; null: the file is missing or sound.</returns>
    private static string? Discard(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) return null;
        string? complaint;
        try
        {
            using var looking = SqliteSchema.OpenReader(folder, FileName);
            var version = SqliteSchema.Scalar(looking, "PRAGMA user_version");
            // A file made in the moment of a kill has no version yet.
            complaint = version is not (Version or "0")
                ? $"it is of version {version}, not {Version}"
                : SqliteSchema.Scalar(looking, "PRAGMA quick_check(1)") is var answer and not "ok" ? answer : null;
        }
        catch (SqliteException damaged)
        {
            complaint = damaged.Message;
        }

        if (complaint is null) return null;
        foreach (var file in new[] { path, path + "-wal", path + "-shm" }) File.Delete(file);
        return $"The snapshots in {path} were thrown away: {complaint}.";
    }

    private static SqliteConnection OpenWriter(string folder)
    {
        var connection = SqliteSchema.Open(folder, FileName, SqliteOpenMode.ReadWriteCreate);
        SqliteSchema.Scalar(connection, "PRAGMA journal_mode=WAL");
        SqliteSchema.Scalar(connection, "PRAGMA synchronous=NORMAL");
        SqliteSchema.Scalar(connection, $"""
            CREATE TABLE IF NOT EXISTS snapshots(
                entity TEXT PRIMARY KEY,
                seq INTEGER NOT NULL,
                offset INTEGER NOT NULL,
                recorded INTEGER NOT NULL,
                format TEXT NOT NULL,
                state BLOB NOT NULL,
                hash BLOB NOT NULL) STRICT;
            PRAGMA user_version = {Version};
            """);
        return connection;
    }

    private void Put(Snapshot snapshot)
    {
        var (entity, recorded) = (snapshot.Entity.Value, Microseconds.Of(snapshot.Recorded));
        put.BindText(1, Encoding.UTF8.GetBytes(entity));
        put.Bind(2, snapshot.Seq);
        put.Bind(3, snapshot.Offset);
        put.Bind(4, recorded);
        put.BindText(5, Encoding.UTF8.GetBytes(snapshot.Format));
        put.Bind(6, snapshot.State.Span);
        put.Bind(7, SnapshotHash.Of(entity, snapshot.Seq, snapshot.Offset, recorded, snapshot.Format, snapshot.State.Span));
        put.Run();
    }

    private sealed class Reader : IDisposable
    {
        private readonly SqliteConnection connection;
        private readonly Statement find;

        public Reader(string folder)
        {
            connection = SqliteSchema.OpenReader(folder, FileName);
            try
            {
                find = new Statement(connection.Handle!, "SELECT seq, offset, recorded, format, state, hash FROM snapshots WHERE entity = ?1");
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        public SnapshotRead Load(EntityId entity)
        {
            find.BindText(1, Encoding.UTF8.GetBytes(entity.Value));
            try
            {
                if (!find.Step()) return default;
                var (seq, offset, recorded, format, state) = (find.Integer(0), find.Integer(1), find.Integer(2), find.Text(3), find.Blob(4).ToArray());
                return SnapshotHash.Of(entity.Value, seq, offset, recorded, format, state).AsSpan().SequenceEqual(find.Blob(5))
                    ? new SnapshotRead(new Snapshot(entity, seq, offset, Microseconds.From(recorded), format, state), null)
                    : new SnapshotRead(null, $"the snapshot of {entity} does not match its hash");
            }
            finally
            {
                find.Reset();
            }
        }

        public void Dispose()
        {
            find.Dispose();
            connection.Dispose();
        }
    }
}
