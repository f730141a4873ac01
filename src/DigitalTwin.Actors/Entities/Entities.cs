namespace DigitalTwin.Actors.Entities;

/// <summary>All entities of one kind; one is created (and recovered from the journal) by the first message to it.</summary>
public sealed class Entities<TState, TCommand, TEvent>
{
    private readonly EntitySystem system;
    private readonly EntityBehavior<TState, TCommand, TEvent> behavior;

    internal Entities(EntitySystem system, EntityBehavior<TState, TCommand, TEvent> behavior)
    {
        this.system = system;
        this.behavior = behavior;
    }

    /// <summary>Completes when the command is in the entity's mailbox; waits while that is full. What becomes of it is not told.</summary>
    public ValueTask TellAsync(EntityId id, TCommand command, CancellationToken cancellation = default) =>
        system.Find(id, behavior).PostAsync(new() { Command = command }, cancellation);

    /// <summary>False when the mailbox is full.</summary>
    public bool TryTell(EntityId id, TCommand command) => system.Find(id, behavior).TryPost(new() { Command = command });

    /// <summary>
    /// As <see cref="AskAsync"/>, for senders of many commands: no task, no deadline.
    /// <paramref name="answered"/> is called once, in the entity's turn; it must be quick and must not throw.
    /// </summary>
    /// <returns>False when the mailbox is full: nothing is sent, and nothing will be answered.</returns>
    public bool TryAsk(EntityId id, TCommand command, Action<Reply<TState, TEvent>> answered) =>
        system.Find(id, behavior).TryPost(new() { Command = command, Pending = new PendingCall<TState, TEvent>(answered) });

    /// <summary>Completes with what became of the command; accepted events are on disk by then.</summary>
    /// <param name="deadline">Bounds the wait, a full mailbox included.</param>
    /// <exception cref="TimeoutException">The message says whether the command may still take effect.</exception>
    public Task<Reply<TState, TEvent>> AskAsync(
        EntityId id, TCommand command, TimeSpan deadline, CancellationToken cancellation = default) =>
        AwaitAsync(id, new PendingTask<Reply<TState, TEvent>>(), command, deadline, cancellation);

    /// <summary>The state after all messages that the entity has taken before this one.</summary>
    /// <exception cref="TimeoutException">No answer within <paramref name="deadline"/>.</exception>
    /// <exception cref="EntityUnavailableException">The entity is stopped; the message says why.</exception>
    public Task<EntityState<TState>> QueryAsync(EntityId id, TimeSpan deadline, CancellationToken cancellation = default) =>
        AwaitAsync(id, new PendingTask<EntityState<TState>>(), default!, deadline, cancellation);

    private async Task<T> AwaitAsync<T>(
        EntityId id, PendingTask<T> pending, TCommand command, TimeSpan deadline, CancellationToken cancellation)
    {
        var entity = system.Find(id, behavior);
        using var limit = new CancellationTokenSource(deadline, system.Time);
        using var either = cancellation.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation) : null;
        var token = either?.Token ?? limit.Token;
        try
        {
            await entity.PostAsync(new() { Command = command, Pending = pending }, token);
            return await pending.Task.WaitAsync(token);
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
}
