using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Production;
using static DigitalTwin.VirtualPlant.Nodes.EngineeringUnit;

namespace DigitalTwin.VirtualPlant.Nodes;

/// <summary>The nodes of a body line.</summary>
internal static class LineNodes
{
    public static IEnumerable<Node> Of(Folder area, LineState line, PhysicsParameters physics)
    {
        var folder = area.Below(line.Name);
        return
        [
            folder.Count("ProducedCount", "Bodies that left the line", () => line.Produced),
            folder.Count("GoodCount", "Bodies that left without a bad weld", () => line.Good),
            folder.Count("ScrapCount", "Bodies that left with a bad weld", () => line.Scrap),
            folder.Meter("Energy", "Electrical energy used", () => line.Energy),
            folder.Measured("Power", Kilowatt, new(0, 400), "Electrical power drawn", () => line.Power, 2),
            .. line.Cells.SelectMany(cell => OfCell(area.Below($"{line.Prefix}Cell{cell.Number}"), cell, physics)),
        ];
    }

    private static IEnumerable<Node> OfCell(Folder folder, Cell cell, PhysicsParameters physics) =>
    [
        .. folder.OfUnit(cell),
        folder.Vehicle("Body in the cell; empty when there is none", () => cell.Body),
        folder.Count("ProducedCount", "Bodies welded", () => cell.Produced),
        folder.Count("GoodCount", "Bodies welded without a bad spot", () => cell.Good),
        folder.Count("ScrapCount", "Bodies with at least one bad spot", () => cell.Scrap),
        folder.Measured("CycleTime", Second, new(0, 300), "Working time of the last cycle, standstill not counted", () => cell.LastCycleSeconds, 1),
        folder.Event("BufferLevel", NodeType.Int32, new(0, 8), "Bodies waiting in front of the cell", () => cell.Buffer.Count),
        .. OfRobot(folder.Below("Robot"), cell.Robot, physics.Robot),
        .. OfGun(folder.Below("Gun"), cell.Gun, physics.Gun),
        .. folder.Below("Fixture").OfUnit(cell.Fixture),
        folder.Below("Fixture").Measured("ClampPressure", Bar, new(0, 10), "Pressure in the clamp cylinders", () => cell.Fixture.MeasureClampPressure(physics.Fixture)),
    ];

    private static IEnumerable<Node> OfRobot(Folder folder, Robot robot, RobotParameters physics) =>
    [
        .. folder.OfUnit(robot),
        folder.Measured("Vibration", MillimetrePerSecond, new(0, 25), "Vibration velocity (RMS) at the wrist", () => robot.MeasureVibration(physics)),
        folder.Measured("MotorTemperature", Celsius, new(0, 120), "Temperature of the hottest axis motor", robot.MeasureMotorTemperature, 2),
        folder.Measured("MotorCurrent", Ampere, new(0, 40), "Current (RMS) of the hottest axis motor", () => robot.MeasureMotorCurrent(physics)),
        folder.Setpoint("SpeedOverride", NodeType.Double, Percent, new(50, 110), "Speed of all motion, relative to the program", () => robot.SpeedOverride, value => robot.SpeedOverride = value),
    ];

    private static IEnumerable<Node> OfGun(Folder folder, Gun gun, GunParameters physics) =>
    [
        .. folder.OfUnit(gun),
        folder.Measured("Vibration", MillimetrePerSecond, new(0, 25), "Vibration velocity (RMS) at the gun arm", () => gun.MeasureVibration(physics)),
        folder.Measured("TipTemperature", Celsius, new(0, 400), "Temperature of the electrode holder", gun.MeasureTipTemperature, 2),
        folder.Measured("WeldCurrentActual", Kiloampere, new(0, 20), "Current of the last weld", () => gun.WeldCurrentActual),
        folder.Measured("NuggetDiameter", Millimetre, new(0, 10), "Nugget of the last weld by ultrasonic check", () => gun.NuggetDiameter),
        folder.Regular("WeldsSinceDress", NodeType.UInt32, new(0, 1000), "Welds since the tips were dressed", () => gun.WeldsSinceDress),
        folder.Setpoint("WeldCurrentSetpoint", NodeType.Double, Kiloampere, new(7, 12), "Weld current", () => gun.WeldCurrentSetpoint, value => gun.WeldCurrentSetpoint = value),
        folder.Setpoint("TipDressInterval", NodeType.UInt32, null, new(50, 400), "Welds between two tip dresses", () => gun.TipDressInterval, value => gun.TipDressInterval = (int)value),
    ];
}
