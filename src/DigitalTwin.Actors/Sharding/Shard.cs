using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Actors.Sharding;

/// <summary>An entity that waits for its shard.</summary>
internal interface IShardMember
{
    /// <summary>The shard has been asked for; <see cref="Shard.Demand"/> now answers at once.</summary>
    void ShardAnswered();
}

/// <summary>Whether the shard may be used: under <paramref name="Lease"/>, or not, because of <paramref name="Refusal"/>; neither: that is being found out.</summary>
internal readonly record struct ShardAnswer(Lease? Lease, string? Refusal, Failure Of);

/// <summary>
/// The right of this process to one shard: acquired when the first of its entities asks, renewed, given up after two thirds of the lease time
/// without a renewal or as soon as a later epoch is seen, and asked for again from then on until the system ends.
/// </summary>
/// <remarks>
/// Whatever is decided here may be out of date a moment later; the journal compares the epoch of every append and has the last word.
/// The store is asked on the journal's thread only, one request at a time; entities ask and are answered on any thread.
/// </remarks>
internal sealed class Shard(ShardId id, IShardLeases leases, EntityContext context, bool closed) : IThreadPoolWorkItem
{
    private readonly Lock gate = new();
    private readonly TimeProvider time = context.Options.Time;
    private readonly TimeSpan leaseTime = context.Options.LeaseTime;
    private List<IShardMember> waiting = [];
    private readonly List<ShardWaiter> waiters = [];
    private volatile Lease? lease;
    private long validUntil;
    private bool scheduled;
    private bool due;
    private bool wanted;

    /// <summary>The system ends, or has ended: the shard is asked for no more.</summary>
    private bool closed = closed;

    /// <summary>The durable timers of this shard have been read since it was acquired; until then each tick tries it.</summary>
    private bool wakesKnown;
    private Action? released;
    private string? refusal;
    private Failure refusedOf;
    private long refusedUntil = long.MinValue;

    public ShardId Id => id;

    public Lease? Lease => lease;

    /// <param name="now">Timestamp of the system's clock; two thirds of the lease time after the last renewal this is false.</param>
    public bool Holds(Lease mine, long now) => ReferenceEquals(lease, mine) && now < Interlocked.Read(ref validUntil);

    public ShardAnswer Demand(IShardMember member)
    {
        lock (gate)
        {
            if (closed) return new(null, context.ShuttingDown, Failure.Stopping);
            var now = time.GetTimestamp();
            if (lease is { } held && now < validUntil) return new(held, null, default);
            if (now < refusedUntil) return new(null, refusal, refusedOf);
            waiting.Add(member);
            Schedule();
            return default;
        }
    }

    /// <summary>Completes when the shard is held, or with the reason why not once <paramref name="wait"/> has passed; zero: with the first answer.</summary>
    public Task<ShardStatus> AcquireAsync(TimeSpan wait)
    {
        var waiter = new ShardWaiter(once: wait <= TimeSpan.Zero);
        lock (gate)
        {
            if (closed) return Task.FromResult(Status());
            waiters.Add(waiter);
            refusedUntil = long.MinValue;
            Schedule();
        }

        if (!waiter.Once) waiter.Limit = time.CreateTimer(_ => GiveUp(waiter), null, wait, Timeout.InfiniteTimeSpan);
        return waiter.Task;
    }

    /// <summary>Time to renew, or to ask again.</summary>
    public void Tick()
    {
        lock (gate)
        {
            if (closed || (lease is null && !wanted && waiters.Count == 0)) return;
            due = true;
            Schedule();
        }
    }

    /// <summary>An append under this lease was refused by the journal.</summary>
    public void Fenced(Lease mine, string why)
    {
        lock (gate)
        {
            if (!ReferenceEquals(lease, mine)) return;
            lease = null;
            Schedule();
        }

        Lost(why);
    }

    /// <summary>Frees the shard for others, for good; <paramref name="done"/> is called on the journal's thread, whether that worked or not.</summary>
    public void Release(Action done)
    {
        lock (gate)
        {
            released = done;
            closed = true;
            Schedule();
        }
    }

    public void Execute()
    {
        bool renew;
        Action? release;
        lock (gate)
        {
            scheduled = false;
            (renew, due) = (due, false);
            (release, released) = (released, null);
        }

        if (release is not null)
        {
            Free();
            Answer();
            release();
            return;
        }

        if (lease is { } held)
        {
            if (time.GetTimestamp() >= Interlocked.Read(ref validUntil)) GiveUp(held, $"its lease was not renewed for {leaseTime.TotalSeconds * 2 / 3:0.#} s");
            else if (renew) Renew(held);
        }

        if (lease is null) Acquire();
        if (lease is not null && !wakesKnown) wakesKnown = context.Wakes.TryAddOf(this);
        Answer();
    }

    /// <summary>Called with the gate held.</summary>
    private void Schedule()
    {
        if (scheduled) return;
        scheduled = true;
        context.Dispatcher.ScheduleBlocking(this);
    }

    private void Acquire()
    {
        lock (gate)
        {
            if (closed || (!wanted && waiting.Count == 0 && waiters.Count == 0)) return;
        }

        // The lease counts from before the request: the store cannot have begun to count earlier.
        var asked = time.GetTimestamp();
        try
        {
            var answer = leases.Acquire(id, context.Options.Owner, leaseTime);
            if (answer.Lease is not { } granted)
            {
                Refuse($"shard {id} is run by {answer.HeldBy} for another {answer.FreeIn.TotalSeconds:0.#} s at least", Failure.NotOwner, answer.FreeIn);
                return;
            }

            lock (gate)
            {
                Interlocked.Exchange(ref validUntil, Later(asked, leaseTime * (2.0 / 3)));
                lease = granted;
                wanted = true;
                refusedUntil = long.MinValue;
            }

            wakesKnown = false;
        }
        catch (Exception failure)
        {
            Refuse($"the journal could not give shard {id} to this process: {failure.Message}", Failure.Journal, leaseTime);
        }
    }

    private void Refuse(string why, Failure of, TimeSpan freeIn)
    {
        lock (gate)
        {
            refusal = why;
            refusedOf = of;
            refusedUntil = Later(time.GetTimestamp(), freeIn < context.LeaseTick ? freeIn : context.LeaseTick);
        }
    }

    private void Renew(Lease held)
    {
        var asked = time.GetTimestamp();
        try
        {
            if (leases.Renew(held)) Interlocked.Exchange(ref validUntil, Later(asked, leaseTime * (2.0 / 3)));
            else GiveUp(held, "another process has taken it over");
        }
        catch (Exception failure)
        {
            // The next tick tries again; what is left of two thirds of the lease time bounds the attempts.
            context.Notice(id.Value, $"The lease of shard {id} could not be renewed: {failure.Message}");
        }
    }

    private void GiveUp(Lease held, string why)
    {
        lock (gate)
        {
            if (!ReferenceEquals(lease, held)) return;
            lease = null;
        }

        Lost(why);
    }

    private void Lost(string why)
    {
        context.Telemetry.ShardLost();
        context.Notice(id.Value, $"Shard {id} was lost: {why}. Its entities leave memory until it is acquired again.");
        context.ShardLost(this);
    }

    private void Free()
    {
        if (lease is not { } held) return;
        lease = null;
        try
        {
            leases.Release(held);
        }
        catch (Exception failure)
        {
            context.Notice(id.Value, $"Shard {id} could not be released and is free when its lease has run out: {failure.Message}");
        }
    }

    private void Answer()
    {
        List<IShardMember> answered;
        List<ShardWaiter> served;
        lock (gate)
        {
            (answered, waiting) = (waiting, []);
            served = waiters.FindAll(waiter => lease is not null || waiter.Once || closed);
            waiters.RemoveAll(served.Contains);
        }

        foreach (var member in answered) member.ShardAnswered();
        foreach (var waiter in served) waiter.Complete(Status());
    }

    private void GiveUp(ShardWaiter waiter)
    {
        lock (gate) waiters.Remove(waiter);
        waiter.Complete(Status());
    }

    public ShardStatus Status()
    {
        lock (gate) return new ShardStatus(id, lease is not null, lease?.Epoch ?? 0, lease is not null ? null : closed ? context.ShuttingDown : refusal);
    }

    private long Later(long from, TimeSpan by) => from + (long)(by.TotalSeconds * time.TimestampFrequency);
}

/// <summary>Somebody who wants the shard as a whole.</summary>
internal sealed class ShardWaiter(bool once)
{
    private readonly TaskCompletionSource<ShardStatus> answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<ShardStatus> Task => answered.Task;

    /// <summary>The first answer is enough.</summary>
    public bool Once { get; } = once;

    public ITimer? Limit { get; set; }

    public void Complete(ShardStatus status)
    {
        if (answered.TrySetResult(status)) Limit?.Dispose();
    }
}

/// <summary>A shard as this process sees it.</summary>
/// <param name="Mine">This process runs it, under <paramref name="Epoch"/>.</param>
/// <param name="Why">Why it does not, when it was asked for.</param>
public sealed record ShardStatus(ShardId Shard, bool Mine, long Epoch, string? Why);
