using DigitalTwin.Actors.Sharding;
using Npgsql;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>
/// Leases as rows, by the database's clock. A take-over updates the row, so it waits for every append that holds it FOR SHARE, and no append
/// that comes later finds its epoch in it.
/// </summary>
/// <remarks>
/// That clock may be set. Forward, a lease ends early, which the epoch makes harmless to the log; back, it would last longer by as much, so whoever
/// wants the shard cuts it to the time it was given for.
/// </remarks>
internal static class PostgresLeases
{
    /// <summary>Seconds.</summary>
    public const string Left = "greatest(0, extract(epoch FROM least(expires - clock_timestamp(), lasts)))::float8";

    private const string Cut = "UPDATE leases SET expires = clock_timestamp() + lasts WHERE shard = $1 AND expires > clock_timestamp() + lasts";

    // The epoch is drawn once the row is locked, so that of two who want the shard the later one gets the larger epoch.
    private const string TakeOver = """
        INSERT INTO leases AS held (shard, owner, epoch, expires, lasts) VALUES ($1, $2, nextval('epochs'), clock_timestamp() + $3, $3)
        ON CONFLICT (shard) DO UPDATE SET owner = excluded.owner, epoch = greatest(held.epoch + 1, nextval('epochs')), expires = clock_timestamp() + $3, lasts = $3
        WHERE held.expires <= clock_timestamp() OR held.owner = excluded.owner
        RETURNING epoch
        """;

    public static LeaseAnswer Acquire(NpgsqlConnection connection, ShardId shard, string owner, TimeSpan timeToLive)
    {
        if (PostgresSchema.Execute(connection, TakeOver, shard.Value, owner, timeToLive) is long epoch)
            return new LeaseAnswer(new Lease(shard, owner, epoch, timeToLive), null, TimeSpan.Zero);
        PostgresSchema.Execute(connection, Cut, shard.Value);
        using var command = PostgresReader.Command(connection, $"SELECT owner, {Left} FROM leases WHERE shard = $1", shard.Value);
        using var row = command.ExecuteReader();
        row.Read();
        return new LeaseAnswer(null, row.GetString(0), TimeSpan.FromSeconds(row.GetDouble(1)));
    }

    public static bool Renew(NpgsqlConnection connection, Lease lease) =>
        PostgresSchema.Execute(
            connection,
            "UPDATE leases SET expires = clock_timestamp() + $3, lasts = $3 WHERE shard = $1 AND epoch = $2 RETURNING true",
            lease.Shard.Value, lease.Epoch, lease.TimeToLive) is true;

    public static void Release(NpgsqlConnection connection, Lease lease) =>
        PostgresSchema.Execute(connection, "UPDATE leases SET expires = to_timestamp(0) WHERE shard = $1 AND epoch = $2", lease.Shard.Value, lease.Epoch);
}
