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
public sealed record PointView(long T, object? V, double? Min, double? Max, string Q);

/// <summary>Samples of the past, thinned on the server to what a screen can show; minimum and maximum of each point are kept.</summary>
public static class HistoryEndpoints
{
    private const int MostSignals = 50;
    private const int MostPoints = 20_000;

    public static void MapHistory(this IEndpointRouteBuilder api) =>
        api.MapGet("/tags/history", Get).WithName("history").WithSummary("Samples of signals over a window of plant time, decimated to points")
            .WithDescription("context=true: also what they belong to (vehicle, order, variant, operator, shift), by source time; at most 31 days of it.");

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
        return TypedResults.Ok(new HistoryView(start, end, [.. found.Select(series => new SeriesView(
            series.Signal, live.Find(series.Signal)!.Signal.Unit, series.Raw, [.. series.Points.Select(View)], spans.GetValueOrDefault(live.Find(series.Signal)!.Signal.Owner)))]));
    }

    private static PointView View(HistoryPoint point) => new(
        point.Time.ToUnixTimeMilliseconds(), point.Text ?? (object?)Finite(point.Last), Finite(point.Min), Finite(point.Max), point.Quality.ToString().ToLowerInvariant());

    // JSON has no NaN.
    private static double? Finite(double? number) => number is { } known && double.IsFinite(known) ? known : null;
}
