using DigitalTwin.VirtualPlant.Nodes;
using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Production;

namespace DigitalTwin.VirtualPlant;

/// <summary>What a plant needs to go on as if nothing had happened.</summary>
internal sealed record PlantMemory(Site Site, Announcement[] Announced);

/// <summary>Outcome of a write; the codes are OPC UA's.</summary>
internal abstract record WriteOutcome
{
    private WriteOutcome() { }
    public sealed record Accepted : WriteOutcome;
    public sealed record Refused(uint Status, string Reason) : WriteOutcome;

    public const uint BadNodeIdUnknown = 0x80340000, BadNotWritable = 0x803B0000, BadOutOfRange = 0x803C0000, BadTypeMismatch = 0x80740000;
}

/// <summary>The virtual plant without clock, socket or disk: the same seed, physics and writes at the same plant times give the same values.</summary>
internal sealed class Plant
{
    private readonly PhysicsParameters physics;
    private readonly PhysicsParameters linePhysics;
    private readonly Timetable timetable;
    private readonly Staff staff;
    private readonly Site site;
    private readonly Board board;
    private readonly IReadOnlyList<int> measured;
    private readonly Witness witness;
    private bool begun;

    private Plant(PhysicsParameters physics, double speed, Site site, Announcement[]? announced)
    {
        this.physics = physics;
        linePhysics = site.Assembly is null ? physics : Site.BodyShopOf(physics);
        this.site = site;
        timetable = new Timetable(physics);
        staff = new Staff(site.Seed, physics, timetable);
        Nodes = Catalogue.Of(site, physics, speed);
        measured = [.. Enumerable.Range(0, Nodes.Count).Where(index => Sensors.CanFail(Nodes[index]))];
        board = new Board(Nodes, site.Sensors, announced);
        witness = new Witness(site, Nodes, site.Antennas(physics), staff, physics.NetworkCuts);
        begun = announced is not null;
    }

    public IReadOnlyList<Node> Nodes { get; }
    public Site Site => site;
    /// <summary>Plant time, microseconds since 1970 UTC.</summary>
    public long Time => site.Time;
    /// <summary>The first body line.</summary>
    public LineState Line => site.Lines[0];
    public PlantMemory Memory => new(site, board.Newest);
    public IReadOnlyList<Announcement> Newest => board.Newest;
    /// <summary>OPC UA servers that nobody reaches now.</summary>
    public IReadOnlyList<string> CutOff => [.. physics.NetworkCuts.Where(cut => cut.IsAt(site.Built, site.Time)).Select(cut => cut.Endpoint).Distinct()];
    /// <summary>What happened that no client is told, since it was last taken from here.</summary>
    public List<Truth> Truths => witness.Seen;

    /// <param name="time">Microseconds since 1970 UTC; rounded down to a whole scan.</param>
    public static Plant Build(long seed, PhysicsParameters physics, double speed, long time) =>
        new(physics, speed, Site.Build(seed, time - time % Site.ScanMicros, physics), null);

    /// <param name="memory">Becomes the plant's own.</param>
    public static Plant Resume(PlantMemory memory, PhysicsParameters physics, double speed) => new(physics, speed, memory.Site, memory.Announced);

    /// <summary>Runs all scans up to <paramref name="until"/> and adds what they announce, in time order.</summary>
    public void Advance(long until, List<Announcement> announcements)
    {
        if (!begun)
        {
            board.AnnounceAll(site.Time, announcements);
            begun = true;
        }
        while (site.Time + Site.ScanMicros <= until)
        {
            site.Scan(physics, linePhysics, timetable, staff);
            site.Sensors?.Scan(Nodes, measured, physics, site.Built, site.Time);
            witness.Look();
            board.Announce(site.Time, announcements);
        }
    }

    /// <summary>Sets a setpoint; the next scan obeys and announces it.</summary>
    /// <param name="value">Null when the client sent something that is no number.</param>
    public WriteOutcome Write(int node, double? value)
    {
        if (node < 0 || node >= Nodes.Count)
            return new WriteOutcome.Refused(WriteOutcome.BadNodeIdUnknown, $"there is no node {node}: this plant has nodes 0 to {Nodes.Count - 1}");
        var target = Nodes[node];
        if (target.Write is not { } write || target.Range is not { } range)
            return new WriteOutcome.Refused(WriteOutcome.BadNotWritable, $"{target.Id} is measured, not set");
        if (value is not { } number || target.Type == NodeType.UInt32 && number != Math.Floor(number))
            return new WriteOutcome.Refused(WriteOutcome.BadTypeMismatch, $"{target.Id} takes a {(target.Type == NodeType.UInt32 ? "whole number" : "number")}");
        if (!(number >= range.Low && number <= range.High))
            return new WriteOutcome.Refused(WriteOutcome.BadOutOfRange, FormattableString.Invariant($"{target.Id} takes {range.Low} to {range.High}, not {number}"));
        write(number);
        return new WriteOutcome.Accepted();
    }
}
