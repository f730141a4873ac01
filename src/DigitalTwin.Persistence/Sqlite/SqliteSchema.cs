using DigitalTwin.Actors.Journals;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>Opens the journal's database the one way in which it is durable, and knows its tables.</summary>
internal static class SqliteSchema
{
    public const string FileName = "journal.db";

    /// <summary>Raised when rows are laid out otherwise; a journal of another version is refused, not guessed at.</summary>
    public const string Version = "2";

    /// <summary>Of the first release: without leases, commands and wakes. Brought to the present one when it is opened to be written.</summary>
    public const string FirstVersion = "1";

    /// <summary>In the order in which <see cref="SqliteRow"/> reads them.</summary>
    public const string Columns = "offset, entity, seq, name, at, recorded, payload, crc, epoch, command, body";

    public const string FirstColumns = "offset, entity, seq, name, at, recorded, payload, crc, 0, NULL, NULL";

    /// <summary>Long enough for another connection's recovery after a kill; writers take turns before they come here.</summary>
    private const int BusyMilliseconds = 5000;

    private const string Tables = """
        CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE events(
            offset INTEGER PRIMARY KEY,
            entity TEXT NOT NULL,
            seq INTEGER NOT NULL,
            name TEXT NOT NULL,
            at INTEGER NOT NULL,
            recorded INTEGER NOT NULL,
            payload BLOB NOT NULL,
            crc INTEGER NOT NULL,
            prev BLOB NOT NULL,
            hash BLOB NOT NULL,
            epoch INTEGER NOT NULL DEFAULT 0,
            command TEXT,
            body INTEGER,
            UNIQUE(entity, seq)) STRICT;
        """ + LeasesAndWakes;

    private const string LeasesAndWakes = """
        CREATE TABLE leases(
            shard TEXT PRIMARY KEY,
            owner TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            boot TEXT NOT NULL,
            expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE wakes(entity TEXT PRIMARY KEY, kind TEXT NOT NULL, due INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        INSERT INTO meta VALUES ('epoch', '0');
        """;

    private const string FromFirstVersion = """
        ALTER TABLE events ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE events ADD COLUMN command TEXT;
        ALTER TABLE events ADD COLUMN body INTEGER;
        """ + LeasesAndWakes;

    /// <summary>The connection that writes, and also checkpoints. In a <see cref="WriteTurn"/>.</summary>
    /// <exception cref="JournalRefusedException">The file must not be built upon; it is as it was.</exception>
    public static SqliteConnection OpenWriter(SqliteJournalOptions options)
    {
        var connection = Open(options.Folder, FileName, SqliteOpenMode.ReadWriteCreate);
        try
        {
            Require(connection, "PRAGMA journal_mode=WAL", "wal");
            Execute(connection, "PRAGMA synchronous=FULL");
            Require(connection, "PRAGMA synchronous", "2");
            // The built-in checkpoint swallows a failed fsync and tries again; the journal runs its own.
            Require(connection, "PRAGMA wal_autocheckpoint=0", "0");
            if (IsNew(connection)) Create(connection, options.PlantId);
            var schema = CheckMeta(connection, options);
            HeadCheck.Verify(connection, options);
            if (schema == FirstVersion) Migrate(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <exception cref="FileNotFoundException">There is no journal in the folder.</exception>
    public static void RequireFile(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no journal in {folder}: {path} is missing.", path);
    }

    public static SqliteConnection OpenReader(string folder, string fileName = FileName) => Open(folder, fileName, SqliteOpenMode.ReadOnly);

    public static SqliteConnection Open(string folder, string fileName, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(folder, fileName),
            Mode = mode,
            Pooling = false,
        }.ToString());
        connection.Open();
        SQLitePCL.raw.sqlite3_busy_timeout(connection.Handle!, BusyMilliseconds);
        return connection;
    }

    /// <summary>A file without tables: whoever made it was killed before it came to them.</summary>
    public static bool IsNew(SqliteConnection connection) => Scalar(connection, "SELECT count(*) FROM sqlite_master") == "0";

    public static string? Meta(SqliteConnection connection, string key) =>
        Scalar(connection, "SELECT value FROM meta WHERE key = $key", ("$key", key));

    public static string? Scalar(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> parameters)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return command.ExecuteScalar()?.ToString();
    }

    /// <summary>A new journal's file that is thrown away unless all of it is written: in a transaction, nothing of it synced, no log.</summary>
    public static SqliteConnection CreateUnsynced(string folder, string plantId)
    {
        var connection = Open(folder, FileName, SqliteOpenMode.ReadWriteCreate);
        Execute(connection, "PRAGMA journal_mode=OFF");
        Execute(connection, "PRAGMA synchronous=OFF");
        Execute(connection, "BEGIN");
        Fill(connection, plantId);
        return connection;
    }

    private static void Fill(SqliteConnection connection, string plantId)
    {
        Execute(connection, Tables);
        Scalar(connection, "INSERT INTO meta VALUES ('plant', $plant), ('schema', $schema)", ("$plant", plantId), ("$schema", Version));
    }

    private static void Create(SqliteConnection connection, string plantId)
    {
        using (var transaction = connection.BeginTransaction())
        {
            Fill(connection, plantId);
            transaction.Commit();
        }

        // A log that is lost later then takes events with it, but not the tables.
        Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private static void Migrate(SqliteConnection connection)
    {
        using (var transaction = connection.BeginTransaction())
        {
            Execute(connection, FromFirstVersion);
            Scalar(connection, "UPDATE meta SET value = $schema WHERE key = 'schema'", ("$schema", Version));
            transaction.Commit();
        }

        Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private static string CheckMeta(SqliteConnection connection, SqliteJournalOptions options)
    {
        var schema = Meta(connection, "schema");
        if (schema is not (Version or FirstVersion))
        {
            throw new JournalRefusedException(
                $"The journal in {options.Folder} has format {schema}; this program reads formats {FirstVersion} and {Version}. Use the program version that wrote it.");
        }

        var plant = Meta(connection, "plant");
        if (plant != options.PlantId)
        {
            throw new JournalRefusedException(
                $"The journal in {options.Folder} belongs to plant {plant}, not to {options.PlantId}. Give another data folder, or the plant definition it was made with.");
        }

        return schema;
    }

    private static void Require(SqliteConnection connection, string pragma, string expected)
    {
        var actual = Scalar(connection, pragma);
        if (!string.Equals(actual, expected, StringComparison.OrdinalIgnoreCase))
        {
            throw new JournalRefusedException(
                $"The journal would not be durable: {pragma} answers {actual}, not {expected}. Put the data folder on a local file system.");
        }
    }

    private static void Execute(SqliteConnection connection, string sql) => Scalar(connection, sql);
}
