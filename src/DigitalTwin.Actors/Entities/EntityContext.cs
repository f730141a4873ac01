using System.Collections.Concurrent;
using DigitalTwin.Actors.DeadLetters;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Mailboxes;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Snapshots;
using DigitalTwin.Actors.Telemetry;
using DigitalTwin.Actors.Timers;

namespace DigitalTwin.Actors.Entities;

/// <summary>What all entities of a system share, and who is in memory.</summary>
internal sealed class EntityContext
{
    private readonly IShardLeases leases;
    private readonly ConcurrentDictionary<EntityId, IEntity> entities = new();
    private readonly ConcurrentDictionary<ShardId, Shard> shards = new();
    private readonly ConcurrentDictionary<string, IEntityKind> kinds = new();

    /// <summary>Between what comes into memory and the end, which takes a list of what there is.</summary>
    private readonly Lock gate = new();
    private bool entitiesClosed;
    private bool deadLettersClosed;
    private bool shardsClosed;

    public EntityContext(IJournal journal, EntitySystemOptions options, Dispatcher dispatcher, CommittedFeed committed)
    {
        leases = journal;
        (Options, Dispatcher, Journal) = (options, dispatcher, journal);
        PlantTime = options.PlantTime ?? options.Time;
        Telemetry = new EngineTelemetry(InMemory);
        Writer = new JournalWriter(journal, this, committed);
        Snapshots = options.Snapshots is null ? null : new SnapshotWriter(options.Snapshots, this);
        Wakes = new WakeList(this);
        Watches = new Watches();
        DeadLetters = new DeadLetterStore(this);
    }

    public EntitySystemOptions Options { get; }

    public Dispatcher Dispatcher { get; }

    public IJournalReader Journal { get; }

    public JournalWriter Writer { get; }

    /// <summary>Null: none are kept.</summary>
    public SnapshotWriter? Snapshots { get; }

    public TimeProvider PlantTime { get; }

    public EngineTelemetry Telemetry { get; }

    public WakeList Wakes { get; }

    public Watches Watches { get; }

    public DeadLetterStore DeadLetters { get; }

    /// <summary>Leases are renewed, and shards that were lost asked for, once in this time.</summary>
    public TimeSpan LeaseTick => Options.LeaseTime / 5;

    public IEnumerable<IEntity> InMemory => entities.Select(entry => entry.Value);

    /// <summary>In an order that is the same in every process, for what a test wants to see again.</summary>
    public IReadOnlyList<Shard> Shards => [.. shards.Values.OrderBy(shard => shard.Id.Value, StringComparer.Ordinal)];

    /// <summary>The reason that is given for whatever is refused at the end.</summary>
    public string ShuttingDown => $"{Options.Name} is shutting down";

    public IReadOnlyList<LeaseStatus> Leases() => leases.Leases();

    public Shard ShardOf(EntityId id) => Shard(DeadLetterStore.ShardOf(id) ?? Options.ShardOf(id));

    public Shard Shard(ShardId id)
    {
        if (shards.TryGetValue(id, out var known)) return known;
        lock (gate) return shards.GetOrAdd(id, static (key, with) => new Shard(key, with.leases, with, with.shardsClosed), this);
    }

    /// <summary>From now on no more of these come into memory.</summary>
    /// <param name="deadLetters">Those that keep dead letters, which take some until the others have ended; or those others.</param>
    public List<IEntity> CloseEntities(bool deadLetters)
    {
        lock (gate)
        {
            if (deadLetters) deadLettersClosed = true;
            else entitiesClosed = true;
            return InOrder(entity => IsOfDeadLetters(entity.Id) == deadLetters);
        }
    }

    /// <summary>From now on no shard but these is asked for.</summary>
    public IReadOnlyList<Shard> CloseShards()
    {
        lock (gate)
        {
            shardsClosed = true;
            return Shards;
        }
    }

    public static bool IsOfDeadLetters(EntityId id) => DeadLetterStore.ShardOf(id) is not null;

    public void Add(IEntityKind kind)
    {
        if (!kinds.TryAdd(kind.Kind, kind)) throw new InvalidOperationException($"There already is a kind '{kind.Kind}' in this system.");
    }

    public IEntityKind? Kind(string kind) => kinds.GetValueOrDefault(kind);

    /// <returns>Null: no such entity is known to its kind.</returns>
    /// <exception cref="ObjectDisposedException">It is not in memory, and the system ends.</exception>
    public Entity<TState, TCommand, TEvent>? Find<TState, TCommand, TEvent>(EntityId id, EntityBehavior<TState, TCommand, TEvent> behavior)
    {
        if (!entities.TryGetValue(id, out var entity))
        {
            if (!BadInput.IsStorable(id.Value) || behavior.Knows?.Invoke(id) == false) return null;
            lock (gate)
            {
                ObjectDisposedException.ThrowIf(IsOfDeadLetters(id) ? deadLettersClosed : entitiesClosed, typeof(EntitySystem));
                entity = entities.GetOrAdd(
                    id, static (key, with) => new Entity<TState, TCommand, TEvent>(key, with.behavior, with.context, with.context.ShardOf(key)), (behavior, context: this));
            }
        }

        return entity as Entity<TState, TCommand, TEvent>
            ?? throw new InvalidOperationException($"{id} is a {entity.Status.Kind}, not a {behavior.Kind}; an id belongs to one kind.");
    }

    public IEntity? Find(EntityId id) => entities.GetValueOrDefault(id);

    public void Remove(IEntity closed) => entities.TryRemove(new KeyValuePair<EntityId, IEntity>(closed.Id, closed));

    public void ShardLost(Shard shard)
    {
        SignalAll(entity => entity.Shard == shard.Id, Signals.ShardLost);
    }

    /// <summary>In the order of their ids, which no run of the program changes.</summary>
    public List<IEntity> InOrder(Func<IEntity, bool> which) => [.. InMemory.Where(which).OrderBy(entity => entity.Id.Value, StringComparer.Ordinal)];

    public void SignalAll(Func<IEntity, bool> which, Signals signals)
    {
        foreach (var entity in InOrder(which)) entity.Signal(signals);
    }

    /// <returns>False: the program does not know its kind.</returns>
    public bool TryWake(PendingWake wake)
    {
        if (Kind(wake.Kind) is not { } kind) return false;
        try
        {
            kind.Wake(wake.Entity);
        }
        catch (ObjectDisposedException)
        {
            // The system ends; the journal has the timer.
        }

        return true;
    }

    public void Fault(EntityFault fault) => Options.OnFault?.Invoke(fault);

    public void Notice(string subject, string reason) => Options.OnNotice?.Invoke(new EngineNotice(subject, reason));
}

/// <summary>What the system knows of a kind of entities without knowing its types.</summary>
internal interface IEntityKind
{
    string Kind { get; }

    void Wake(EntityId id);

    /// <returns>Null: the kind has no codec.</returns>
    EncodedCommand? Encode(object command);

    /// <summary>Sends a command from its stored form.</summary>
    Task<ReplayResult> ReplayAsync(StoredDeadLetter letter, TimeSpan deadline, CancellationToken cancellation);
}
