using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DigitalTwin.Cli.Api;

/// <summary>Asks the host. Every way an answer can fail to come is one <see cref="ProblemException"/>.</summary>
public sealed class HostClient : IDisposable
{
    private readonly HttpClient http;
    private readonly TimeSpan wait;

    public HostClient(Uri host, TimeSpan wait)
    {
        this.wait = wait;
        // The time limit is counted here, per answer: the client's own would also end a stream that is well.
        http = new HttpClient { BaseAddress = host, Timeout = Timeout.InfiniteTimeSpan };
    }

    public Uri Address => http.BaseAddress!;

    public TimeSpan Wait => wait;

    public Task<JsonElement> Get(string path, CancellationToken stopped) => Send(HttpMethod.Get, path, stopped);

    /// <summary>Asks for something to be done; what, is in the path.</summary>
    public Task<JsonElement> Post(string path, CancellationToken stopped) => Send(HttpMethod.Post, path, stopped);

    /// <summary>Asks for something to be done; with what is said about it.</summary>
    public Task<JsonElement> Post(string path, JsonObject said, CancellationToken stopped) => Send(HttpMethod.Post, path, stopped, said);

    /// <summary>An answer that is no JSON, as it comes.</summary>
    public Task<string> GetText(string path, CancellationToken stopped) => Ask(async limit =>
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), limit);
        await RefuseFailure(response, path, limit);
        return await response.Content.ReadAsStringAsync(limit);
    }, path, stopped);

    public Task<byte[]> GetBytes(string path, CancellationToken stopped) => Ask(async limit =>
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), limit);
        await RefuseFailure(response, path, limit);
        return await response.Content.ReadAsByteArrayAsync(limit);
    }, path, stopped);

    private async Task<JsonElement> Send(HttpMethod method, string path, CancellationToken stopped, JsonObject? said = null) => await Ask(async limit =>
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (said is not null) request.Content = new StringContent(said.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request, limit);
        await RefuseFailure(response, path, limit);
        try
        {
            using var body = await response.Content.ReadAsStreamAsync(limit);
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: limit);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            throw NotOurHost(path, response.StatusCode);
        }
    }, path, stopped);

    /// <summary>All items of a list that comes in pages.</summary>
    /// <param name="most">Stops at the page that reaches this many.</param>
    public async Task<IReadOnlyList<JsonElement>> GetAll(string path, int most, CancellationToken stopped) => (await GetListing(path, most, stopped)).Items;

    /// <summary>As <see cref="GetAll"/>, with what the pages say of the list as a whole.</summary>
    public async Task<Listing> GetListing(string path, int most, CancellationToken stopped)
    {
        var items = new List<JsonElement>();
        var about = new Dictionary<string, JsonElement>();
        var page = path;
        while (true)
        {
            var answer = await Get(page, stopped);
            if (answer.ValueKind != JsonValueKind.Object || !answer.TryGetProperty("items", out var list)) throw NotOurHost(page, HttpStatusCode.OK);
            items.AddRange(list.EnumerateArray());
            foreach (var member in answer.EnumerateObject().Where(member => member.Name is not ("items" or "next")))
                if (!about.TryGetValue(member.Name, out var known) || known.ValueKind == JsonValueKind.Null) about[member.Name] = member.Value;
            var next = answer.TryGetProperty("next", out var cursor) && cursor.ValueKind != JsonValueKind.Null ? cursor.ToString() : null;
            if (next is null || items.Count >= most) return new Listing(items.Count > most ? items[..most] : items, about);
            page = $"{path}{(path.Contains('?') ? '&' : '?')}cursor={Uri.EscapeDataString(next)}";
        }
    }

    /// <summary>Opens the event stream; the time limit holds until the host answers, not for the stream.</summary>
    public Task<HttpResponseMessage> Open(string path, string? lastEventId, CancellationToken stopped) => Open(path, "text/event-stream", lastEventId, stopped);

    /// <summary>Opens an answer that is read while it comes; the time limit holds until the host answers.</summary>
    public Task<HttpResponseMessage> OpenText(string path, string type, CancellationToken stopped) => Open(path, type, null, stopped);

    private Task<HttpResponseMessage> Open(string path, string type, string? lastEventId, CancellationToken stopped) => Ask(async limit =>
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Accept.ParseAdd(type);
        if (lastEventId is not null) request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit);
        await RefuseFailure(response, path, limit);
        return response;
    }, path, stopped);

    private async Task<T> Ask<T>(Func<CancellationToken, Task<T>> question, string path, CancellationToken stopped)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopped);
        limit.CancelAfter(wait);
        try
        {
            return await question(limit.Token);
        }
        catch (OperationCanceledException) when (!stopped.IsCancellationRequested)
        {
            throw new ProblemException(new Problem("TIMEOUT", "No answer in time",
                $"{Address}{path} gave no answer within {wait.TotalSeconds:0.###} s. It may be busy or starting: try again, or with a longer --timeout."));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            throw Unreachable(failure);
        }
    }

    /// <summary>The host was not reached, or hung up.</summary>
    public ProblemException Unreachable(Exception failure)
    {
        var why = failure.GetBaseException() is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
            ? "nothing listens there"
            : failure.GetBaseException().Message.TrimEnd('.');
        return new(new Problem("UNREACHABLE", "The host cannot be reached",
            $"No host at {Address} ({why}). Start one with `dotnet run --project src/DigitalTwin.Host`, or name it with --url or TWIN_URL."));
    }

    private async Task RefuseFailure(HttpResponseMessage response, string path, CancellationToken limit)
    {
        if (response.IsSuccessStatusCode) return;
        using (response)
        {
            var status = (int)response.StatusCode;
            if (ParseObject(await response.Content.ReadAsStringAsync(limit)) is not { } whole || Text(whole, "code") is not { } code)
                throw NotOurHost(path, response.StatusCode);
            var title = Text(whole, "title") ?? code;
            throw new ProblemException(new Problem(code, title, Text(whole, "detail") ?? title, status, whole));
        }
    }

    private ProblemException NotOurHost(string path, HttpStatusCode status) => new(Problem.Broken("The answer is not understood",
        $"{Address}{path} answered {(int)status} without what this client expects. Is that a DigitalTwin host? Check --url and TWIN_URL."));

    private static JsonObject? ParseObject(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            return null;   // Whoever answered does not speak problem details; the caller says so.
        }
    }

    private static string? Text(JsonObject of, string member) => of[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>Ends what was asked to be done.</summary>
    public Task<JsonElement> Delete(string path, CancellationToken stopped) => Send(HttpMethod.Delete, path, stopped);

    public void Dispose() => http.Dispose();
}
