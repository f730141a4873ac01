using System.Globalization;
using DigitalTwin.Actors.Journals;
using Npgsql;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>The journal's tables, and whether a database is fit to hold them.</summary>
internal static class PostgresSchema
{
    /// <summary>Raised when tables are laid out otherwise; a journal of another version is refused, not guessed at.</summary>
    public const string Version = "2";

    /// <summary>In the order in which <see cref="PostgresReader"/> reads them.</summary>
    public const string Columns = "\"offset\", entity, seq, name, at, recorded, payload, epoch, command, body, crc";

    // Texts are compared byte by byte, as everywhere else in the journal. The one row of head is rewritten by every commit: room in its page keeps
    // the old versions from spreading.
    private const string Tables = """
        CREATE TABLE meta(key text COLLATE "C" PRIMARY KEY, value text NOT NULL);
        CREATE TABLE events(
            "offset" bigint PRIMARY KEY,
            entity text COLLATE "C" NOT NULL,
            seq bigint NOT NULL,
            name text COLLATE "C" NOT NULL,
            at bigint NOT NULL,
            recorded bigint NOT NULL,
            payload bytea NOT NULL,
            epoch bigint NOT NULL,
            command text COLLATE "C",
            body bigint,
            crc bigint NOT NULL,
            prev bytea NOT NULL,
            hash bytea NOT NULL,
            UNIQUE(entity, seq));
        CREATE TABLE head(one boolean PRIMARY KEY DEFAULT true CHECK (one), "offset" bigint NOT NULL, hash bytea NOT NULL, recorded bigint NOT NULL)
            WITH (fillfactor = 10);
        CREATE SEQUENCE epochs;
        CREATE TABLE leases(
            shard text COLLATE "C" PRIMARY KEY, owner text NOT NULL, epoch bigint NOT NULL,
            expires timestamptz NOT NULL, lasts interval NOT NULL) WITH (fillfactor = 10);
        CREATE TABLE wakes(entity text COLLATE "C" PRIMARY KEY, kind text NOT NULL, due bigint) WITH (fillfactor = 50);
        CREATE TABLE snapshots(
            entity text COLLATE "C" PRIMARY KEY, seq bigint NOT NULL, "offset" bigint NOT NULL, recorded bigint NOT NULL,
            format text NOT NULL, state bytea NOT NULL, hash bytea NOT NULL);
        """;

    /// <summary>Creates the tables where there are none.</summary>
    /// <exception cref="JournalRefusedException">It is another plant's or another version's, or the server would not keep what it acknowledges.</exception>
    public static void Prepare(NpgsqlConnection connection, PostgresJournalOptions options, string where)
    {
        CheckServer(connection, where);
        using var transaction = connection.BeginTransaction();
        if (LockAndCheckEmpty(connection)) Create(connection, options.Schema, options.PlantId);
        CheckVersion(connection, where);
        CheckPlant(connection, options.PlantId, where);
        transaction.Commit();
    }

    /// <summary>In a transaction: of several programs that would make the tables one goes on, the others wait for it.</summary>
    public static bool LockAndCheckEmpty(NpgsqlConnection connection)
    {
        if (HasTables(connection)) return false;   // hosts that start together need not wait for each other
        Execute(connection, "SELECT pg_advisory_xact_lock(hashtext('digitaltwin.journal'))");
        return !HasTables(connection);
    }

    public static void Create(NpgsqlConnection connection, string schema, string plantId)
    {
        // The name has been checked to be a plain identifier.
        Execute(connection, $"CREATE SCHEMA IF NOT EXISTS {schema}");
        Execute(connection, Tables);
        Execute(connection, "INSERT INTO meta VALUES ('plant', $1), ('schema', $2)", plantId, Version);
        Execute(connection, "INSERT INTO head VALUES (true, 0, $1, $2)", JournalHead.Empty.Hash.ToArray(), long.MinValue);
    }

    public static bool HasTables(NpgsqlConnection connection) => Execute(connection, "SELECT to_regclass('meta')::text") is string;

    public static string? Meta(NpgsqlConnection connection, string key) => Execute(connection, "SELECT value FROM meta WHERE key = $1", key) as string;

    /// <returns>The first column of the first row; null: there is none.</returns>
    public static object? Execute(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
#pragma warning disable CA2100 // Every caller passes a constant, or one with the checked name of the schema.
        using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command.ExecuteScalar();
    }

    /// <exception cref="JournalRefusedException">The server would not keep what it acknowledges, or takes no writes.</exception>
    public static void CheckServer(NpgsqlConnection connection, string where)
    {
        foreach (var setting in (string[])["fsync", "full_page_writes", "synchronous_commit"])
        {
            if (Execute(connection, "SELECT current_setting($1)", setting) is not "off") continue;
            throw new JournalRefusedException($"The journal would not be durable: PostgreSQL ({where}) has {setting} = off. Set {setting} = on in postgresql.conf and reload it.");
        }

        if (Execute(connection, "SELECT pg_is_in_recovery()") is true)
            throw new JournalRefusedException($"PostgreSQL ({where}) is a standby and takes no writes. Connect to the primary.");
    }

    /// <exception cref="JournalRefusedException">It is of another format.</exception>
    public static void CheckVersion(NpgsqlConnection connection, string where)
    {
        if (Meta(connection, "schema") is var schema && schema == Version) return;
        throw new JournalRefusedException(
            $"The journal in PostgreSQL ({where}) has format {schema}; this program reads format {Version}. Use the program version that wrote it.");
    }

    private static void CheckPlant(NpgsqlConnection connection, string plant, string where)
    {
        if (Meta(connection, "plant") is var written && written == plant) return;
        throw new JournalRefusedException(
            $"The journal in PostgreSQL ({where}) belongs to plant {written}, not to {plant}. Give another database or schema, or the plant definition it was made with.");
    }
}
