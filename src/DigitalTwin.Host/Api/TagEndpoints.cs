using System.Globalization;
using System.Text;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Historian;
using DigitalTwin.Host.Twins;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

public sealed record TagsView(IReadOnlyList<TagView> Items);

/// <param name="V">Number or text of the newest sample; null where it holds none, or there is no sample.</param>
/// <param name="T">Its plant time.</param>
/// <param name="Q">good, uncertain, bad, or stale: too old to say.</param>
/// <param name="Age">Wall seconds since it came; null where this host has not seen it come.</param>
public sealed record TagView(string Id, object? V, string? Unit, string Q, DateTimeOffset? T, double? Age, string Class);

/// <summary>Signals by themselves: their newest values, and all that is stored of them as a table.</summary>
public static class TagEndpoints
{
    private const string TableHead = "signal,time,value,unit,quality,status,serverTime\r\n";

    /// <summary>What is read at once of one signal; bounds memory, and how long a query holds back others.</summary>
    private static readonly TimeSpan Piece = TimeSpan.FromHours(6);

    public static void MapTags(this IEndpointRouteBuilder api)
    {
        api.MapGet("/tags", Newest).WithName("tags").WithSummary("Newest value of each signal, with quality, unit and age")
            .WithDescription("scope: a signal, or a twin with what lies below it; without it, the whole plant.");
        api.MapGet("/tags/export", Export).WithName("export").WithSummary("Every sample of signals over a window of plant time, as comma-separated values or Parquet")
            .WithDescription("scope: a signal, or a twin with what lies below it. format: csv (default) or parquet. Rows come by signal, then time. A connection that ends early has not given all of it.");
    }

    private static Results<Ok<TagsView>, ProblemHttpResult> Newest(LiveValues live, TwinDirectory twins, string? scope = null) =>
        InScope(live, twins, scope) is { } found
            ? TypedResults.Ok(new TagsView([.. found.Select(View)]))
            : Unknown(scope!);

    private static async Task<IResult> Export(
        SampleHistory history, LiveValues live, TwinDirectory twins, PlantTime plantTime, string? scope = null, string? from = null, string? to = null,
        string format = "csv", CancellationToken gone = default)
    {
        var asked = new Asked();
        asked.Require(format is "csv" or "parquet", "format is csv or parquet.");
        DateTimeOffset end = asked.Time("to", to) ?? plantTime.GetUtcNow();
        DateTimeOffset start = asked.Time("from", from) ?? end.AddHours(-1);
        asked.Require(!string.IsNullOrEmpty(scope), "scope names a signal or a twin.");
        asked.Require(start < end, "from has to lie before to.");
        if (!asked.IsValid)
            return asked.Problem;
        if (InScope(live, twins, scope) is not { } found)
            return Unknown(scope!);
        SignalDefinition[] signals = [.. found.Select(value => value.Signal)];
        if (format == "parquet")
            return TypedResults.Stream(body => WriteParquetAsync(body, history, signals, start, end, gone), "application/vnd.apache.parquet");
        return TypedResults.Stream(body => WriteAsync(body, history, signals, start, end), "text/csv; charset=utf-8");
    }

    private static async Task WriteAsync(Stream body, SampleHistory history, SignalDefinition[] signals, DateTimeOffset start, DateTimeOffset end)
    {
        // A client that has gone makes the write fail, and that ends it.
        await body.WriteAsync(Encoding.UTF8.GetBytes(TableHead));
        foreach (SignalDefinition signal in signals)
        {
            for (DateTimeOffset at = start; at < end; at += Piece)
            {
                IReadOnlyList<Sample> samples = await history.ReadAsync(signal.Id, at, at + Piece < end ? at + Piece : end);
                var text = new StringBuilder();
                foreach (Sample sample in samples)
                    text.AppendJoin(',', Cells(signal, sample)).Append("\r\n");
                await body.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()));
            }
        }
    }

    private static async Task WriteParquetAsync(Stream body, SampleHistory history, SignalDefinition[] signals, DateTimeOffset start, DateTimeOffset end, CancellationToken gone)
    {
        await body.FlushAsync(gone);   // the answer begins now, though its first byte comes when the file is whole
        await using FileStream file = await history.ExportAsync(signals.ToDictionary(signal => signal.Id, signal => signal.Unit), start, end, gone);
        await file.CopyToAsync(body, gone);
    }

    private static string[] Cells(SignalDefinition signal, Sample sample) =>
    [
        Csv.Words(signal.Id), Csv.Micros(sample.SourceTime),
        sample.Text is { } text ? Csv.Words(text) : double.IsNaN(sample.Number) ? "" : sample.Number.ToString("R", CultureInfo.InvariantCulture),
        Csv.Words(signal.Unit ?? ""), sample.Quality.ToString().ToLowerInvariant(), sample.StatusCode.ToString("x8", CultureInfo.InvariantCulture), Csv.Micros(sample.ServerTime),
    ];

    private static TagView View(LiveValue value) => new(
        value.Signal.Id, value.Sample is { } sample ? sample.Text ?? (double.IsFinite(sample.Number) ? sample.Number : (object?)null) : null,
        value.Signal.Unit, value.Quality.ToString().ToLowerInvariant(), value.Sample?.SourceTime, value.Age?.TotalSeconds, value.Signal.Class.ToString().ToLowerInvariant());

    /// <returns>In the order of the plant definition; null where there is nothing of that name.</returns>
    private static LiveValue[]? InScope(LiveValues live, TwinDirectory twins, string? scope)
    {
        LiveValue[] found = [.. live.All.Where(value => scope is null || value.Signal.Id == scope || TwinDirectory.IsBelow(value.Signal.Id, scope))];
        return found.Length > 0 || scope is null || twins.IsPlace(scope) ? found : null;
    }

    private static ProblemHttpResult Unknown(string scope) =>
        Problems.NotFound($"There is no signal and no twin '{scope}'. 'twin ls' lists the twins; a signal is written TWIN.NAME.");
}
