using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;

namespace DigitalTwin.Host.Tests.Api;

/// <param name="At">Monotonic time of receipt.</param>
internal sealed record Heard(string Type, long? Id, JsonElement Data, long At);

/// <summary>A listener of the stream, as a browser's EventSource would be one.</summary>
internal sealed class Listening : IAsyncDisposable
{
    private readonly HttpResponseMessage answer;
    private readonly StreamReader reader;

    private Listening(HttpResponseMessage answer, StreamReader reader) => (this.answer, this.reader) = (answer, reader);

    public static async Task<Listening> ToAsync(HostUnderTest host, string query = "", long? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/stream" + query);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is { } id)
            request.Headers.Add("Last-Event-ID", $"{id}");
        HttpResponseMessage answer = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.EnsureSuccessStatusCode().Content.Headers.ContentType?.MediaType);
        return new Listening(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
    }

    /// <returns>Null when the host has ended the stream.</returns>
    public async Task<Heard?> NextAsync()
    {
        string type = "message", data = "";
        long? id = null;
        using var patience = new CancellationTokenSource(Wait.Patience);
        while (true)
        {
            string? line = await reader.ReadLineAsync(patience.Token);
            if (line is null)
                return null;
            if (line.Length == 0 && data.Length > 0)
                return new Heard(type, id, JsonSerializer.Deserialize<JsonElement>(data), Stopwatch.GetTimestamp());
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (colon < 0)
                continue;
            string value = line[(colon + 2)..];
            switch (line[..colon])
            {
                case "event": type = value; break;
                case "id": id = long.Parse(value, System.Globalization.CultureInfo.InvariantCulture); break;
                case "data": data += value; break;
                default: throw new InvalidOperationException($"The stream says {line}");
            }
        }
    }

    /// <summary>The next of this kind; those before it are passed over.</summary>
    public async Task<Heard> NextAsync(string type)
    {
        while (await NextAsync() is { } heard)
        {
            if (heard.Type == type)
                return heard;
        }

        throw new InvalidOperationException($"The stream ended before a {type}.");
    }

    public ValueTask DisposeAsync()
    {
        reader.Dispose();
        answer.Dispose();
        return ValueTask.CompletedTask;
    }
}
