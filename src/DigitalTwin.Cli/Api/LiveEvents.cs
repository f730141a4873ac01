using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace DigitalTwin.Cli.Api;

/// <param name="Id">Journal offset; null on tags and heartbeat, which are not resumed.</param>
public sealed record StreamEvent(string Type, string? Id, JsonElement Data);

/// <summary>The host's server-sent events, across its restarts.</summary>
public static class LiveEvents
{
    // The host beats each 5 s: three missed beats are a dead connection that nobody closed.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Reads until cancelled. A broken stream is resumed after the last offset seen; a host that stays away for the client's time limit ends it.</summary>
    /// <param name="lost">Told why, once per break.</param>
    public static async IAsyncEnumerable<StreamEvent> Read(
        HostClient host, string topics, Action<string> lost, [EnumeratorCancellation] CancellationToken stopped)
    {
        string? lastId = null;
        var path = $"api/v1/stream?topics={Uri.EscapeDataString(topics)}";
        var response = await host.Open(path, lastId, stopped);
        while (true)
        {
            using (response)
            {
                using var silence = CancellationTokenSource.CreateLinkedTokenSource(stopped);
                var body = await response.Content.ReadAsStreamAsync(stopped);
                await using var events = SseParser.Create(body).EnumerateAsync(silence.Token).GetAsyncEnumerator(silence.Token);
                while (await Next(events, silence, stopped) is { } item)
                {
                    lastId = item.EventId is { Length: > 0 } id ? id : lastId;
                    if (item.Data.Length > 0) yield return new StreamEvent(item.EventType, item.EventId, Parse(item.Data));
                }
            }
            lost($"The stream of {host.Address} ended; trying to resume it.");
            response = await Reopen(host, path, lastId, stopped);
        }
    }

    /// <returns>Null when the stream has ended, broke off or fell silent.</returns>
    private static async Task<SseItem<string>?> Next(
        IAsyncEnumerator<SseItem<string>> events, CancellationTokenSource silence, CancellationToken stopped)
    {
        silence.CancelAfter(Silence);
        try
        {
            return await events.MoveNextAsync() ? events.Current : null;
        }
        catch (Exception broken) when (broken is IOException or HttpRequestException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!stopped.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<HttpResponseMessage> Reopen(HostClient host, string path, string? lastId, CancellationToken stopped)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return await host.Open(path, lastId, stopped);
            }
            catch (ProblemException away) when (away.Problem.Code is "UNREACHABLE" or "NOT_READY" && TimeProvider.System.GetElapsedTime(started) < host.Wait)
            {
                await Task.Delay(Pause, stopped);
            }
        }
    }

    private static JsonElement Parse(string data)
    {
        try
        {
            using var document = JsonDocument.Parse(data);
            return document.RootElement.Clone();
        }
        catch (JsonException broken)
        {
            throw new ProblemException(Problem.Broken("The answer is not understood", $"The host's stream sent what is no JSON: {broken.Message}"));
        }
    }
}
