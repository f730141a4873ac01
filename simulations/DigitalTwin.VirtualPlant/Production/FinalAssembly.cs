using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>A station of the assembly line: people and their tools.</summary>
internal sealed class AssemblyStation : Workplace
{
    public required int Number { get; set; }
    /// <summary>Bodies in front of it.</summary>
    public List<Body> Queue { get; set; } = [];
    /// <summary>Of the last bolt of the last vehicle, as its tool reports it.</summary>
    public double Torque { get; set; }

    protected override UnitParameters Parameters(PhysicsParameters physics) => physics.Assembly;
    public override string WeakPart => "tool";
    protected override ReadOnlySpan<int> Faults => [7101, 7105, 7110];   // tool, part missing, andon pulled

    /// <summary>Nothing can be begun without the part that is fitted here.</summary>
    public bool Missing { get; set; }

    /// <summary>Badge of who works here; empty while nobody does.</summary>
    public string Operator { get; set; } = "";
    /// <summary>How much longer than the station's own people whoever works here takes.</summary>
    public double Work { get; set; } = 1;

    protected override bool Attended => Operator.Length > 0;

    protected override int Choose(List<Body> queue, PhysicsParameters physics) => Missing || queue.Count == 0 ? -1 : 0;

    protected override double CycleOf(Body body, PhysicsParameters physics)
    {
        var assembly = physics.Assembly;
        var work = Number == Math.Min(12, assembly.Stations) ? assembly.LongestCycleSeconds : assembly.CycleSeconds * (1 + 0.02 * Math.Sin(Number));
        return work * Work * assembly.WorkOfModel[body.Model] * Math.Exp(assembly.CycleVariation * Cycles.Normal());
    }

    protected override Body Finish(Body body, PhysicsParameters physics)
    {
        Torque = Math.Clamp(physics.Assembly.NewtonMetre * (1 - 0.05 * Wear * Wear * Wear) * (1 + 0.012 * Cycles.Normal()), 0, 500);
        return body;
    }
}

/// <summary>Final assembly: stations in a row, mixed models, a short queue in front of each.</summary>
internal sealed class FinalAssembly
{
    public required List<AssemblyStation> Stations { get; set; }
    /// <summary>In the order of the parameters.</summary>
    public required List<Supplier> Suppliers { get; set; }
    /// <summary>Vehicles that left the plant.</summary>
    public uint Shipped { get; set; }

    public IEnumerable<Body> Bodies => Stations.SelectMany(station => station.Body is { } body ? [body, .. station.Queue] : station.Queue);

    public static FinalAssembly Build(long seed, long time, PhysicsParameters physics)
    {
        var stations = Enumerable.Range(1, physics.Assembly.Stations).Select(number => new AssemblyStation
        {
            Name = $"Station{number}", Number = number, Since = time,
            Fate = Generator.For(seed, $"Station{number}/life"), Noise = Generator.For(seed, $"Station{number}/noise"), Cycles = Generator.For(seed, $"Station{number}/cycles"),
        }).ToList();
        foreach (var station in stations)
            station.Install(physics);
        return new FinalAssembly { Stations = stations, Suppliers = [.. physics.Suppliers.Select(supplier => Supplier.Build(seed, time, supplier))] };
    }

    public void Fill(Func<Body> next)
    {
        foreach (var station in Enumerable.Reverse(Stations))
            station.Queue.Add(next());
    }

    /// <param name="supply">Takes a body out of the store; null while it gives none.</param>
    public void Scan(Plan plan, Staff staff, Func<Body?> supply, double seconds, PhysicsParameters physics, long built, long now)
    {
        for (var index = 0; index < Suppliers.Count; index++)
            Deliver(index, physics, built, now);
        for (var index = Stations.Count - 1; index >= 0; index--)
        {
            var next = index + 1 < Stations.Count ? Stations[index + 1].Queue : null;
            var room = next is null || next.Count < physics.Assembly.BufferCapacity;
            var person = staff.Present(Stations[index].Number, plan, now);
            (Stations[index].Operator, Stations[index].Work) = (person?.Badge ?? "", person?.Work ?? 1);
            var before = Stations[index].Body?.Number;
            var scanned = Stations[index].Scan(plan, Stations[index].Queue, room, seconds, physics, now);
            if (Stations[index].Body is { } body && body.Number != before)
                Use(Stations[index], physics);
            if (scanned is not { } left)
                continue;
            if (next is null)
                Shipped++;
            else
                next.Add(left);
        }
        if (plan == Plan.Work && Stations[0].Queue.Count < physics.Assembly.BufferCapacity && supply() is { } first)
            Stations[0].Queue.Add(first);
    }

    private void Deliver(int index, PhysicsParameters physics, long built, long now)
    {
        var supplier = physics.Suppliers[index];
        var strike = false;
        foreach (var planned in physics.Strikes)
            strike |= planned.Supplier == supplier.Name && now - built >= planned.At * 1e6 && now - built < (planned.At + planned.DurationSeconds) * 1e6;
        Suppliers[index].Scan(supplier, strike, now);
        Stations[supplier.Station - 1].Missing = Suppliers[index].Stock == 0;
    }

    private void Use(AssemblyStation station, PhysicsParameters physics)
    {
        for (var index = 0; index < Suppliers.Count; index++)
            if (physics.Suppliers[index].Station == station.Number)
                Suppliers[index].Stock--;
    }
}
