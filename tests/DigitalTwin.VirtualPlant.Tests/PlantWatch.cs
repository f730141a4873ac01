using DigitalTwin.VirtualPlant.Nodes;
using DigitalTwin.VirtualPlant.Packml;
using static DigitalTwin.VirtualPlant.Packml.UnitState;

namespace DigitalTwin.VirtualPlant.Tests;

/// <summary>A value that differs from the one the node had before.</summary>
/// <param name="AfterSeconds">How long the node had the value before.</param>
internal readonly record struct Change(string Node, double From, double To, long At, double AfterSeconds)
{
    public bool IsState => Node.EndsWith("StateCurrent", StringComparison.Ordinal);
}

/// <summary>Runs a plant and notes what must never be seen, in its values and in the plant itself.</summary>
internal sealed class PlantWatch(PlantRun run)
{
    private static readonly UnitState[] Running = [Starting, Idle, Suspended, Execute, Holding, Held, Unholding, Suspending, Unsuspending, Resetting, Completing, Complete];

    /// <summary>ISA-TR88.00.02, base state model, written down independently of the plant's own table.</summary>
    private static readonly HashSet<(UnitState, UnitState)> Legal =
    [
        (Stopped, Resetting), (Resetting, Idle), (Idle, Starting), (Starting, Execute),
        (Execute, Completing), (Completing, Complete), (Complete, Resetting),
        (Execute, Holding), (Holding, Held), (Held, Unholding), (Unholding, Execute),
        (Execute, Suspending), (Suspending, Suspended), (Suspended, Unsuspending), (Unsuspending, Execute),
        .. Running.Select(state => (state, Stopping)), (Stopping, Stopped),
        .. Running.Concat([Stopping, Stopped, Clearing]).Select(state => (state, Aborting)), (Aborting, Aborted), (Aborted, Clearing), (Clearing, Stopped),
    ];

    private readonly IReadOnlyList<Node> nodes = run.Plant.Nodes;
    private readonly bool[] grows = [.. run.Plant.Nodes.Select(node => node.Id.EndsWith("Count", StringComparison.Ordinal) || node.Id.EndsWith("Energy", StringComparison.Ordinal))];
    private readonly Announcement?[] last = new Announcement?[run.Plant.Nodes.Count];
    private readonly long[] changed = new long[run.Plant.Nodes.Count];
    /// <summary>Nodes whose sensor was faulty: what they tell may be anything.</summary>
    private readonly HashSet<string> lying = [];
    private long time;

    /// <summary>Of numeric nodes that are announced on change.</summary>
    public List<Change> Changes { get; } = [];
    /// <summary>Each kind of fault once, with the node it was seen at.</summary>
    public HashSet<string> Faults { get; } = [];

    public PlantWatch For(double seconds)
    {
        run.Announced.Clear();
        run.For(seconds);
        lying.UnionWith(run.Plant.Truths.Where(truth => truth.Kind == "sensor fault").Select(truth => truth.Where));
        run.Plant.Truths.Clear();
        foreach (var announcement in run.Announced)
            See(announcement);
        run.Announced.Clear();
        CheckSite();
        return this;
    }

    private void See(Announcement now)
    {
        var node = nodes[now.Node];
        Claim(now.At >= time, "values out of order", node);
        time = now.At;
        Claim(node.Range is not { } range || now.Value.Number >= range.Low && now.Value.Number <= range.High || lying.Contains(node.Id), "a value out of its range", node);
        if (last[now.Node] is not { } before)
            changed[now.Node] = now.At;
        else
        {
            Claim(now.At - before.At <= node.Seconds * 1_000_000L, "a value later than its period", node);
            Claim(!grows[now.Node] || now.Value.Number >= before.Value.Number, "a counter that went back", node);
            if (before.Value != now.Value)
                Note(node, before, now);
        }
        last[now.Node] = now;
    }

    private void Note(Node node, Announcement before, Announcement now)
    {
        var change = new Change(node.Id, before.Value.Number, now.Value.Number, now.At, (now.At - changed[now.Node]) / 1e6);
        changed[now.Node] = now.At;
        if (!node.OnChange || node.Type == NodeType.String)
            return;
        Changes.Add(change);
        if (!change.IsState)
            return;
        Claim(Legal.Contains(((UnitState)(int)change.From, (UnitState)(int)change.To)), $"an illegal change from {(UnitState)(int)change.From} to {(UnitState)(int)change.To}", node);
        Claim(change.AfterSeconds >= 1, $"a glimpse of {(UnitState)(int)change.From}", node);
    }

    private void CheckSite()
    {
        var site = run.Plant.Site;
        var bodies = site.Bodies.Select(body => body.Number).ToList();
        if (site.Orders.Entered != bodies.Count + site.Left || bodies.Distinct().Count() != bodies.Count)
            Faults.Add("a body appeared, vanished or is in two places");
        if (site.Assembly is null && !bodies.SequenceEqual(Enumerable.Range((int)site.Left + 1, bodies.Count)))
            Faults.Add("a body overtook");
        foreach (var line in site.Lines)
        {
            if (line.Entered != line.Bodies.Count() + line.Produced)
                Faults.Add("a body appeared or vanished on a line");
            if (line.Produced != line.Good + line.Scrap || line.Cells.Any(cell => cell.Produced != cell.Good + cell.Scrap))
                Faults.Add("good and scrap that are not what was produced");
            if (line.Cells.Any(cell => cell.Buffer.Count > 4))
                Faults.Add("a buffer holding more than fits in");
        }
        if (site.Stamping is { } stamping && stamping.PanelsAtStart + stamping.Presses.Sum(press => press.Good) != stamping.Racks.Sum(rack => rack.Count) + 6 * stamping.Taken)
            Faults.Add("a panel appeared or vanished");
        if (site.Store is { } store && store.Lanes.Any(lane => lane.Bodies.Count > 8) || site.Paint is { } paint && paint.Coated.Count > 14
            || site.Assembly is { } assembly && assembly.Stations.Any(station => station.Queue.Count > 1))
            Faults.Add("more bodies than fit in");
    }

    private void Claim(bool holds, string otherwise, Node node)
    {
        if (!holds)
            Faults.Add($"{otherwise}: {node.Id}");
    }
}
