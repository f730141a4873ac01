using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Nodes;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>
/// All that is true of the plant at one moment, and its rules, one scan at a time, as a PLC runs them: the step is fixed, so that how a caller slices
/// time changes nothing. With the same state and the same writes, the future is the same.
/// </summary>
internal sealed class Site
{
    public const long ScanMicros = 100_000;
    private const double ScanSeconds = ScanMicros / 1e6;
    private const int EntrancePlaces = 6;

    public required long Seed { get; set; }
    /// <summary>Plant time, microseconds since 1970 UTC, of the last scan.</summary>
    public required long Time { get; set; }
    /// <summary>Plant time at which the plant was built.</summary>
    public required long Built { get; set; }
    public required Orders Orders { get; set; }
    public required List<LineState> Lines { get; set; }
    /// <summary>The areas around the body lines; all of them or, where the plant is a body line alone, none.</summary>
    public PressShop? Stamping { get; set; }
    public PaintShop? Paint { get; set; }
    public BodyStore? Store { get; set; }
    public FinalAssembly? Assembly { get; set; }
    public ToolCrib? Crib { get; set; }
    /// <summary>Sensors that fail; null in the plant that is a body line alone, where none does.</summary>
    public Sensors? Sensors { get; set; }
    /// <summary>Which of the scripted breakdowns have happened.</summary>
    public required bool[] ScriptedDone { get; set; }

    public IEnumerable<Station> Stations => [.. Stamping?.Presses ?? [], .. Paint?.Stations ?? [], .. Store?.Lanes ?? [], .. Assembly?.Stations ?? []];

    public IEnumerable<(string Name, Machine Machine)> Machines => [.. Lines.SelectMany(line => line.Machines), .. Stations.Select(station => (station.Name, (Machine)station))];

    /// <summary>Every body inside the plant.</summary>
    public IEnumerable<Body> Bodies => [.. Lines.SelectMany(line => line.Bodies), .. Paint?.Bodies ?? [], .. Store?.Bodies ?? [], .. Assembly?.Bodies ?? []];

    /// <summary>Bodies that left the plant, as vehicles or as scrap.</summary>
    public long Left => Assembly is null ? Lines.Sum(line => line.Produced) : Lines.Sum(line => line.Scrap) + Paint!.Scrap + Assembly.Shipped;

    public static Site Build(long seed, long time, PhysicsParameters physics) => physics.Layout == PhysicsParameters.WholePlant ? BuildWhole(seed, time, physics) : BuildLine(seed, time, physics);

    private static Site BuildLine(long seed, long time, PhysicsParameters physics)
    {
        var orders = new Orders { Mix = Generator.For(seed, "Orders/mix") };
        return new Site
        {
            Seed = seed, Time = time, Built = time, Orders = orders, ScriptedDone = new bool[physics.ScriptedBreakdowns.Count],
            Lines = [LineState.Build(seed, "", time, () => orders.Next(physics.Orders), physics)],
        };
    }

    private static Site BuildWhole(long seed, long time, PhysicsParameters physics)
    {
        var orders = new Orders { Mix = Generator.For(seed, "Orders/mix") };
        Body Next() => orders.Next(physics.Orders);
        var assembly = FinalAssembly.Build(seed, time, physics);
        var store = BodyStore.Build(seed, time, physics);
        var paint = PaintShop.Build(seed, time, physics);
        // The oldest bodies stand nearest to the end.
        assembly.Fill(Next);
        store.Fill(Next, physics);
        paint.Fill(Next, physics);
        var lines = Enumerable.Range(1, 2).Select(number => LineState.Build(seed, $"Line{number}.", time, Next, BodyShopOf(physics))).ToList();
        var stamping = PressShop.Build(seed, time, physics);
        return new Site
        {
            Seed = seed, Time = time, Built = time, Orders = orders, ScriptedDone = new bool[physics.ScriptedBreakdowns.Count], Lines = lines, Stamping = stamping,
            Crib = ToolCrib.Build(seed, lines.Sum(line => line.Cells.Count), stamping.Presses.Count, paint.Booths.Count, physics.Crib), Paint = paint, Store = store, Assembly = assembly,
            Sensors = Sensors.Build(seed, time, physics),
        };
    }

    /// <summary>The cells of the whole plant obey the parameters of the one line, but for their pace.</summary>
    public static PhysicsParameters BodyShopOf(PhysicsParameters physics) => physics with
    {
        Line = physics.Line with { CycleSeconds = physics.BodyShop.CycleSeconds, ArrivalSeconds = physics.BodyShop.ArrivalSeconds },
    };

    public Antennas Antennas(PhysicsParameters physics) => new(Seed, Assembly is null ? 0 : physics.Trouble.LostReadShare);

    /// <param name="lines">Physics of the body lines: those of <see cref="BodyShopOf"/> in the whole plant.</param>
    public void Scan(PhysicsParameters physics, PhysicsParameters lines, Timetable timetable, Staff staff)
    {
        Time += ScanMicros;
        var plan = timetable.At(Time);
        BreakByScript(physics);
        // From the end of the plant to its start, for the same reason as within a line.
        if (Assembly is not null && Store is not null && Paint is not null && Stamping is not null && Crib is not null)
        {
            Assembly.Scan(plan, staff, Store.TryTake, ScanSeconds, physics, Built, Time);
            Store.Scan(plan, ScanSeconds, physics, Time);
            if (Paint.Scan(plan, body => Store.LaneFor(body, physics) is not null, Crib.SprayNozzles, ScanSeconds, physics, Time) is { } painted)
                Store.LaneFor(painted, physics)!.Bodies.Add(painted);
            foreach (var line in Lines)
                if (BodyLine.Scan(line, plan, Crib.WeldCaps, () => Stamping.TryTakeSet() ? Orders.Next(physics.Orders) : null, Paint.Entrance.Count < EntrancePlaces, ScanSeconds, lines, Time) is { } body)
                    Paint.Entrance.Add(body);
            Stamping.Scan(plan, Crib.DieInserts, ScanSeconds, physics, Time);
            Crib.Scan(physics.Crib, Time);
        }
        else
            foreach (var line in Lines)
                BodyLine.Scan(line, plan, caps: null, () => Orders.Next(physics.Orders), room: true, ScanSeconds, lines, Time);
    }

    private void BreakByScript(PhysicsParameters physics)
    {
        for (var index = 0; index < ScriptedDone.Length; index++)
        {
            var script = physics.ScriptedBreakdowns[index];
            if (ScriptedDone[index] || Time - Built < script.At * 1e6)
                continue;
            var machine = Machines.First(item => item.Name == script.Machine).Machine;
            if (machine.Down)
                continue;   // it comes as soon as the machine is back
            machine.BreakDown(script.DurationSeconds);
            ScriptedDone[index] = true;
        }
    }
}
