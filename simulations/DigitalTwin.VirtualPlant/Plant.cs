using DigitalTwin.VirtualPlant.Nodes;
using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Production;

namespace DigitalTwin.VirtualPlant;

/// <summary>What a plant needs to go on as if nothing had happened.</summary>
internal sealed record PlantMemory(LineState Line, Announcement[] Announced);

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
    private readonly Timetable timetable;
    private readonly LineState line;
    private readonly Board board;
    private bool begun;

    private Plant(PhysicsParameters physics, double speed, LineState line, Announcement[]? announced)
    {
        this.physics = physics;
        this.line = line;
        timetable = new Timetable(physics);
        Nodes = Catalogue.Of(physics, speed);
        board = new Board(Nodes, announced);
        begun = announced is not null;
    }

    public IReadOnlyList<Node> Nodes { get; }
    public LineState Line => line;
    public PlantMemory Memory => new(line, board.Newest);
    public IReadOnlyList<Announcement> Newest => board.Newest;

    /// <param name="time">Microseconds since 1970 UTC; rounded down to a whole scan.</param>
    public static Plant Build(long seed, PhysicsParameters physics, double speed, long time) =>
        new(physics, speed, LineState.Build(seed, time - time % BodyLine.ScanMicros, physics), null);

    /// <param name="memory">Becomes the plant's own.</param>
    public static Plant Resume(PlantMemory memory, PhysicsParameters physics, double speed) => new(physics, speed, memory.Line, memory.Announced);

    /// <summary>Runs all scans up to <paramref name="until"/> and adds what they announce, in time order.</summary>
    public void Advance(long until, List<Announcement> announcements)
    {
        if (!begun)
        {
            board.AnnounceAll(line, announcements);
            begun = true;
        }
        while (line.Time + BodyLine.ScanMicros <= until)
        {
            BodyLine.Scan(line, physics, timetable);
            board.Announce(line, announcements);
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
        write(line, number);
        return new WriteOutcome.Accepted();
    }
}
