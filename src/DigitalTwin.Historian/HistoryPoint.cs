using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Historian;

/// <summary>A sample, or a bucket of samples.</summary>
/// <param name="Time">Plant time of the newest sample in it.</param>
/// <param name="Last">The newest number in it; null when it holds none.</param>
/// <param name="Text">The newest text in it; null when it holds none.</param>
/// <param name="Quality">The worst in it.</param>
/// <param name="Count">Samples in it.</param>
public sealed record HistoryPoint(DateTimeOffset Time, double? Last, double? Min, double? Max, string? Text, Quality Quality, long Count);

/// <param name="Raw">Samples in the window, however many points stand for them.</param>
/// <param name="Points">In order of plant time. One per sample when there are not more samples than points asked for.</param>
public sealed record SignalHistory(string Signal, long Raw, IReadOnlyList<HistoryPoint> Points);
