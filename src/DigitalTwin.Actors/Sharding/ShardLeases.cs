namespace DigitalTwin.Actors.Sharding;

/// <summary>A unit of placement: all entities of a shard are run by one process at a time. In a plant, a line with its orders.</summary>
public readonly record struct ShardId(string Value)
{
    public override string ToString() => Value;
}

/// <summary>The right to append events of one shard's entities, until somebody else takes it over.</summary>
/// <param name="Epoch">Larger than every epoch that the journal has given out before, to whatever shard; never given out again.</param>
/// <param name="TimeToLive">Without a renewal for so long, others may take the shard over. Its holder stops at two thirds of it, by its monotonic clock.</param>
public sealed record Lease(ShardId Shard, string Owner, long Epoch, TimeSpan TimeToLive);

/// <param name="Lease">Null: another owner holds the shard.</param>
/// <param name="HeldBy">Who holds it.</param>
/// <param name="FreeIn">After so long it is free, unless its holder renews; by the store's clock.</param>
public readonly record struct LeaseAnswer(Lease? Lease, string? HeldBy, TimeSpan FreeIn);

/// <param name="Expires">Time left by the store's clock; zero when it is over.</param>
public sealed record LeaseStatus(ShardId Shard, string Owner, long Epoch, TimeSpan Expires);

/// <summary>
/// Who may append, kept in the journal's own store: taking over changes the row that every append of the shard locks and compares, so that a
/// holder that was paused cannot store anything after it. Time is the store's; a wall clock that jumps neither lengthens nor ends a lease.
/// </summary>
/// <remarks>Blocking; called from the journal's thread, as <see cref="Journals.IJournal.Append"/>.</remarks>
public interface IShardLeases
{
    /// <summary>Takes a shard that is free, expired, or whose holder is known to have ended; also one that this owner holds (with a new epoch).</summary>
    LeaseAnswer Acquire(ShardId shard, string owner, TimeSpan timeToLive);

    /// <summary>False: another epoch has the shard now.</summary>
    bool Renew(Lease lease);

    /// <summary>Frees the shard at once; nothing when another epoch has it by now. Its last epoch stays known.</summary>
    void Release(Lease lease);

    IReadOnlyList<LeaseStatus> Leases();
}
