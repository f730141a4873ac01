using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Snapshots;

namespace DigitalTwin.Actors.TestKit;

/// <summary>Snapshots that live as long as the test.</summary>
public sealed class MemorySnapshots : ISnapshots
{
    private readonly Lock gate = new();
    private readonly Dictionary<EntityId, Snapshot> saved = [];
    private readonly Dictionary<EntityId, string> damaged = [];

    /// <summary>Asked before each save; true: it fails, and the one before stays.</summary>
    public Func<bool> SaveFaults { get; set; } = () => false;

    public IReadOnlyDictionary<EntityId, Snapshot> Saved
    {
        get
        {
            lock (gate) return new Dictionary<EntityId, Snapshot>(saved);
        }
    }

    /// <summary>The snapshot no longer is what was written, and the store knows.</summary>
    public void Damage(EntityId entity)
    {
        lock (gate) damaged[entity] = "it does not match its hash";
    }

    /// <summary>The snapshot is another one than was written, and the store does not know.</summary>
    public void Replace(EntityId entity, Func<Snapshot, Snapshot> by)
    {
        lock (gate) saved[entity] = by(saved[entity]);
    }

    public SnapshotRead Load(EntityId entity)
    {
        lock (gate) return damaged.TryGetValue(entity, out var why) ? new(null, why) : new(saved.GetValueOrDefault(entity), null);
    }

    public void Save(IReadOnlyList<Snapshot> snapshots)
    {
        if (SaveFaults()) throw new IOException("The disk has failed.");
        lock (gate)
        {
            foreach (var snapshot in snapshots)
            {
                saved[snapshot.Entity] = snapshot;
                damaged.Remove(snapshot.Entity);
            }
        }
    }
}
