using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence.Backups;
using Npgsql;
using NpgsqlTypes;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>Makes a journal from a backup in one transaction: until it is committed, nobody sees any of it.</summary>
public sealed class PostgresRestore : IJournalTarget
{
    private readonly PostgresJournalOptions options;
    private readonly PostgresServer server;
    private NpgsqlConnection? connection;
    private NpgsqlTransaction? transaction;
    private NpgsqlBinaryImporter? import;
    private long recorded = long.MinValue;

    /// <param name="options">Their plant is not looked at: the backup says whose journal it is.</param>
    public PostgresRestore(PostgresJournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        server = new PostgresServer(options);
    }

    public void Begin(string plant) => Run(() =>
    {
        connection = server.Connect();
        PostgresSchema.CheckServer(connection, server.Name);
        transaction = connection.BeginTransaction();
        // As long as the backup takes to be read.
        PostgresSchema.Execute(connection, "SET LOCAL statement_timeout = 0");
        PostgresSchema.Execute(connection, "SET LOCAL idle_in_transaction_session_timeout = 0");
        if (!PostgresSchema.LockAndCheckEmpty(connection))
            throw new JournalRefusedException($"There is a journal in PostgreSQL already ({server.Name}). Restore into another database or schema; a backup replaces nothing.");
        PostgresSchema.Create(connection, options.Schema, plant);
        import = connection.BeginBinaryImport($"COPY events({PostgresSchema.Columns}, prev, hash) FROM STDIN (FORMAT BINARY)");
    });

    public void Add(JournalRow row) => Run(() =>
    {
        import!.StartRow();
        import.Write(row.Offset, NpgsqlDbType.Bigint);
        import.Write(row.Entity, NpgsqlDbType.Text);
        import.Write(row.Seq, NpgsqlDbType.Bigint);
        import.Write(row.Name, NpgsqlDbType.Text);
        import.Write(row.At, NpgsqlDbType.Bigint);
        import.Write(row.Recorded, NpgsqlDbType.Bigint);
        import.Write(row.Payload, NpgsqlDbType.Bytea);
        import.Write(row.Epoch, NpgsqlDbType.Bigint);
        if (row.Command is { } command)
        {
            import.Write(command.Id, NpgsqlDbType.Text);
            import.Write(command.Body, NpgsqlDbType.Bigint);
        }
        else
        {
            import.WriteNull();
            import.WriteNull();
        }

        import.Write(row.Crc, NpgsqlDbType.Bigint);
        import.Write(row.Previous, NpgsqlDbType.Bytea);
        import.Write(row.Hash, NpgsqlDbType.Bytea);
        recorded = row.Recorded;
    });

    public void Complete(JournalHead head, long epoch, IReadOnlyList<PendingWake> wakes) => Run(() =>
    {
        import!.Complete();
        import.Dispose();
        PostgresSchema.Execute(connection!, "UPDATE head SET \"offset\" = $1, hash = $2, recorded = $3", head.Offset, head.Hash.ToArray(), recorded);
        PostgresSchema.Execute(
            connection!,
            "INSERT INTO wakes(entity, kind, due) SELECT * FROM unnest($1, $2, $3)",
            wakes.Select(wake => wake.Entity.Value).ToArray(),
            wakes.Select(wake => wake.Kind).ToArray(),
            wakes.Select(wake => Microseconds.Of(wake.Due)).ToArray());
        if (epoch > 0) PostgresSchema.Execute(connection!, "SELECT setval('epochs', $1)", epoch);
        transaction!.Commit();
    });

    public void Dispose()
    {
        try
        {
            import?.Dispose();
            transaction?.Dispose();
        }
        catch (NpgsqlException)
        {
            // The connection is gone, and with it the transaction.
        }

        connection?.Dispose();
        server.Dispose();
    }

    private void Run(Action work)
    {
        try
        {
            work();
        }
        catch (NpgsqlException failed)
        {
            throw new JournalRefusedException(PostgresFailure.Sentence(failed, server.Name), failed);
        }
    }
}
