namespace DigitalTwin.Actors.Supervision;

/// <summary>Counts one entity's restarts against its policy, on a monotonic clock.</summary>
internal sealed class Supervisor(RestartPolicy policy, TimeProvider time)
{
    private readonly Queue<long> recent = new();

    public int Restarts { get; private set; }

    /// <summary>The delay before the restart that this failure asks for; null: the entity stays stopped.</summary>
    public TimeSpan? Failed()
    {
        var now = time.GetTimestamp();
        while (recent.TryPeek(out var oldest) && time.GetElapsedTime(oldest, now) > policy.Window) recent.Dequeue();
        if (policy.DelayAfter(recent.Count) is not { } delay) return null;
        recent.Enqueue(now);
        Restarts++;
        return delay;
    }
}
