using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Simulation.Invariants;
using DigitalTwin.Actors.Simulation.Runs;
using DigitalTwin.Actors.TestKit;

namespace DigitalTwin.Actors.Simulation.Cluster;

/// <summary>One node's way to the journal that all share; every call may fail, be slow, or be the last thing the process does.</summary>
internal sealed class NodeJournal(Node node, World world) : IJournal
{
    private readonly MemoryJournal shared = world.Journal;
    private readonly Weather weather = world.Weather;
    private readonly Checker checker = world.Checker;

    public JournalHead Head => shared.Head;

    public bool Shared { get; } = world.Fleet.LookForOthers;

    public DateTimeOffset Append(ReadOnlySpan<Append> batch, DateTimeOffset recorded, Span<AppendResult> results)
    {
        if (weather.Strikes(Fault.KillBeforeCommit)) Die();
        if (weather.Strikes(Fault.CommitAfterKill))
        {
            world.Fleet.CommitLater(batch.ToArray(), recorded);
            Die();
        }

        if (weather.Strikes(Fault.DiskFull)) throw new JournalFullException("No room for the journal.");
        if (weather.Strikes(Fault.FailBeforeCommit)) throw new IOException("The disk has failed.");
        // The shared journal asks within the transaction; the world may go on meanwhile, see World.CommitUnderWay.
        world.Committing = node;
        recorded = shared.Append(batch, recorded, results);
        checker.Committed();
        foreach (var result in results)
        {
            if (result.Status == AppendStatus.Fenced) checker.Reach(Milestone.CommitFenced);
            // Fencing leaves one writer, and that one knows what it has written.
            checker.Require(result.Status != AppendStatus.Conflict, $"within one epoch two writers met: {result.Why}");
        }

        DieIfKilled();
        if (weather.Strikes(Fault.KillAfterCommit)) Die();
        if (weather.Strikes(Fault.FailAfterCommit)) throw new IOException("The disk has failed.");
        return recorded;
    }

    public LeaseAnswer Acquire(ShardId shard, string owner, TimeSpan timeToLive)
    {
        LeaseCall();
        var answer = shared.Acquire(shard, owner, timeToLive);
        if (answer.Lease is { } lease) checker.Granted(lease);
        LeaseAnswered();
        return answer;
    }

    public bool Renew(Lease lease)
    {
        LeaseCall();
        var renewed = shared.Renew(lease);
        LeaseAnswered();
        return renewed;
    }

    public void Release(Lease lease)
    {
        LeaseCall();
        shared.Release(lease);
        LeaseAnswered();
    }

    public IReadOnlyList<LeaseStatus> Leases() => shared.Leases();

    public IReadOnlyList<StoredEvent> ReadEntity(EntityId entity, long afterSeq, int limit)
    {
        if (weather.Strikes(Fault.KillInRecovery)) Die();
        Reach();
        return shared.ReadEntity(entity, afterSeq, limit);
    }

    public IReadOnlyList<StoredEvent> ReadAll(long afterOffset, int limit)
    {
        Reach();
        return shared.ReadAll(afterOffset, limit);
    }

    public IReadOnlyList<StoredEvent> Find(EventQuery query)
    {
        Reach();
        return shared.Find(query);
    }

    public int CountEntities() => shared.CountEntities();

    public IReadOnlyList<PendingWake> Wakes()
    {
        Reach();
        return shared.Wakes();
    }

    private void Reach()
    {
        DieIfKilled();
        if (weather.Strikes(Fault.ReadFailure)) throw new IOException("The disk cannot be reached.");
    }

    private void LeaseCall()
    {
        DieIfKilled();
        if (weather.Strikes(Fault.LeaseCallFails)) throw new IOException("The leases cannot be reached.");
        world.GoOnDuring(node, Fault.SlowLeaseCall);
        DieIfKilled();
    }

    private void LeaseAnswered()
    {
        if (weather.Strikes(Fault.KillInLeaseCall)) Die();
        world.GoOnDuring(node, Fault.SlowLeaseCall);
        DieIfKilled();
        if (weather.Strikes(Fault.LeaseAnswerLost)) throw new IOException("The answer about the lease did not come.");
    }

    private void Die()
    {
        world.Fleet.Kill(node);
        throw new KilledException();
    }

    private void DieIfKilled()
    {
        if (!node.Alive) throw new KilledException();
    }
}
