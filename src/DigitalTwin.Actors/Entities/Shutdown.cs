namespace DigitalTwin.Actors.Entities;

/// <param name="Refused">Messages that were answered with a refusal, since the time was over before their turn.</param>
/// <param name="Undrained">The entities of those messages.</param>
/// <param name="Orderly">Every entity has ended, snapshots are written, and the shards are free for others.</param>
public sealed record StopReport(int Refused, IReadOnlyList<EntityId> Undrained, bool Orderly);

/// <summary>
/// The end of a system, one step after the other: entities work off their mailboxes within the time given and are refused the rest, then those
/// of dead letters, then snapshots are written, then shards are released.
/// </summary>
/// <remarks>Each step is begun by the last completion of the one before, in whatever turn that is, so a test's dispatcher controls all of it.</remarks>
internal sealed class Shutdown(EntityContext context)
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private readonly List<EntityId> undrained = [];
    private ITimer? limit;
    private ITimer? last;
    private int refused;
    private int left;
    private volatile bool late;
    private volatile bool orderly;

    /// <summary>It has ended, or has taken too long.</summary>
    public Task Done => done.Task;

    public StopReport Report
    {
        get
        {
            lock (gate) return new StopReport(refused, [.. undrained], orderly);
        }
    }

    public void Start(TimeSpan drainWithin, TimeSpan endWithin)
    {
        last = context.Options.Time.CreateTimer(_ => done.TrySetResult(), null, endWithin, Timeout.InfiniteTimeSpan);
        context.Wakes.Stop();
        if (drainWithin <= TimeSpan.Zero) late = true;
        else limit = context.Options.Time.CreateTimer(_ => TimeIsUp(), null, drainWithin, Timeout.InfiniteTimeSpan);
        End(context.CloseEntities(deadLetters: false), () => End(context.CloseEntities(deadLetters: true), Save));
    }

    private void TimeIsUp()
    {
        late = true;
        context.SignalAll(_ => true, Signals.StopNow);
    }

    private void End(List<IEntity> entities, Action next)
    {
        Expect(entities.Count);
        foreach (var entity in entities)
        {
            entity.Stop(count =>
            {
                lock (gate)
                {
                    refused += count;
                    if (count > 0) undrained.Add(entity.Id);
                }

                Arrive(next);
            });
            if (late && !EntityContext.IsOfDeadLetters(entity.Id)) entity.Signal(Signals.StopNow);
        }

        Arrive(next);
    }

    private void Save()
    {
        limit?.Dispose();
        if (context.Snapshots is { } snapshots) snapshots.Flush(Release);
        else Release();
    }

    private void Release()
    {
        var shards = context.CloseShards();
        Expect(shards.Count);
        foreach (var shard in shards) shard.Release(() => Arrive(Finish));
        Arrive(Finish);
    }

    private void Finish()
    {
        context.Watches.AllEnded($"{context.Options.Name} has ended");
        orderly = true;
        last!.Dispose();
        done.TrySetResult();
    }

    /// <summary>One more than the number, so that the step does not end while it is being begun.</summary>
    private void Expect(int completions)
    {
        Interlocked.Exchange(ref left, completions + 1);
    }

    private void Arrive(Action next)
    {
        if (Interlocked.Decrement(ref left) == 0) next();
    }
}
