using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using Npgsql;
using NpgsqlTypes;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>What is seen under the locks of leases and head.</summary>
/// <param name="Epochs">The epoch that has each shard.</param>
/// <param name="Hashes">Of the offsets that were asked for, as far as they are stored.</param>
/// <param name="Moved">Entities with events beyond the offset that was known.</param>
internal sealed record LockedView(
    PostgresHead Head, IReadOnlyDictionary<string, long> Epochs, IReadOnlyDictionary<long, byte[]> Hashes, IReadOnlyDictionary<EntityId, long> Moved);

/// <summary>
/// The one session that writes, with its statements. A commit is one round trip: the leases are locked, then the head is moved on if it and the
/// leases are as the batch supposes, then the events go in if the head has moved; the server makes one transaction of it.
/// </summary>
/// <remarks>
/// Each statement sees what was committed before it began, so the second one compares leases that the first has locked. Locks are taken in one order
/// everywhere: leases, head.
/// </remarks>
internal sealed class PostgresWriter : IDisposable
{
    /// <summary>Beyond so many events of others the cached sequences are read anew.</summary>
    public const int CatchUp = 10_000;

    private const string LockLeases = "SELECT shard, epoch FROM leases WHERE shard = ANY($1) FOR SHARE";

    private const string MoveHead = """
        UPDATE head SET "offset" = $1, hash = $2, recorded = $3 WHERE "offset" = $4 AND hash = $5
        AND NOT EXISTS (
            SELECT FROM unnest($6, $7) AS mine(shard, epoch) LEFT JOIN leases ON leases.shard = mine.shard
            WHERE leases.epoch IS DISTINCT FROM mine.epoch)
        """;

    private const string Insert = """
        INSERT INTO events("offset", entity, seq, name, at, recorded, payload, epoch, command, body, crc, prev, hash)
        SELECT $1 + n, entity, seq, name, at, $2, payload, epoch, command, body, crc, prev, hash
        FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            WITH ORDINALITY AS row(entity, seq, name, at, payload, epoch, command, body, crc, prev, hash, n)
        WHERE EXISTS (SELECT FROM head WHERE "offset" = $14 AND hash = $15)
        """;

    private const string SetWakes = """
        INSERT INTO wakes(entity, kind, due) SELECT entity, kind, due FROM unnest($1, $2, $3) AS row(entity, kind, due)
        WHERE EXISTS (SELECT FROM head WHERE "offset" = $4 AND hash = $5)
        ON CONFLICT (entity) DO UPDATE SET kind = excluded.kind, due = excluded.due
        """;

    private readonly Statements alone;
    private readonly Statements locked;

    public PostgresWriter(NpgsqlConnection connection)
    {
        Connection = connection;
        // The same plan serves one event and a thousand: looking for another each time costs more than it gains.
        PostgresSchema.Execute(connection, "SET plan_cache_mode = force_generic_plan");
        alone = new Statements(connection, ends: false);
        locked = new Statements(connection, ends: true);
    }

    public NpgsqlConnection Connection { get; }

    /// <summary>Commits the batch in one round trip.</summary>
    /// <returns>False: a lease or the head is not what the batch supposes; nothing is stored.</returns>
    public bool TryCommit(PostgresBatch batch) => alone.Run(batch);

    /// <summary>Begins a transaction in which nobody else can append, or take over a shard of the batch, and looks around.</summary>
    public LockedView Lock(IReadOnlyCollection<string> shards, long known, params long[] offsets)
    {
        using var batch = new NpgsqlBatch(Connection);
        Add(batch, "BEGIN");
        Add(batch, LockLeases, Of(NpgsqlDbType.Array | NpgsqlDbType.Text, shards.ToArray()));
        Add(batch, "SELECT \"offset\", hash, recorded FROM head FOR UPDATE");
        Add(batch, "SELECT \"offset\", hash FROM events WHERE \"offset\" = ANY($1)", Of(NpgsqlDbType.Array | NpgsqlDbType.Bigint, offsets));
        Add(batch, "SELECT entity, max(seq) FROM events WHERE \"offset\" > $1 AND \"offset\" <= $2 GROUP BY entity",
            Of(NpgsqlDbType.Bigint, known), Of(NpgsqlDbType.Bigint, known + CatchUp));
        using var row = batch.ExecuteReader();
        var epochs = new Dictionary<string, long>();
        while (row.Read()) epochs[row.GetString(0)] = row.GetInt64(1);
        row.NextResult();
        if (!row.Read()) throw new InvalidOperationException("The table head has lost its row.");
        var head = new PostgresHead(row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetInt64(2));
        row.NextResult();
        var hashes = new Dictionary<long, byte[]>();
        while (row.Read()) hashes[row.GetInt64(0)] = row.GetFieldValue<byte[]>(1);
        row.NextResult();
        var moved = new Dictionary<EntityId, long>();
        while (row.Read()) moved[new EntityId(row.GetString(0))] = row.GetInt64(1);
        return new LockedView(head, epochs, hashes, moved);
    }

    /// <summary>Stores the batch and ends the transaction of <see cref="Lock"/>.</summary>
    public void Commit(PostgresBatch batch)
    {
        if (!locked.Run(batch)) throw new InvalidOperationException("The head has moved although it was locked.");
    }

    public void Rollback() => PostgresSchema.Execute(Connection, "ROLLBACK");

    public IReadOnlyDictionary<EntityId, long> NewestSequences(IEnumerable<EntityId> entities)
    {
        using var command = new NpgsqlCommand("SELECT entity, (SELECT max(seq) FROM events WHERE events.entity = asked.entity) FROM unnest($1) AS asked(entity)", Connection);
        command.Parameters.Add(Of(NpgsqlDbType.Array | NpgsqlDbType.Text, entities.Select(entity => entity.Value).ToArray()));
        using var row = command.ExecuteReader();
        var newest = new Dictionary<EntityId, long>();
        while (row.Read()) newest[new EntityId(row.GetString(0))] = row.IsDBNull(1) ? 0 : row.GetInt64(1);
        return newest;
    }

    public void Dispose()
    {
        try
        {
            alone.Dispose();
            locked.Dispose();
            Connection.Dispose();
        }
        catch (NpgsqlException)
        {
            // It is broken; there is nothing more to say to the server.
        }
    }

    private static void Add(NpgsqlBatch batch, string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
#pragma warning disable CA2100 // Every caller passes a constant.
        var command = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
        foreach (var parameter in parameters) command.Parameters.Add(parameter);
        batch.BatchCommands.Add(command);
    }

    private static NpgsqlParameter Of(NpgsqlDbType type, object? value = null) => new() { NpgsqlDbType = type, Value = value };

    /// <summary>The statements of one commit, prepared; with and without the one for wakes, which most commits do not need.</summary>
    private sealed class Statements : IDisposable
    {
        private readonly NpgsqlBatch plain;
        private readonly NpgsqlBatch waking;

        public Statements(NpgsqlConnection connection, bool ends)
        {
            plain = Declare(connection, wakes: false, ends);
            waking = Declare(connection, wakes: true, ends);
            plain.Prepare();
            waking.Prepare();
        }

        public bool Run(PostgresBatch rows)
        {
            var batch = rows.Wakes.Count == 0 ? plain : waking;
            var after = rows.After;
            byte[] afterHash = after.Hash.ToArray(), beforeHash = rows.Before.Hash.ToArray();
            string[] shards = [.. rows.Epochs.Keys];
            Set(batch.BatchCommands[0], (object)shards);
            Set(batch.BatchCommands[1], after.Offset, afterHash, after.Recorded, rows.Before.Offset, beforeHash, shards, rows.Epochs.Values.ToArray());
            Set(batch.BatchCommands[2], rows.Before.Offset, rows.Recorded, rows.Entities, rows.Seqs, rows.Names, rows.Ats, rows.Payloads, rows.RowEpochs,
                rows.Commands, rows.Bodies, rows.Crcs, rows.Previous, rows.Hashes, after.Offset, afterHash);
            if (rows.Wakes.Count > 0)
            {
                Set(batch.BatchCommands[3],
                    rows.Wakes.Keys.Select(entity => entity.Value).ToArray(),
                    rows.Wakes.Values.Select(wake => wake.Kind).ToArray(),
                    rows.Wakes.Values.Select(wake => wake.Due is { } due ? Microseconds.Of(due) : (long?)null).ToArray(),
                    after.Offset,
                    afterHash);
            }

            batch.ExecuteNonQuery();
            return batch.BatchCommands[2].RecordsAffected == rows.Count;
        }

        public void Dispose()
        {
            plain.Dispose();
            waking.Dispose();
        }

        private static NpgsqlBatch Declare(NpgsqlConnection connection, bool wakes, bool ends)
        {
            const NpgsqlDbType Number = NpgsqlDbType.Bigint, Bytes = NpgsqlDbType.Bytea;
            const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text, Numbers = NpgsqlDbType.Array | Number, Blobs = NpgsqlDbType.Array | Bytes;
            var batch = new NpgsqlBatch(connection);
            Declare(batch, LockLeases, Texts);
            Declare(batch, MoveHead, Number, Bytes, Number, Number, Bytes, Texts, Numbers);
            Declare(batch, Insert, Number, Number, Texts, Numbers, Texts, Numbers, Blobs, Numbers, Texts, Numbers, Numbers, Blobs, Blobs, Number, Bytes);
            if (wakes) Declare(batch, SetWakes, Texts, Texts, Numbers, Number, Bytes);
            if (ends) Declare(batch, "COMMIT");
            return batch;
        }

        private static void Declare(NpgsqlBatch batch, string sql, params ReadOnlySpan<NpgsqlDbType> types)
        {
            var parameters = new List<NpgsqlParameter>();
            foreach (var type in types) parameters.Add(Of(type));
            Add(batch, sql, [.. parameters]);
        }

        private static void Set(NpgsqlBatchCommand command, params ReadOnlySpan<object> values)
        {
            for (var i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        }
    }
}
