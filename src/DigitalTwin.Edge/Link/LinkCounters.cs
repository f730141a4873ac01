namespace DigitalTwin.Edge.Link;

/// <summary>Counts of all links since the process started.</summary>
public sealed class LinkCounters
{
    private long framesTaken, samplesTaken, connectionsMalformed, connectionsRefused, sequencesMissing;

    public long Frames => Volatile.Read(ref framesTaken);
    public long Samples => Volatile.Read(ref samplesTaken);

    /// <summary>Connections ended because a frame was not right.</summary>
    public long Malformed => Volatile.Read(ref connectionsMalformed);

    /// <summary>Connections refused at the hello.</summary>
    public long Refused => Volatile.Read(ref connectionsRefused);

    /// <summary>Sequences that no sample and no gap accounted for.</summary>
    public long Missing => Volatile.Read(ref sequencesMissing);

    internal void AddFrame() => Interlocked.Increment(ref framesTaken);
    internal void AddSamples(int count) => Interlocked.Add(ref samplesTaken, count);
    internal void AddMalformed() => Interlocked.Increment(ref connectionsMalformed);
    internal void AddRefused() => Interlocked.Increment(ref connectionsRefused);
    internal void AddMissing(long count) => Interlocked.Add(ref sequencesMissing, count);
}
