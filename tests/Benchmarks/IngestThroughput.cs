using System.Diagnostics;
using System.Globalization;
using System.Net;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Ledger;
using DigitalTwin.Edge.Link;
using DigitalTwin.Edge.Pki;
using DigitalTwin.Historian;
using DigitalTwin.Historian.Engine;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// Samples per second from the wire into durable history: TLS WebSocket, decoding, live values, twins (an inbox that counts; the journal is
/// measured by itself), loss ledger, historian, acknowledgement. Beside it, in the same run, what DuckDB's appender alone does with the same rows.
/// The sender runs in the same process and on the same cores; its frames are encoded beforehand, its encryption and sending are not.
/// </summary>
public static class IngestThroughput
{
    private const int Signals = 400;
    private const int RowsPerFrame = 500;   // as the gateway packs them
    private const int Frames = 6_000;
    private const int Rounds = 3;
    private const int RowsPerPlainCommit = 131_072;   // the most that ingest puts into one batch

    public static void Run(TextWriter output)
    {
        RunAsync(output).GetAwaiter().GetResult();
    }

    private static async Task RunAsync(TextWriter output)
    {
        var signals = Enumerable.Range(0, Signals).Select(SignalOf).ToList();
        var frames = Enumerable.Range(0, Frames).Select(frame => FrameOf(frame).ToByteArray()).ToList();
        var samples = Enumerable.Range(0, Frames * RowsPerFrame).Select(row => SampleOf(signals, row)).ToArray();
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"Ingest: {samples.Length:N0} samples of {Signals} signals, {RowsPerFrame} a frame of {frames[^1].Length:N0} bytes, {Environment.ProcessorCount} cores"));
        for (var round = 1; round <= Rounds; round++)
        {
            var (link, cpu, delivered) = await Measured(folder => ThroughLinkAsync(folder, signals, frames));
            var (historian, _, _) = await Measured(folder => ThroughHistorianAsync(folder, samples));
            var (plain, _, _) = await Measured(folder => Task.FromResult(PlainAppends(folder, samples)));
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"  round {round}: link to durable {samples.Length / link:N0}/s ({cpu / link:0.00} cores, {delivered:N0} observations to twins), historian alone {samples.Length / historian:N0}/s, plain DuckDB appends {samples.Length / plain:N0}/s; link/plain {plain / link:0.00}"));
        }
    }

    private static async Task<(double Seconds, double Cpu, long Result)> Measured(Func<string, Task<(double Seconds, long Result)>> run)
    {
        var folder = Directory.CreateTempSubdirectory("dt-bench-");
        try
        {
            GC.Collect();
            using var process = Process.GetCurrentProcess();
            var before = process.TotalProcessorTime;
            var (seconds, result) = await run(folder.FullName);
            process.Refresh();
            return (seconds, (process.TotalProcessorTime - before).TotalSeconds, result);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(double, long)> ThroughLinkAsync(string folder, IReadOnlyList<SignalDefinition> signals, IReadOnlyList<byte[]> frames)
    {
        using var pki = PlantPki.Open(Path.Combine(folder, "pki"), TimeProvider.System);
        await using var history = SampleHistory.Open(Path.Combine(folder, "historian"), TimeProvider.System);
        using var ledger = LossLedger.Open(Path.Combine(folder, "ledger"), history.StoredSequence);
        var clock = new PlantClock(TimeProvider.System);
        var twins = new CountingInbox();
        var link = new EdgeLink(
            new(), new LiveValues(signals, clock, TimeProvider.System), clock, new(TimeProvider.System), new(),
            new(history.AppendAsync, history.StoredSequence), twins, ledger, NullLogger<EdgeLink>.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listener => listener.UseEdgeLinkTls(pki, TimeProvider.System)));
        await using var app = builder.Build();
        app.UseWebSockets();
        link.Map(app);
        await app.StartAsync();

        using var sender = await LinkSender.ConnectAsync(
            new Uri(app.Urls.Single().Replace("https", "wss", StringComparison.Ordinal) + "/edge/v1"), Path.Combine(folder, "pki"), "", signals.Select(signal => signal.Id));
        var clockwork = Stopwatch.StartNew();
        foreach (var frame in frames) await sender.SendAsync(frame, RowsPerFrame);
        await sender.AcknowledgedAsync(Frames * RowsPerFrame);
        var seconds = clockwork.Elapsed.TotalSeconds;
        if (history.Counts.Stored != Frames * RowsPerFrame) throw new InvalidOperationException($"{history.Counts} stored; the figure would be of something else");
        return (seconds, twins.Count);
    }

    private static async Task<(double, long)> ThroughHistorianAsync(string folder, Sample[] samples)
    {
        await using var history = SampleHistory.Open(folder, TimeProvider.System);
        var clockwork = Stopwatch.StartNew();
        var appends = samples.Chunk(RowsPerFrame).Select(batch => history.AppendAsync(batch, "bench", batch[^1].Sequence)).ToList();
        await Task.WhenAll(appends);
        return (clockwork.Elapsed.TotalSeconds, history.Counts.Stored);
    }

    private static (double, long) PlainAppends(string folder, Sample[] samples)
    {
        using var database = DuckDatabase.Open(Path.Combine(folder, "plain.duckdb"), []);
        using var connection = database.Connect();
        connection.Execute("""
            CREATE TABLE plain(signal UINTEGER NOT NULL, source_time TIMESTAMP NOT NULL, server_time TIMESTAMP NOT NULL,
                number DOUBLE, text VARCHAR, status UINTEGER NOT NULL, sequence UBIGINT NOT NULL)
            """);
        using var appender = new SampleAppender(connection);
        var clockwork = Stopwatch.StartNew();
        for (var from = 0; from < samples.Length; from += RowsPerPlainCommit)
        {
            connection.InTransaction(() =>
            {
                appender.Begin("plain");
                for (var i = from; i < Math.Min(from + RowsPerPlainCommit, samples.Length); i++) appender.Add((uint)(i % Signals), samples[i]);
                appender.Flush();
                return 0;
            });
        }
        return (clockwork.Elapsed.TotalSeconds, samples.Length);
    }

    /// <summary>One signal in ten is a fault code, and changes every hundredth sample; the others are measurements.</summary>
    private static SignalDefinition SignalOf(int number) => new(
        $"leipzig.body.line1.cell{number / 20}.robot.signal{number}", $"leipzig.body.line1.cell{number / 20}.robot", $"signal{number}",
        number % 10 == 0 ? SignalRole.Fault : SignalRole.Measurement, "", SignalType.Number, null, null, null, TimeSpan.FromSeconds(1));

    private static double ValueOf(int row) => row % Signals % 10 == 0 ? row / Signals / 100 : Math.Round(20 + 5 * Math.Sin(row * 0.001), 3);

    private static long SourceMicros(int row) => 1_790_000_000_000_000 + row / Signals * 1_000_000L + row % Signals * 17;

    private static Sample SampleOf(List<SignalDefinition> signals, int row)
    {
        var at = DateTimeOffset.UnixEpoch.AddTicks(SourceMicros(row) * TimeSpan.TicksPerMicrosecond);
        return new(signals[row % Signals].Id, ValueOf(row), null, 0, at, at, (ulong)row + 1);
    }

    private static Frame FrameOf(int frame)
    {
        var first = frame * RowsPerFrame;
        var samples = new Samples { FirstSequence = (ulong)first + 1, BaseSourceUs = SourceMicros(first), BaseServerUs = SourceMicros(first) };
        for (var row = first; row < first + RowsPerFrame; row++)
        {
            samples.Signal.Add((uint)(row % Signals));
            samples.SourceDtUs.Add(SourceMicros(row) - samples.BaseSourceUs);
            samples.ServerDtUs.Add(SourceMicros(row) - samples.BaseServerUs);
            samples.Value.Add(ValueOf(row));
        }
        return new() { Samples = samples };
    }

    private sealed class CountingInbox : ITwinInbox
    {
        public long Count { get; private set; }

        public Task DeliverAsync(IReadOnlyList<Observation> observations, CancellationToken cancellation)
        {
            Count += observations.Count;
            return Task.CompletedTask;
        }
    }
}
