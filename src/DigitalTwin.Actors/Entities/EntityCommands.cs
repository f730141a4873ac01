using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Timers;

namespace DigitalTwin.Actors.Entities;

/// <summary>One command from its turn to its answer: decide, apply to see that it can be applied, store, take over, answer.</summary>
internal sealed partial class Entity<TState, TCommand, TEvent>
{
    private const long UnknownWake = -1;
    private const long NoWake = 0;

    private void OnCommand(in Envelope<TCommand> message)
    {
        var ask = message.Pending as PendingAnswer<Reply<TState, TEvent>>;
        if (ask?.Tag is { } tag && window is not null && window.TryFind(tag.Id, out var answered))
        {
            ask.Answer(Repeat(tag, answered));
            return;
        }

        Outcome<TEvent> outcome;
        try
        {
            var now = context.PlantTime.GetUtcNow();
            outcome = behavior.Decide(state, message.Command, now);
            if (outcome is Outcome<TEvent>.Accepted accepted) commit = Prepare(accepted.Events, message, now);
        }
        catch (OversizedException tooLarge)
        {
            if (ask is not null) ask.Answer(new Reply<TState, TEvent>.Refused(BadInput.TooLarge, tooLarge.Message));
            else if (message.Pending is PendingTimer timer) FailTimer(timer, $"{BadInput.TooLarge}: {tooLarge.Message}", tooLarge);
            else SetAside(message, $"{BadInput.TooLarge}: {tooLarge.Message}");
            return;
        }
        catch (Exception failure)
        {
            var reason = $"{id} could not decide on {message.Command}: {failure.Message}";
            if (message.Pending is PendingTimer timer) FailTimer(timer, reason, failure);
            else Fail(message, reason, failure, mayBeRecorded: false);
            return;
        }

        ask?.Activity?.AddEvent(new("decided"));
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

    /// <summary>The answer to a command that was accepted before.</summary>
    private Reply<TState, TEvent> Repeat(CommandTag tag, in AnsweredCommand answered)
    {
        if (answered.Body != tag.Body)
            return new Reply<TState, TEvent>.Refused(BadInput.DuplicateId, $"{id} has already taken another command with the id '{tag.Id}'. Give each command an id of its own.");
        try
        {
            var stored = context.Journal.ReadEntity(id, answered.FirstSeq - 1, answered.Count);
            var events = new Recorded<TEvent>[stored.Count];
            for (var i = 0; i < events.Length; i++)
                events[i] = new Recorded<TEvent>(stored[i].Offset, stored[i].Seq, behavior.Decode(stored[i].Name, stored[i].Payload));
            return new Reply<TState, TEvent>.Accepted(events, state) { Repeated = true };
        }
        catch (Exception failure)
        {
            return new Reply<TState, TEvent>.Failed(
                $"{id} has taken the command '{tag.Id}' before, and what it recorded cannot be read: {failure.Message}", MayBeRecorded: true, Failure.Journal);
        }
    }

    /// <summary>Everything that can fail by the behaviour's fault is done before the journal has the events: what is stored can be applied.</summary>
    private Commit<TState, TCommand, TEvent> Prepare(IReadOnlyList<TEvent> events, in Envelope<TCommand> message, DateTimeOffset now)
    {
        if (events.Count == 0) throw new InvalidOperationException("accepted without an event; answer Nothing instead");
        var encoded = new NewEvent[events.Count];
        var next = state;
        for (var i = 0; i < encoded.Length; i++)
        {
            var (name, payload, at) = behavior.Encode(events[i]);
            if (payload.Length > context.Options.MaxEventBytes)
                throw new OversizedException($"The event {name} would take {payload.Length} bytes; {context.Options.MaxEventBytes} are allowed.");
            encoded[i] = new NewEvent(name, Microseconds.Truncate(at ?? now), payload);
            next = behavior.Apply(next, events[i]);
        }

        var wanted = Timers(next);
        Wake? wake = null;
        if (wanted is not null && Earliest(wanted) is var earliest && earliest != knownWake)
            wake = new Wake(behavior.Kind, earliest == NoWake ? null : new DateTimeOffset(earliest, TimeSpan.Zero));
        var append = new Append(lease!, id, seq, encoded) { Command = message.Pending?.Tag, Wake = wake };
        return new(append, events, message, next, wanted);
    }

    private void Store(in Envelope<TCommand> message)
    {
        // Nothing is in doubt when the journal was already closed to appends: the entity stays as it is and readable.
        if (!context.Writer.Health.Ok)
        {
            commit = null;
            Refuse(message, context.Writer.Health.Why!, Failure.Journal);
            return;
        }

        phase = Phase.Storing;
        context.Writer.Enqueue(this);
    }

    private void OnAppended()
    {
        var ended = commit!;
        var (status, _, reason) = ended.Result;
        commit = null;
        phase = Phase.Ready;
        switch (status)
        {
            case AppendStatus.Stored:
                OnStored(ended);
                break;
            case AppendStatus.NotStored:
                if (ended.Message.Pending is PendingTimer timer) timers!.Retry(timer);
                else Refuse(ended.Message, reason!, Failure.Journal);
                break;
            case AppendStatus.Fenced:
                // The turn goes on to see that the shard is lost, and unloads.
                shard.Fenced(lease!, reason!);
                Refuse(ended.Message, reason!, Failure.NotOwner);
                break;
            case AppendStatus.Unknown:
                Fail(ended.Message, reason!, null, mayBeRecorded: true, Failure.Journal);
                break;
            default:
                Fail(ended.Message, reason!, null, mayBeRecorded: false);
                break;
        }
    }

    private void OnStored(Commit<TState, TCommand, TEvent> stored)
    {
        var (events, firstOffset) = (stored.Events, stored.Result.FirstOffset);
        var ask = stored.Message.Pending as PendingAnswer<Reply<TState, TEvent>>;
        var answer = ask is null ? null : new Recorded<TEvent>[events.Count];
        for (var i = 0; i < events.Count; i++)
        {
            seq++;
            if (answer is not null) answer[i] = new Recorded<TEvent>(firstOffset + i, seq, events[i]);
            if (stored.Append.Command is { } tag) (window ??= new CommandWindow(context.Options.CommandWindow)).Note(tag, seq);
        }

        (state, offset, recorded) = (stored.Next, firstOffset + events.Count - 1, stored.Recorded);
        if (stored.Append.Wake is { } wake) knownWake = wake.Due?.UtcTicks ?? NoWake;
        KeepTimers(stored.Timers);
        SnapshotWhenDue();
        ask?.Activity?.SetTag("journal.offset", offset).AddEvent(new("committed"));
        ask?.Answer(new Reply<TState, TEvent>.Accepted(answer!, state));
    }

    private void Fail(in Envelope<TCommand> message, string reason, Exception? cause, bool mayBeRecorded, Failure of = Failure.Entity)
    {
        if (message.Pending is PendingAnswer<Reply<TState, TEvent>> ask) ask.Answer(new Reply<TState, TEvent>.Failed(reason, mayBeRecorded, of));
        // A timer's command comes again with the state that asks for it.
        else if (message.Pending is not PendingTimer) SetAside(message, reason);
        Restart(reason, cause, message.Pending?.Correlation);
    }

    /// <summary>The state asks for the same command again and again, so the timer waits longer each time instead of stopping the entity for all others.</summary>
    private void FailTimer(PendingTimer fired, string reason, Exception cause)
    {
        var (key, wait) = timers!.Failed(fired, context.Options.Restarts);
        context.Fault(new EntityFault(id, behavior.Kind, $"{reason} Its timer '{key}' is tried again in {wait.TotalSeconds:0.###} s.", cause, TimeSpan.Zero));
        Reload();
    }

    /// <summary>Null: the behaviour has none.</summary>
    private IReadOnlyList<EntityTimer<TCommand>>? Timers(TState of) => behavior.Timers is null ? null : [.. behavior.Timers(of)];

    private static long Earliest(IReadOnlyList<EntityTimer<TCommand>> wanted)
    {
        var earliest = NoWake;
        foreach (var timer in wanted)
        {
            if (timer.Durable && (earliest == NoWake || timer.Due.UtcTicks < earliest)) earliest = timer.Due.UtcTicks;
        }

        return earliest;
    }

    private void KeepTimers(IReadOnlyList<EntityTimer<TCommand>>? wanted)
    {
        if (wanted is null || (wanted.Count == 0 && timers is null)) return;
        (timers ??= new EntityTimers<TCommand>(context.PlantTime, context.Options.Time, DeliverTimer)).Keep(wanted);
    }

    private void DeliverTimer(TCommand command, PendingTimer pending) => _ = PostAsync(new(command, pending), CancellationToken.None).AsTask();
}

/// <summary>A message on its way to an entity.</summary>
/// <param name="Pending">Who waits; null: a told command.</param>
internal readonly record struct Envelope<TCommand>(TCommand Command, Pending? Pending);

/// <summary>Events of one command on their way to the journal, and what becomes of the entity when they are there.</summary>
internal sealed class Commit<TState, TCommand, TEvent>(
    Append append, IReadOnlyList<TEvent> events, in Envelope<TCommand> message, TState next, IReadOnlyList<EntityTimer<TCommand>>? timers)
{
    public Append Append { get; } = append;

    public IReadOnlyList<TEvent> Events { get; } = events;

    public Envelope<TCommand> Message { get; } = message;

    public TState Next { get; } = next;

    public IReadOnlyList<EntityTimer<TCommand>>? Timers { get; } = timers;

    public AppendResult Result { get; set; }

    public DateTimeOffset Recorded { get; set; }
}

/// <summary>An event that is larger than the options allow.</summary>
internal sealed class OversizedException(string message) : Exception(message);
