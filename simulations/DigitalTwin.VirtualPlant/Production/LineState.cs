using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>All that is true of the line at one moment: with the same state and the same writes, the future is the same.</summary>
internal sealed class LineState
{
    public required long Seed { get; set; }
    /// <summary>Plant time, microseconds since 1970 UTC, of the last scan.</summary>
    public required long Time { get; set; }
    /// <summary>Plant time at which the plant was built.</summary>
    public required long Built { get; set; }
    public required IReadOnlyList<Cell> Cells { get; set; }
    public required Generator Arrivals { get; set; }
    public long NextArrival { get; set; }
    public int Entered { get; set; }
    /// <summary>Bodies that have left the line.</summary>
    public uint Produced { get; set; }
    public uint Good { get; set; }
    /// <summary>Bodies that left with at least one bad weld.</summary>
    public uint Scrap { get; set; }
    public double Energy { get; set; }
    public double Power { get; set; }
    /// <summary>Which of the scripted breakdowns have happened.</summary>
    public required bool[] ScriptedDone { get; set; }

    public IEnumerable<Machine> Machines => Cells.SelectMany(cell => new Machine[] { cell.Robot, cell.Gun, cell.Fixture });

    /// <summary>A line as it stands when its plant is built: stopped, a few bodies in the buffers, machines of mixed age.</summary>
    public static LineState Build(long seed, long time, PhysicsParameters physics)
    {
        var cells = physics.Line.CycleSeconds.Select((_, index) => BuildCell(seed, index + 1, time, physics)).ToList();
        var line = new LineState
        {
            Seed = seed, Time = time, Built = time, Cells = cells, NextArrival = time,
            Arrivals = Generator.For(seed, "Line/arrivals"), ScriptedDone = new bool[physics.ScriptedBreakdowns.Count],
        };
        foreach (var cell in Enumerable.Reverse(cells))
            for (var body = 0; body < Math.Min(physics.Line.BufferAtStart, physics.Line.BufferCapacity); body++)
                cell.Buffer.Add(new Body(++line.Entered, Defective: false));
        return line;
    }

    private static Cell BuildCell(long seed, int number, long time, PhysicsParameters physics)
    {
        Generator For(string purpose) => Generator.For(seed, $"Cell{number}.{purpose}");
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
