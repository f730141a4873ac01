using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Snapshots;
using Npgsql;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>Snapshots as a table beside the journal's, so that whichever process takes an entity over finds them. Open the journal first: it makes the tables.</summary>
public sealed class PostgresSnapshots : ISnapshots, IDisposable
{
    private const string Replace = """
        INSERT INTO snapshots(entity, seq, "offset", recorded, format, state, hash) SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (entity) DO UPDATE SET
            seq = excluded.seq, "offset" = excluded."offset", recorded = excluded.recorded, format = excluded.format, state = excluded.state, hash = excluded.hash
        """;

    private readonly PostgresServer server;
    private NpgsqlConnection? writer;

    private PostgresSnapshots(PostgresServer server) => this.server = server;

    /// <exception cref="JournalRefusedException">The connection string cannot be used.</exception>
    public static PostgresSnapshots Open(PostgresJournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new PostgresSnapshots(new PostgresServer(options));
    }

    public SnapshotRead Load(EntityId entity) => server.Read(connection =>
    {
        using var command = PostgresReader.Command(connection, "SELECT seq, \"offset\", recorded, format, state, hash FROM snapshots WHERE entity = $1", entity.Value);
        using var row = command.ExecuteReader();
        if (!row.Read()) return default;
        var snapshot = new Snapshot(
            entity, row.GetInt64(0), row.GetInt64(1), Microseconds.From(row.GetInt64(2)), row.GetString(3), row.GetFieldValue<byte[]>(4));
        return Hash(snapshot).AsSpan().SequenceEqual(row.GetFieldValue<byte[]>(5))
            ? new SnapshotRead(snapshot, null)
            : new SnapshotRead(null, $"the snapshot of {entity} after event {snapshot.Seq} does not match its hash");
    });

    public void Save(IReadOnlyList<Snapshot> snapshots)
    {
        ArgumentNullException.ThrowIfNull(snapshots);
        // Of several snapshots of one entity the last one counts; in one order everywhere, so that two who save do not wait for each other in a circle.
        Snapshot[] newest = [.. snapshots.GroupBy(snapshot => snapshot.Entity).Select(own => own.Last()).OrderBy(snapshot => snapshot.Entity.Value, StringComparer.Ordinal)];
        try
        {
            PostgresSchema.Execute(
                writer ??= Connect(),
                Replace,
                newest.Select(snapshot => snapshot.Entity.Value).ToArray(),
                newest.Select(snapshot => snapshot.Seq).ToArray(),
                newest.Select(snapshot => snapshot.Offset).ToArray(),
                newest.Select(snapshot => Microseconds.Of(snapshot.Recorded)).ToArray(),
                newest.Select(snapshot => snapshot.Format).ToArray(),
                newest.Select(snapshot => snapshot.State).ToArray(),
                newest.Select(Hash).ToArray());
        }
        catch (NpgsqlException failed)
        {
            if (PostgresFailure.IsLost(failed))
            {
                writer?.Dispose();
                writer = null;
            }

            throw new IOException(PostgresFailure.Sentence(failed, server.Name), failed);
        }
    }

    public void Dispose()
    {
        writer?.Dispose();
        server.Dispose();
    }

    private NpgsqlConnection Connect()
    {
        var connection = server.Connect();
        // A snapshot may be lost: what it says is in the journal.
        PostgresSchema.Execute(connection, "SET synchronous_commit = off");
        return connection;
    }

    private static byte[] Hash(Snapshot snapshot) => SnapshotHash.Of(
        snapshot.Entity.Value, snapshot.Seq, snapshot.Offset, Microseconds.Of(snapshot.Recorded), snapshot.Format, snapshot.State.Span);
}
