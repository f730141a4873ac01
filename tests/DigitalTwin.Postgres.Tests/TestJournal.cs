using DigitalTwin.Persistence.Postgres;
using Npgsql;

namespace DigitalTwin.Postgres.Tests;

/// <summary>A schema of its own for one test, on a server that others use too.</summary>
public sealed class TestJournal(TestServer server) : IDisposable
{
    private static int made;

    public string Schema { get; } = $"test_{Environment.ProcessId}_{Interlocked.Increment(ref made)}";

    public PostgresJournalOptions Options(string plant = "leipzig") => new(server.ConnectionString, plant) { Schema = Schema };

    public PostgresJournal Open(string plant = "leipzig") => PostgresJournal.Open(Options(plant));

    public object? Execute(string sql)
    {
        using var connection = Connect();
#pragma warning disable CA2100 // The test's own constant.
        using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    /// <summary>A session of this schema waits for a lock with such a statement.</summary>
    public bool Waits(string like) => Execute($"""
        SELECT count(*) FROM pg_stat_activity JOIN pg_locks AS lock USING (pid) JOIN pg_locks AS own USING (pid)
        WHERE NOT lock.granted AND query LIKE '{like}' AND own.relation IN ('leases'::regclass, 'head'::regclass)
        """) is > 0L;

    /// <summary>Runs the statement in a transaction that stays open until it is committed, or disposed without that.</summary>
    public Transaction Hold(string sql) => new(Connect(), sql);

    public void Dispose() => Execute($"DROP SCHEMA IF EXISTS {Schema} CASCADE");

    private NpgsqlConnection Connect()
    {
        var connection = new NpgsqlConnection(server.ConnectionString + $";Pooling=false;Search Path={Schema}");
        connection.Open();
        return connection;
    }

    public sealed class Transaction : IDisposable
    {
        private readonly NpgsqlConnection connection;
        private readonly NpgsqlTransaction transaction;

        public Transaction(NpgsqlConnection connection, string sql)
        {
            this.connection = connection;
            transaction = connection.BeginTransaction();
#pragma warning disable CA2100 // The test's own constant.
            using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            command.ExecuteNonQuery();
        }

        public void Commit() => transaction.Commit();

        public void Dispose()
        {
            transaction.Dispose();
            connection.Dispose();
        }
    }
}
