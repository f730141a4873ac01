using DigitalTwin.Actors.TestKit;

namespace DigitalTwin.Actors.Simulation.Cluster;

/// <summary>One machine's clock: the time since start is everybody's, the wall clock may have been set wrong. A due timer is work of the node, not of the clock.</summary>
internal sealed class NodeClock(VirtualTime time, Node node) : TimeProvider
{
    /// <summary>What the wall clock is off by.</summary>
    public TimeSpan Offset { get; set; }

    public override long TimestampFrequency => time.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + Offset;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        time.CreateTimer(_ => node.Run(new Due(callback, state)), null, dueTime, period);

    private sealed class Due(TimerCallback callback, object? state) : IThreadPoolWorkItem
    {
        public void Execute() => callback(state);
    }
}
