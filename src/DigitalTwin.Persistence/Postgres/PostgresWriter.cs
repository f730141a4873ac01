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
/// The one session that writes. A commit is one statement: it locks the leases, moves the head on if it and the leases are as the batch supposes, and
/// stores the events if the head has moved; else nothing.
/// </summary>
/// <remarks>
/// The leases are read as they are once locked, even where they were changed after the statement began; and a head that another session has moved
/// meanwhile no longer fits its condition. Locks are taken in one order everywhere: leases, head.
/// </remarks>
internal sealed class PostgresWriter : IDisposable
{
    /// <summary>Beyond so many events of others the cached sequences are read anew.</summary>
    public const int CatchUp = 10_000;

    private const string LockLeases = "SELECT shard, epoch FROM leases WHERE shard = ANY($1) FOR SHARE";

    private readonly PostgresCommit alone;
    private readonly PostgresCommit locked;

    public PostgresWriter(NpgsqlConnection connection)
    {
        Connection = connection;
        // The same plan serves one event and a thousand: looking for another each time costs more than it gains.
        PostgresSchema.Execute(connection, "SET plan_cache_mode = force_generic_plan");
        alone = new PostgresCommit(connection, LockLeases, ends: false);
        locked = new PostgresCommit(connection, LockLeases, ends: true);
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
    public bool Commit(PostgresBatch batch) =>
        locked.Run(batch) ? true : throw new InvalidOperationException("The head has moved although it was locked.");

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
}
