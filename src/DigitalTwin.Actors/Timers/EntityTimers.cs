using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.Timers;

/// <summary>The running timers of one entity; used in its turns only, except that a due timer calls <paramref name="deliver"/> from anywhere.</summary>
internal sealed class EntityTimers<TCommand>(TimeProvider time, Action<TCommand, PendingTimer> deliver)
{
    private readonly Dictionary<string, Running> running = [];

    /// <summary>Starts what is new, cancels what is gone, leaves the rest; a timer that has fired is not started again while it is asked for.</summary>
    public void Keep(IEnumerable<EntityTimer<TCommand>> wanted)
    {
        var keys = new HashSet<string>();
        foreach (var timer in wanted)
        {
            keys.Add(timer.Key);
            if (running.TryGetValue(timer.Key, out var present) && present.Due == timer.Due) continue;
            Cancel(timer.Key);
            Start(timer);
        }

        foreach (var key in running.Keys.Where(key => !keys.Contains(key)).ToList()) Cancel(key);
    }

    public void CancelAll()
    {
        foreach (var key in running.Keys.ToList()) Cancel(key);
    }

    private void Start(EntityTimer<TCommand> timer)
    {
        var delay = timer.Due - time.GetUtcNow();
        var pending = new PendingTimer();
        var handle = time.CreateTimer(
            _ => deliver(timer.Command, pending), null, delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        running[timer.Key] = new Running(timer.Due, handle, pending);
    }

    private void Cancel(string key)
    {
        if (!running.Remove(key, out var gone)) return;
        gone.Pending.TryAbandon();
        gone.Handle.Dispose();
    }

    private sealed record Running(DateTimeOffset Due, ITimer Handle, PendingTimer Pending);
}
