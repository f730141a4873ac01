using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Supervision;

namespace DigitalTwin.Actors.Timers;

/// <summary>The running timers of one entity; used in its turns only, except that a due timer calls <paramref name="deliver"/> from anywhere.</summary>
/// <param name="time">Plant time, which timers are due by.</param>
/// <param name="wall">Which one waits by whose command has failed.</param>
internal sealed class EntityTimers<TCommand>(TimeProvider time, TimeProvider wall, Action<TCommand, PendingTimer> deliver)
{
    /// <summary>Wait before a due command is sent again that the journal had no room for.</summary>
    private static readonly TimeSpan BeforeAgain = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Running> running = [];

    /// <summary>Those whose command has made the entity fail, as long as the state asks for them; it outlives the state's recovery.</summary>
    private readonly Dictionary<string, Failing> failing = [];

    /// <summary>No timer but durable ones is still to fire.</summary>
    public bool OnlyDurable => running.Values.All(timer => timer.Timer.Durable || timer.Pending.IsTaken);

    /// <summary>Of those still to fire.</summary>
    public DateTimeOffset? EarliestDurable =>
        running.Values.Where(timer => timer.Timer.Durable && !timer.Pending.IsTaken).Min(timer => (DateTimeOffset?)timer.Timer.Due);

    /// <summary>Starts what is new, cancels what is gone, leaves the rest; a timer that has fired is not started again while it is asked for.</summary>
    public void Keep(IReadOnlyList<EntityTimer<TCommand>> wanted)
    {
        if (wanted.Count == 0 && running.Count == 0 && failing.Count == 0) return;
        var keys = new HashSet<string>();
        foreach (var timer in wanted)
        {
            keys.Add(timer.Key);
            if (running.TryGetValue(timer.Key, out var present) && present.Timer.Due == timer.Due) continue;
            Cancel(timer.Key);
            if (failing.TryGetValue(timer.Key, out var failed) && failed.Due == timer.Due) Start(timer, wall, failed.Wait);
            else Start(timer, time, timer.Due - time.GetUtcNow());
        }

        foreach (var key in running.Keys.Where(key => !keys.Contains(key)).ToList()) Cancel(key);
        foreach (var key in failing.Keys.Where(key => !keys.Contains(key)).ToList()) failing.Remove(key);
    }

    /// <summary>The timer has fired and its command has made the entity fail, as it is likely to do again.</summary>
    /// <returns>Its key, and how long it waits the next time that <see cref="Keep"/> starts it: twice as long with each failure.</returns>
    public (string Key, TimeSpan Wait) Failed(PendingTimer fired, RestartPolicy policy)
    {
        var timer = running.Values.First(timer => timer.Pending == fired).Timer;
        var times = failing.TryGetValue(timer.Key, out var before) && before.Due == timer.Due ? before.Times : 0;
        var wait = policy.BackOff(times);
        failing[timer.Key] = new Failing(timer.Due, times + 1, wait);
        return (timer.Key, wait);
    }

    /// <summary>The timer has fired and its command has had no effect, through no fault of its own.</summary>
    public void Retry(PendingTimer fired)
    {
        if (running.Values.FirstOrDefault(timer => timer.Pending == fired) is not { } again) return;
        Cancel(again.Timer.Key);
        Start(again.Timer, time, BeforeAgain);
    }

    public void CancelAll()
    {
        foreach (var key in running.Keys.ToList()) Cancel(key);
    }

    private void Start(EntityTimer<TCommand> timer, TimeProvider clock, TimeSpan delay)
    {
        var started = new Running(timer, clock, deliver);
        running[timer.Key] = started;
        started.Start(delay);
    }

    private void Cancel(string key)
    {
        if (!running.Remove(key, out var gone)) return;
        gone.Pending.TryAbandon();
        gone.Stop();
    }

    private readonly record struct Failing(DateTimeOffset Due, int Times, TimeSpan Wait);

    private sealed class Running(EntityTimer<TCommand> timer, TimeProvider time, Action<TCommand, PendingTimer> deliver)
    {
        /// <summary>Longer waits are cut in pieces: timers take no more than some weeks.</summary>
        private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

        private ITimer? handle;

        public EntityTimer<TCommand> Timer { get; } = timer;

        public PendingTimer Pending { get; } = new();

        public void Start(TimeSpan delay)
        {
            if (delay <= TimeSpan.Zero)
            {
                deliver(Timer.Command, Pending);
                return;
            }

            var cut = delay > LongestWait;
            handle = time.CreateTimer(_ => Fire(cut), null, cut ? LongestWait : delay, Timeout.InfiniteTimeSpan);
        }

        public void Stop() => handle?.Dispose();

        private void Fire(bool cut)
        {
            if (cut) Start(Timer.Due - time.GetUtcNow());
            else deliver(Timer.Command, Pending);
        }
    }
}
