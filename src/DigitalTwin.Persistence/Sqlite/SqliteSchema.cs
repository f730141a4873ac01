using DigitalTwin.Actors.Journals;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>Opens the journal's database the one way in which it is durable, and knows its tables.</summary>
internal static class SqliteSchema
{
    public const string FileName = "journal.db";

    /// <summary>Raised when rows are laid out otherwise; a journal of another version is refused, not guessed at.</summary>
    public const string Version = "1";

    /// <summary>In the order in which <see cref="SqliteRow"/> reads them.</summary>
    public const string Columns = "offset, entity, seq, name, at, recorded, payload, crc";

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
            UNIQUE(entity, seq)) STRICT;
        """;

    /// <summary>The one connection that writes, and also checkpoints: SQLite before 3.51.3 can lose a log that two reset at once.</summary>
    public static SqliteConnection OpenWriter(SqliteJournalOptions options)
    {
        var connection = Open(options.Folder, SqliteOpenMode.ReadWriteCreate);
        try
        {
            Require(connection, "PRAGMA journal_mode=WAL", "wal");
            Execute(connection, "PRAGMA synchronous=FULL");
            Require(connection, "PRAGMA synchronous", "2");
            // The built-in checkpoint swallows a failed fsync and tries again; the journal runs its own.
            Require(connection, "PRAGMA wal_autocheckpoint=0", "0");
            if (Scalar(connection, "SELECT count(*) FROM sqlite_master") == "0") Create(connection, options.PlantId);
            CheckMeta(connection, options);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public static SqliteConnection OpenReader(string folder) => Open(folder, SqliteOpenMode.ReadOnly);

    public static string? Meta(SqliteConnection connection, string key) =>
        Scalar(connection, "SELECT value FROM meta WHERE key = $key", ("$key", key));

    public static string? Scalar(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, string Value)> parameters)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters) command.Parameters.AddWithValue(name, value);
        return command.ExecuteScalar()?.ToString();
    }

    private static SqliteConnection Open(string folder, SqliteOpenMode mode)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(folder, FileName),
            Mode = mode,
            Pooling = false,
        }.ToString());
        connection.Open();
        return connection;
    }

    private static void Create(SqliteConnection connection, string plantId)
    {
        using (var transaction = connection.BeginTransaction())
        {
            Execute(connection, Tables);
            Scalar(connection, "INSERT INTO meta VALUES ('plant', $plant), ('schema', $schema)", ("$plant", plantId), ("$schema", Version));
            transaction.Commit();
        }

        // A log that is lost later then takes events with it, but not the tables.
        Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
    }

    private static void CheckMeta(SqliteConnection connection, SqliteJournalOptions options)
    {
        var schema = Meta(connection, "schema");
        if (schema != Version)
        {
            throw new JournalRefusedException(
                $"The journal in {options.Folder} has format {schema}; this program reads format {Version}. Use the program version that wrote it.");
        }

        var plant = Meta(connection, "plant");
        if (plant != options.PlantId)
        {
            throw new JournalRefusedException(
                $"The journal in {options.Folder} belongs to plant {plant}, not to {options.PlantId}. Give another data folder, or the plant definition it was made with.");
        }
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
