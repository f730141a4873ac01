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

    /// <remarks>Of a killed node every clock rings at once, so that what still waits in this process for its end is let go, see <see cref="Fleet.Bury"/>.</remarks>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var due = new Due(node, callback, state);
        node.Remember(due);
        if (!node.Alive && dueTime != Timeout.InfiniteTimeSpan) due.Execute();
        return time.CreateTimer(static due => ((Due)due!).Ring(), due, node.Alive ? dueTime : Timeout.InfiniteTimeSpan, period);
    }

    /// <summary>While the node has not come to it, a timer that rings again adds nothing.</summary>
    private sealed class Due(Node node, TimerCallback callback, object? state) : IThreadPoolWorkItem
    {
        private bool ringing;

        public void Ring()
        {
            if (ringing) return;
            ringing = true;
            node.Run(this);
        }

        public void Execute()
        {
            ringing = false;
            callback(state);
        }
    }
}
