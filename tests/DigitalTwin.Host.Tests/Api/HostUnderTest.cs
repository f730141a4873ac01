using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace DigitalTwin.Host.Tests.Api;

/// <summary>The built host as a process of its own on free ports, with <c>--attach</c>: the test is its gateway.</summary>
internal sealed partial class HostUnderTest : IAsyncDisposable
{
    private readonly Process process;
    private readonly StringBuilder said = new();
    private readonly TaskCompletionSource<(int Edge, string Url)> listens = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HostUnderTest(Process process, string data) => (this.process, Data) = (process, data);

    public string Data { get; }
    public int EdgePort { get; private set; }
    public HttpClient Http { get; private set; } = new();

    public string Said
    {
        get
        {
            lock (said)
                return said.ToString();
        }
    }

    public static Process Launch(string data, params IEnumerable<string> more) => Launch(data, null, more);

    private static Process Launch(string data, (string Name, string Value)? variable, params IEnumerable<string> more)
    {
        string plant = Path.Combine(data, "plant.json");
        if (!File.Exists(plant))
            File.WriteAllBytes(plant, MadePlant.File);
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(AppContext.BaseDirectory, "DigitalTwin.Host.dll"), "--attach", "--data", data, "--plant", plant, "--urls", "http://127.0.0.1:0", .. more])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (variable is var (name, value))
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <param name="variable">A variable of its environment, and nobody else's.</param>
    public static async Task<HostUnderTest> StartAsync(string data, (string Name, string Value)? variable = null, params IEnumerable<string> more)
    {
        var host = new HostUnderTest(Launch(data, variable, more), data);
        host.process.OutputDataReceived += (_, line) => host.Hear(line.Data);
        host.process.ErrorDataReceived += (_, line) => host.Hear(line.Data);
        host.process.BeginOutputReadLine();
        host.process.BeginErrorReadLine();
        _ = host.process.WaitForExitAsync().ContinueWith(_ => host.listens.TrySetException(new InvalidOperationException($"The host has ended:\n{host.Said}")), TaskScheduler.Default);
        (host.EdgePort, string url) = await host.listens.Task.WaitAsync(Wait.Patience + Wait.Patience);
        host.Http = new HttpClient { BaseAddress = new Uri(url), Timeout = Wait.Patience };
        return host;
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using HttpResponseMessage answer = await Http.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}\n{await answer.Content.ReadAsStringAsync()}\n{Said}");
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>What it says to a request that it does not carry out.</summary>
    public async Task<string> RefusalAsync(string path, HttpStatusCode status, string code, HttpMethod? method = null)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        using HttpResponseMessage answer = await Http.SendAsync(request);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{path}: {answer.StatusCode}, not {status}\n{text}\n{Said}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        JsonElement problem = JsonSerializer.Deserialize<JsonElement>(text);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        return problem.TryGetProperty("detail", out JsonElement detail) ? detail.GetString()! : "";
    }

    /// <summary>Asks it to end, as a service manager does.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        if (!process.HasExited)
        {
            using Process term = Process.Start("kill", ["-TERM", $"{process.Id}"]);
            await term.WaitForExitAsync();
        }

        await process.WaitForExitAsync().WaitAsync(Wait.Patience);
        return process.ExitCode;
    }

    /// <summary>Local addresses of the sockets on which it takes connections, as the kernel lists them.</summary>
    public IReadOnlyList<string> ListeningPorts()
    {
        HashSet<string> own = [.. Directory.EnumerateFiles($"/proc/{process.Id}/fd").Select(file => new FileInfo(file).LinkTarget).OfType<string>()
            .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal)).Select(target => target[8..^1])];
        return [.. new[] { "tcp", "tcp6" }.SelectMany(table => File.ReadLines($"/proc/{process.Id}/net/{table}").Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(columns => columns[3] == "0A" && own.Contains(columns[9])).Select(columns => columns[1])];
    }

    public void Kill() => process.Kill();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void Hear(string? line)
    {
        if (line is null)
            return;
        lock (said)
            said.AppendLine(line);
        if (Listening().Match(line) is { Success: true } found)
            listens.TrySetResult((int.Parse(found.Groups["edge"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), found.Groups["url"].Value.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"wss://127\.0\.0\.1:(?<edge>\d+)/edge/v1 \(page (?<url>http://\S+)\)")]
    private static partial Regex Listening();
}
