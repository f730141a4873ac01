using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using DigitalTwin.Actors.DeadLetters;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Mailboxes;
using DigitalTwin.Actors.Telemetry;

namespace DigitalTwin.Actors.Entities;

/// <summary>All entities of one kind; one comes into memory (and is recovered from the journal) with the first message to it.</summary>
public sealed class Entities<TState, TCommand, TEvent> : IEntityKind
{
    /// <summary>As the journal stores it.</summary>
    private const int LongestCommandId = 128;

    private readonly EntitySystem system;
    private readonly EntityContext context;
    private readonly EntityBehavior<TState, TCommand, TEvent> behavior;

    internal Entities(EntitySystem system, EntityBehavior<TState, TCommand, TEvent> behavior)
    {
        this.system = system;
        context = system.Context;
        this.behavior = behavior;
    }

    public string Kind => behavior.Kind;

    /// <summary>For many messages to one entity: spares the look-up of each.</summary>
    public EntityRef<TState, TCommand, TEvent> Ref(EntityId id) => new(this, id);

    /// <summary>Completes when the command is in the entity's mailbox; waits while that is full. What becomes of it is not told.</summary>
    public ValueTask TellAsync(EntityId id, TCommand command, CancellationToken cancellation = default)
    {
        Entity<TState, TCommand, TEvent>? known = null;
        return TellAsync(ref known, id, command, cancellation);
    }

    /// <summary>False when the mailbox is full.</summary>
    public bool TryTell(EntityId id, TCommand command)
    {
        Entity<TState, TCommand, TEvent>? known = null;
        return TryTell(ref known, id, command);
    }

    /// <summary>
    /// As <see cref="AskAsync(EntityId, TCommand, TimeSpan, CancellationToken)"/>, for senders of many commands: no task, no deadline.
    /// <paramref name="answered"/> is called once, in the entity's turn; it must be quick and must not throw.
    /// </summary>
    /// <param name="commandId">As in <see cref="AskAsync(EntityId, TCommand, TimeSpan, string, CancellationToken)"/>.</param>
    /// <returns>False when the mailbox is full: nothing is sent, and nothing will be answered.</returns>
    public bool TryAsk(EntityId id, TCommand command, Action<Reply<TState, TEvent>> answered, string? commandId = null)
    {
        ArgumentNullException.ThrowIfNull(answered);
        system.ThrowIfStopping();
        CommandTag? tag = null;
        if (commandId is not null && Check(command, commandId, out tag) is { } refused)
        {
            answered(refused);
            return true;
        }

        return TryPost(id, command, answered, tag);
    }

    /// <summary>Completes with what became of the command; accepted events are on disk by then.</summary>
    /// <param name="deadline">Bounds the wait, a full mailbox included.</param>
    /// <exception cref="TimeoutException">The message says whether the command may still take effect.</exception>
    public Task<Reply<TState, TEvent>> AskAsync(EntityId id, TCommand command, TimeSpan deadline, CancellationToken cancellation = default) =>
        AskAsync(id, command, deadline, null!, cancellation);

    /// <summary>
    /// A command that may be sent again: the same id and command are answered as they were the first time, and recorded once.
    /// What was refused or had nothing to record is decided again.
    /// </summary>
    /// <param name="commandId">Unique for the entity; at most 128 characters. Needs a <see cref="CommandCodec{TCommand}"/>.</param>
    /// <exception cref="TimeoutException">The message says whether the command may still take effect.</exception>
    public async Task<Reply<TState, TEvent>> AskAsync(
        EntityId id, TCommand command, TimeSpan deadline, string commandId, CancellationToken cancellation = default)
    {
        system.ThrowIfStopping();
        CommandTag? tag = null;
        if (commandId is not null && Check(command, commandId, out tag) is { } refused) return refused;
        using var activity = Start("ask", id, commandId);
        var reply = await AwaitAsync(id, new PendingTask<Reply<TState, TEvent>>(tag, activity), command, deadline, cancellation) ?? Unknown(id);
        return activity is not null && reply is Reply<TState, TEvent>.Refused or Reply<TState, TEvent>.Failed ? reply with { Trace = activity!.TraceId } : reply;
    }

    /// <summary>
    /// For an asker who cannot give a command that failed back to anybody: keeps it as a dead letter, as a told one is. Completes when the journal has it.
    /// </summary>
    /// <param name="most">
    /// No more than so many open ones of the entity, the oldest, are kept this way: what comes again and again must not fill the journal, nor push
    /// the letters of others out. The rest is counted.
    /// </param>
    /// <returns>False: it is counted and not kept.</returns>
    /// <exception cref="EntityUnavailableException">Nothing can be kept for now; it is worth another attempt.</exception>
    public Task<bool> SetAsideAsync(EntityId id, TCommand command, string reason, ActivityTraceId trace, int most, CancellationToken cancellation = default) =>
        context.DeadLetters.AddAsync(new DeadLetter(id, behavior.Kind, command!, reason, trace), most, cancellation);

    /// <summary>The state after all messages that the entity has taken before this one.</summary>
    /// <exception cref="TimeoutException">No answer within <paramref name="deadline"/>.</exception>
    /// <exception cref="EntityUnavailableException">The entity is stopped or not of this process; the message says why.</exception>
    public async Task<EntityState<TState>> QueryAsync(EntityId id, TimeSpan deadline, CancellationToken cancellation = default)
    {
        system.ThrowIfStopping();
        using var activity = Start("query", id, null);
        return await AwaitAsync(id, new PendingTask<EntityState<TState>>(null, activity), default!, deadline, cancellation)
            ?? throw new EntityUnavailableException(Unknown(id).Reason);
    }

    void IEntityKind.Wake(EntityId id)
    {
        while (context.Find(id, behavior) is { } entity && !entity.TryWake()) context.Remove(entity);
    }

    EncodedCommand? IEntityKind.Encode(object command) => behavior.CommandCodec?.Encode((TCommand)command);

    async Task<ReplayResult> IEntityKind.ReplayAsync(StoredDeadLetter letter, TimeSpan deadline, CancellationToken cancellation)
    {
        if (behavior.CommandCodec is not { } codec) return new ReplayResult(letter.Id, "failed", $"the kind '{behavior.Kind}' has no codec for commands");
        // With the letter's id, so that a replay that was not seen to succeed can be made again.
        var reply = await AskAsync(letter.Entity, codec.Decode(letter.Command, letter.Payload), deadline, $"dead-letter:{letter.Id}", cancellation);
        return reply switch
        {
            Reply<TState, TEvent>.Accepted => new ReplayResult(letter.Id, "accepted", null),
            Reply<TState, TEvent>.Nothing => new ReplayResult(letter.Id, "nothing", null),
            Reply<TState, TEvent>.Refused refused => new ReplayResult(letter.Id, "refused", $"{refused.Code}: {refused.Reason}"),
            Reply<TState, TEvent>.Failed failed => new ReplayResult(letter.Id, "failed", failed.Reason),
            _ => throw new UnreachableException(),
        };
    }

    internal ValueTask TellAsync(ref Entity<TState, TCommand, TEvent>? known, EntityId id, TCommand command, CancellationToken cancellation)
    {
        system.ThrowIfStopping();
        var message = new Envelope<TCommand>(command, Traced());
        while ((known ??= context.Find(id, behavior)) is { } entity)
        {
            var posted = entity.PostAsync(message, cancellation);
            if (!posted.IsCompletedSuccessfully) return new ValueTask(posted.AsTask());
            if (posted.Result != Posted.Closed) return ValueTask.CompletedTask;
            context.Remove(entity);
            known = null;
        }

        SetAside(id, message);
        return ValueTask.CompletedTask;
    }

    internal bool TryTell(ref Entity<TState, TCommand, TEvent>? known, EntityId id, TCommand command)
    {
        system.ThrowIfStopping();
        var message = new Envelope<TCommand>(command, Traced());
        if (TryPost(ref known, id, message) is { } taken) return taken;
        SetAside(id, message);
        return true;
    }

    /// <summary>Also while the system ends.</summary>
    internal bool TryPost(EntityId id, TCommand command, Action<Reply<TState, TEvent>> answered, CommandTag? tag = null)
    {
        Entity<TState, TCommand, TEvent>? known = null;
        var message = new Envelope<TCommand>(command, new PendingCall<TState, TEvent>(answered, tag));
        if (TryPost(ref known, id, message) is { } taken) return taken;
        answered(Unknown(id));
        return true;
    }

    /// <returns>False: full; null: there is no such entity.</returns>
    private bool? TryPost(ref Entity<TState, TCommand, TEvent>? known, EntityId id, in Envelope<TCommand> message)
    {
        while ((known ??= context.Find(id, behavior)) is { } entity)
        {
            var posted = entity.TryPost(message);
            if (posted != Posted.Closed) return posted != Posted.Full;
            context.Remove(entity);
            known = null;
        }

        return null;
    }

    /// <returns>Null: there is no such entity.</returns>
    private async Task<T?> AwaitAsync<T>(EntityId id, PendingTask<T> pending, TCommand command, TimeSpan deadline, CancellationToken cancellation)
        where T : class
    {
        using var limit = new CancellationTokenSource(deadline, context.Options.Time);
        using var either = cancellation.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation) : null;
        var token = either?.Token ?? limit.Token;
        try
        {
            while (context.Find(id, behavior) is { } entity)
            {
                if (await entity.PostAsync(new(command, pending), token) != Posted.Closed)
                {
                    await using var limited = token.UnsafeRegister(static (waiting, given) => ((PendingTask<T>)waiting!).GiveUp(given), pending);
                    return await pending.Task;
                }

                context.Remove(entity);
            }

            return null;
        }
        catch (OperationCanceledException)
        {
            var untouched = pending.TryAbandon();
            cancellation.ThrowIfCancellationRequested();
            throw new TimeoutException(untouched
                ? $"{id} did not come to the message within {deadline.TotalSeconds:0.###} s; it has had no effect and will have none."
                : $"{id} did not answer within {deadline.TotalSeconds:0.###} s; the message may still take effect.");
        }
    }

    /// <returns>Why the command is refused before it is sent; null: it is not.</returns>
    private Reply<TState, TEvent>.Refused? Check(TCommand command, string commandId, out CommandTag? tag)
    {
        tag = null;
        if (behavior.CommandCodec is not { } codec)
            throw new InvalidOperationException($"The kind '{behavior.Kind}' has no codec for commands; only with one can they carry an id.");
        if (commandId.Length is 0 or > LongestCommandId)
            throw new ArgumentException($"A command id has 1 to {LongestCommandId} characters.", nameof(commandId));
        if (!BadInput.IsStorable(commandId)) return NotStorable("command", commandId);
        var (name, payload) = codec.Encode(command);
        if (payload.Length > context.Options.MaxCommandBytes)
            return new(BadInput.TooLarge, $"The command {name} takes {payload.Length} bytes; {context.Options.MaxCommandBytes} are allowed.");
        tag = new CommandTag(commandId, Body(name, payload.Span));
        return null;
    }

    private static long Body(string name, ReadOnlySpan<byte> payload)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(name));
        hash.AppendData([0]);
        hash.AppendData(payload);
        return BinaryPrimitives.ReadInt64BigEndian(hash.GetHashAndReset());
    }

    private Reply<TState, TEvent>.Refused Unknown(EntityId id) => BadInput.IsStorable(id.Value)
        ? new(BadInput.UnknownEntity, $"There is no {behavior.Kind} with the id '{id}'.")
        : NotStorable(behavior.Kind, id.Value);

    private static Reply<TState, TEvent>.Refused NotStorable(string what, string id) =>
        new(BadInput.BadId, $"The id '{id}' of a {what} has half a character or a NUL in it. An id is whole Unicode text without NUL.");

    private void SetAside(EntityId id, in Envelope<TCommand> message)
    {
        var refused = Unknown(id);
        context.DeadLetters.Add(
            new DeadLetter(id, behavior.Kind, message.Command!, $"{refused.Code}: {refused.Reason}", message.Pending?.Trace ?? default), context.ShardOf(id).Id);
    }

    private Activity? Start(string what, EntityId id, string? commandId)
    {
        if (!EngineTelemetry.Source.HasListeners() || EngineTelemetry.Source.StartActivity(what) is not { } activity) return null;
        activity.SetTag("entity.id", id.Value).SetTag("entity.kind", behavior.Kind);
        if (commandId is not null) activity.SetTag("command.id", commandId);
        return activity;
    }

    private static PendingTrace? Traced() =>
        EngineTelemetry.Source.HasListeners() && Activity.Current is { } current ? new PendingTrace(current.TraceId) : null;
}

/// <summary>One entity, for a sender of many messages; any thread. It stays good when the entity leaves memory and comes back.</summary>
public sealed class EntityRef<TState, TCommand, TEvent>
{
    private readonly Entities<TState, TCommand, TEvent> entities;
    private Entity<TState, TCommand, TEvent>? known;

    internal EntityRef(Entities<TState, TCommand, TEvent> entities, EntityId id) => (this.entities, Id) = (entities, id);

    public EntityId Id { get; }

    /// <inheritdoc cref="Entities{TState, TCommand, TEvent}.TellAsync(EntityId, TCommand, CancellationToken)"/>
    public ValueTask TellAsync(TCommand command, CancellationToken cancellation = default) => entities.TellAsync(ref known, Id, command, cancellation);

    /// <inheritdoc cref="Entities{TState, TCommand, TEvent}.TryTell(EntityId, TCommand)"/>
    public bool TryTell(TCommand command) => entities.TryTell(ref known, Id, command);
}
