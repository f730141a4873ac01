using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using DigitalTwin.Acceptance.Processes;
using DigitalTwin.Edge.Link;
using DigitalTwin.Edge.Pki;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// Samples per second from the link into twins and durable history of a real host, in a process of its own: mutual TLS, decoding, validation,
/// live values, twins with their journal, loss ledger, segments, acknowledgement after the sync, and Parquet files from the segments meanwhile. This process
/// is the gateway; it encodes each frame as it sends it, on the same cores, and what it takes of them is stated. Beside it, in the same
/// run, the bare link: the same frames to a WebSocket that counts bytes and forgets them.
/// </summary>
public static class IngestThroughput
{
    private const int Rounds = 5;
    private const ulong SamplesPerRound = 6_000_000;
    private const ulong BareSamples = 12_000_000;
    private const int SoakMinutes = 10;
    private const double SoakShare = 0.8;

    /// <summary>A Monday, half an hour before the early shift.</summary>
    private static readonly long Start = (long)(new DateTime(2026, 1, 5, 4, 30, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).TotalMicroseconds;

    public static void Run(TextWriter output) => RunAsync(output, soak: false).GetAwaiter().GetResult();

    /// <summary>Ten minutes at 80 % of what the rounds before it have reached.</summary>
    public static void Soak(TextWriter output) => RunAsync(output, soak: true).GetAwaiter().GetResult();

    private static async Task RunAsync(TextWriter output, bool soak)
    {
        var folder = Directory.CreateTempSubdirectory("dt-bench-");
        try
        {
            var plant = Path.Combine(folder.FullName, "many.json");
            var definition = ManySignals.Definition();
            await File.WriteAllBytesAsync(plant, definition);
            using var host = await HostProcess.AttachAsync(Path.Combine(folder.FullName, "data"), plant);
            var pki = Path.Combine(host.Data, "pki");
            await output.WriteLineAsync(Line($"Ingest: {ManySignals.Signals:N0} signals, {ManySignals.RowsPerFrame} rows a frame, {ManySignals.Stations} bodies change each minute of plant time, 1 % late, bad or sent twice; {Environment.ProcessorCount} cores"));
            await BareAsync(output, pki);

            using var sender = await LinkSender.ConnectAsync(new Uri($"wss://127.0.0.1:{host.EdgePort}/edge/v1"), pki, ManySignals.HashOf(definition), ManySignals.Ids());
            var gateway = new Gateway(sender, new ManySignals(Start));
            var rates = new List<double>();
            for (var round = 1; round <= Rounds; round++)
            {
                var before = Figures.Of(host);
                await gateway.SendAsync(SamplesPerRound, perSecond: null);
                var taken = Figures.Of(host) - before;
                rates.Add(SamplesPerRound / taken.Seconds);
                await output.WriteLineAsync(Line($"  round {round}: {rates[^1]:N0}/s; processor seconds a million samples: host {taken.Host / SamplesPerRound * 1e6:0.00}, generator {taken.Own / SamplesPerRound * 1e6:0.00}, together {(taken.Host + taken.Own) / taken.Seconds:0.00} cores; host {HostMemory.ResidentBytes(host) / 1e6:0} MB"));
            }
            rates.Sort();
            await output.WriteLineAsync(Line($"  median {rates[Rounds / 2]:N0}/s"));
            if (soak) await SoakAsync(output, host, gateway, SoakShare * rates[Rounds / 2]);
            await CheckAsync(output, host, gateway.Made);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task SoakAsync(TextWriter output, HostProcess host, Gateway gateway, double perSecond)
    {
        await output.WriteLineAsync(Line($"  soak at {perSecond:N0}/s; minute | samples/s | host RSS, MB | GC heap, MB | host cores | generator cores | files, MB"));
        for (var minute = 1; minute <= SoakMinutes; minute++)
        {
            var (before, made) = (Figures.Of(host), gateway.Made);
            await gateway.SendAsync((ulong)(perSecond * 60), perSecond);
            var taken = Figures.Of(host) - before;
            await output.WriteLineAsync(Line($"  {minute,6} | {(gateway.Made - made) / taken.Seconds,9:N0} | {HostMemory.ResidentBytes(host) / 1e6,12:0} | {await HostMemory.HeapBytesAsync(host) / 1e6,11:0} | {taken.Host / taken.Seconds,10:0.00} | {taken.Own / taken.Seconds,15:0.00} | {Bytes(host.Data) / 1e6:0}"));
        }
    }

    /// <summary>The figure counts only if every sample that was sent is accounted for as stored.</summary>
    private static async Task CheckAsync(TextWriter output, HostProcess host, ulong made)
    {
        var ledger = await host.GetAsync("/api/v1/ledger");
        var (stored, unexplained) = (0L, ledger.GetProperty("unattributed").GetInt64());
        foreach (var line in ledger.GetProperty("items").EnumerateArray())
        {
            stored += line.GetProperty("stored").GetInt64();
            unexplained += line.GetProperty("unexplained").GetInt64();
        }
        if (stored != (long)made || unexplained != 0) throw new InvalidOperationException($"{made} samples made, {stored} stored by the ledger, {unexplained} unexplained; the figure would be of something else");
        var journal = await host.GetAsync("/api/v1/journal");
        await output.WriteLineAsync(Line($"  the ledger has {stored:N0} samples stored of {made:N0} made; the twins' journal {journal.GetProperty("events").GetInt64():N0} events; files {Bytes(host.Data) / 1e6:0} MB"));
    }

    /// <summary>What the frames cost where nobody looks into them.</summary>
    private static async Task BareAsync(TextWriter output, string pki)
    {
        using var server = Running.Dotnet(typeof(IngestThroughput).Assembly.Location, "bare-link", pki);
        var port = (await server.ReadyAsync(TimeSpan.FromSeconds(30))).GetProperty("port").GetInt32();
        using var sender = await LinkSender.ConnectAsync(new Uri($"wss://127.0.0.1:{port}/edge/v1"), pki, "", []);
        var gateway = new Gateway(sender, new ManySignals(Start));
        using var process = Process.GetProcessById(server.Id);
        var (own, other, clock) = (Environment.CpuUsage.TotalTime, process.TotalProcessorTime, Stopwatch.StartNew());
        await gateway.SendAsync(BareSamples, perSecond: null);
        var seconds = clock.Elapsed.TotalSeconds;
        process.Refresh();
        await output.WriteLineAsync(Line($"  bare link: {BareSamples / seconds:N0}/s, {gateway.Bytes / (double)BareSamples:0.0} bytes a sample; processor seconds a million: receiver {(process.TotalProcessorTime - other).TotalSeconds / BareSamples * 1e6:0.00}, generator {(Environment.CpuUsage.TotalTime - own).TotalSeconds / BareSamples * 1e6:0.00}"));
    }

    /// <summary>The other end of the bare link: answers a hello, counts rows by the bytes, gives credit for a frame and acknowledges what it was told to expect.</summary>
    internal static async Task ServeBareAsync(string folder)
    {
        using var pki = PlantPki.Open(folder, TimeProvider.System);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseEdgeLinkTls(pki, TimeProvider.System)));
        await using var app = builder.Build();
        app.UseWebSockets();
        app.Map("/edge/v1", async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[64 << 10];
            await socket.ReceiveAsync(buffer, default);
            await Answer(socket, new Frame { CoreHello = new() { Credit = new EdgeLinkOptions().Credit } });
            var frames = 0ul;
            while ((await socket.ReceiveAsync(buffer.AsMemory(), default)) is { MessageType: WebSocketMessageType.Binary } received)
            {
                if (!received.EndOfMessage) continue;
                if (buffer[0] != 0x1A) continue;   // a tick
                await Answer(socket, new Frame { Credit = new() { Samples = ManySignals.RowsPerFrame } });
                if (++frames % 100 == 0) await Answer(socket, new Frame { Ack = new() { Sequence = frames * ManySignals.RowsPerFrame } });
            }
        });
        await app.StartAsync();
        await Console.Out.WriteLineAsync($$"""{"port":{{new Uri(app.Urls.Single()).Port}}}""");
        await Task.Delay(Timeout.Infinite);   // until it is killed
    }

    private static Task Answer(WebSocket socket, Frame frame) => socket.SendAsync(frame.ToByteArray(), WebSocketMessageType.Binary, true, default);

    private static long Bytes(string folder) => new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Exists ? file.Length : 0);

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <param name="Host">Processor seconds of the host; <paramref name="Own"/> of this process.</param>
    private readonly record struct Figures(double Seconds, double Host, double Own)
    {
        public static Figures Of(HostProcess host)
        {
            using var process = Process.GetProcessById(host.Running.Id);
            return new(Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency, process.TotalProcessorTime.TotalSeconds, Environment.CpuUsage.TotalTime.TotalSeconds);
        }

        public static Figures operator -(Figures now, Figures before) => new(now.Seconds - before.Seconds, now.Host - before.Host, now.Own - before.Own);
    }

    /// <summary>Sends what the plant makes, with a tick each second.</summary>
    private sealed class Gateway(LinkSender sender, ManySignals plant)
    {
        private readonly Stopwatch ticked = new();
        private ulong frames;
        private ulong ticks;

        public ulong Made => plant.Made;
        public long Bytes { get; private set; }

        /// <summary>Complete when the core has acknowledged all of it.</summary>
        public async Task SendAsync(ulong samples, double? perSecond)
        {
            var (began, until, clock) = (plant.Made, plant.Made + samples, Stopwatch.StartNew());
            while (plant.Made < until)
            {
                if (!ticked.IsRunning || ticked.Elapsed >= TimeSpan.FromSeconds(1)) await TickAsync();
                if (perSecond is { } rate && (plant.Made - began) / rate - clock.Elapsed.TotalSeconds is > 0.005 and var early) await Task.Delay(TimeSpan.FromSeconds(early));
                var frame = plant.Next();
                Bytes += frame.Length;
                await sender.SendAsync(frame, ManySignals.RowsPerFrame);
                if (ManySignals.IsSentTwice(frames++)) await sender.SendAsync(frame, ManySignals.RowsPerFrame);
            }
            await sender.AcknowledgedAsync(plant.Made);
        }

        private async Task TickAsync()
        {
            ticked.Restart();
            await sender.SendAsync(new Frame { Tick = new() { Counter = ++ticks, BootId = "b", PlantTimeUs = plant.Now, Speed = 100 } }.ToByteArray());
        }
    }
}
