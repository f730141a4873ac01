using System.Diagnostics;
using System.Globalization;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian;
using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// One day of 400 signals at a sample a second, asked for with 2,000 points a signal, warm. Buckets are whole minutes, so it is 1,440 points a
/// signal, each with its first, last, lowest and highest value. Beside it, in turn with it: the same question as one statement of DuckDB over the
/// files of samples, and over the files of minutes.
/// </summary>
public static class HistoryDay
{
    private const int Signals = 400;
    private const int Seconds = 86_400;
    private const int Points = 2_000;
    private const int SecondsPerAppend = 100;
    private const int Rounds = 15;
    private const int PlainRounds = 3;
    private static readonly DateTimeOffset Day = new(2026, 3, 2, 0, 0, 0, TimeSpan.Zero);

    public static void Run(TextWriter output) => RunAsync(output).GetAwaiter().GetResult();

    private static async Task RunAsync(TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("dt-bench-");
        try
        {
            var ids = Enumerable.Range(0, Signals).Select(number => $"leipzig.area{number / 100}.line{number / 50}.cell{number / 10}.robot.signal{number}").ToArray();
            await using var history = SampleHistory.Open(folder.FullName, TimeProvider.System);
            using var process = Process.GetCurrentProcess();
            var before = process.TotalProcessorTime;
            var making = TimeSpan.Zero;
            for (var second = 0; second < Seconds; second += SecondsPerAppend)
            {
                var started = Stopwatch.GetTimestamp();
                var samples = Made(ids, second);
                making += Stopwatch.GetElapsedTime(started);
                await history.AppendAsync(samples, "bench", samples[^1].Sequence);
            }
            await history.ConvertAsync();
            process.Refresh();
            const double Rows = (double)Signals * Seconds;
            var files = new DirectoryInfo(Path.Combine(folder.FullName, "samples")).GetFiles();
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"History of a day: {Rows:N0} samples of {Signals} signals in {files.Length} files, {files.Sum(file => file.Length) / Rows:0.00} bytes a sample, tiers {files.Where(IsTier).Sum(file => file.Length) / Rows:0.00} of them; {(process.TotalProcessorTime - before - making).TotalSeconds / Rows * 1e6:0.00} s of CPU a million to store and convert"));

            var asked = new List<double>();
            var spent = TimeSpan.Zero;
            for (var round = -2; round < Rounds; round++)
            {
                process.Refresh();
                if (round == 0) spent = process.TotalProcessorTime;
                var clock = Stopwatch.StartNew();
                var found = await history.HistoryAsync(ids, Day, Day.AddDays(1), Points);
                if (round >= 0) asked.Add(clock.Elapsed.TotalMilliseconds);
                var shown = found.Sum(series => (long)series.Points.Count);
                if (found.Sum(series => series.Raw) != (long)Rows || shown != Signals * 1_440L) throw new InvalidOperationException($"{shown:N0} points; the figure would be of something else");
            }
            process.Refresh();
            spent = process.TotalProcessorTime - spent;
            asked.Sort();
            var samplesAlone = Plain(files.Where(file => !IsTier(file)), $"""
                SELECT signal, epoch_us(source_time) // 60000000 AS bucket, min(number), max(number), arg_min(number, source_time), arg_max(number, source_time), max(status), count(*)
                FROM files GROUP BY signal, bucket
                """);
            var minutes = Plain(files.Where(file => file.Name.EndsWith(".1m.parquet", StringComparison.Ordinal)), "SELECT * FROM files");
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"  asked {Rounds} times, warm: median {asked[asked.Count / 2]:0} ms, p95 {asked[(int)(asked.Count * 0.95)]:0} ms, {spent.TotalMilliseconds / Rounds:0} ms of CPU each; DuckDB alone over the samples {samplesAlone.Wall:0} ms ({samplesAlone.Cpu:0} of CPU), reading the minutes only {minutes.Wall:0} ms ({minutes.Cpu:0} of CPU); {process.WorkingSet64 / 1e6:0} MB"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool IsTier(FileInfo file) => file.Name.EndsWith("m.parquet", StringComparison.Ordinal);

    /// <returns>The median, and the mean of CPU, in ms.</returns>
    private static (double Wall, double Cpu) Plain(IEnumerable<FileInfo> files, string question)
    {
        using var database = DuckDatabase.Open(DuckDatabase.InMemory, []);
        using var connection = database.Connect();
        connection.Execute($"CREATE VIEW files AS SELECT * FROM read_parquet([{string.Join(',', files.Select(file => $"'{file.FullName}'"))}])");
        var took = new List<double>();
        using var process = Process.GetCurrentProcess();
        var spent = TimeSpan.Zero;
        for (var round = -1; round < PlainRounds; round++)
        {
            process.Refresh();
            if (round == 0) spent = process.TotalProcessorTime;
            var clock = Stopwatch.StartNew();
            using var rows = connection.Query(question);
            while (rows.Read())
            {
            }
            if (round >= 0) took.Add(clock.Elapsed.TotalMilliseconds);
        }
        process.Refresh();
        took.Sort();
        return (took[took.Count / 2], (process.TotalProcessorTime - spent).TotalMilliseconds / PlainRounds);
    }

    /// <summary>Each signal with its own slow swing and noise at the resolution of a sensor, sampled when its turn comes within the second.</summary>
    private static Sample[] Made(string[] ids, int second)
    {
        var samples = new Sample[Signals * SecondsPerAppend];
        for (var i = 0; i < samples.Length; i++)
        {
            var (signal, at) = (i % Signals, second + i / Signals);
            var row = (long)at * Signals + signal;
            var value = Math.Round(20 + 5 * Math.Sin(at * 1e-3 + signal) + (row * 2_654_435_761L >> 7 & 63) * 0.001, 3);
            var time = Day.AddSeconds(at).AddMilliseconds(signal);
            samples[i] = new(ids[signal], value, null, row % 100 == 0 ? 0x8000_0000u : 0, time, time.AddMilliseconds(3), (ulong)row + 1);
        }
        return samples;
    }
}
