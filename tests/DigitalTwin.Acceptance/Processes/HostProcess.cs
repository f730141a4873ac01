using System.Net.Http.Json;
using System.Text.Json;

namespace DigitalTwin.Acceptance.Processes;

/// <summary>A host on its data folder, reached as a user would reach it.</summary>
public sealed class HostProcess : IDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(90);

    private HostProcess(Running running, string data) => (Running, Data) = (running, data);

    public Running Running { get; }

    public string Data { get; }

    public HttpClient Http { get; private set; } = new();

    public string Url { get; private set; } = "";

    public int EdgePort => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(Data, "run/ports.json"))).GetProperty("edge").GetInt32();

    /// <summary>Everything on one command, on free ports.</summary>
    public static Task<HostProcess> StartAsync(string data, params IEnumerable<string> more) =>
        StartAsync(Running.Dotnet(Checkout.Host, ["--data", data, "--urls", "http://127.0.0.1:0", .. more]), data);

    /// <summary>The host alone, on given ports, so that it can be killed and started again under the same addresses.</summary>
    public static Task<HostProcess> AttachAsync(string data, int httpPort, int edgePort) =>
        StartAsync(Running.Dotnet(Checkout.Host, "--data", data, "--urls", $"http://127.0.0.1:{httpPort}", "--edge-port", $"{edgePort}", "--attach"), data);

    /// <summary>The host alone, for another plant, on free ports.</summary>
    public static Task<HostProcess> AttachAsync(string data, string plantFile) =>
        StartAsync(data, "--attach", "--edge-port", "0", "--plant", plantFile);

    public static async Task<HostProcess> StartAsync(Running running, string data)
    {
        var host = new HostProcess(running, data);
        try
        {
            await Wait.UntilAsync(() => running.HasExited ? throw new InvalidOperationException($"The host ended:\n{running.Everything}") : running.Output.Any(line => line.Contains("(page http", StringComparison.Ordinal)),
                ReadyWithin, () => $"the host to listen; it said:\n{running.Everything}");
            int port = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(data, "run/ports.json"))).GetProperty("http").GetInt32();
            host.Url = $"http://127.0.0.1:{port}";
            host.Http = new HttpClient { BaseAddress = new Uri(host.Url), Timeout = TimeSpan.FromSeconds(20) };
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    public Task ReadyAsync() => Wait.UntilAsync(async () => (await Http.GetAsync("/health/ready")).IsSuccessStatusCode, ReadyWithin, () => $"readiness; the host said:\n{Running.Everything}\n{Logs()}");

    public Task<JsonElement> GetAsync(string path) => Http.GetFromJsonAsync<JsonElement>(path);

    public void Dispose()
    {
        Running.Dispose();
        Http.Dispose();
    }

    private string Logs() => Directory.Exists(Path.Combine(Data, "logs"))
        ? string.Join('\n', Directory.GetFiles(Path.Combine(Data, "logs")).Select(log => $"{Path.GetFileName(log)}:\n{string.Join('\n', File.ReadLines(log).TakeLast(15))}"))
        : "";
}
