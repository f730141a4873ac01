namespace DigitalTwin.Actors.Entities;

/// <summary>Somebody who waits for a message's effect and may give up before its turn: then the message is not handled at all.</summary>
internal abstract class Pending
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int Abandoned = 2;

    private int state;

    /// <summary>The turn begins; false when nobody waits any more.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref state, Taken, Waiting) == Waiting;

    /// <summary>False when the turn has begun, so that the effect may come all the same.</summary>
    public bool TryAbandon() => Interlocked.CompareExchange(ref state, Abandoned, Waiting) == Waiting;
}

internal abstract class PendingAnswer<T> : Pending
{
    private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => answer.Task;

    public void Answer(T value) => answer.TrySetResult(value);

    public void Fail(Exception why) => answer.TrySetException(why);
}

internal sealed class PendingAsk<TState, TEvent> : PendingAnswer<Reply<TState, TEvent>>;

internal sealed class PendingQuery<TState> : PendingAnswer<EntityState<TState>>;

/// <summary>A timer's command on its way; abandoned when the timer is cancelled before the turn.</summary>
internal sealed class PendingTimer : Pending;
