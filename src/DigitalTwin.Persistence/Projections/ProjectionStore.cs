using System.Text;
using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DigitalTwin.Persistence.Projections;

/// <summary>
/// Read models on disk, in one SQLite file beside the journal. All of it can be made again from the journal: a power cut may take the newest
/// saves, and a file that is damaged or of another version is set aside.
/// </summary>
/// <remarks>
/// One process, which holds <c>projections.lock</c> for as long as it has the store open; in it one connection, which writes and checkpoints, and one
/// caller at a time. Two connections could lose a log in SQLite before 3.51.3, and two hosts would save over each other.
/// </remarks>
public sealed class ProjectionStore : IDisposable
{
    public const string FileName = "projections.db";
    private const string LockName = "projections.lock";
    private const string SetAsideName = "projections.set-aside.db";

    /// <summary>Of the tables; what a projection's rows mean has a version of its own.</summary>
    private const string Schema = "1";

    private const string Tables = """
        CREATE TABLE heads(name TEXT PRIMARY KEY, version TEXT NOT NULL, offset INTEGER NOT NULL, mark TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE rows(name TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, crc INTEGER NOT NULL, UNIQUE(name, key)) STRICT;
        """;

    private static readonly string[] Files = ["", "-wal", "-shm"];

    private readonly Lock gate = new();
    private readonly string folder;
    private readonly FileLock held;
    private readonly Action<string> report;
    private Connected database;

    private ProjectionStore(string folder, FileLock held, Action<string> report)
    {
        (this.folder, this.held, this.report) = (folder, held, report);
        database = Connect();
    }

    /// <param name="report">Told in a sentence what was set aside, and why.</param>
    /// <exception cref="IOException">Another process has it open.</exception>
    public static ProjectionStore Open(string folder, Action<string> report)
    {
        Directory.CreateDirectory(folder);
        var held = new FileLock(Path.Combine(folder, LockName));
        try
        {
            if (!held.TryTake()) throw new IOException($"The projections in {folder} are in use by another process. End it, or give another data folder.");
            return new ProjectionStore(folder, held, report);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public ProjectionHead? Head(string name)
    {
        lock (gate)
        {
            using var statement = database.Prepare("SELECT version, offset, mark FROM heads WHERE name = ?1");
            statement.BindText(1, Encoding.UTF8.GetBytes(name));
            return statement.Step() ? new ProjectionHead(name, statement.Text(0), statement.Integer(1), statement.Text(2)) : null;
        }
    }

    /// <exception cref="ProjectionDamagedException">One of them is not what was written.</exception>
    public IReadOnlyList<ProjectionRow> Rows(string name)
    {
        lock (gate)
        {
            using var statement = database.Prepare("SELECT key, value, crc FROM rows WHERE name = ?1 ORDER BY key");
            statement.BindText(1, Encoding.UTF8.GetBytes(name));
            var rows = new List<ProjectionRow>();
            while (statement.Step()) rows.Add(Read(name, statement));
            return rows;
        }
    }

    public IReadOnlyList<string> Keys(string name)
    {
        lock (gate)
        {
            using var statement = database.Prepare("SELECT key FROM rows WHERE name = ?1 ORDER BY key");
            statement.BindText(1, Encoding.UTF8.GetBytes(name));
            var keys = new List<string>();
            while (statement.Step()) keys.Add(statement.Text(0));
            return keys;
        }
    }

    /// <exception cref="ProjectionDamagedException">It is not what was written.</exception>
    public ReadOnlyMemory<byte>? Find(string name, string key)
    {
        lock (gate)
        {
            using var statement = database.Prepare("SELECT key, value, crc FROM rows WHERE name = ?1 AND key = ?2");
            statement.BindText(1, Encoding.UTF8.GetBytes(name));
            statement.BindText(2, Encoding.UTF8.GetBytes(key));
            return statement.Step() ? Read(name, statement).Value : null;
        }
    }

    /// <summary>Rows and heads of all the changes, in one transaction.</summary>
    public void Save(params IReadOnlyList<ProjectionChange> changes)
    {
        lock (gate)
        {
            database.Run("BEGIN IMMEDIATE");
            try
            {
                foreach (var change in changes) Put(change);
                database.Run("COMMIT");
            }
            catch
            {
                if (raw.sqlite3_get_autocommit(database.Handle) == 0) database.Run("ROLLBACK");
                throw;
            }
        }
    }

    /// <summary>Forgets everything, keeps the file that was there under another name, and goes on with an empty one.</summary>
    public void SetAside(string why)
    {
        lock (gate)
        {
            database.Dispose();
            MoveAside(why);
            database = Connect();
        }
    }

    public void Dispose()
    {
        database.Dispose();
        held.Dispose();
    }

    private Connected Connect()
    {
        var path = Path.Combine(folder, FileName);
        for (var fresh = false; ; fresh = true)
        {
            Connected? connected = null;
            try
            {
                connected = new Connected(path);
                if (connected.Complaint() is not { } complaint) return connected;
                connected.Dispose();
                MoveAside(complaint);
            }
            catch (SqliteException damaged) when (!fresh && damaged.SqliteErrorCode is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB)
            {
                connected?.Dispose();
                MoveAside($"it is damaged ({damaged.Message})");
            }
        }
    }

    private void MoveAside(string why)
    {
        var (from, to) = (Path.Combine(folder, FileName), Path.Combine(folder, SetAsideName));
        foreach (var suffix in Files)
        {
            File.Delete(to + suffix);
            if (File.Exists(from + suffix)) File.Move(from + suffix, to + suffix);
        }

        report($"{from} is of no use: {why}. It is kept as {SetAsideName}; what it held is made again from the journal.");
    }

    private void Put(ProjectionChange change)
    {
        var name = Encoding.UTF8.GetBytes(change.Head.Name);
        if (change.Anew) database.Run("DELETE FROM rows WHERE name = ?1", name);
        foreach (var key in change.Gone) database.Run("DELETE FROM rows WHERE name = ?1 AND key = ?2", name, Encoding.UTF8.GetBytes(key));
        using (var put = database.Prepare("INSERT INTO rows VALUES (?1, ?2, ?3, ?4) ON CONFLICT(name, key) DO UPDATE SET value = excluded.value, crc = excluded.crc"))
        {
            foreach (var row in change.Rows)
            {
                put.BindText(1, name);
                put.BindText(2, Encoding.UTF8.GetBytes(row.Key));
                put.Bind(3, row.Value.Span);
                put.Bind(4, EventChain.Crc32C(row.Value.Span));
                put.Run();
            }
        }

        using var head = database.Prepare("INSERT OR REPLACE INTO heads VALUES (?1, ?2, ?3, ?4)");
        head.BindText(1, name);
        head.BindText(2, Encoding.UTF8.GetBytes(change.Head.Version));
        head.Bind(3, change.Head.Offset);
        head.BindText(4, Encoding.UTF8.GetBytes(change.Head.Mark));
        head.Run();
    }

    private static ProjectionRow Read(string name, Statement statement)
    {
        var (key, value) = (statement.Text(0), statement.Blob(1).ToArray());
        return EventChain.Crc32C(value) == (ulong)statement.Integer(2)
            ? new ProjectionRow(key, value)
            : throw new ProjectionDamagedException($"row {key} of {name} does not match its checksum");
    }

    private sealed class Connected : IDisposable
    {
        private readonly SqliteConnection connection;

        public Connected(string path)
        {
            connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
            connection.Open();
            try
            {
                Run("PRAGMA journal_mode=WAL");
                Run("PRAGMA synchronous=NORMAL");
                if (SqliteSchema.Scalar(connection, "SELECT count(*) FROM sqlite_master") != "0") return;
                Run("BEGIN");
                SqliteSchema.Scalar(connection, Tables);
                Run($"PRAGMA user_version={Schema}");
                Run("COMMIT");
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        public sqlite3 Handle => connection.Handle!;

        /// <summary>Why the file cannot be used; null where it can.</summary>
        public string? Complaint() =>
            SqliteSchema.Scalar(connection, "PRAGMA user_version") is var version && version != Schema ? $"it has format {version}, and this program reads format {Schema}"
            : SqliteSchema.Scalar(connection, "PRAGMA quick_check(1)") is var answer && answer != "ok" ? $"it is damaged ({answer})"
            : null;

        public Statement Prepare(string sql) => new(Handle, sql);

        public void Run(string sql, params ReadOnlySpan<byte[]> texts)
        {
            using var statement = Prepare(sql);
            for (var i = 0; i < texts.Length; i++) statement.BindText(i + 1, texts[i]);
            while (statement.Step()) { }
        }

        public void Dispose() => connection.Dispose();
    }
}
