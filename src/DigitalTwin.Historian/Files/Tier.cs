using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Historian.Files;

/// <summary>How fine the rows of a file are, apart from the samples themselves: one point for each signal and <paramref name="Width"/> µs.</summary>
/// <param name="Name">In file names.</param>
internal sealed record Tier(string Name, long Width)
{
    public static readonly Tier Minute = new("1m", 60_000_000);
    public static readonly Tier QuarterHour = new("15m", 15 * Minute.Width);

    /// <summary>The finest first; each is a whole multiple of the one before.</summary>
    public static readonly IReadOnlyList<Tier> All = [Minute, QuarterHour];

    /// <summary>Brings rows down to this tier, while they stream by.</summary>
    /// <param name="rows">By signal, then time.</param>
    public IEnumerable<(uint Signal, HistoryPoint Point)> Of(IEnumerable<(uint Signal, HistoryPoint Point)> rows)
    {
        var current = (Signal: 0u, Point: default(HistoryPoint));
        var bucket = 0L;
        foreach (var (signal, point) in rows)
        {
            var its = Micros.Down(point.FromMicros, Width);
            if (current.Point.Count > 0 && (signal != current.Signal || its != bucket))
            {
                yield return current;
                current = default;
            }
            current = (signal, current.Point.Count > 0 ? current.Point.Then(point) : point);
            bucket = its;
        }
        if (current.Point.Count > 0) yield return current;
    }
}
