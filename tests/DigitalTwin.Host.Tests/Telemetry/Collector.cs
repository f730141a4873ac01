using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace DigitalTwin.Host.Tests.Telemetry;

/// <summary>An OpenTelemetry collector on loopback that keeps what it is sent. Protobuf holds its texts as they are, so they can be looked for.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Dictionary<string, StringBuilder> heard = [];

    private Collector(WebApplication app) => this.app = app;

    public string Address => app.Urls.Single();

    public int Requests { get; private set; }

    public static async Task<Collector> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var collector = new Collector(builder.Build());
        collector.app.MapPost("/{**path}", collector.TakeAsync);
        await collector.app.StartAsync();
        return collector;
    }

    public async Task HearsAsync(string path, params string[] texts)
    {
        try
        {
            await Wait.UntilAsync(() => Heard(path) is var all && texts.All(text => all.Contains(text, StringComparison.Ordinal)), $"{string.Join(", ", texts)} at {path}");
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{late.Message} It got:\n{string.Concat(Heard(path).Where(letter => !char.IsControl(letter)))}", late);
        }
    }

    private string Heard(string path)
    {
        lock (heard)
            return heard.TryGetValue(path, out StringBuilder? said) ? said.ToString() : "";
    }

    private async Task<IResult> TakeAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        lock (heard)
        {
            Requests++;
            if (!heard.TryGetValue(request.Path, out StringBuilder? said))
                heard[request.Path] = said = new StringBuilder();
            said.Append(Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length));
        }

        return request.ContentType == "application/x-protobuf" ? Results.Bytes([], "application/x-protobuf") : Results.StatusCode(415);
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
