using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Simulation.Invariants;
using DigitalTwin.Actors.Simulation.Runs;
using DigitalTwin.Actors.Snapshots;

namespace DigitalTwin.Actors.Simulation.Cluster;

/// <summary>Where all nodes keep their snapshots; unlike the journal it may lose them.</summary>
internal sealed class SnapshotShelf
{
    private readonly Dictionary<EntityId, Snapshot> newest = [];

    public Snapshot? this[EntityId entity]
    {
        get => newest.GetValueOrDefault(entity);
        set => newest[entity] = value!;
    }
}

/// <summary>One node's way to the shelf. What it says is whole may be old, and is told from another history's by the journal only.</summary>
internal sealed class NodeSnapshots(Node node, SnapshotShelf shelf, Weather weather, World world) : ISnapshots
{
    public SnapshotRead Load(EntityId entity)
    {
        if (!node.Alive) throw new KilledException();
        if (shelf[entity] is not { } found) return default;
        if (weather.Strikes(Fault.SnapshotUnreadable)) throw new IOException("The snapshots cannot be read.");
        if (weather.Strikes(Fault.SnapshotCorrupt)) return new SnapshotRead(null, "it does not match its hash");
        // As after a journal was restored from a backup, and went on differently.
        if (weather.Strikes(Fault.SnapshotOfAnotherHistory)) return new SnapshotRead(OfAnotherHistory(found), null);
        world.Checker.Reach(Milestone.SnapshotUsed);
        return new SnapshotRead(found, null);
    }

    public void Save(IReadOnlyList<Snapshot> snapshots)
    {
        if (!node.Alive) throw new KilledException();
        if (weather.Strikes(Fault.KillInSnapshot)) Die();
        if (weather.Strikes(Fault.SnapshotNotSaved)) throw new IOException("The snapshots cannot be written.");
        foreach (var snapshot in snapshots)
        {
            if (!weather.Strikes(Fault.SnapshotLost)) shelf[snapshot.Entity] = snapshot;
            if (weather.Strikes(Fault.KillInSnapshot)) Die();
        }
    }

    private static Snapshot OfAnotherHistory(Snapshot found)
    {
        var state = found.State.ToArray();
        state[^1] ^= 1;
        return found.Seq % 2 == 0
            ? found with { Offset = found.Offset + 1, State = state }
            : found with { Recorded = found.Recorded - TimeSpan.FromMicroseconds(1), State = state };
    }

    private void Die()
    {
        world.Fleet.Kill(node);
        throw new KilledException();
    }
}
