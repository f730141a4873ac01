using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Edge.Ingest;

/// <summary>Quality as it is shown: that of the sample, or stale when it is too old to say.</summary>
public enum ShownQuality { Good, Uncertain, Bad, Stale }

/// <summary>When a value is too old. Ages are monotonic wall time since receipt, periods plant time.</summary>
public static class Staleness
{
    private const double Periods = 1.5;
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    /// <param name="sampling">Wall time from one sample to the next where the signal is eased; its period counts where that is longer.</param>
    public static TimeSpan StaleAfter(TimeSpan period, double speed, TimeSpan sampling = default)
    {
        var between = period / speed;
        var limit = (between > sampling ? between : sampling) * Periods;
        return limit > Least ? limit : Least;
    }

    /// <param name="age">Null when it was not received by this process: read from history after a restart.</param>
    public static ShownQuality Shown(Quality quality, TimeSpan? age, TimeSpan staleAfter) =>
        age is null || age > staleAfter ? ShownQuality.Stale : quality switch
        {
            Quality.Good => ShownQuality.Good,
            Quality.Uncertain => ShownQuality.Uncertain,
            _ => ShownQuality.Bad,
        };
}
