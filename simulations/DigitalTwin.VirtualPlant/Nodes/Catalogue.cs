using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Production;
using static DigitalTwin.VirtualPlant.Nodes.EngineeringUnit;

namespace DigitalTwin.VirtualPlant.Nodes;

/// <summary>Every node of the line, in the order of their indexes on the socket. Wear and lives are not among them: a real plant cannot tell either.</summary>
internal static class Catalogue
{
    public static IReadOnlyList<Node> Of(PhysicsParameters physics, double speed) =>
    [
        new("Clock.PlantTime", NodeType.DateTime, null, null, 1, false, "The plant's clock", line => new(line.Time)),
        Event("Clock.Speed", NodeType.Double, new(1, 20), "Plant seconds per second of wall time", _ => speed),
        Event("Line.ProducedCount", NodeType.UInt32, null, "Bodies that left the line", line => line.Produced),
        Event("Line.GoodCount", NodeType.UInt32, null, "Bodies that left without a bad weld", line => line.Good),
        Event("Line.ScrapCount", NodeType.UInt32, null, "Bodies that left with a bad weld", line => line.Scrap),
        Meter("Line.Energy", "Electrical energy used", line => line.Energy),
        Measured("Line.Power", Kilowatt, new(0, 400), "Electrical power drawn", line => Math.Round(line.Power, 2)),
        .. Enumerable.Range(0, physics.Line.CycleSeconds.Count).SelectMany(index => OfCell(index, physics)),
    ];

    private static IEnumerable<Node> OfCell(int index, PhysicsParameters physics)
    {
        var name = $"Cell{index + 1}";
        Cell In(LineState line) => line.Cells[index];
        return
        [
            .. OfUnit(name, In),
            new($"{name}.Vehicle", NodeType.String, null, null, 1, true, "Body in the cell; empty when there is none", line => new(0, In(line).Body?.Id ?? "")),
            Event($"{name}.ProducedCount", NodeType.UInt32, null, "Bodies welded", line => In(line).Produced),
            Event($"{name}.GoodCount", NodeType.UInt32, null, "Bodies welded without a bad spot", line => In(line).Good),
            Event($"{name}.ScrapCount", NodeType.UInt32, null, "Bodies with at least one bad spot", line => In(line).Scrap),
            Measured($"{name}.CycleTime", Second, new(0, 300), "Working time of the last cycle, standstill not counted", line => Math.Round(In(line).LastCycleSeconds, 1)),
            Event($"{name}.BufferLevel", NodeType.Int32, new(0, 8), "Bodies waiting in front of the cell", line => In(line).Buffer.Count),

            .. OfUnit($"{name}.Robot", line => In(line).Robot),
            Measured($"{name}.Robot.Vibration", MillimetrePerSecond, new(0, 25), "Vibration velocity (RMS) at the wrist", line => Math.Round(In(line).Robot.MeasureVibration(physics.Robot), 3)),
            Measured($"{name}.Robot.MotorTemperature", Celsius, new(0, 120), "Temperature of the hottest axis motor", line => Math.Round(In(line).Robot.MeasureMotorTemperature(), 2)),
            Measured($"{name}.Robot.MotorCurrent", Ampere, new(0, 40), "Current (RMS) of the hottest axis motor", line => Math.Round(In(line).Robot.MeasureMotorCurrent(physics.Robot), 3)),
            Setpoint($"{name}.Robot.SpeedOverride", NodeType.Double, Percent, new(50, 110), "Speed of all motion, relative to the program",
                line => In(line).Robot.SpeedOverride, (line, value) => In(line).Robot.SpeedOverride = value),

            .. OfUnit($"{name}.Gun", line => In(line).Gun),
            Measured($"{name}.Gun.Vibration", MillimetrePerSecond, new(0, 25), "Vibration velocity (RMS) at the gun arm", line => Math.Round(In(line).Gun.MeasureVibration(physics.Gun), 3)),
            Measured($"{name}.Gun.TipTemperature", Celsius, new(0, 400), "Temperature of the electrode holder", line => Math.Round(In(line).Gun.MeasureTipTemperature(), 2)),
            Measured($"{name}.Gun.WeldCurrentActual", Kiloampere, new(0, 20), "Current of the last weld", line => Math.Round(In(line).Gun.WeldCurrentActual, 3)),
            Measured($"{name}.Gun.NuggetDiameter", Millimetre, new(0, 10), "Nugget of the last weld by ultrasonic check", line => Math.Round(In(line).Gun.NuggetDiameter, 3)),
            new($"{name}.Gun.WeldsSinceDress", NodeType.UInt32, null, new(0, 1000), 1, false, "Welds since the tips were dressed", line => new(In(line).Gun.WeldsSinceDress)),
            Setpoint($"{name}.Gun.WeldCurrentSetpoint", NodeType.Double, Kiloampere, new(7, 12), "Weld current",
                line => In(line).Gun.WeldCurrentSetpoint, (line, value) => In(line).Gun.WeldCurrentSetpoint = value),
            Setpoint($"{name}.Gun.TipDressInterval", NodeType.UInt32, null, new(50, 400), "Welds between two tip dresses",
                line => In(line).Gun.TipDressInterval, (line, value) => In(line).Gun.TipDressInterval = (int)value),

            .. OfUnit($"{name}.Fixture", line => In(line).Fixture),
            Measured($"{name}.Fixture.ClampPressure", Bar, new(0, 10), "Pressure in the clamp cylinders", line => Math.Round(In(line).Fixture.MeasureClampPressure(physics.Fixture), 3)),
        ];
    }

    private static IEnumerable<Node> OfUnit(string name, Func<LineState, Unit> unit) =>
    [
        Event($"{name}.StateCurrent", NodeType.Int32, new(0, 17), "PackML state (OPC 30050)", line => (int)unit(line).State),
        new($"{name}.UnitModeCurrent", NodeType.Int32, null, new(0, 3), 5, true, "PackML unit mode: 1 production, 2 maintenance, 3 manual", line => new((int)unit(line).Mode)),
        Event($"{name}.FaultCode", NodeType.Int32, new(0, 9999), "Code of the fault; 0 when there is none", line => unit(line).FaultCode),
        Meter($"{name}.Energy", "Electrical energy used", line => unit(line).Energy),
    ];

    private static Node Event(string id, NodeType type, NodeRange? range, string description, Func<LineState, double> read) =>
        new(id, type, null, range, 1, true, description, line => new(read(line)));

    private static Node Measured(string id, EngineeringUnit unit, NodeRange range, string description, Func<LineState, double> read) =>
        new(id, NodeType.Double, unit, range, 1, false, description, line => new(read(line)));

    private static Node Meter(string id, string description, Func<LineState, double> read) =>
        new(id, NodeType.Double, KilowattHour, null, 5, false, description, line => new(Math.Round(read(line), 4)));

    private static Node Setpoint(
        string id, NodeType type, EngineeringUnit? unit, NodeRange range, string description, Func<LineState, double> read, Action<LineState, double> write) =>
        new(id, type, unit, range, 5, true, description, line => new(read(line)), write);
}
