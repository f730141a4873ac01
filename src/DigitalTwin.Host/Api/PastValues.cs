using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Historian;

namespace DigitalTwin.Host.Api;

/// <summary>Values of signals in the past, from the historian: measurements are not in the journal.</summary>
public sealed class PastValues(SampleHistory history, LiveValues live)
{
    /// <summary>A signal is looked for over so many of its periods, and at least a minute, before the moment; one that was silent for longer has no value.</summary>
    private const int Periods = 3;

    /// <summary>More samples than that in the window come as buckets; the newest of the last one is still the newest.</summary>
    private const int MostSamples = 1000;

    private static readonly TimeSpan Least = TimeSpan.FromMinutes(1);

    /// <summary>The newest sample of each signal of a twin that is not after a plant time; signals without one are left out.</summary>
    public async Task<IReadOnlyDictionary<string, ReportedValue>> AtAsync(IReadOnlyList<SignalDefinition> signals, DateTimeOffset time, CancellationToken cancellation)
    {
        if (signals.Count == 0)
            return new Dictionary<string, ReportedValue>();
        TimeSpan back = signals.Max(signal => signal.Period) * Periods;
        DateTimeOffset from = time - (back > Least ? back : Least);
        IReadOnlyList<SignalHistory> found = await history.HistoryAsync([.. signals.Select(signal => signal.Id)], from, time.AddTicks(TimeSpan.TicksPerMicrosecond), MostSamples, cancellation);
        return signals.Zip(found).Where(pair => pair.Second.Points.Count > 0).ToDictionary(pair => pair.First.Name, pair =>
        {
            HistoryPoint last = pair.Second.Points[^1];
            TimeSpan staleAfter = Staleness.StaleAfter(pair.First.Period, 1);
            string quality = time - last.Time > staleAfter ? "stale" : last.Quality.ToString().ToLowerInvariant();
            return new ReportedValue(last.Text ?? (last.Last is { } number && double.IsFinite(number) ? number : (object?)null), last.Time, quality, pair.First.Unit, null, live.Find(pair.First.Id)!.StaleAfter.TotalSeconds);
        });
    }
}
