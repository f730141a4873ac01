using DigitalTwin.Actors.Journals;
using Npgsql;
using NpgsqlTypes;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>The statement of one commit, prepared; with and without the part for wakes, which most commits do not need.</summary>
internal sealed class PostgresCommit : IDisposable
{
    private const string MoveHead = """
        , moved AS (
            UPDATE head SET "offset" = $3, hash = $4, recorded = $5 WHERE "offset" = $6 AND hash = $7
            AND (SELECT count(*) FROM unnest($1, $2) AS mine(shard, epoch) JOIN held USING (shard, epoch)) = cardinality($1)
            RETURNING true)
        """;

    private const string SetWakes = """
        , woken AS (
            INSERT INTO wakes(entity, kind, due) SELECT * FROM unnest($19, $20, $21) WHERE EXISTS (SELECT FROM moved)
            ON CONFLICT (entity) DO UPDATE SET kind = excluded.kind, due = excluded.due)
        """;

    private const string Insert = """

        INSERT INTO events("offset", entity, seq, name, at, recorded, payload, epoch, command, body, crc, prev, hash)
        SELECT $6 + n, entity, seq, name, at, $5, payload, epoch, command, body, crc, prev, hash
        FROM unnest($8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
            WITH ORDINALITY AS row(entity, seq, name, at, payload, epoch, command, body, crc, prev, hash, n)
        WHERE EXISTS (SELECT FROM moved)
        """;

    private readonly Statement plain;
    private readonly Statement waking;

    /// <param name="lockLeases">Selects shard and epoch of the shards in $1 and locks them.</param>
    /// <param name="ends">It ends the transaction that it is in; else it is one of its own.</param>
    public PostgresCommit(NpgsqlConnection connection, string lockLeases, bool ends)
    {
        var held = $"WITH held AS MATERIALIZED ({lockLeases})";
        plain = new Statement(connection, held + MoveHead + Insert, wakes: false, ends);
        waking = new Statement(connection, held + MoveHead + SetWakes + Insert, wakes: true, ends);
    }

    /// <returns>False: a lease or the head is not what the batch supposes; nothing is stored.</returns>
    public bool Run(PostgresBatch rows) => (rows.Wakes.Count == 0 ? plain : waking).Run(rows);

    public void Dispose()
    {
        plain.Dispose();
        waking.Dispose();
    }

    private sealed class Statement : IDisposable
    {
        private readonly NpgsqlBatch batch;
        private readonly NpgsqlBatchCommand commit;
        private readonly NpgsqlParameter<string[]> shards = Texts<string[]>();
        private readonly NpgsqlParameter<long[]> epochs = Numbers<long[]>();
        private readonly NpgsqlParameter<long> after = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
        private readonly NpgsqlParameter<ReadOnlyMemory<byte>> afterHash = new() { NpgsqlDbType = NpgsqlDbType.Bytea };
        private readonly NpgsqlParameter<long> recorded = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
        private readonly NpgsqlParameter<long> before = new() { NpgsqlDbType = NpgsqlDbType.Bigint };
        private readonly NpgsqlParameter<ReadOnlyMemory<byte>> beforeHash = new() { NpgsqlDbType = NpgsqlDbType.Bytea };
        private readonly NpgsqlParameter<List<string>> entities = Texts<List<string>>();
        private readonly NpgsqlParameter<List<long>> seqs = Numbers<List<long>>();
        private readonly NpgsqlParameter<List<string>> names = Texts<List<string>>();
        private readonly NpgsqlParameter<List<long>> ats = Numbers<List<long>>();
        private readonly NpgsqlParameter<List<ReadOnlyMemory<byte>>> payloads = Blobs();
        private readonly NpgsqlParameter<List<long>> rowEpochs = Numbers<List<long>>();
        private readonly NpgsqlParameter<List<string?>> commands = Texts<List<string?>>();
        private readonly NpgsqlParameter<List<long?>> bodies = Numbers<List<long?>>();
        private readonly NpgsqlParameter<List<long>> crcs = Numbers<List<long>>();
        private readonly NpgsqlParameter<List<ReadOnlyMemory<byte>>> previous = Blobs();
        private readonly NpgsqlParameter<List<ReadOnlyMemory<byte>>> hashes = Blobs();
        private readonly NpgsqlParameter<string[]> woken = Texts<string[]>();
        private readonly NpgsqlParameter<string[]> kinds = Texts<string[]>();
        private readonly NpgsqlParameter<long?[]> dues = Numbers<long?[]>();

        public Statement(NpgsqlConnection connection, string sql, bool wakes, bool ends)
        {
            batch = new NpgsqlBatch(connection);
#pragma warning disable CA2100 // Made of the constants above.
            commit = new NpgsqlBatchCommand(sql);
#pragma warning restore CA2100
            batch.BatchCommands.Add(commit);
            if (ends) batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
            NpgsqlParameter[] common =
            [
                shards, epochs, after, afterHash, recorded, before, beforeHash,
                entities, seqs, names, ats, payloads, rowEpochs, commands, bodies, crcs, previous, hashes,
            ];
            foreach (var parameter in common) commit.Parameters.Add(parameter);
            if (wakes)
            {
                foreach (var parameter in (NpgsqlParameter[])[woken, kinds, dues]) commit.Parameters.Add(parameter);
            }

            batch.Prepare();
        }

        public bool Run(PostgresBatch rows)
        {
            var (from, to) = (rows.Before, rows.After);
            (shards.TypedValue, epochs.TypedValue) = ([.. rows.Epochs.Keys], [.. rows.Epochs.Values]);
            (after.TypedValue, afterHash.TypedValue, recorded.TypedValue) = (to.Offset, to.Hash, to.Recorded);
            (before.TypedValue, beforeHash.TypedValue) = (from.Offset, from.Hash);
            (entities.TypedValue, seqs.TypedValue, names.TypedValue, ats.TypedValue) = (rows.Entities, rows.Seqs, rows.Names, rows.Ats);
            (payloads.TypedValue, rowEpochs.TypedValue, commands.TypedValue, bodies.TypedValue) = (rows.Payloads, rows.RowEpochs, rows.Commands, rows.Bodies);
            (crcs.TypedValue, previous.TypedValue, hashes.TypedValue) = (rows.Crcs, rows.Previous, rows.Hashes);
            woken.TypedValue = [.. rows.Wakes.Keys.Select(entity => entity.Value)];
            kinds.TypedValue = [.. rows.Wakes.Values.Select(wake => wake.Kind)];
            dues.TypedValue = [.. rows.Wakes.Values.Select(wake => wake.Due is { } due ? Microseconds.Of(due) : (long?)null)];
            batch.ExecuteNonQuery();
            return commit.RecordsAffected == rows.Count;
        }

        public void Dispose() => batch.Dispose();

        private static NpgsqlParameter<T> Texts<T>() => new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

        private static NpgsqlParameter<T> Numbers<T>() => new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint };

        private static NpgsqlParameter<List<ReadOnlyMemory<byte>>> Blobs() => new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea };
    }
}
