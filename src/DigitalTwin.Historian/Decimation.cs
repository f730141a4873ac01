namespace DigitalTwin.Historian;

/// <summary>
/// Samples of one signal, and points that stand for several, brought down to one point a bucket. They may come in any order, as they do
/// from several files, so long as none reaches into another: what a point keeps of its order in time (first, last, longest silence) can then be
/// told from both. Where one does reach into another, that is known afterwards, and whoever asks reads the samples themselves.
/// </summary>
/// <param name="start">Of the first bucket, in µs.</param>
/// <param name="width">Of a bucket, in µs.</param>
/// <param name="most">So many are kept as they came; more become buckets.</param>
internal sealed class Decimation(long start, long width, int buckets, int most)
{
    private readonly List<HistoryPoint> single = [];
    private HistoryPoint[]? merged;

    /// <summary>Samples in all of them.</summary>
    public long Count { get; private set; }

    /// <summary>Some reached into others, and the order of their samples is not known.</summary>
    public bool IsInterleaved { get; private set; }

    public void Add(in HistoryPoint point)
    {
        Count += point.Count;
        if (merged is null && single.Count < most)
        {
            single.Add(point);
            return;
        }
        if (merged is null)
        {
            merged = new HistoryPoint[buckets];
            foreach (var kept in single) Merge(kept);
            single.Clear();
        }
        Merge(point);
    }

    /// <summary>In order of time.</summary>
    public IReadOnlyList<HistoryPoint> Points()
    {
        if (merged is null) return [.. single.OrderBy(point => point.FromMicros)];   // stable: of one moment, in the order in which they came
        var last = 0;
        foreach (ref readonly var point in merged.AsSpan())
            if (point.Count > 0) merged[last++] = point;
        return new ArraySegment<HistoryPoint>(merged, 0, last);
    }

    private void Merge(in HistoryPoint next)
    {
        // A point of a coarse tier that begins before the window belongs into its first bucket.
        ref var bucket = ref merged![Math.Clamp((next.FromMicros - start) / width, 0, buckets - 1)];
        if (bucket.Count == 0) bucket = next;
        else if (next.FromMicros >= bucket.TimeMicros) bucket = bucket.Then(next);
        else if (next.TimeMicros < bucket.FromMicros) bucket = next.Then(bucket);
        else
        {
            IsInterleaved = true;
            bucket = bucket.Then(next) with { TimeMicros = Math.Max(bucket.TimeMicros, next.TimeMicros) };
        }
    }
}
