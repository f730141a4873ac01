using DigitalTwin.Edge.Ingest;

namespace DigitalTwin.Host.Twins;

/// <summary>
/// Plant time now: the announced clock. Until the plant has announced it, the newest source time that was stored, since plant time may be
/// ahead of wall time and must not seem to run backwards over a restart; and wall time for a plant never seen.
/// </summary>
public sealed class PlantTime(PlantClock clock, Func<DateTimeOffset?> newestKnown) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => clock.Now ?? newestKnown() ?? base.GetUtcNow();

    /// <summary>Times are plant time: at 20×, a timer of a minute is due after three seconds.</summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Wall(dueTime), Wall(period));

    private TimeSpan Wall(TimeSpan plant) => plant == Timeout.InfiniteTimeSpan ? plant : plant / clock.Speed;
}
