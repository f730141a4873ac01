namespace DigitalTwin.Actors.TestKit;

/// <summary>A clock that stands still until the test moves it; timers fire on the thread that moves it, in the order they are due.</summary>
public sealed class VirtualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();

    /// <summary>A changed or disposed timer leaves its old place in the queue behind; it is passed over when it comes up.</summary>
    private readonly PriorityQueue<(VirtualTimer Timer, int Arming), (long Due, long Order)> timers = new();

    private DateTimeOffset now = start;
    private long armed;

    public VirtualTime() : this(new DateTimeOffset(2026, 3, 2, 6, 0, 0, TimeSpan.Zero)) { }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>When the next timer is due; null: none runs.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            lock (gate)
            {
                while (timers.TryPeek(out var next, out var key))
                {
                    if (next.Timer.IsArmed(next.Arming)) return new DateTimeOffset(key.Due, TimeSpan.Zero);
                    timers.Dequeue();
                }

                return null;
            }
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate) return now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        var until = GetUtcNow() + by;
        while (TakeDue(until) is { } due) due.Fire();
        lock (gate) now = until > now ? until : now;
    }

    private VirtualTimer? TakeDue(DateTimeOffset until)
    {
        lock (gate)
        {
            while (timers.TryPeek(out var next, out var key) && key.Due <= until.UtcTicks)
            {
                timers.Dequeue();
                if (!next.Timer.IsArmed(next.Arming)) continue;
                if (key.Due > now.UtcTicks) now = new DateTimeOffset(key.Due, TimeSpan.Zero);
                next.Timer.Rearm(key.Due);
                return next.Timer;
            }

            return null;
        }
    }

    private sealed class VirtualTimer(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;
        private int arming;

        public bool IsArmed(int of) => arming == of;

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (time.gate)
            {
                arming++;
                period = newPeriod;
                if (dueTime != Timeout.InfiniteTimeSpan) Enqueue((time.now + dueTime).UtcTicks);
                return true;
            }
        }

        public void Rearm(long due)
        {
            arming++;
            if (period > TimeSpan.Zero) Enqueue(due + period.Ticks);
        }

        public void Fire() => callback(state);

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Enqueue(long due) => time.timers.Enqueue((this, arming), (due, time.armed++));
    }
}
