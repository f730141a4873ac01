using System.Diagnostics;
using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Actors.Entities;

/// <summary>Somebody who waits for a message's effect and may give up before its turn: then the message is not handled at all.</summary>
internal abstract class Pending
{
    private const int Waiting = 0;
    private const int Taken = 1;
    private const int Abandoned = 2;

    private int state;

    /// <summary>The command's id and body; null: it has no id.</summary>
    public virtual CommandTag? Tag => null;

    /// <summary>The trace that the message belongs to.</summary>
    public virtual ActivityTraceId Trace => default;

    /// <summary>What its sender finds it again by: the trace, else the command's id.</summary>
    public string? Correlation => Trace != default ? Trace.ToHexString() : Tag?.Id;

    public bool IsTaken => Volatile.Read(ref state) == Taken;

    /// <summary>The turn begins; false when nobody waits any more.</summary>
    public bool TryTake() => Interlocked.CompareExchange(ref state, Taken, Waiting) == Waiting;

    /// <summary>False when the turn has begun, so that the effect may come all the same.</summary>
    public bool TryAbandon() => Interlocked.CompareExchange(ref state, Abandoned, Waiting) == Waiting;
}

internal abstract class PendingAnswer<T> : Pending
{
    /// <summary>Spans the message from its sender to the answer; null: nobody listens.</summary>
    public virtual Activity? Activity => null;

    public override ActivityTraceId Trace => Activity?.TraceId ?? default;

    public abstract void Answer(T value);

    public abstract void Fail(Exception why);
}

/// <summary>The asker awaits a task; it goes on elsewhere, never inside the entity's turn.</summary>
internal sealed class PendingTask<T>(CommandTag? tag = null, Activity? activity = null) : PendingAnswer<T>
{
    private readonly TaskCompletionSource<T> answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override CommandTag? Tag => tag;

    public override Activity? Activity => activity;

    public Task<T> Task => answer.Task;

    public override void Answer(T value) => answer.TrySetResult(value);

    public override void Fail(Exception why) => answer.TrySetException(why);

    /// <summary>Ends the wait; whether the message still has an effect is another question.</summary>
    public void GiveUp(CancellationToken cancellation) => answer.TrySetCanceled(cancellation);
}

/// <summary>The asker is called in the entity's turn.</summary>
internal sealed class PendingCall<TState, TEvent>(Action<Reply<TState, TEvent>> answered, CommandTag? tag = null) : PendingAnswer<Reply<TState, TEvent>>
{
    public override CommandTag? Tag => tag;

    public override void Answer(Reply<TState, TEvent> value) => answered(value);

    public override void Fail(Exception why) => answered(new Reply<TState, TEvent>.Failed(why.Message, MayBeRecorded: true));
}

/// <summary>A timer's command on its way; abandoned when the timer is cancelled before the turn.</summary>
internal sealed class PendingTimer : Pending;

/// <summary>A told command that was sent within a trace.</summary>
internal sealed class PendingTrace(ActivityTraceId trace) : Pending
{
    public override ActivityTraceId Trace => trace;
}
