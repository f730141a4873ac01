using System.Diagnostics.Metrics;

namespace DigitalTwin.Host.Telemetry;

/// <param name="Seen">Commits since the host started.</param>
/// <param name="LastEntities">Entities that shared the newest one.</param>
/// <param name="P50Milliseconds">Of the newest commits.</param>
public sealed record CommitsView(long Seen, int LastEntities, double LastMilliseconds, double P50Milliseconds, double P99Milliseconds);

/// <summary>How large and how quick the newest commits were, for whoever has no monitoring system at hand.</summary>
public sealed class CommitFigures : IDisposable
{
    private const int Kept = 512;

    private readonly Lock gate = new();
    private readonly double[] newest = new double[Kept];
    private readonly MeterListener listener = new();
    private long seen;
    private int entities;

    public CommitFigures()
    {
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name == "DigitalTwin.Actors" && instrument.Name is "digitaltwin.commit.duration" or "digitaltwin.commit.size")
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) =>
        {
            lock (gate)
                newest[seen++ % Kept] = seconds * 1000;
        });
        listener.SetMeasurementEventCallback<int>((_, size, _, _) => Volatile.Write(ref entities, size));
        listener.Start();
    }

    /// <returns>Null before the first commit.</returns>
    public CommitsView? Now()
    {
        lock (gate)
        {
            if (seen == 0)
                return null;
            int count = (int)Math.Min(seen, Kept);
            double[] sorted = [.. newest.Take(count).Order()];
            return new CommitsView(seen, Volatile.Read(ref entities), newest[(seen - 1) % Kept], sorted[count / 2], sorted[Math.Min(count - 1, count * 99 / 100)]);
        }
    }

    public void Dispose() => listener.Dispose();
}
