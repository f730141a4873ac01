using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Mailboxes;
using DigitalTwin.Actors.Supervision;
using DigitalTwin.Actors.Timers;

namespace DigitalTwin.Actors.Entities;

/// <summary>What the system keeps of an entity without knowing its types.</summary>
internal interface IEntity
{
    EntityStatus Status { get; }

    /// <summary>Completes when no append is in flight; from then on every message is answered with a refusal.</summary>
    Task StopAsync();
}

/// <summary>
/// The shell that runs a behaviour as a persistent entity: recover, then for each command decide, store, apply, answer.
/// </summary>
/// <remarks>
/// One turn at a time: <c>scheduled</c> is 1 from the moment a turn is asked for until it has ended. Waiting for the journal or
/// for a restart does not hold a thread: the turn ends with <c>suspended</c> set, and a signal begins the turn that goes on.
/// All fields but the mailbox and <c>scheduled</c> belong to the turn.
/// </remarks>
internal sealed class Entity<TState, TCommand, TEvent> : IEntity, IAppender, IThreadPoolWorkItem
{
    private const int RecoveryPage = 1000;

    private readonly EntityId id;
    private readonly EntityBehavior<TState, TCommand, TEvent> behavior;
    private readonly EntityContext context;
    private readonly Mailbox<Envelope> mailbox;
    private readonly Supervisor supervisor;
    private readonly EntityTimers<TCommand>? timers;

    private int scheduled;
    private volatile bool suspended;
    private volatile EntityLifecycle lifecycle = EntityLifecycle.Running;
    private volatile string? why;
    private long processed;

    private bool loaded;
    private TState state = default!;
    private long seq;
    private long offset;
    private InFlight? inFlight;
    private ITimer? restart;
    private TaskCompletionSource? stopping;

    public Entity(EntityId id, EntityBehavior<TState, TCommand, TEvent> behavior, EntityContext context)
    {
        this.id = id;
        this.behavior = behavior;
        this.context = context;
        mailbox = new Mailbox<Envelope>(context.Options.MailboxCapacity);
        supervisor = new Supervisor(context.Options.Restarts, context.Options.Time);
        timers = behavior.Timers is null ? null : new EntityTimers<TCommand>(context.PlantTime, DeliverTimer);
    }

    Append IAppender.Pending => inFlight!.Append;

    public EntityStatus Status => new(
        id, behavior.Kind, mailbox.Depth, Interlocked.Read(ref processed), supervisor.Restarts, lifecycle,
        lifecycle == EntityLifecycle.Running ? null : why, context.Options.ShardOf(id), context.Options.Time.GetUtcNow());

    public ValueTask PostAsync(Envelope message, CancellationToken cancellation)
    {
        var posted = mailbox.PostAsync(message, cancellation);
        // A message that waits at its sender is taken in by the turn that makes room.
        if (posted.IsCompletedSuccessfully && !suspended) Schedule();
        return posted;
    }

    public bool TryPost(Envelope message)
    {
        if (!mailbox.TryPost(message)) return false;
        if (!suspended) Schedule();
        return true;
    }

    public Task StopAsync()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Signal(new Envelope { Stopped = stopped });
        return stopped.Task;
    }

    void IAppender.Appended(in AppendResult result) => Signal(new Envelope { Appended = result, IsAppended = true });

    public void Execute()
    {
        for (var budget = context.Options.MessagesPerTurn; budget > 0; budget--)
        {
            if (mailbox.TryTakeSignal(out var signal))
            {
                OnSignal(signal);
                continue;
            }

            if (!loaded && !suspended && lifecycle == EntityLifecycle.Running) Recover();
            if (suspended || !mailbox.TryTake(out var message)) break;
            OnMessage(message);
        }

        Volatile.Write(ref scheduled, 0);
        if (mailbox.HasWork(signalsOnly: suspended)) Schedule();
    }

    private void Schedule()
    {
        if (Interlocked.CompareExchange(ref scheduled, 1, 0) == 0) context.Dispatcher.Schedule(this);
    }

    private void Signal(Envelope signal)
    {
        mailbox.PostSignal(signal);
        Schedule();
    }

    private void OnSignal(in Envelope signal)
    {
        if (signal.IsAppended) OnAppended(signal.Appended);
        else if (signal.Stopped is { } stopped) OnStop(stopped);
        else if (lifecycle == EntityLifecycle.Restarting)
        {
            lifecycle = EntityLifecycle.Running;
            suspended = false;
            Recover();
        }
    }

    private void OnMessage(in Envelope message)
    {
        if (message.Pending?.TryTake() == false) return;
        if (lifecycle == EntityLifecycle.Stopped)
        {
            Refuse(message, why!);
            return;
        }

        Interlocked.Increment(ref processed);
        if (message.Pending is PendingAnswer<EntityState<TState>> query) query.Answer(new EntityState<TState>(state, seq, offset));
        else OnCommand(message);
    }

    private void OnCommand(in Envelope message)
    {
        Outcome<TEvent> outcome;
        try
        {
            var now = context.PlantTime.GetUtcNow();
            outcome = behavior.Decide(state, message.Command, now);
            if (outcome is Outcome<TEvent>.Accepted accepted) inFlight = Encode(accepted.Events, message, now);
        }
        catch (Exception failure)
        {
            Fail(message, $"{id} could not decide on {message.Command}: {failure.Message}", failure, mayBeRecorded: false);
            return;
        }

        var ask = message.Pending as PendingAnswer<Reply<TState, TEvent>>;
        switch (outcome)
        {
            case Outcome<TEvent>.Nothing:
                ask?.Answer(new Reply<TState, TEvent>.Nothing(state, offset));
                break;
            case Outcome<TEvent>.Refused refused:
                ask?.Answer(new Reply<TState, TEvent>.Refused(refused.Code, refused.Reason));
                break;
            default:
                Store(message);
                break;
        }
    }

    private InFlight Encode(IReadOnlyList<TEvent> events, in Envelope message, DateTimeOffset now)
    {
        if (events.Count == 0) throw new InvalidOperationException("accepted without an event; answer Nothing instead");
        var encoded = new NewEvent[events.Count];
        for (var i = 0; i < encoded.Length; i++)
        {
            var (name, payload, at) = behavior.Encode(events[i]);
            encoded[i] = new NewEvent(name, Microseconds.Truncate(at ?? now), payload);
        }

        return new InFlight(new Append(context.Lease, id, seq, encoded), events, message);
    }

    private void Store(in Envelope message)
    {
        // Nothing is in doubt when the journal was already closed to appends: the entity stays as it is and readable.
        if (!context.Writer.Health.Ok)
        {
            inFlight = null;
            Refuse(message, context.Writer.Health.Why!, Failure.Journal);
            return;
        }

        suspended = true;
        context.Writer.Enqueue(this);
    }

    private void OnAppended(in AppendResult result)
    {
        var (_, events, message) = inFlight!;
        inFlight = null;
        suspended = false;
        switch (result.Status)
        {
            case AppendStatus.Stored:
                OnStored(events, result.FirstOffset, message);
                break;
            case AppendStatus.NotStored:
                Refuse(message, result.Why!, Failure.Journal);
                break;
            default:
                Fail(message, result.Why!, null, mayBeRecorded: result.Status == AppendStatus.Unknown, of: result.Status == AppendStatus.Unknown ? Failure.Journal : Failure.Entity);
                break;
        }

        if (stopping is not null) Stop();
    }

    private void OnStored(IReadOnlyList<TEvent> events, long firstOffset, in Envelope message)
    {
        var ask = message.Pending as PendingAnswer<Reply<TState, TEvent>>;
        var recorded = ask is null ? null : new Recorded<TEvent>[events.Count];
        try
        {
            for (var i = 0; i < events.Count; i++)
            {
                state = behavior.Apply(state, events[i]);
                seq++;
                offset = firstOffset + i;
                if (recorded is not null) recorded[i] = new Recorded<TEvent>(offset, seq, events[i]);
            }

            KeepTimers();
        }
        catch (Exception failure)
        {
            Fail(message, $"{id} has recorded {events[^1]} and could not apply it: {failure.Message}", failure, mayBeRecorded: true);
            return;
        }

        ask?.Answer(new Reply<TState, TEvent>.Accepted(recorded!, state));
    }

    private void Recover()
    {
        try
        {
            state = behavior.Initial(id);
            seq = 0;
            offset = 0;
            IReadOnlyList<StoredEvent> page;
            do
            {
                page = context.Journal.ReadEntity(id, seq, RecoveryPage);
                foreach (var stored in page)
                {
                    state = behavior.Apply(state, behavior.Decode(stored.Name, stored.Payload));
                    seq = stored.Seq;
                    offset = stored.Offset;
                }
            }
            while (page.Count == RecoveryPage);

            KeepTimers();
            loaded = true;
        }
        catch (Exception unreadable) when (unreadable is UnreadableEventException or CorruptEventException)
        {
            // Another attempt would read the same bytes.
            Halt($"{id} cannot be loaded after its event {seq}: {unreadable.Message}", unreadable);
        }
        catch (Exception failure)
        {
            Restart($"{id} could not be recovered after its event {seq}: {failure.Message}", failure);
        }
    }

    private void KeepTimers() => timers?.Keep(behavior.Timers!(state));

    private void DeliverTimer(TCommand command, PendingTimer pending) =>
        _ = PostAsync(new Envelope { Command = command, Pending = pending }, CancellationToken.None).AsTask();

    private void Fail(in Envelope message, string reason, Exception? cause, bool mayBeRecorded, Failure of = Failure.Entity)
    {
        if (message.Pending is PendingAnswer<Reply<TState, TEvent>> ask) ask.Answer(new Reply<TState, TEvent>.Failed(reason, mayBeRecorded, of));
        else context.DeadLetter(id, behavior.Kind, message.Command!, reason);
        Restart(reason, cause);
    }

    private void Restart(string reason, Exception? cause)
    {
        if (supervisor.Failed() is not { } delay)
        {
            var policy = context.Options.Restarts;
            Halt($"{reason} Stopped after {policy.MaxRestarts} restarts within {policy.Window.TotalSeconds:0} s.", cause);
            return;
        }

        Unload();
        why = reason;
        lifecycle = EntityLifecycle.Restarting;
        suspended = true;
        context.Fault(new EntityFault(id, behavior.Kind, reason, cause, delay));
        restart = context.Options.Time.CreateTimer(_ => Signal(default), null, delay, Timeout.InfiniteTimeSpan);
    }

    private void Halt(string reason, Exception? cause)
    {
        Unload();
        why = reason;
        lifecycle = EntityLifecycle.Stopped;
        context.Fault(new EntityFault(id, behavior.Kind, reason, cause, null));
    }

    private void Unload()
    {
        loaded = false;
        state = default!;
        timers?.CancelAll();
        restart?.Dispose();
        restart = null;
    }

    private void OnStop(TaskCompletionSource stopped)
    {
        stopping = stopped;
        if (inFlight is null) Stop();
    }

    private void Stop()
    {
        Unload();
        why = $"{context.Options.Name} is shutting down";
        lifecycle = EntityLifecycle.Stopped;
        suspended = false;
        while (mailbox.TryTake(out var message))
        {
            if (message.Pending?.TryTake() != false) Refuse(message, why);
        }

        stopping!.TrySetResult();
        stopping = null;
    }

    /// <summary>The message has had no effect at all.</summary>
    private void Refuse(in Envelope message, string reason, Failure of = Failure.Entity)
    {
        switch (message.Pending)
        {
            case PendingAnswer<Reply<TState, TEvent>> ask:
                ask.Answer(new Reply<TState, TEvent>.Failed(reason, MayBeRecorded: false, of));
                break;
            case PendingAnswer<EntityState<TState>> query:
                query.Fail(new EntityUnavailableException(reason));
                break;
            default:
                context.DeadLetter(id, behavior.Kind, message.Command!, reason);
                break;
        }
    }

    /// <summary>A message, or a signal of the engine: an append's result, the stop, or (empty) the end of the back-off.</summary>
    internal readonly record struct Envelope
    {
        public TCommand Command { get; init; }

        public Pending? Pending { get; init; }

        public TaskCompletionSource? Stopped { get; init; }

        public bool IsAppended { get; init; }

        public AppendResult Appended { get; init; }
    }

    private sealed record InFlight(Append Append, IReadOnlyList<TEvent> Events, Envelope Message);
}
