namespace DigitalTwin.Edge.Ingest;

/// <summary>Plant time between two ticks of a gateway: the announced time, carried on by the monotonic clock at the announced speed.</summary>
public sealed class PlantClock(TimeProvider time)
{
    private sealed record Anchor(DateTimeOffset Plant, double Speed, long At);

    private volatile Anchor? anchor;

    /// <summary>Plant seconds per wall second; 1 until the plant has announced it.</summary>
    public double Speed => anchor?.Speed ?? 1;

    /// <summary>Null until the plant has announced its clock.</summary>
    public DateTimeOffset? Now => anchor is { } known ? known.Plant + time.GetElapsedTime(known.At) * known.Speed : null;

    /// <summary>Wall time since the last announcement; null before the first.</summary>
    public TimeSpan? SinceAnnounced => anchor is { } known ? time.GetElapsedTime(known.At) : null;

    public void Announce(DateTimeOffset plantTime, double speed) => anchor = new(plantTime, speed, time.GetTimestamp());
}
