using DigitalTwin.VirtualPlant.Production;

namespace DigitalTwin.VirtualPlant.Nodes;

/// <summary>A value as it is announced.</summary>
/// <param name="Node">Index in the catalogue.</param>
/// <param name="At">Plant time, microseconds since 1970 UTC.</param>
internal readonly record struct Announcement(int Node, NodeValue Value, long At);

/// <summary>The newest announced value of every node, and the rule when the next one is due.</summary>
/// <remarks>Nodes announce in different scans of their period, so that hundreds of them do not all speak at the full second.</remarks>
internal sealed class Board(IReadOnlyList<Node> nodes, Sensors? sensors, Announcement[]? announced = null)
{
    private const int ScansPerSecond = (int)(1_000_000 / Site.ScanMicros);

    public Announcement[] Newest { get; } = announced ?? new Announcement[nodes.Count];

    /// <summary>Every node at once, as on the first scan of a new plant.</summary>
    public void AnnounceAll(long now, List<Announcement> into)
    {
        for (var index = 0; index < nodes.Count; index++)
            Announce(index, Told(index, now), now, into);
    }

    public void Announce(long now, List<Announcement> into)
    {
        var scan = now / Site.ScanMicros;
        for (var index = 0; index < nodes.Count; index++)
        {
            var node = nodes[index];
            var due = (scan + index) % (node.Seconds * ScansPerSecond) == 0;
            if (!due && !node.OnChange)
                continue;
            var value = Told(index, now);
            if (due || value != Newest[index].Value)
                Announce(index, value, now, into);
        }
    }

    private NodeValue Told(int index, long now)
    {
        var value = nodes[index].Read();
        return sensors is { Faults.Count: > 0 } ? sensors.Told(index, nodes[index], value, now) : value;
    }

    private void Announce(int index, NodeValue value, long at, List<Announcement> into) => into.Add(Newest[index] = new Announcement(index, value, at));
}
