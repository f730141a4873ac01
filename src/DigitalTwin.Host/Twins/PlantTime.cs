using DigitalTwin.Edge.Ingest;

namespace DigitalTwin.Host.Twins;

/// <summary>Plant time as the deciders get it: the announced clock, and wall time until the plant has announced one.</summary>
public sealed class PlantTime(PlantClock clock) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => clock.Now ?? base.GetUtcNow();
}
