using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DigitalTwin.Host.Tests.Cli;

/// <summary>A small web server that speaks the API's contract with fixed answers, and remembers what it was asked.</summary>
public sealed class ContractHost : IAsyncLifetime
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<string> asked = new();
    private readonly TaskCompletionSource stopping = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ContractHost()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        app = builder.Build();
        app.Use((context, next) =>
        {
            asked.Enqueue(context.Request.Path + context.Request.QueryString.Value);
            return next(context);
        });
        app.MapGet("/api/v1/plant", () => Json(Recorded.Plant));
        app.MapGet("/api/v1/twins", (string? cursor, string? kind) => kind switch
        {
            "workOrder" => Json(Recorded.OrdersBehind),
            "spaceship" => Problem(400, "INVALID", "'spaceship' is no kind of twin."),
            _ => Json(cursor is null ? Recorded.FirstPage : Recorded.SecondPage),
        });
        app.MapGet("/api/v1/twins/{id}", (string id, string? at) => id switch
        {
            Recorded.Robot when at is not null => Json(Recorded.RobotThen),
            Recorded.Robot => Json(Recorded.RobotTwin),
            _ => Problem(404, "NOT_FOUND", $"No twin has the id '{id}'."),
        });
        app.MapGet("/api/v1/twins/{id}/events", () => Json(Recorded.EventsNewestFirst));
        app.MapGet("/api/v1/diff", (string? scope) => Json(scope is null ? Recorded.DiffBehind : Recorded.Diff));
        app.MapGet("/api/v1/projections", () => Json($$"""{"items":[{{Recorded.Projection}}],"next":null}"""));
        app.MapPost("/api/v1/projections/{name}/rebuild", (string name) => name == "times" ? Results.Text(Recorded.RebuildCancelled, "application/json", statusCode: 202) : name == "twins" ? Results.Text(Recorded.ProjectionRebuilding, "application/json", statusCode: 202) : Problem(404, "NOT_FOUND", $"There is no projection '{name}'."));
        app.MapDelete("/api/v1/projections/{name}/rebuild", () => Json(Recorded.RebuildCancelled));
        app.MapGet("/api/v1/tags/history", (string ids) => Json(ids == "gap" ? Recorded.HistoryWithGap : Recorded.History));
        app.MapGet("/api/v1/context", () => Json(Recorded.Context));
        app.MapGet("/api/v1/tags", () => Json(Recorded.Newest));
        app.MapGet("/api/v1/tags/export", async (HttpContext context, string scope, string? format) =>
        {
            if (format == "parquet")
            {
                context.Response.ContentType = "application/vnd.apache.parquet";
                await context.Response.WriteAsync("PAR1\n\nPAR1");
                return;
            }
            context.Response.ContentType = "text/csv";
            await context.Response.WriteAsync(Recorded.Export);
            await context.Response.Body.FlushAsync();
            if (scope == "breaks") context.Abort();
            if (scope == "hangs") await Task.WhenAny(stopping.Task, Task.Delay(Timeout.Infinite, context.RequestAborted));
        });
        app.MapGet("/api/v1/tariff", () => Json(Recorded.Tariff));
        app.MapGet("/api/v1/ledger", (string? scope) => scope == "nowhere" ? Problem(404, "NOT_FOUND", "There is no signal and no twin 'nowhere'.") : Json(Recorded.Ledger));
        app.MapGet("/api/v1/waveforms", () => Json(Recorded.Waveforms));
        app.MapGet("/api/v1/waveforms/{hash}", (string hash) => hash == "gone" ? Problem(404, "NOT_FOUND", "No content has the hash 'gone'.") : Results.Bytes([1, 2, 3, 4]));
        app.MapGet("/api/v1/oee/{id}/losses", (string id) => Json(id == "broken" ? Recorded.LossesThatDoNotAddUp : Recorded.Losses));
        app.MapGet("/api/v1/connections", () => Json(Recorded.Connections));
        app.MapGet("/api/v1/actors", () => Json(Recorded.Actors));
        app.MapGet("/api/v1/shards", () => Json(Recorded.Shards));
        app.MapGet("/api/v1/dead-letters", () => Json(Recorded.DeadLetters));
        app.MapPost("/api/v1/dead-letters/{id}/replay", (string id) => id == "leipzig.body.line1-7"
            ? Json("""{"id":"leipzig.body.line1-7","outcome":"accepted","reason":null}""")
            : Json($$"""{"id":"{{id}}","outcome":"refused","reason":"OLD: it was superseded"}"""));
        app.MapGet("/api/v1/journal", () => Problem(503, "NOT_READY", "The journal is still being read."));
        app.MapGet("/slow/api/v1/plant", async (CancellationToken gone) =>
        {
            await Task.WhenAny(stopping.Task, Task.Delay(Timeout.Infinite, gone));
            return Json(Recorded.Plant);
        });
        app.MapGet("/foreign/api/v1/plant", () => Results.Text("<html>hello</html>", "text/html"));
        app.MapGet("/api/v1/stream", async (HttpContext context) =>
        {
            context.Response.ContentType = "text/event-stream";
            var resumed = context.Request.Headers["Last-Event-ID"].ToString();
            asked.Enqueue($"resumed after '{resumed}'");
            await context.Response.WriteAsync(resumed.Length == 0 ? Recorded.StreamUntilItBreaks : Recorded.StreamResumed);
        });
    }

    public string Url => app.Urls.Single();

    /// <summary>Paths and queries in the order they came.</summary>
    public IReadOnlyList<string> Asked => [.. asked];

    public Task<Run> Twin(params string[] args) => TwinProcess.Run([.. args, "--url", Url]);

    public Task InitializeAsync() => app.StartAsync();

    public async Task DisposeAsync()
    {
        stopping.SetResult();
        await app.DisposeAsync();
    }

    private static IResult Json(string body) => Results.Text(body, "application/json");

    private static IResult Problem(int status, string code, string detail) =>
        Results.Problem(detail, statusCode: status, title: "Refused", extensions: new Dictionary<string, object?> { ["code"] = code });
}
