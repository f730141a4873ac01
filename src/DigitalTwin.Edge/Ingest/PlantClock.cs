using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Edge.Ingest;

/// <summary>
/// Plant time between two ticks of a gateway: the announced time, carried on by the monotonic clock at the announced speed. It stands
/// when the plant's clock does, and when nobody tells it any more. It never runs backwards, unless the plant's clock was set back.
/// </summary>
public sealed class PlantClock(TimeProvider time)
{
    /// <summary>A gateway ticks each second; three in a row that are missing are no jitter.</summary>
    private static readonly TimeSpan TickedWithin = TimeSpan.FromSeconds(3);

    /// <param name="NotBefore">What was shown already: a tick that was on its way for longer than the one before does not turn time back.</param>
    private sealed record Anchor(DateTimeOffset Plant, double Speed, bool Stands, long At, DateTimeOffset NotBefore);

    private volatile Anchor? anchor;

    /// <summary>Plant seconds per wall second; 1 until the plant has announced it.</summary>
    public double Speed => anchor?.Speed ?? 1;

    /// <summary>Null until the plant has announced its clock.</summary>
    public DateTimeOffset? Now => anchor is { } known ? At(known) : null;

    /// <summary>As <see cref="Now"/>, but null while the clock stands: source times may be past it then, and cannot be judged by it.</summary>
    public DateTimeOffset? Running => anchor is { Stands: false } known && time.GetElapsedTime(known.At) <= TickedWithin ? At(known) : null;

    /// <param name="stands">The plant does not tell its time now; <paramref name="plantTime"/> is the last that it told.</param>
    public void Announce(DateTimeOffset plantTime, double speed, bool stands = false)
    {
        var notBefore = Now is { } shown && shown - plantTime <= SourceTimes.AheadOfClock ? shown : plantTime;
        anchor = new(plantTime, speed, stands, time.GetTimestamp(), notBefore);
    }

    private DateTimeOffset At(Anchor known)
    {
        var elapsed = time.GetElapsedTime(known.At);
        var carried = known.Stands ? known.Plant : known.Plant + (elapsed < TickedWithin ? elapsed : TickedWithin) * known.Speed;
        return carried > known.NotBefore ? carried : known.NotBefore;
    }
}
