using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>All that is true of a body line at one moment.</summary>
internal sealed class LineState
{
    /// <summary>What the names of its cells begin with: <c>Line1.</c>, or nothing where it is the only line.</summary>
    public required string Prefix { get; set; }
    public required IReadOnlyList<Cell> Cells { get; set; }
    public required Generator Arrivals { get; set; }
    public long NextArrival { get; set; }
    /// <summary>Bodies that came in.</summary>
    public int Entered { get; set; }
    /// <summary>Bodies that have left the line.</summary>
    public uint Produced { get; set; }
    public uint Good { get; set; }
    /// <summary>Bodies that left with at least one bad weld.</summary>
    public uint Scrap { get; set; }
    public double Energy { get; set; }
    public double Power { get; set; }

    public string Name => Prefix.Length == 0 ? "Line" : Prefix[..^1];

    public IEnumerable<(string Name, Machine Machine)> Machines => Cells.SelectMany(cell => new (string, Machine)[]
    {
        ($"{Prefix}Cell{cell.Number}.Robot", cell.Robot), ($"{Prefix}Cell{cell.Number}.Gun", cell.Gun), ($"{Prefix}Cell{cell.Number}.Fixture", cell.Fixture),
    });

    public IEnumerable<Body> Bodies => Cells.Reverse().SelectMany(cell => cell.Body is { } body ? [body, .. cell.Buffer] : cell.Buffer);

    /// <summary>A line as it stands when its plant is built: stopped, a few bodies in the buffers, machines of mixed age.</summary>
    public static LineState Build(long seed, string prefix, long time, Func<Body> next, PhysicsParameters physics)
    {
        var cells = physics.Line.CycleSeconds.Select((_, index) => BuildCell(seed, prefix, index + 1, time, physics)).ToList();
        var line = new LineState { Prefix = prefix, Cells = cells, NextArrival = time, Arrivals = Generator.For(seed, prefix + "Line/arrivals") };
        foreach (var cell in Enumerable.Reverse(cells))
            for (var body = 0; body < Math.Min(physics.Line.BufferAtStart, physics.Line.BufferCapacity); body++, line.Entered++)
                cell.Buffer.Add(next());
        return line;
    }

    private static Cell BuildCell(long seed, string prefix, int number, long time, PhysicsParameters physics)
    {
        Generator For(string purpose) => Generator.For(seed, $"{prefix}Cell{number}.{purpose}");
        var cell = new Cell
        {
            Number = number, Since = time, Cycles = For("Cycles"),
            Robot = new Robot { Since = time, Fate = For("Robot/life"), Noise = For("Robot/noise"), MotorTemperature = physics.Line.AmbientCelsius },
            Gun = new Gun { Since = time, Fate = For("Gun/life"), Noise = For("Gun/noise"), Welding = For("Gun/welding"), TipTemperature = physics.Line.AmbientCelsius },
            Fixture = new Fixture { Since = time, Fate = For("Fixture/life"), Noise = For("Fixture/noise") },
        };
        foreach (var machine in new Machine[] { cell.Robot, cell.Gun, cell.Fixture })
        {
            machine.BeginNewLife(physics);
            machine.AgeSeconds = machine.LifeSeconds * machine.Fate.Uniform();
        }
        return cell;
    }
}
