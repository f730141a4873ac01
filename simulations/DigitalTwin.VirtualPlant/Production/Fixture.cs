using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>Clamps the body while it is welded; its cylinders leak as they age.</summary>
internal sealed class Fixture : Machine
{
    public bool Clamped { get; set; }

    protected override (double Hours, double Shape) Life(PhysicsParameters physics) => (physics.Fixture.LifeHours, physics.Fixture.LifeShape);
    public override string WeakPart => "leak";
    protected override ReadOnlySpan<int> Faults => [3101, 3105];   // clamp pressure low, part not seated

    /// <returns>Power drawn, kW.</returns>
    public double Run(bool clamped, bool working, double seconds, PhysicsParameters physics)
    {
        Clamped = clamped;
        if (working)
            Age(seconds, physics);
        return Kilowatts(working, physics.Fixture.KilowattsAtWork, physics.Fixture.KilowattsReady, physics.Fixture.KilowattsStopped);
    }

    public double MeasureClampPressure(FixtureParameters fixture)
    {
        var level = Clamped ? fixture.ClampBar - fixture.LeakBar * Wear * Wear : 0.3;
        return Math.Clamp(level + 0.03 * Noise.Normal(), 0, 10);
    }
}
