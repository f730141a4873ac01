using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Production;
using static DigitalTwin.VirtualPlant.Nodes.EngineeringUnit;

namespace DigitalTwin.VirtualPlant.Nodes;

/// <summary>The nodes of one unit, or of the plant: names them after their folder, and knows the few kinds there are.</summary>
internal sealed class Folder(Place place, Antennas antennas, string name = "")
{
    public Folder Below(string part) => new(place, antennas, name.Length == 0 ? part : $"{name}.{part}");

    /// <summary>Announced when it changes.</summary>
    public Node Event(string id, NodeType type, NodeRange? range, string description, Func<double> read) =>
        new(place, $"{name}.{id}", type, null, range, 1, true, description, () => new(read()));

    public Node Time(string id, string description, Func<long> read) =>
        new(place, $"{name}.{id}", NodeType.DateTime, null, null, 1, false, description, () => new(read()));

    public Node Text(string id, string description, Func<string> read) =>
        new(place, $"{name}.{id}", NodeType.String, null, null, 1, true, description, () => new(0, read()));

    public Node Vehicle(string description, Func<Body?> read) => Text("Vehicle", description, () => antennas.Read(read(), name));

    /// <summary>Announced each second.</summary>
    public Node Measured(string id, EngineeringUnit unit, NodeRange range, string description, Func<double> read, int digits = 3) =>
        new(place, $"{name}.{id}", NodeType.Double, unit, range, 1, false, description, () => new(Math.Round(read(), digits)));

    /// <summary>A number without a unit, announced each second.</summary>
    public Node Regular(string id, NodeType type, NodeRange range, string description, Func<double> read) =>
        new(place, $"{name}.{id}", type, null, range, 1, false, description, () => new(read()));

    /// <param name="onChange">Announced also when it changes.</param>
    public Node Content(string id, NodeType type, EngineeringUnit? unit, int seconds, bool onChange, string description, Func<string> read, Func<string, byte[]> make) =>
        new(place, $"{name}.{id}", type, unit, null, seconds, onChange, description, () => new(0, read()), Make: make);

    public Node Meter(string id, string description, Func<double> read) =>
        new(place, $"{name}.{id}", NodeType.Double, KilowattHour, null, 5, false, description, () => new(Math.Round(read(), 4)));

    public Node Setpoint(string id, NodeType type, EngineeringUnit? unit, NodeRange range, string description, Func<double> read, Action<double> write) =>
        new(place, $"{name}.{id}", type, unit, range, 5, true, description, () => new(read()), write);

    public Node Count(string id, string description, Func<double> read) => Event(id, NodeType.UInt32, null, description, read);

    public IEnumerable<Node> OfUnit(Unit unit) =>
    [
        Event("StateCurrent", NodeType.Int32, new(0, 17), "PackML state (OPC 30050)", () => (int)unit.State),
        new(place, $"{name}.UnitModeCurrent", NodeType.Int32, null, new(0, 3), 5, true, "PackML unit mode: 1 production, 2 maintenance, 3 manual", () => new((int)unit.Mode)),
        Event("FaultCode", NodeType.Int32, new(0, 9999), "Code of the fault; 0 when there is none", () => unit.FaultCode),
        Meter("Energy", "Electrical energy used", () => unit.Energy),
    ];

    public IEnumerable<Node> OfStation(Station station) =>
    [
        .. OfUnit(station),
        Count("ProducedCount", "Items processed", () => station.Produced),
        Measured("Power", Kilowatt, new(0, 1000), "Electrical power drawn", () => station.Power, 2),
    ];

    public IEnumerable<Node> OfWorkplace(Workplace workplace) =>
    [
        .. OfStation(workplace),
        Vehicle("Body in the station; empty when there is none or it could not be read", () => workplace.Body),
        Measured("CycleTime", Second, new(0, 600), "Working time of the last cycle, standstill not counted", () => workplace.LastCycleSeconds, 1),
    ];
}
