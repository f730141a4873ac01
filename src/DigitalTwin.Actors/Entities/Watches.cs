namespace DigitalTwin.Actors.Entities;

/// <summary>Who wants to know when an entity ends.</summary>
internal sealed class Watches
{
    private readonly Lock gate = new();
    private readonly Dictionary<EntityId, List<Watch>> watches = [];

    public IDisposable Add(EntityId entity, Action<string> onEnded)
    {
        var watch = new Watch(this, entity, onEnded);
        lock (gate)
        {
            if (!watches.TryGetValue(entity, out var own)) watches[entity] = own = [];
            own.Add(watch);
        }

        return watch;
    }

    public void Ended(EntityId entity, string reason)
    {
        List<Watch>? own;
        lock (gate) watches.Remove(entity, out own);
        foreach (var watch in own ?? []) watch.OnEnded(reason);
    }

    public void AllEnded(string reason)
    {
        List<EntityId> watched;
        lock (gate) watched = [.. watches.Keys];
        foreach (var entity in watched) Ended(entity, reason);
    }

    private void Remove(Watch watch)
    {
        lock (gate)
        {
            if (watches.TryGetValue(watch.Entity, out var own) && own.Remove(watch) && own.Count == 0) watches.Remove(watch.Entity);
        }
    }

    private sealed class Watch(Watches owner, EntityId entity, Action<string> onEnded) : IDisposable
    {
        public EntityId Entity { get; } = entity;

        public Action<string> OnEnded { get; } = onEnded;

        public void Dispose() => owner.Remove(this);
    }
}
