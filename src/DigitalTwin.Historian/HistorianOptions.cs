using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Files;

namespace DigitalTwin.Historian;

/// <param name="RowsPerSegment">A segment is closed, and soon after turned into Parquet files, when the next commit would make it larger. 40 bytes of memory and disk a row until then.</param>
/// <param name="MostSegmentsWaiting">Closed segments that may wait for their conversion; beyond, nothing is taken in.</param>
/// <param name="RetryAfter">A conversion that failed is tried again after it.</param>
/// <param name="MemoryLimit">Of DuckDB, as it writes sizes; beyond, it sorts on disk.</param>
public sealed record HistorianOptions(int RowsPerSegment, int MostSegmentsWaiting, TimeSpan RetryAfter, string MemoryLimit)
{
    /// <summary>By which days are filed, and kept. A signal that nobody knows is telemetry.</summary>
    public Func<string, SignalClass> ClassOf { get; init; } = _ => SignalClass.Telemetry;

    public Retention Retention { get; init; } = Retention.Default;

    public static HistorianOptions Default { get; } = new(1_000_000, 6, TimeSpan.FromSeconds(15), "1GB");
}
