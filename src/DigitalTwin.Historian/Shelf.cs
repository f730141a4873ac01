using DigitalTwin.Historian.Segments;

namespace DigitalTwin.Historian;

/// <summary>What a reader looks at: rows of the checkpoint's files and of the segments after it, none in both.</summary>
/// <param name="Segments">In order; the last may still grow.</param>
internal sealed record Shown(Checkpoint Checkpoint, IReadOnlyList<Segment> Segments);

/// <summary>The one place where segments turn into files for whoever reads: in one step.</summary>
internal sealed class Shelf(Checkpoint checkpoint, IEnumerable<Segment> segments, int mostWaiting)
{
    private readonly object gate = new();
    private readonly object committing = new();
    private Shown shown = new(checkpoint, [.. segments]);
    private bool isBounded = true;

    public Shown Now => Volatile.Read(ref shown);

    public void Add(Segment begun)
    {
        lock (gate) shown = shown with { Segments = [.. shown.Segments, begun] };
    }

    /// <summary>The checkpoint is replaced, durably first; then segments up to it leave and its files come. One at a time, whoever asks.</summary>
    /// <param name="after">What comes after the present one.</param>
    public void Commit(string folder, Func<Checkpoint, Checkpoint> after)
    {
        lock (committing)
        {
            var next = after(Now.Checkpoint);
            next.Write(folder);
            lock (gate)
            {
                shown = new(next, [.. shown.Segments.Where(segment => segment.Number > next.Converted)]);
                Monitor.PulseAll(gate);
            }
        }
    }

    /// <summary>
    /// Waits while too many closed segments are in memory: what comes in faster than Parquet files can be written, or while they cannot be
    /// written at all, stays with the gateways.
    /// </summary>
    public void WaitForRoom()
    {
        lock (gate)
            while (isBounded && shown.Segments.Count(segment => segment.IsClosed) > mostWaiting) Monitor.Wait(gate);
    }

    /// <summary>The end is near: what the writer still has is to be stored, room or not.</summary>
    public void LiftBound()
    {
        lock (gate)
        {
            isBounded = false;
            Monitor.PulseAll(gate);
        }
    }
}
