using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Nodes;

internal enum SensorFaultKind { Stuck, Drift, Spikes, UnitChange }

/// <summary>A sensor that tells something else than what is.</summary>
internal sealed class SensorFault
{
    public required int Node { get; set; }
    public required SensorFaultKind Kind { get; set; }
    public required long From { get; set; }
    public required long Until { get; set; }
    /// <summary>Between -1 and 1: which way and how far it drifts or jumps.</summary>
    public required double Size { get; set; }
    /// <summary>What a stuck sensor told when it got stuck; null until it is asked.</summary>
    public double? Last { get; set; }
}

/// <summary>Which sensors of the plant lie, and how. A good quality goes with each lie: the sensor does not know.</summary>
internal sealed class Sensors
{
    public required Generator Chance { get; set; }
    public long Next { get; set; }
    public List<SensorFault> Faults { get; set; } = [];
    public required bool[] ScriptedDone { get; set; }

    public static Sensors Build(long seed, long time, PhysicsParameters physics)
    {
        var sensors = new Sensors { Chance = Generator.For(seed, "Sensors/faults"), ScriptedDone = new bool[physics.ScriptedSensorFaults.Count] };
        sensors.Next = time + sensors.Wait(physics.Trouble);
        return sensors;
    }

    /// <summary>Whether a node has a sensor that can fail: it is measured, with a unit, and is no meter.</summary>
    public static bool CanFail(Node node) => node.Type == NodeType.Double && node.Unit is not null && node.Range is not null && node.Write is null;

    /// <summary>One scan: faults that are over go, new ones come.</summary>
    public void Scan(IReadOnlyList<Node> nodes, IReadOnlyList<int> measured, PhysicsParameters physics, long built, long now)
    {
        for (var index = Faults.Count - 1; index >= 0; index--)
            if (Faults[index].Until <= now)
                Faults.RemoveAt(index);
        for (var index = 0; index < ScriptedDone.Length; index++)
            if (physics.ScriptedSensorFaults[index] is var script && !ScriptedDone[index] && now - built >= script.At * 1e6)
            {
                ScriptedDone[index] = true;
                Break(measured.First(node => nodes[node].Id == script.Node), Enum.Parse<SensorFaultKind>(script.Kind, ignoreCase: true), script.DurationSeconds, now);
            }
        if (now < Next || measured.Count == 0)
            return;
        Next = now + Wait(physics.Trouble);
        Break(measured[(int)(Chance.Uniform() * measured.Count)], (SensorFaultKind)(int)(Chance.Uniform() * 4),
            Chance.Between(physics.Trouble.ShortestSensorFaultSeconds, physics.Trouble.LongestSensorFaultSeconds), now);
    }

    private void Break(int node, SensorFaultKind kind, double seconds, long now)
    {
        if (Faults.All(fault => fault.Node != node))
            Faults.Add(new SensorFault { Node = node, Kind = kind, From = now, Until = now + (long)(seconds * 1e6), Size = Chance.Uniform() < 0.5 ? -Chance.Between(0.3, 1) : Chance.Between(0.3, 1) });
    }

    private long Wait(TroubleParameters trouble) => (long)Math.Min(1e18, trouble.SensorFaultHours * 3600e6 * -Math.Log(Chance.Uniform()));   // as good as never

    /// <summary>What the sensor tells in place of what is.</summary>
    public NodeValue Told(int index, Node node, NodeValue value, long now)
    {
        foreach (var fault in Faults)
            if (fault.Node == index)
                return new(Math.Round(Told(fault, node, value.Number, now), 3));
        return value;
    }

    private double Told(SensorFault fault, Node node, double value, long now)
    {
        var span = node.Range!.Value.High - node.Range.Value.Low;
        return fault.Kind switch
        {
            SensorFaultKind.Stuck => fault.Last ??= value,
            SensorFaultKind.Drift => value + fault.Size * 0.2 * span * (now - fault.From) / (fault.Until - fault.From),
            SensorFaultKind.Spikes => Chance.Uniform() < 0.05 ? value + fault.Size * 0.5 * span : value,
            _ => node.Unit!.Symbol == "°C" ? value * 1.8 + 32 : value / 25.4,   // Fahrenheit, or inches and the like
        };
    }
}
