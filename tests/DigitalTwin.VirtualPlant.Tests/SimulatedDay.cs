using DigitalTwin.VirtualPlant.Nodes;

namespace DigitalTwin.VirtualPlant.Tests;

/// <summary>A value that differs from the one the node had before.</summary>
internal readonly record struct Change(string Node, double From, double To, long At, double AfterSeconds);

/// <summary>One ordinary day of the plant as built, seen only through what it announces; run once for all tests that ask about it.</summary>
public sealed class SimulatedDay
{
    internal PlantRun Run { get; } = new();
    /// <summary>All changes of nodes that are announced on change.</summary>
    internal List<Change> Changes { get; } = [];
    internal List<string> CountersThatFell { get; } = [];
    internal List<string> LateAnnouncements { get; } = [];
    internal bool InOrder { get; } = true;
    internal HashSet<string> Broken { get; } = [];

    public SimulatedDay()
    {
        var nodes = Run.Plant.Nodes;
        var last = new Announcement?[nodes.Count];
        var changed = new long[nodes.Count];
        var counts = nodes.Select(node => node.Id.EndsWith("Count", StringComparison.Ordinal) || node.Id.EndsWith("Energy", StringComparison.Ordinal)).ToArray();
        long time = 0;
        for (var slice = 0; slice < 24 * 12; slice++)
        {
            Run.For(300);
            foreach (var announcement in Run.Announced)
            {
                InOrder &= announcement.At >= time;
                time = announcement.At;
                var node = nodes[announcement.Node];
                if (last[announcement.Node] is { } before)
                {
                    Compare(node, counts[announcement.Node], before, announcement);
                    if (before.Value != announcement.Value)
                    {
                        if (node.OnChange && node.Type != NodeType.String)
                            Changes.Add(new(node.Id, before.Value.Number, announcement.Value.Number, announcement.At, (announcement.At - changed[announcement.Node]) / 1e6));
                        changed[announcement.Node] = announcement.At;
                    }
                }
                else
                    changed[announcement.Node] = announcement.At;
                last[announcement.Node] = announcement;
            }
            Run.Announced.Clear();
            CheckLine();
        }
    }

    private void Compare(Node node, bool counts, Announcement before, Announcement after)
    {
        if (after.At - before.At > node.Seconds * 1_000_000L)
            LateAnnouncements.Add(node.Id);
        if (counts && after.Value.Number < before.Value.Number)
            CountersThatFell.Add(node.Id);
        if (node.Range is { } range && !(after.Value.Number >= range.Low && after.Value.Number <= range.High))
            Broken.Add($"{node.Id} leaves its range");
    }

    private void CheckLine()
    {
        var line = Run.Plant.Line;
        var inside = line.Cells.Sum(cell => cell.Buffer.Count + (cell.Body is null ? 0 : 1));
        if (line.Entered != inside + line.Produced)
            Broken.Add("a body appeared or vanished");
        if (line.Produced != line.Good + line.Scrap || line.Cells.Any(cell => cell.Produced != cell.Good + cell.Scrap))
            Broken.Add("good and scrap are not what was produced");
        if (line.Cells.Any(cell => cell.Buffer.Count > 4))
            Broken.Add("a buffer holds more than fits in");
    }
}
