using System.Collections.Concurrent;
using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Edge.Ingest;

/// <summary>Columns that were stored and are free for the next frame. What is in flight is bounded by the stages, so the pool is too.</summary>
internal static class ColumnPool
{
    /// <summary>Above it, they are left to the garbage collector: a burst is over.</summary>
    private const int Most = 1024;

    private static readonly ConcurrentQueue<SampleColumns> Free = new();

    public static SampleColumns Rent() => Free.TryDequeue(out var free) ? free : new();

    public static void Return(SampleColumns columns)
    {
        columns.Clear();
        if (Free.Count < Most) Free.Enqueue(columns);
    }
}
