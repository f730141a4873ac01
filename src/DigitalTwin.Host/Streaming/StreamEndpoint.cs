using System.Globalization;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Host.Api;
using DigitalTwin.Host.Twins;

namespace DigitalTwin.Host.Streaming;

/// <summary>The one server-sent-event stream. Its id is the journal's offset, so a browser that reconnects resumes by itself.</summary>
public static class StreamEndpoint
{
    private const int MostFramesPerSecond = 50;

    public static void MapStream(this IEndpointRouteBuilder api) => api.MapGet("/stream", Open)
        .WithName("stream").WithSummary("Server-sent events: snapshot, delta, tags, heartbeat").WithDescription("Topics: plant, twin:ID, area:ID, line:ID, tags:ID, separated by commas. hz: frames of values per second, 1 to 50; a page needs no more than 4.")
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static IResult Open(
        HttpContext context, PlantBroadcast stream, TwinDirectory directory, PlantDefinition plant, LiveValues live, IHostApplicationLifetime lifetime,
        string? topics = null, string? hz = null)
    {
        var asked = new Asked();
        int rate = asked.Number("hz", hz, 4, 1, MostFramesPerSecond);
        StreamScope scope = StreamScope.Read(topics, directory, plant.Id, id => live.Find(id) is not null, asked);
        if (!asked.IsValid)
            return asked.Problem;
        long? after = long.TryParse(context.Request.Headers["Last-Event-ID"], NumberStyles.None, CultureInfo.InvariantCulture, out long offset) ? offset : null;
        // Without this an open stream would hold up the host's end until its time-out.
        var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        context.Response.RegisterForDispose(ending);
        return TypedResults.ServerSentEvents(stream.ReadAsync(scope, after, rate, ending.Token));
    }
}
