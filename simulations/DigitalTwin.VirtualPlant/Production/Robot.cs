using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>Carries the gun from spot to spot. Faster means a shorter cycle, and more vibration, heat, current and wear.</summary>
internal sealed class Robot : Machine
{
    /// <summary>Setpoint, percent.</summary>
    public double SpeedOverride { get; set; } = 100;
    public double MotorTemperature { get; set; }
    /// <summary>It moved with a body during the last scan.</summary>
    public bool Working { get; set; }

    private double Speed => SpeedOverride / 100;

    protected override (double Hours, double Shape) Life(PhysicsParameters physics) => (physics.Robot.LifeHours, physics.Robot.LifeShape);
    public override string WeakPart => "bearing";
    protected override ReadOnlySpan<int> Faults => [1101, 1102, 1107];   // drive overload, joint vibration, brake

    /// <returns>Power drawn, kW.</returns>
    public double Run(bool working, double seconds, PhysicsParameters physics)
    {
        Working = working;
        var robot = physics.Robot;
        var heat = working ? robot.HeatByWork * Math.Pow(Speed, 1.5) * (1 + robot.HeatByWear * Wear * Wear) : 0;
        MotorTemperature = Approach(MotorTemperature, physics.Line.AmbientCelsius + heat, seconds, robot.HeatSeconds);
        if (working)
            Age(seconds * Speed * Speed, physics);
        return Kilowatts(working, robot.KilowattsAtWork * Speed * Speed, robot.KilowattsReady, robot.KilowattsStopped);
    }

    /// <summary>Vibration velocity (RMS), mm/s: as it is, and of a new robot at the same work.</summary>
    public double Shake(RobotParameters robot) => Working ? ShakeOfNew(robot) * (1 + robot.VibrationByWear * Wear * Wear * Wear) : ShakeOfNew(robot);

    public double ShakeOfNew(RobotParameters robot) => Working ? robot.VibrationAtWork * Math.Pow(Speed, 1.6) : robot.VibrationAtRest;

    public double MeasureVibration(RobotParameters robot) => Math.Clamp(Shake(robot) * (1 + 0.06 * Noise.Normal()), 0, 25);

    public double MeasureMotorTemperature() => Math.Clamp(MotorTemperature + 0.2 * Noise.Normal(), 0, 120);

    public double MeasureMotorCurrent(RobotParameters robot)
    {
        var level = Working ? robot.CurrentAtWork * Math.Pow(Speed, 1.2) * (1 + 0.3 * Wear * Wear) : 0.6;
        return Math.Clamp(level * (1 + 0.04 * Noise.Normal()), 0, 40);
    }
}
