using DigitalTwin.Actors.DeadLetters;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Mailboxes;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Snapshots;
using DigitalTwin.Actors.Supervision;
using DigitalTwin.Actors.Timers;

namespace DigitalTwin.Actors.Entities;

/// <summary>What the system keeps of an entity without knowing its types.</summary>
internal interface IEntity
{
    EntityId Id { get; }

    ShardId Shard { get; }

    EntityStatus Status { get; }

    int Depth { get; }

    /// <summary>Timestamp of the newest turn.</summary>
    long LastTurn { get; }

    void Signal(Signals signals);

    /// <summary>Ends the entity once its mailbox is empty, or at <see cref="Signals.StopNow"/>; calls <paramref name="ended"/> with the messages that were refused.</summary>
    void Stop(Action<int> ended);
}

/// <summary>What the engine tells an entity; each is seen at least once, and together they may come as one.</summary>
[Flags]
internal enum Signals
{
    None = 0,
    Appended = 1,
    ShardAnswered = 2,

    /// <summary>The shard was lost; the turn sees that by itself.</summary>
    ShardLost = 4,
    RestartDue = 8,

    /// <summary>A durable timer is due.</summary>
    Woken = 16,
    Idle = 32,
    Stop = 64,
    StopNow = 128,
}

/// <summary>
/// The shell that runs a behaviour as a persistent entity: recover, then for each command decide, store, apply, answer.
/// </summary>
/// <remarks>
/// One turn at a time; the mailbox keeps whether one is under way. Waiting for the journal, for the shard or for a restart does not hold a thread:
/// the turn ends in a waiting <see cref="Phase"/>, and a signal begins the turn that goes on. All fields but the mailbox belong to the turn.
/// </remarks>
internal sealed partial class Entity<TState, TCommand, TEvent> : IEntity, IAppender, IShardMember, IThreadPoolWorkItem
{
    private readonly EntityId id;
    private readonly EntityBehavior<TState, TCommand, TEvent> behavior;
    private readonly EntityContext context;
    private readonly Shard shard;
    private readonly Mailbox<Envelope<TCommand>> mailbox;

    private volatile Phase phase;
    private volatile string? why;
    private Failure whyOf;
    private bool stopNow;
    private long processed;
    private long lastTurn;

    private Lease? lease;
    private TState state = default!;
    private long seq;
    private long offset;
    private DateTimeOffset recorded;
    private long snapshotSeq;
    private long knownWake;
    private CommandWindow? window;
    private EntityTimers<TCommand>? timers;
    private Commit<TState, TCommand, TEvent>? commit;
    private Supervisor? supervisor;
    private ITimer? restart;
    private Action<int>? stopping;

    public Entity(EntityId id, EntityBehavior<TState, TCommand, TEvent> behavior, EntityContext context, Shard shard)
    {
        this.id = id;
        this.behavior = behavior;
        this.context = context;
        this.shard = shard;
        mailbox = new Mailbox<Envelope<TCommand>>(context.Options.MailboxCapacity);
        lastTurn = context.Options.Time.GetTimestamp();
    }

    /// <summary>Where the entity stands between its turns.</summary>
    private enum Phase : byte
    {
        /// <summary>Not loaded; the next message loads it.</summary>
        Cold,
        AwaitingShard,
        Ready,
        Storing,
        BackingOff,

        /// <summary>Failed for good, or ended; every message is refused.</summary>
        Stopped,
    }

    public EntityId Id => id;

    public ShardId Shard => shard.Id;

    public int Depth => mailbox.Depth;

    public long LastTurn => Volatile.Read(ref lastTurn);

    public EntityStatus Status
    {
        get
        {
            var lifecycle = phase switch
            {
                Phase.BackingOff => EntityLifecycle.Restarting,
                Phase.Stopped => EntityLifecycle.Stopped,
                _ => EntityLifecycle.Running,
            };
            var time = context.Options.Time;
            return new EntityStatus(
                id, behavior.Kind, mailbox.Depth, Volatile.Read(ref processed), supervisor?.Restarts ?? 0, lifecycle,
                lifecycle == EntityLifecycle.Running ? null : why, shard.Id, time.GetUtcNow() - time.GetElapsedTime(LastTurn));
        }
    }

    Append IAppender.Pending => commit!.Append;

    private bool IsWaiting => phase is Phase.AwaitingShard or Phase.Storing or Phase.BackingOff;

    public Posted TryPost(Envelope<TCommand> message)
    {
        var posted = mailbox.TryPost(message);
        if (posted == Posted.Wake) context.Dispatcher.Schedule(this);
        return posted;
    }

    public ValueTask<Posted> PostAsync(Envelope<TCommand> message, CancellationToken cancellation)
    {
        var posted = mailbox.PostAsync(message, cancellation);
        // A message that waits at its sender is taken in by the turn that makes room.
        if (posted.IsCompletedSuccessfully && posted.Result == Posted.Wake) context.Dispatcher.Schedule(this);
        return posted;
    }

    public void Signal(Signals signals)
    {
        if (mailbox.Signal((int)signals)) context.Dispatcher.Schedule(this);
    }

    /// <summary>False: it has left memory.</summary>
    public bool TryWake()
    {
        var posted = mailbox.TrySignal((int)Signals.Woken);
        if (posted == Posted.Wake) context.Dispatcher.Schedule(this);
        return posted != Posted.Closed;
    }

    public void Stop(Action<int> ended)
    {
        stopping = ended;
        Signal(Signals.Stop);
    }

    void IShardMember.ShardAnswered() => Signal(Signals.ShardAnswered);

    void IAppender.Appended(in AppendResult result, DateTimeOffset at, int committed)
    {
        commit!.Result = result;
        commit.Recorded = at;
        if (mailbox.Signal((int)Signals.Appended)) context.Dispatcher.ScheduleCommitted(this, committed);
    }

    public void Execute()
    {
        var started = context.Telemetry.StartTurn();
        var time = context.Options.Time;
        Volatile.Write(ref lastTurn, time.GetTimestamp());
        var covered = 0;
        for (var budget = context.Options.MessagesPerTurn; budget > 0; budget--)
        {
            var signals = (Signals)mailbox.TakeSignals();
            if (signals != Signals.None) OnSignals(signals);
            if (stopNow && stopping is not null) break;
            // The clock is looked at after the messages have come and the state has been read, however long that took: so the state that each
            // of them is answered from was the newest at some moment since its sender asked. A signal may be about what another process recorded.
            if (covered == 0 || signals != Signals.None || phase == Phase.Cold)
            {
                covered = mailbox.Count;
                if (covered == 0 && signals == Signals.None) break;
                if (phase == Phase.Cold && covered > 0) Load();
                while (phase == Phase.Ready && !shard.Holds(lease!, time.GetTimestamp())) Reload();
            }

            if (IsWaiting || covered == 0 || !mailbox.TryTake(out var message)) break;
            covered--;
            OnMessage(message);
        }

        if (stopping is not null && phase != Phase.Storing && (stopNow || mailbox.IsEmpty)) End();
        // Whatever it was woken for, it holds nothing and nobody waits.
        if (phase == Phase.Cold && mailbox.TryClose()) context.Remove(this);
        context.Telemetry.TurnEnded(started);
        if (!mailbox.TryRest(IsWaiting)) context.Dispatcher.Schedule(this);
    }

    private void OnSignals(Signals signals)
    {
        if (signals.HasFlag(Signals.Appended)) OnAppended();
        if (signals.HasFlag(Signals.ShardAnswered) && phase == Phase.AwaitingShard) Load();
        if (signals.HasFlag(Signals.RestartDue) && phase == Phase.BackingOff) Load();
        if (signals.HasFlag(Signals.Woken) && phase == Phase.Cold) Load();
        if (signals.HasFlag(Signals.Idle)) Passivate();
        stopNow |= signals.HasFlag(Signals.StopNow);
    }

    private void OnMessage(in Envelope<TCommand> message)
    {
        if (message.Pending?.TryTake() == false) return;
        if (phase != Phase.Ready)
        {
            Refuse(message, why!, whyOf);
            return;
        }

        Volatile.Write(ref processed, processed + 1);
        if (message.Pending is PendingAnswer<EntityState<TState>> query) query.Answer(new EntityState<TState>(state, seq, offset));
        else OnCommand(message);
    }

    private void Load()
    {
        var answer = shard.Demand(this);
        if (answer.Lease is not null)
        {
            lease = answer.Lease;
            Recover();
        }
        else if (answer.Refusal is not null)
        {
            (why, whyOf) = (answer.Refusal, answer.Of);
            phase = Phase.Cold;
        }
        else
        {
            phase = Phase.AwaitingShard;
        }
    }

    private void Recover()
    {
        var recovery = new EntityRecovery<TState, TCommand, TEvent>(id, behavior, context);
        try
        {
            recovery.Run();
            (state, seq, offset, recorded) = (recovery.State, recovery.Seq, recovery.Offset, recovery.Recorded);
            (snapshotSeq, window, knownWake) = (recovery.SnapshotSeq, recovery.Window, UnknownWake);
            KeepTimers(Timers(state));
            phase = Phase.Ready;
            SnapshotWhenDue();
        }
        catch (Exception unreadable) when (unreadable is UnreadableEventException or CorruptEventException)
        {
            // Another attempt would read the same bytes.
            Halt($"{id} cannot be loaded after its event {recovery.Seq}: {unreadable.Message}", unreadable);
        }
        catch (Exception failure)
        {
            Restart($"{id} could not be recovered after its event {recovery.Seq}: {failure.Message}", failure);
        }
    }

    /// <summary>The state may be behind what another process has recorded by now; what is read under a new lease is not.</summary>
    private void Reload()
    {
        Unload();
        Load();
    }

    private void Passivate()
    {
        if (phase != Phase.Ready || stopping is not null || timers is { OnlyDurable: false } || !mailbox.TryClose()) return;
        Snapshot();
        if (timers?.EarliestDurable is { } due) context.Wakes.Add(new PendingWake(id, behavior.Kind, due));
        Unload();
    }

    private void SnapshotWhenDue()
    {
        if (seq - snapshotSeq >= context.Options.SnapshotEvery) Snapshot();
    }

    private void Snapshot()
    {
        if (behavior.SnapshotCodec is not { } codec || context.Snapshots is not { } snapshots || seq == snapshotSeq) return;
        snapshotSeq = seq;
        var (of, at, after, when) = (state, offset, seq, recorded);
        var commands = window?.Commands ?? [];
        snapshots.Add(id, () => new Snapshot(id, after, at, when, codec.Format, SnapshotEnvelope.Write(commands, codec.Encode(of))));
    }

    private void Restart(string reason, Exception? cause, string? correlation = null)
    {
        var policy = context.Options.Restarts;
        if ((supervisor ??= new Supervisor(policy, context.Options.Time)).Failed() is not { } delay)
        {
            Halt($"{reason} Stopped after {policy.MaxRestarts} restarts within {policy.Window.TotalSeconds:0} s.", cause, correlation);
            return;
        }

        Unload();
        why = reason;
        phase = Phase.BackingOff;
        context.Fault(new EntityFault(id, behavior.Kind, reason, cause, delay, correlation));
        restart = context.Options.Time.CreateTimer(
            static entity => ((IEntity)entity!).Signal(Signals.RestartDue), this, delay, Timeout.InfiniteTimeSpan);
    }

    private void Halt(string reason, Exception? cause, string? correlation = null)
    {
        Unload();
        (why, whyOf) = (reason, Failure.Entity);
        phase = Phase.Stopped;
        context.Fault(new EntityFault(id, behavior.Kind, reason, cause, null, correlation));
        context.Watches.Ended(id, reason);
    }

    private void Unload()
    {
        phase = Phase.Cold;
        state = default!;
        window = null;
        timers?.CancelAll();
        restart?.Dispose();
        restart = null;
    }

    private void End()
    {
        if (phase == Phase.Ready) Snapshot();
        Unload();
        (why, whyOf) = (context.ShuttingDown, Failure.Stopping);
        phase = Phase.Stopped;
        var refused = 0;
        while (mailbox.TryTake(out var message))
        {
            if (message.Pending?.TryTake() == false) continue;
            refused++;
            Refuse(message, why, whyOf);
        }

        var ended = stopping!;
        stopping = null;
        ended(refused);
    }

    /// <summary>The message has had no effect at all.</summary>
    private void Refuse(in Envelope<TCommand> message, string reason, Failure of)
    {
        switch (message.Pending)
        {
            case PendingAnswer<Reply<TState, TEvent>> ask:
                ask.Answer(new Reply<TState, TEvent>.Failed(reason, MayBeRecorded: false, of));
                break;
            case PendingAnswer<EntityState<TState>> query:
                query.Fail(new EntityUnavailableException(reason));
                break;
            case PendingTimer:
                // It comes again with the state that asks for it.
                break;
            default:
                SetAside(message, reason);
                break;
        }
    }

    private void SetAside(in Envelope<TCommand> message, string reason) =>
        context.DeadLetters.Add(new DeadLetter(id, behavior.Kind, message.Command!, reason, message.Pending?.Trace ?? default), shard.Id);
}
