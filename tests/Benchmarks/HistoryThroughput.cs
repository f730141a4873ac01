using System.Diagnostics;
using System.Globalization;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// Samples per second that the historian takes in, synced before each is acknowledged, while its background turns them into Parquet files.
/// <em>Burst</em> is until the first segments are full and waiting; <em>sustained</em> is all of it, where what comes in can be no faster
/// than what becomes files. Beside it, in the same run, a plain write and fsync of as many bytes in the same pieces.
/// </summary>
public static class HistoryThroughput
{
    private const int Signals = 10_000;
    private const int RowsPerAppend = 65_536;
    private const int Burst = 64;      // appends: 4 million samples
    private const int Appends = 320;   // 21 million samples
    private const int InFlight = 2;
    private const int Rounds = 3;

    /// <summary>Of a row in a segment: what the plain writer is given to write.</summary>
    private const int BytesPerRow = 40;

    public static void Run(TextWriter output) => RunAsync(output).GetAwaiter().GetResult();

    private static async Task RunAsync(TextWriter output)
    {
        var ids = Enumerable.Range(0, Signals).Select(number => $"leipzig.area{number / 2500}.line{number / 500}.cell{number / 20}.robot.signal{number}").ToArray();
        var clock = Stopwatch.StartNew();
        for (var append = 0; append < 16; append++) Made(ids, append);
        var making = clock.Elapsed.TotalSeconds / 16 / RowsPerAppend * 1e6;
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"History: {(long)Appends * RowsPerAppend:N0} samples of {Signals:N0} signals in turn, 1 % bad, {RowsPerAppend:N0} an append, {Environment.ProcessorCount} cores; to make a million of them takes {making:0.00} s of the same cores"));
        for (var round = 1; round <= Rounds; round++)
        {
            var plain = InFolder(Plain);
            var folder = Directory.CreateTempSubdirectory("dt-bench-");
            try
            {
                await RoundAsync(output, round, folder.FullName, ids, plain);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private static async Task RoundAsync(TextWriter output, int round, string folder, string[] ids, double plain)
    {
        using var process = Process.GetCurrentProcess();
        var history = SampleHistory.Open(folder, TimeProvider.System);
        var before = process.TotalProcessorTime;
        var clock = Stopwatch.StartNew();
        var burst = 0.0;
        var inFlight = new Queue<Task>();
        for (var append = 0; append < Appends; append++)
        {
            var samples = Made(ids, append);
            inFlight.Enqueue(history.AppendAsync(samples, "bench", samples[^1].Sequence));
            if (inFlight.Count >= InFlight) await inFlight.Dequeue();
            if (append + 1 == Burst) burst = Burst * RowsPerAppend / clock.Elapsed.TotalSeconds;
        }
        await Task.WhenAll(inFlight);
        var stored = clock.Elapsed.TotalSeconds;
        var moved = await history.ConvertAsync();
        var all = clock.Elapsed.TotalSeconds;
        process.Refresh();
        var cpu = (process.TotalProcessorTime - before).TotalSeconds;
        var rows = (double)Appends * RowsPerAppend;
        if (history.Counts.Stored != (long)rows) throw new InvalidOperationException($"{history.Counts} stored; the figure would be of something else");
        await history.DisposeAsync();
        var files = Bytes(folder, "*.parquet");
        await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
            $"  round {round}: burst {burst:N0}/s, sustained {rows / stored:N0}/s, plain write and fsync {rows / plain:N0}/s; {cpu / rows * 1e6:0.00} s of CPU a million (all in files after {all:0.0} s, {moved:N0} rows waited), {process.WorkingSet64 / 1e6:0} MB, files {files / 1e6:0.0} MB"));
    }

    private static double Plain(string folder)
    {
        var piece = new byte[RowsPerAppend * BytesPerRow];
        Random.Shared.NextBytes(piece);
        using var file = File.OpenHandle(Path.Combine(folder, "plain"), FileMode.Create, FileAccess.Write);
        var clock = Stopwatch.StartNew();
        for (var append = 0L; append < Appends; append++)
        {
            RandomAccess.Write(file, piece, append * piece.Length);
            RandomAccess.FlushToDisk(file);
        }
        return clock.Elapsed.TotalSeconds;
    }

    private static double InFolder(Func<string, double> run)
    {
        var folder = Directory.CreateTempSubdirectory("dt-bench-");
        try
        {
            return run(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static long Bytes(string folder, string pattern) => new DirectoryInfo(folder).EnumerateFiles(pattern, SearchOption.AllDirectories).Sum(file => file.Length);

    /// <summary>The signals in turn, each with its own slow swing at the resolution of a sensor.</summary>
    private static Sample[] Made(string[] ids, int append)
    {
        var samples = new Sample[RowsPerAppend];
        for (var i = 0; i < samples.Length; i++)
        {
            var row = (long)append * RowsPerAppend + i;
            var signal = (int)(row % Signals);
            var at = DateTimeOffset.UnixEpoch.AddTicks((1_790_000_000_000_000 + row / Signals * 1_000_000 + signal * 17) * TimeSpan.TicksPerMicrosecond);
            var value = Math.Round(20 + 5 * Math.Sin(row * 1e-6 + signal) + (row * 2_654_435_761L >> 7 & 63) * 0.001, 3);
            samples[i] = new(ids[signal], value, null, row % 100 == 0 ? 0x8000_0000u : 0, at, at.AddMilliseconds(3), (ulong)row + 1);
        }
        return samples;
    }
}
