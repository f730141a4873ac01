namespace DigitalTwin.Domain.Plant;

/// <summary>
/// Which of two values of a signal is the newer one: that of the later source time, and of two at the same time that of the higher sequence.
/// But a known time that lies ahead of the plant's own clock is of another time line (the plant, or one clock in it, was set back) and holds nothing up.
/// </summary>
public static class SourceTimes
{
    /// <summary>How far a source time may be ahead of the announced plant clock: jitter of the announcement at the highest speed, generously.</summary>
    public static readonly TimeSpan AheadOfClock = TimeSpan.FromMinutes(2);

    /// <summary>Whether the clock was set back between a known value and an older one: the plant's clock agrees with the older one.</summary>
    /// <param name="plantNow">The plant's clock as it announces it; null while it does not.</param>
    public static bool SetBack(DateTimeOffset known, DateTimeOffset observed, DateTimeOffset? plantNow) =>
        plantNow is { } now && observed < known && known > now + AheadOfClock && observed <= now + AheadOfClock;
}
