using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>
/// Presses two copper caps on the sheets and sends the weld current through. The tips mushroom with every weld: the current spreads, the nugget shrinks,
/// the gun runs hotter and shakes more, until the tips are dressed; and each dress shortens the caps, until they are changed.
/// </summary>
internal sealed class Gun : Machine
{
    private const double NominalKiloampere = 9.5;

    public required Generator Welding { get; set; }
    /// <summary>Setpoint, kA.</summary>
    public double WeldCurrentSetpoint { get; set; } = NominalKiloampere;
    /// <summary>Setpoint: welds between two dresses.</summary>
    public int TipDressInterval { get; set; } = 200;
    public int WeldsSinceDress { get; set; }
    public int DressesOfCap { get; set; }
    public double TipWear { get; set; }
    public double TipTemperature { get; set; }
    /// <summary>Of the last weld, as the weld timer and the ultrasonic check report them.</summary>
    public double WeldCurrentActual { get; set; }
    public double NuggetDiameter { get; set; }
    public bool Working { get; set; }

    public bool DressDue => WeldsSinceDress >= TipDressInterval;

    protected override (double Hours, double Shape) Life(PhysicsParameters physics) => (physics.Gun.LifeHours, physics.Gun.LifeShape);
    public override string WeakPart => "transformer";
    protected override ReadOnlySpan<int> Faults => [2101, 2104, 2110];   // transformer hot, cap sticks, no cooling water

    /// <summary>0 for new caps, about 1 for tips that should be dressed.</summary>
    public double Electrode(GunParameters gun) => TipWear + DressesOfCap * gun.CapWearPerDress;

    /// <returns>Whether the weld is good.</returns>
    public bool Weld(GunParameters gun)
    {
        var worn = Electrode(gun);
        WeldCurrentActual = WeldCurrentSetpoint * (1 - gun.CurrentLossByWear * worn) * (1 + 0.004 * Welding.Normal());
        var nugget = gun.NuggetMillimetres + gun.NuggetPerKiloampere * (WeldCurrentActual - NominalKiloampere)
            - gun.NuggetByWear * worn + gun.NuggetScatter * Welding.Normal();
        if (Welding.Uniform() < 0.25 * (WeldCurrentActual - gun.ExpulsionKiloampere))
            nugget *= 1 - gun.ExpulsionLoss;
        NuggetDiameter = Math.Clamp(nugget, 0, 10);
        TipWear += gun.TipWearPerWeld * Math.Pow(WeldCurrentActual / NominalKiloampere, 3) * Welding.Between(0.6, 1.4);
        WeldsSinceDress++;
        return NuggetDiameter >= gun.SmallestGoodNugget;
    }

    public void Dress() => (TipWear, WeldsSinceDress, DressesOfCap) = (0, 0, DressesOfCap + 1);

    public void ChangeCaps() => (TipWear, WeldsSinceDress, DressesOfCap) = (0, 0, 0);

    /// <returns>Power drawn, kW.</returns>
    public double Run(bool working, double seconds, PhysicsParameters physics)
    {
        Working = working;
        var gun = physics.Gun;
        var current = WeldCurrentSetpoint / NominalKiloampere;
        var heat = working ? gun.HeatByWork * current * current * (1 + gun.HeatByWear * Electrode(gun)) : 0;
        TipTemperature = Approach(TipTemperature, physics.Line.AmbientCelsius + heat, seconds, gun.HeatSeconds);
        if (working)
            Age(seconds * current, physics);
        return Kilowatts(working, gun.KilowattsReady + gun.KilowattsAtWork * current * current, gun.KilowattsReady, gun.KilowattsStopped);
    }

    public double MeasureVibration(GunParameters gun)
    {
        var level = Working ? gun.VibrationAtWork + gun.VibrationByWear * Electrode(gun) + 1.5 * Math.Pow(Wear, 4) : gun.VibrationAtRest;
        return Math.Clamp(level * (1 + 0.06 * Noise.Normal()), 0, 25);
    }

    public double MeasureTipTemperature() => Math.Clamp(TipTemperature + 0.6 * Noise.Normal(), 0, 400);
}
