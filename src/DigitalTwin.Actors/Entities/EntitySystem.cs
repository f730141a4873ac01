using System.Collections.Concurrent;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Mailboxes;

namespace DigitalTwin.Actors.Entities;

/// <summary>Runs persistent entities of several kinds over one journal. The journal stays the caller's to close, after the system.</summary>
public sealed class EntitySystem : IAsyncDisposable
{
    /// <summary>Bounds the wait for appends in flight at the end; a disk that hangs must not hold the process.</summary>
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<EntityId, IEntity> entities = new();
    private readonly EntitySystemOptions options;
    private readonly EntityContext context;
    private readonly JournalWriter writer;
    private readonly ThreadPoolDispatcher? ownDispatcher;
    private volatile bool stopped;

    public EntitySystem(IJournal journal, EntitySystemOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(journal);
        this.options = options ?? new EntitySystemOptions();
        var dispatcher = this.options.Dispatcher ?? (ownDispatcher = new ThreadPoolDispatcher());
        Committed = new CommittedFeed(journal);
        writer = new JournalWriter(journal, dispatcher, this.options.Time, Committed);
        context = new EntityContext(this.options, dispatcher, journal, writer, journal.Acquire(new("all"), this.options.Name, TimeSpan.FromSeconds(15)).Lease!);
    }

    public string Name => options.Name;

    /// <summary>Events of all entities in commit order.</summary>
    public CommittedFeed Committed { get; }

    /// <summary>Not good: no command that records events is taken until the program is started again.</summary>
    public JournalHealth JournalHealth => writer.Health;

    internal TimeProvider Time => options.Time;

    /// <summary>Makes a kind of entities known.</summary>
    public Entities<TState, TCommand, TEvent> Add<TState, TCommand, TEvent>(EntityBehavior<TState, TCommand, TEvent> behavior) => new(this, behavior);

    /// <summary>The entities that have had a message since the program started.</summary>
    public IReadOnlyList<EntityStatus> List() => [.. entities.Values.Select(entity => entity.Status).OrderBy(status => status.Id.Value, StringComparer.Ordinal)];

    public async ValueTask DisposeAsync()
    {
        if (stopped) return;
        stopped = true;
        try
        {
            await Task.WhenAll(entities.Values.Select(entity => entity.StopAsync())).WaitAsync(DrainLimit, options.Time);
            ownDispatcher?.Dispose();
        }
        catch (TimeoutException)
        {
            // The journal's thread hangs in the disk; it is a background thread and ends with the process.
        }
    }

    internal Entity<TState, TCommand, TEvent> Find<TState, TCommand, TEvent>(EntityId id, EntityBehavior<TState, TCommand, TEvent> behavior)
    {
        ObjectDisposedException.ThrowIf(stopped, this);
        var entity = entities.GetOrAdd(id, static (key, with) => new Entity<TState, TCommand, TEvent>(key, with.behavior, with.context), (behavior, context));
        return entity as Entity<TState, TCommand, TEvent>
            ?? throw new InvalidOperationException($"{id} is a {entity.Status.Kind}, not a {behavior.Kind}; an id belongs to one kind.");
    }
}
