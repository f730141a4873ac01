namespace DigitalTwin.Host.Twins.Projections;

/// <summary>For how long a projection has been behind, by a clock that nobody can set: when the journal's head was first seen where the projection is not yet.</summary>
/// <remarks>As exact as it is looked at often.</remarks>
internal sealed class LagClock(TimeProvider time)
{
    private static readonly TimeSpan Apart = TimeSpan.FromMilliseconds(500);

    /// <summary>A projection that is further behind loses only how far exactly, not that it is.</summary>
    private const int Most = 1000;

    private readonly Lock gate = new();
    private readonly Queue<(long Head, long At)> seen = [];
    private (long Head, long At) newest;

    public Lag Of(long offset, long head)
    {
        lock (gate)
        {
            long now = time.GetTimestamp();
            while (seen.TryPeek(out var first) && first.Head <= offset)
                seen.Dequeue();
            if (head <= offset)
                return default;
            if (seen.Count == 0 || (head > newest.Head && seen.Count < Most && time.GetElapsedTime(newest.At, now) >= Apart))
                seen.Enqueue(newest = (head, now));
            return new Lag(head - offset, time.GetElapsedTime(seen.Peek().At, now).TotalSeconds);
        }
    }
}
