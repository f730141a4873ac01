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
        using var connection = new NpgsqlConnection(server.ConnectionString + $";Pooling=false;Search Path={Schema}");
        connection.Open();
#pragma warning disable CA2100 // The test's own constant.
        using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    /// <summary>Runs the statement in a transaction that stays open until it is disposed.</summary>
    public IDisposable Hold(string sql)
    {
        var connection = new NpgsqlConnection(server.ConnectionString + $";Pooling=false;Search Path={Schema}");
        connection.Open();
#pragma warning disable CA2100 // The test's own constant.
        using var command = new NpgsqlCommand("BEGIN; " + sql, connection);
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        return connection;
    }

    public void Dispose() => Execute($"DROP SCHEMA IF EXISTS {Schema} CASCADE");
}
