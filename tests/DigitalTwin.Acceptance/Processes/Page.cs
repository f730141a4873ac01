using System.Text.Json;

namespace DigitalTwin.Acceptance.Processes;

/// <summary>The page in a real Chromium.</summary>
public sealed class Page : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Running running;

    private Page(Running running) => this.running = running;

    public static async Task<Page> OpenAsync(string url, params IEnumerable<string> watched)
    {
        var page = new Page(Running.Node(Path.Combine(Checkout.Root, "tests/DigitalTwin.Acceptance/page.mjs"), url, "--watch", string.Join(',', watched)));
        await page.running.ReadyAsync(Patience);
        return page;
    }

    /// <summary>What an element showed, in order.</summary>
    public IReadOnlyList<Seen> Saw(string testId) => [.. Lines().Where(line => line.TryGetProperty("id", out JsonElement id) && id.GetString() == testId).Select(line => new Seen(
        line.GetProperty("text").GetString() ?? "", line.GetProperty("quality").GetString(), DateTimeOffset.FromUnixTimeMilliseconds(line.GetProperty("at").GetInt64())))];

    public IReadOnlyList<string> Errors => [.. Lines().Where(line => line.TryGetProperty("error", out _)).Select(line => line.GetProperty("error").GetString()!)];

    public string Said => running.Everything;

    public Task GoToAsync(string url) => AskAsync("open", url);

    public Task WaitForAsync(string selector) => AskAsync("waitFor", selector);

    public Task SizeAsync(int width, int height) => AskAsync("size", new[] { width, height });

    /// <summary>Presses a key on an element, as one does who has no mouse.</summary>
    public Task PressAsync(string selector, string key = "Enter") => AskAsync("press", new { selector, key });

    public Task FillAsync(string selector, string text) => AskAsync("fill", new { selector, text });

    public Task ScreenshotAsync(string file) => AskAsync("screenshot", file);

    /// <summary>Accessibility faults found by axe.</summary>
    public async Task<IReadOnlyList<string>> AxeAsync() => [.. (await AskAsync("axe", true)).EnumerateArray().Select(fault => fault.GetString()!)];

    public void Dispose()
    {
        running.CloseInput();
        running.Dispose();
    }

    private async Task<JsonElement> AskAsync(string key, object value)
    {
        int before = running.Output.Count;
        running.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object> { [key] = value }));
        JsonElement answer = default;
        await Wait.UntilAsync(() =>
        {
            foreach (JsonElement line in Lines(before))
            {
                if (line.TryGetProperty(key, out answer))
                    return true;
            }

            return running.HasExited ? throw new InvalidOperationException($"Chromium ended:\n{running.Everything}") : false;
        }, Patience, () => $"the page's answer to {key}; it said:\n{running.Everything}");
        return answer;
    }

    private IEnumerable<JsonElement> Lines(int from = 0) => running.Output.Skip(from).Where(line => line.StartsWith('{')).Select(line => JsonSerializer.Deserialize<JsonElement>(line));
}

/// <param name="Quality">The element's <c>data-quality</c>.</param>
/// <param name="At">Wall time in the browser.</param>
public sealed record Seen(string Text, string? Quality, DateTimeOffset At);
