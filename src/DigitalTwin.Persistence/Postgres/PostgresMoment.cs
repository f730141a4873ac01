using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence.Backups;
using Npgsql;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>A journal in PostgreSQL as of one moment. What is stored up to its head never changes, so no snapshot of the database is held while it is read.</summary>
public sealed class PostgresMoment : IJournalMoment
{
    private readonly PostgresServer server;
    private readonly NpgsqlConnection connection;

    private PostgresMoment(PostgresServer server, NpgsqlConnection connection)
    {
        this.server = server;
        this.connection = connection;
        using var transaction = connection.BeginTransaction(System.Data.IsolationLevel.RepeatableRead);
        Plant = PostgresSchema.Meta(connection, "plant") ?? "";
        Schema = int.Parse(PostgresSchema.Meta(connection, "schema") ?? "0", CultureInfo.InvariantCulture);
        Head = PostgresReader.Head(connection);
        LastOffset = PostgresSchema.Execute(connection, "SELECT max(\"offset\") FROM events") as long? ?? 0;
        Epoch = (long)PostgresSchema.Execute(connection, "SELECT greatest(CASE WHEN is_called THEN last_value ELSE 0 END, (SELECT max(epoch) FROM leases)) FROM epochs")!;
        Bytes = (long)PostgresSchema.Execute(connection, "SELECT pg_total_relation_size('events')")!;
        Wakes = [.. PostgresReader.Wakes(connection).OrderBy(wake => wake.Entity.Value, StringComparer.Ordinal)];
        transaction.Commit();
    }

    public string Plant { get; }

    public int Schema { get; }

    public JournalHead Head { get; }

    public long Epoch { get; }

    public long Bytes { get; }

    public IReadOnlyList<PendingWake> Wakes { get; }

    public string? Complaint { get; private set; }

    /// <summary>As the table of events has it; the head's offset in a sound journal.</summary>
    internal long LastOffset { get; }

    /// <exception cref="JournalRefusedException">The server is away or refuses, there is no journal, or it is of another format.</exception>
    public static PostgresMoment Open(PostgresJournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var server = new PostgresServer(options);
        NpgsqlConnection? connection = null;
        try
        {
            // Before the head: a running host may move both on, but never the witness ahead of the database.
            var exists = false;
            var seen = options.WitnessFolder is { } folder ? HeadWitness.Read(folder, out exists) : null;
            connection = server.ConnectToRead();
            if (!PostgresSchema.HasTables(connection)) throw new JournalRefusedException($"There is no journal in PostgreSQL ({server.Name}).");
            PostgresSchema.CheckVersion(connection, server.Name);
            var moment = new PostgresMoment(server, connection);
            moment.Complaint = PostgresHeadCheck.Complaint(moment.Head, seen, exists, offset => PostgresReader.HashAt(connection, offset));
            return moment;
        }
        catch (Exception failed)
        {
            connection?.Dispose();
            server.Dispose();
            if (failed is NpgsqlException refused) throw new JournalRefusedException(PostgresFailure.Sentence(refused, server.Name), refused);
            throw;
        }
    }

    public IEnumerable<JournalRow> Rows() => PostgresReader.Rows(connection, Head.Offset);

    public void Dispose()
    {
        connection.Dispose();
        server.Dispose();
    }
}
