namespace DigitalTwin.Actors.Supervision;

/// <summary>How often a failing entity is recovered from the journal before it stays stopped.</summary>
/// <param name="MaxRestarts">Restarts within <paramref name="Window"/>; the next failure stops the entity.</param>
/// <param name="FirstDelay">Doubled with each restart of the window, up to <paramref name="LongestDelay"/>.</param>
public sealed record RestartPolicy(int MaxRestarts, TimeSpan Window, TimeSpan FirstDelay, TimeSpan LongestDelay)
{
    public static RestartPolicy Default { get; } =
        new(5, TimeSpan.FromMinutes(1), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(10));

    /// <summary>The delay before the next restart; null: no more.</summary>
    /// <param name="restartsInWindow">Restarts of the last <see cref="Window"/>.</param>
    public TimeSpan? DelayAfter(int restartsInWindow)
    {
        if (restartsInWindow >= MaxRestarts) return null;
        return BackOff(restartsInWindow);
    }

    public TimeSpan BackOff(int failuresBefore) =>
        TimeSpan.FromSeconds(Math.Min(FirstDelay.TotalSeconds * Math.Pow(2, failuresBefore), LongestDelay.TotalSeconds));
}
