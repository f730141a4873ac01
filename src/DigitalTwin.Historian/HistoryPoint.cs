using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Historian;

/// <summary>A sample, or what became of several that follow each other. NaN stands where no number is.</summary>
/// <param name="FromMicros">Of the oldest sample in it, in µs since 1970; as a number, because an answer holds some hundred thousand points.</param>
/// <param name="TimeMicros">Of the newest.</param>
/// <param name="First">The oldest number.</param>
/// <param name="Last">The newest number.</param>
/// <param name="Sum">Of its <paramref name="Numbers"/>.</param>
/// <param name="Text">The newest text; null when it holds none.</param>
/// <param name="Quality">The worst in it.</param>
/// <param name="Count">Samples in it.</param>
/// <param name="Good">Samples of good quality in it.</param>
/// <param name="SilenceMicros">The longest time between two of its samples.</param>
public readonly record struct HistoryPoint(
    long FromMicros, long TimeMicros, double First, double Last, double Min, double Max, double Sum,
    string? Text, Quality Quality, int Count, int Numbers, int Good, long SilenceMicros)
{
    /// <summary>Plant time of the oldest sample in it.</summary>
    public DateTimeOffset From => Micros.ToTime(FromMicros);

    /// <summary>Plant time of the newest.</summary>
    public DateTimeOffset Time => Micros.ToTime(TimeMicros);

    public TimeSpan Silence => TimeSpan.FromMicroseconds(SilenceMicros);

    public double Mean => Sum / Numbers;

    internal static HistoryPoint Of(long micros, double number, string? text, Quality quality) => new(
        micros, micros, number, number, number, number, double.IsNaN(number) ? 0 : number, text, quality,
        1, double.IsNaN(number) ? 0 : 1, quality is Quality.Good ? 1 : 0, 0);

    /// <summary>Both as one, where <paramref name="next"/> begins no earlier than this one ends.</summary>
    internal HistoryPoint Then(in HistoryPoint next) => new(
        FromMicros, next.TimeMicros, Numbers > 0 ? First : next.First, next.Numbers > 0 ? next.Last : Last,
        double.MinNumber(Min, next.Min), double.MaxNumber(Max, next.Max), Sum + next.Sum,
        next.Text ?? Text, Quality > next.Quality ? Quality : next.Quality,
        Count + next.Count, Numbers + next.Numbers, Good + next.Good, Math.Max(next.FromMicros - TimeMicros, Math.Max(SilenceMicros, next.SilenceMicros)));
}

/// <param name="Raw">Samples in the window, however many points stand for them.</param>
/// <param name="Points">In order of plant time. One per sample when there are not more samples than points asked for.</param>
public sealed record SignalHistory(string Signal, long Raw, IReadOnlyList<HistoryPoint> Points);
