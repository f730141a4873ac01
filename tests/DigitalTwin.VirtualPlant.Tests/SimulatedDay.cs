namespace DigitalTwin.VirtualPlant.Tests;

/// <summary>One ordinary day of the plant as built; run once for all tests that ask about it.</summary>
public sealed class SimulatedDay
{
    internal PlantRun Run { get; } = new();
    internal PlantWatch Watch { get; }

    public SimulatedDay()
    {
        Watch = new PlantWatch(Run);
        for (var minute = 0; minute < 24 * 60; minute++)
            Watch.For(60);
    }
}
