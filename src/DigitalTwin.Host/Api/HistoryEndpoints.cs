using System.Text.Json.Serialization;
using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Historian;
using DigitalTwin.Host.Twins;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

public sealed record HistoryView(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<SeriesView> Series);

/// <param name="Raw">Samples in the window, however many points stand for them.</param>
/// <param name="Context">With context=true: what the samples belong to, over the whole window.</param>
public sealed record SeriesView(string Id, string? Unit, long Raw, IReadOnlyList<PointView> Points, IReadOnlyList<ContextSpanView>? Context);

/// <param name="T">Milliseconds since 1970 UTC, plant time, of the newest sample in the point.</param>
/// <param name="V">Number or text of that sample.</param>
/// <param name="Q">The worst quality in it.</param>
public sealed record PointView(long T, object? V, double? Min, double? Max, string Q)
{
    /// <summary>Milliseconds of silence that end in this point, where they are more than the signal may be silent: no line leads to it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Gap { get; init; }

    /// <summary>Samples in it; this and what follows only where they are more than one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? N { get; init; }

    /// <summary>Number of the oldest.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? First { get; init; }

    /// <summary>Of the numbers, each counted once, however long it held.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Mean { get; init; }

    /// <summary>Share of the samples whose quality is good.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Good { get; init; }
}

/// <summary>Samples of the past, thinned on the server to what a screen can show: extremes, quality and gaps are kept.</summary>
public static class HistoryEndpoints
{
    private const int MostSignals = 500;
    private const int MostPoints = 20_000;

    /// <summary>Of all signals together: an answer of it is some 100 MB.</summary>
    private const int MostOfAll = 1_000_000;

    private const string Shape = "from, to: the last hour where they are missing. Not more samples than points come as they are; more come as buckets, each with its last value, extremes, worst quality and count. gap: silence before a point that no line is to be drawn over. Buckets of a minute and more lie at whole minutes. context=true: also what they belong to (vehicle, order, variant, operator, shift), by source time; at most 31 days of it.";

    public static void MapHistory(this IEndpointRouteBuilder api)
    {
        api.MapGet("/tags/history", Get).WithName("history").WithSummary("Samples of signals over a window of plant time, decimated to points").WithDescription(Shape);
        api.MapGet("/history/{signal}", One).WithName("signalHistory").WithSummary("Samples of one signal over a window of plant time, decimated to points").WithDescription(Shape);
    }

    private static Task<Results<Ok<HistoryView>, ProblemHttpResult>> One(
        SampleHistory history, ContextHistory contexts, LiveValues live, PlantTime plantTime, string signal, CancellationToken cancellation, string? from = null, string? to = null, string? points = null, bool context = false) =>
        Get(history, contexts, live, plantTime, cancellation, signal, from, to, points, context);

    private static async Task<Results<Ok<HistoryView>, ProblemHttpResult>> Get(
        SampleHistory history, ContextHistory contexts, LiveValues live, PlantTime plantTime, CancellationToken cancellation,
        string? ids = null, string? from = null, string? to = null, string? points = null, bool context = false)
    {
        var asked = new Asked();
        DateTimeOffset end = asked.Time("to", to) ?? plantTime.GetUtcNow();
        DateTimeOffset start = asked.Time("from", from) ?? end.AddHours(-1);
        int most = asked.Number("points", points, 2000, 1, MostPoints);
        string[] signals = (ids ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        asked.Require(signals.Length is > 0 and <= MostSignals, $"ids names 1 to {MostSignals} signals, separated by commas.");
        asked.Require((long)signals.Length * most <= MostOfAll, $"{signals.Length} signals of {most} points are more than {MostOfAll} points in all; ask for fewer points.");
        if (context)
            asked.RequireWindow(start, end);
        else
            asked.Require(start < end, "from has to lie before to.");
        if (!asked.IsValid)
            return asked.Problem;
        string[] unknown = [.. signals.Where(id => live.Find(id) is null)];
        if (unknown.Length > 0)
            return Problems.NotFound($"There is no signal {string.Join(", ", unknown.Select(id => $"'{id}'"))}; a twin's signals are in its 'reported', written TWIN.NAME.");

        IReadOnlyList<SignalHistory> found = await history.HistoryAsync(signals, start, end, most, cancellation);
        var spans = new Dictionary<string, IReadOnlyList<ContextSpanView>>();
        foreach (string place in context ? signals.Select(id => live.Find(id)!.Signal.Owner).Distinct() : [])
            spans.Add(place, await contexts.ViewAsync(place, new Period(start, end), cancellation));
        return TypedResults.Ok(new HistoryView(start, end, [.. found.Select(series => View(series, live.Find(series.Signal)!.Signal, spans))]));
    }

    private static SeriesView View(SignalHistory series, SignalDefinition signal, Dictionary<string, IReadOnlyList<ContextSpanView>> spans)
    {
        TimeSpan mostSilence = Staleness.StaleAfter(signal.Period, 1);
        var points = new PointView[series.Points.Count];
        for (var i = 0; i < points.Length; i++)
        {
            HistoryPoint point = series.Points[i];
            TimeSpan before = i == 0 ? TimeSpan.Zero : point.From - series.Points[i - 1].Time;
            TimeSpan silence = before > point.Silence ? before : point.Silence;
            var view = new PointView(
                point.Time.ToUnixTimeMilliseconds(), point.Text ?? (object?)Finite(point.Last), Finite(point.Min), Finite(point.Max), point.Quality.ToString().ToLowerInvariant())
            {
                Gap = silence > mostSilence ? (long)silence.TotalMilliseconds : null,
            };
            points[i] = point.Count == 1 ? view : view with { N = point.Count, First = Finite(point.First), Mean = Finite(point.Mean), Good = (double)point.Good / point.Count };
        }

        return new SeriesView(series.Signal, signal.Unit, series.Raw, points, spans.GetValueOrDefault(signal.Owner));
    }

    // JSON has no NaN.
    private static double? Finite(double number) => double.IsFinite(number) ? number : null;
}
