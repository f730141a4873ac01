using System.Collections.Concurrent;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace DigitalTwin.Acceptance.Processes;

/// <summary>Listens to the event stream as any client would, resumes after every break, and writes down each event that the host has acknowledged by showing it.</summary>
public sealed class StreamRecorder : IAsyncDisposable
{
    private readonly CancellationTokenSource ending = new();
    private readonly ConcurrentDictionary<long, JsonElement> events = new();
    private readonly Task listening;

    public StreamRecorder(string url, string topics) => listening = Task.Run(() => ListenAsync($"{url}/api/v1/stream?topics={topics}"));

    /// <summary>By journal offset.</summary>
    public IReadOnlyDictionary<long, JsonElement> Events => events;

    /// <summary>Offsets that came twice with different content; there must be none.</summary>
    public ConcurrentBag<long> Contradictions { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ending.Dispose();
    }

    private async Task ListenAsync(string address)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        string? last = null;
        while (!ending.IsCancellationRequested)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                if (last is not null)
                    request.Headers.Add("Last-Event-ID", last);
                using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ending.Token);
                response.EnsureSuccessStatusCode();
                await foreach (SseItem<string> item in SseParser.Create(await response.Content.ReadAsStreamAsync(ending.Token)).EnumerateAsync(ending.Token))
                {
                    last = item.EventId ?? last;
                    if (item.EventType == "delta")
                        Keep(JsonSerializer.Deserialize<JsonElement>(item.Data).GetProperty("event"));
                }
            }
            catch (Exception broken) when (broken is HttpRequestException or IOException && !ending.IsCancellationRequested)
            {
                await Task.Delay(100, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // as a browser does: try again
            }
        }
    }

    private void Keep(JsonElement happened)
    {
        long offset = happened.GetProperty("offset").GetInt64();
        JsonElement kept = events.GetOrAdd(offset, happened);
        if (kept.GetRawText() != happened.GetRawText())
            Contradictions.Add(offset);
    }
}
