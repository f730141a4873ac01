using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text.Json;
using DigitalTwin.Acceptance.Processes;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// How long a value takes from the plant to a client of the stream, through all real processes: plant socket → OPC UA server → gateway →
/// disk → link → twins, journal and history → stream. The clock starts when the plant's own socket has brought the value to this process,
/// and stops when the stream has. Beside it, in the same run, what cannot be undercut: one round trip over loopback, and the gateway's
/// OPC UA publishing interval, which a value waits for half of on average.
/// </summary>
public static class Latency
{
    private const double PublishingIntervalMs = 100;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Measured = TimeSpan.FromSeconds(30);

    /// <summary>State changes travel as events, vibration as values.</summary>
    private static readonly (string Suffix, string Signal)[] Followed = [(".StateCurrent", "state"), (".Vibration", "vibration")];

    public static void Run(TextWriter output) => RunAsync(output).GetAwaiter().GetResult();

    private static async Task RunAsync(TextWriter output)
    {
        foreach (int speed in new[] { 1, 20 })
        {
            using HostProcess host = await HostProcess.StartAsync(Directory.CreateTempSubdirectory("dt-bench-").FullName, "--speed", speed.ToString(CultureInfo.InvariantCulture));
            await host.ReadyAsync();
            using var ending = new CancellationTokenSource();
            var left = new ConcurrentDictionary<(string Signal, long Milliseconds), long>();
            var values = new ConcurrentBag<double>();
            var states = new ConcurrentBag<double>();
            Task plant = ReadPlantAsync(PlantPort(host), left, ending.Token);
            Task stream = ReadStreamAsync(host.Url, left, values, states, ending.Token);
            await Task.Delay(WarmUp);
            values.Clear();
            states.Clear();
            await Task.Delay(Measured);
            await ending.CancelAsync();
            await Task.WhenAll(plant, stream).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await output.WriteLineAsync($"Plant to stream at {speed}×, {Measured.TotalSeconds:0} s, milliseconds (floor: publishing interval {PublishingIntervalMs:0}, loopback round trip {LoopbackRoundTrip():0.000}):");
            await output.WriteLineAsync($"  values (vibration)  {Percentiles(values)}");
            await output.WriteLineAsync($"  events (states)     {Percentiles(states)}");
        }
    }

    private static int PlantPort(HostProcess host) => JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(host.Data, "run/ports.json"))).GetProperty("plant").GetInt32();

    private static async Task ReadPlantAsync(int port, ConcurrentDictionary<(string, long), long> left, CancellationToken stop)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port, stop);
        using var lines = new StreamReader(client.GetStream());
        Dictionary<int, string> followed = [];
        while (await lines.ReadLineAsync(stop) is { } line)
        {
            long now = Stopwatch.GetTimestamp();
            JsonElement said = JsonSerializer.Deserialize<JsonElement>(line);
            if (said.GetProperty("type").GetString() == "plant")
                followed = said.GetProperty("nodes").EnumerateArray().Select((node, index) => (Id: SignalId(node.GetProperty("id").GetString()!), index))
                    .Where(node => node.Id is not null).ToDictionary(node => node.index, node => node.Id!);
            else if (said.GetProperty("type").GetString() == "values")
                foreach (JsonElement value in said.GetProperty("v").EnumerateArray())
                    if (followed.TryGetValue(value[0].GetInt32(), out string? signal))
                        left.TryAdd((signal, value[2].GetInt64() / 1000), now);
        }
    }

    // Cell3.Robot.Vibration → leipzig.body.line1.cell3.robot.vibration
    private static string? SignalId(string node)
    {
        foreach ((string suffix, string signal) in Followed)
        {
            if (node.EndsWith(suffix, StringComparison.Ordinal))
                return $"leipzig.body.line1.{node[..^suffix.Length].ToLowerInvariant()}.{signal}";
        }

        return null;
    }

    private static async Task ReadStreamAsync(
        string url, ConcurrentDictionary<(string, long), long> left, ConcurrentBag<double> values, ConcurrentBag<double> states, CancellationToken stop)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        using Stream body = await http.GetStreamAsync($"{url}/api/v1/stream?topics=twin:leipzig&hz=50", stop);
        await foreach (SseItem<string> item in SseParser.Create(body).EnumerateAsync(stop))
        {
            long now = Stopwatch.GetTimestamp();
            JsonElement data = JsonSerializer.Deserialize<JsonElement>(item.Data);
            if (item.EventType == "delta" && data.GetProperty("event") is var happened && happened.GetProperty("name").GetString() == "unit.state-changed.v1")
                Seen($"{happened.GetProperty("entity").GetString()}.state", happened.GetProperty("at").GetDateTimeOffset().ToUnixTimeMilliseconds(), states);
            else if (item.EventType == "tags")
                foreach ((JsonElement id, JsonElement at) in data.GetProperty("ids").EnumerateArray().Zip(data.GetProperty("t").EnumerateArray()))
                    if (id.GetString()!.EndsWith(".vibration", StringComparison.Ordinal) && at.ValueKind == JsonValueKind.Number)
                        Seen(id.GetString()!, at.GetInt64(), values);

            void Seen(string signal, long at, ConcurrentBag<double> taken)
            {
                if (left.TryRemove((signal, at), out long since))
                    taken.Add(Stopwatch.GetElapsedTime(since, now).TotalMilliseconds);
            }
        }
    }

    /// <returns>Median of a byte there and back between two sockets of this process, in milliseconds.</returns>
    private static double LoopbackRoundTrip()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var near = new TcpClient { NoDelay = true };
        near.Connect((IPEndPoint)listener.LocalEndpoint);
        using TcpClient far = listener.AcceptTcpClient();
        far.NoDelay = true;
        Task echo = Task.Run(() =>
        {
            for (int read = far.GetStream().ReadByte(); read >= 0; read = far.GetStream().ReadByte())
                far.GetStream().WriteByte((byte)read);
        });
        var trips = new List<double>();
        for (int i = 0; i < 1000; i++)
        {
            long started = Stopwatch.GetTimestamp();
            near.GetStream().WriteByte(1);
            near.GetStream().ReadByte();
            trips.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }

        near.Close();
        echo.Wait();
        trips.Sort();
        return trips[trips.Count / 2];
    }

    private static string Percentiles(ConcurrentBag<double> taken)
    {
        if (taken.IsEmpty)
            return "nothing seen";
        double[] sorted = [.. taken.Order()];
        return $"p50 {At(0.5):0.0}  p95 {At(0.95):0.0}  p99 {At(0.99):0.0}  max {sorted[^1]:0.0}  ({sorted.Length} seen)";

        double At(double share) => sorted[(int)Math.Min(sorted.Length - 1, share * sorted.Length)];
    }
}
