using System.Text;
using DigitalTwin.Actors.Sharding;
using SQLitePCL;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>Who may append, as rows beside the events; used by the one connection that writes, in its transactions.</summary>
/// <remarks>
/// Time is the machine's since its start, with the id of that start: a lease of an earlier one is over, its holder ended with the machine.
/// </remarks>
internal sealed class LeaseTable : IDisposable
{
    private readonly OwnerLocks owners;
    private readonly Dictionary<ShardId, long> epochs = [];
    private readonly Statement find;
    private readonly Statement nextEpoch;
    private readonly Statement put;
    private readonly Statement renew;
    private readonly Statement release;

    public LeaseTable(sqlite3 database, OwnerLocks owners)
    {
        this.owners = owners;
        find = new Statement(database, "SELECT owner, epoch, boot, expires FROM leases WHERE shard = ?1");
        nextEpoch = new Statement(database, "UPDATE meta SET value = value + 1 WHERE key = 'epoch' RETURNING CAST(value AS INTEGER)");
        put = new Statement(database, "INSERT OR REPLACE INTO leases(shard, owner, epoch, boot, expires) VALUES (?1, ?2, ?3, ?4, ?5)");
        renew = new Statement(database, "UPDATE leases SET boot = ?3, expires = ?4 WHERE shard = ?1 AND epoch = ?2 RETURNING 1");
        release = new Statement(database, "UPDATE leases SET expires = 0 WHERE shard = ?1 AND epoch = ?2 RETURNING 1");
    }

    public static string Boot { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>The shard's newest epoch; 0: it never had one.</summary>
    public long EpochOf(ShardId shard)
    {
        if (!epochs.TryGetValue(shard, out var epoch)) epochs[shard] = epoch = Find(shard)?.Epoch ?? 0;
        return epoch;
    }

    public LeaseAnswer Acquire(ShardId shard, string owner, TimeSpan timeToLive)
    {
        if (Find(shard) is { } row && row.Owner != owner)
        {
            if (Left(row.Boot, row.Expires) is var left && left > TimeSpan.Zero && owners.Lives(row.Owner)) return new LeaseAnswer(null, row.Owner, left);
            if (!owners.Lives(row.Owner)) owners.Forget(row.Owner);
        }

        owners.Join(owner);
        var lease = new Lease(shard, owner, NextEpoch(), timeToLive);
        BindShard(put, shard);
        put.BindText(2, Encoding.UTF8.GetBytes(owner));
        put.Bind(3, lease.Epoch);
        put.BindText(4, Encoding.UTF8.GetBytes(Boot));
        put.Bind(5, ExpiryOf(lease));
        put.Run();
        epochs[shard] = lease.Epoch;
        return new LeaseAnswer(lease, null, TimeSpan.Zero);
    }

    public bool Renew(Lease lease)
    {
        BindShard(renew, lease.Shard);
        renew.Bind(2, lease.Epoch);
        renew.BindText(3, Encoding.UTF8.GetBytes(Boot));
        renew.Bind(4, ExpiryOf(lease));
        return renew.Any();
    }

    public bool Release(Lease lease)
    {
        BindShard(release, lease.Shard);
        release.Bind(2, lease.Epoch);
        return release.Any();
    }

    /// <summary>What is left of a lease by the clock alone.</summary>
    public static TimeSpan Left(string boot, long expires) =>
        boot == Boot && expires > Environment.TickCount64 ? TimeSpan.FromMilliseconds(expires - Environment.TickCount64) : TimeSpan.Zero;

    /// <summary>After a transaction that was taken back, or one of somebody else.</summary>
    public void Forget() => epochs.Clear();

    public void Dispose()
    {
        foreach (var statement in new[] { find, nextEpoch, put, renew, release }) statement.Dispose();
    }

    private static long ExpiryOf(Lease lease) => Environment.TickCount64 + (long)lease.TimeToLive.TotalMilliseconds;

    private static void BindShard(Statement statement, ShardId shard) => statement.BindText(1, Encoding.UTF8.GetBytes(shard.Value));

    private (string Owner, long Epoch, string Boot, long Expires)? Find(ShardId shard)
    {
        BindShard(find, shard);
        try
        {
            return find.Step() ? (find.Text(0), find.Integer(1), find.Text(2), find.Integer(3)) : null;
        }
        finally
        {
            find.Reset();
        }
    }

    private long NextEpoch()
    {
        try
        {
            nextEpoch.Step();
            return nextEpoch.Integer(0);
        }
        finally
        {
            nextEpoch.Reset();
        }
    }
}
