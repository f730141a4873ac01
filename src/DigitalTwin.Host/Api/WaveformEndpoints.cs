using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Historian;
using DigitalTwin.Historian.Waveforms;
using DigitalTwin.Host.Startup;
using DigitalTwin.Host.Twins;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace DigitalTwin.Host.Api;

/// <param name="Items">In order of plant time; where there are more than asked for, the newest.</param>
/// <param name="Total">Samples in the window.</param>
public sealed record WaveformsView(string Signal, string? Unit, DateTimeOffset From, DateTimeOffset To, int Total, IReadOnlyList<WaveformView> Items);

/// <param name="Content">Null for a sample without a value, which its quality tells.</param>
public sealed record WaveformView(DateTimeOffset Time, string Quality, ContentReference? Content);

/// <summary>Waveforms and images: which there are, with their features, and the content of each.</summary>
public static class WaveformEndpoints
{
    private const int MostItems = 10_000;

    public static void MapWaveforms(this IEndpointRouteBuilder api)
    {
        api.MapGet("/waveforms", List).WithName("waveforms").WithSummary("Waveforms or images of a signal over a window of plant time, with their features");
        api.MapGet("/waveforms/{hash}", Get).WithName("waveform").WithSummary("The content of a waveform or an image")
            .WithDescription("Of a waveform little-endian IEEE 754 numbers: f32 or f64, as the list and the header Content-Disposition tell. A content never changes: it can be cached for ever.");
    }

    private static async Task<Results<Ok<WaveformsView>, ProblemHttpResult>> List(
        SampleHistory history, LiveValues live, PlantTime plantTime, CancellationToken cancellation, string? signal = null, string? from = null, string? to = null, string? limit = null)
    {
        var asked = new Asked();
        DateTimeOffset end = asked.Time("to", to) ?? plantTime.GetUtcNow();
        DateTimeOffset start = asked.Time("from", from) ?? end.AddHours(-24);
        int most = asked.Number("limit", limit, 1000, 1, MostItems);
        asked.Require(!string.IsNullOrEmpty(signal), "signal names one signal.");
        asked.RequireWindow(start, end);
        if (!asked.IsValid)
            return asked.Problem;
        if (live.Find(signal!)?.Signal is not { } known)
            return Problems.NotFound($"There is no signal '{signal}'; a twin's signals are in its 'reported', written TWIN.NAME.");
        if (known.Type is not (SignalType.Waveform or SignalType.Image))
            return Problems.Invalid($"'{signal}' is neither a waveform nor an image; its samples are at /api/v1/tags/history.");
        IReadOnlyList<Sample> samples = await history.ReadAsync(known.Id, start, end, cancellation);
        return TypedResults.Ok(new WaveformsView(known.Id, known.Unit, start, end, samples.Count, [.. samples.TakeLast(most).Select(sample =>
            new WaveformView(sample.SourceTime, sample.Quality.ToString().ToLowerInvariant(), ContentReference.Read(sample.Text)))]));
    }

    private static Results<PhysicalFileHttpResult, ProblemHttpResult> Get(WaveformFiles files, LaunchOptions options, HttpResponse response, string hash)
    {
        if (!WaveformFiles.IsHash(hash))
            return Problems.Invalid($"'{hash}' is no hash: 64 hexadecimal digits in lower case, as the list of a signal's waveforms gives them.");
        if (files.Find(hash) is not { } found)
            return Problems.NotFound($"No content has the hash '{hash}'. Contents are kept for {options.WaveformDays} days of plant time (--waveform-days); their features stay in the history.");
        response.Headers.CacheControl = "private, max-age=31536000, immutable";
        response.Headers.ContentDisposition = $"inline; filename=\"{hash}.{found.Format}\"";
        return TypedResults.PhysicalFile(found.Path, ContentFormat.MediaType(found.Format), entityTag: new EntityTagHeaderValue($"\"{hash}\""), enableRangeProcessing: true);
    }
}
