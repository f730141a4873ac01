using DigitalTwin.Actors.DeadLetters;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Mailboxes;
using DigitalTwin.Actors.Sharding;

namespace DigitalTwin.Actors.Entities;

/// <summary>Runs persistent entities of several kinds over one journal. The journal stays the caller's to close, after the system.</summary>
public sealed class EntitySystem : IAsyncDisposable
{
    /// <summary>Bounds the wait for appends, snapshots and leases at the end; a disk that hangs must not hold the process.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    /// <summary>What other processes have committed is seen within this time.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(200);

    private readonly EntitySystemOptions options;
    private readonly EntityContext context;
    private readonly ThreadPoolDispatcher? ownDispatcher;
    private readonly List<ITimer> clocks = [];
    private readonly Lock gate = new();
    private int looking;
    private bool blind;
    private volatile Shutdown? shutdown;

    public EntitySystem(IJournal journal, EntitySystemOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(journal);
        this.options = options ?? new EntitySystemOptions();
        var dispatcher = this.options.Dispatcher ?? (ownDispatcher = new ThreadPoolDispatcher());
        Committed = new CommittedFeed(
            journal, time: this.options.Time, notice: why => this.options.OnNotice?.Invoke(new EngineNotice(this.options.Name, why)));
        context = new EntityContext(journal, this.options, dispatcher, Committed);
        DeadLetters.Start(this);
        Every(context.LeaseTick, () =>
        {
            foreach (var shard in context.Shards) shard.Tick();
        });
        if (this.options.PassivateAfter != Timeout.InfiniteTimeSpan) Every(this.options.PassivateAfter / 4, new Work(FindIdle));
        if (!journal.Shared) return;
        var look = new Work(LookForOthers);
        Every(LookAgain, () =>
        {
            // A database that hangs holds up one look, not one more thread each time.
            if (Interlocked.Exchange(ref looking, 1) == 0) context.Dispatcher.ScheduleBackground(look);
        });
    }

    public string Name => options.Name;

    /// <summary>Events of all entities in commit order.</summary>
    public CommittedFeed Committed { get; }

    /// <summary>Messages that nobody has handled.</summary>
    public DeadLetterStore DeadLetters => context.DeadLetters;

    /// <summary>Not good: no command that records events is taken until the program is started again.</summary>
    public JournalHealth JournalHealth => context.Writer.Health;

    /// <summary>The shards that this process has had to do with.</summary>
    public IReadOnlyList<ShardStatus> Shards => [.. context.Shards.Select(shard => shard.Status())];

    internal EntityContext Context => context;

    /// <summary>Makes a kind of entities known.</summary>
    public Entities<TState, TCommand, TEvent> Add<TState, TCommand, TEvent>(EntityBehavior<TState, TCommand, TEvent> behavior)
    {
        var entities = new Entities<TState, TCommand, TEvent>(this, behavior);
        context.Add(entities);
        return entities;
    }

    /// <summary>The entities that are in memory.</summary>
    public IReadOnlyList<EntityStatus> List() => [.. context.InMemory.Select(entity => entity.Status).OrderBy(status => status.Id.Value, StringComparer.Ordinal)];

    /// <summary>
    /// Takes a shard before its first message comes, and wakes its entities whose durable timers are due. Add the kinds first.
    /// Completes as soon as this process runs the shard, or after <paramref name="wait"/> with the reason why it does not.
    /// </summary>
    public Task<ShardStatus> AcquireAsync(ShardId shard, TimeSpan wait, CancellationToken cancellation = default)
    {
        ObjectDisposedException.ThrowIf(shutdown is not null, this);
        return context.Shard(shard).AcquireAsync(wait).WaitAsync(cancellation);
    }

    /// <summary>All leases of the journal, those of other processes too.</summary>
    public Task<IReadOnlyList<LeaseStatus>> LeasesAsync(CancellationToken cancellation = default)
    {
        var asked = new TaskCompletionSource<IReadOnlyList<LeaseStatus>>(TaskCreationOptions.RunContinuationsAsynchronously);
        context.Dispatcher.ScheduleBlocking(new Work(() =>
        {
            try
            {
                asked.TrySetResult(context.Leases());
            }
            catch (Exception failure)
            {
                asked.TrySetException(failure);
            }
        }));
        return asked.Task.WaitAsync(cancellation);
    }

    /// <summary>
    /// Calls <paramref name="onEnded"/> once, with the reason, when the entity has stopped for good or the system ends; not when it leaves memory
    /// because nobody needs it. Called in the entity's turn: it must be quick and must not throw.
    /// </summary>
    public IDisposable Watch(EntityId entity, Action<string> onEnded)
    {
        var watch = context.Watches.Add(entity, onEnded);
        if (context.Find(entity)?.Status is { State: EntityLifecycle.Stopped, Why: { } why }) context.Watches.Ended(entity, why);
        return watch;
    }

    /// <summary>
    /// No new messages; what waits in mailboxes is worked off within the time given, the rest is refused with the reason. Then snapshots are
    /// taken and shards released.
    /// </summary>
    public async Task<StopReport> StopAsync(TimeSpan drainWithin)
    {
        Shutdown ending;
        lock (gate)
        {
            if (shutdown is null)
            {
                foreach (var clock in clocks) clock.Dispose();
                shutdown = new Shutdown(context);
                shutdown.Start(drainWithin, drainWithin + EndLimit);
            }

            ending = shutdown;
        }

        await ending.Done;
        var report = ending.Report;
        // Otherwise a thread hangs in the disk; it is a background thread and ends with the process.
        if (report.Orderly) ownDispatcher?.Dispose();
        context.Telemetry.Dispose();
        return report;
    }

    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero);

    internal void ThrowIfStopping() => ObjectDisposedException.ThrowIf(shutdown is not null, this);

    private void FindIdle()
    {
        var time = options.Time;
        var now = time.GetTimestamp();
        context.SignalAll(entity => time.GetElapsedTime(entity.LastTurn, now) >= options.PassivateAfter, Signals.Idle);
    }

    private void LookForOthers()
    {
        try
        {
            Committed.Refresh();
            blind = false;
        }
        catch (Exception failure)
        {
            if (!blind) context.Notice(options.Name, $"What other processes have recorded could not be read and is looked for again: {failure.Message}");
            blind = true;
        }
        finally
        {
            Volatile.Write(ref looking, 0);
        }
    }

    private void Every(TimeSpan period, Work work) => Every(period, () => context.Dispatcher.Schedule(work));

    private void Every(TimeSpan period, Action act) => clocks.Add(options.Time.CreateTimer(_ => act(), null, period, period));

    private sealed class Work(Action act) : IThreadPoolWorkItem
    {
        public void Execute() => act();
    }
}
