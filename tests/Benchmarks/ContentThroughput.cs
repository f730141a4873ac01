using System.Diagnostics;
using System.Runtime.InteropServices;
using DigitalTwin.Historian.Waveforms;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// What it costs to keep waveforms: hash, file, features, synced with its name. Beside it, in the same round, files of the same bytes written
/// and synced by nobody's rules: no hash, no features, and the name not synced.
/// </summary>
public static class ContentThroughput
{
    private const int Rounds = 5;
    private const double SampleRate = 4096;

    /// <summary>Samples of four bytes: a second of a press at 4 kHz, a dozen of them, and the most that is taken.</summary>
    private static readonly (int Samples, int Contents)[] Loads = [(4_096, 400), (50_000, 150), (WaveformFiles.LongestContent / sizeof(float), 60)];

    public static void Run(TextWriter output)
    {
        output.WriteLine("Contents kept, each synced before the next: median of rounds");
        foreach ((int samples, int contents) in Loads)
        {
            var kept = new List<Measured>();
            var plain = new List<Measured>();
            for (int round = 0; round < Rounds; round++)
            {
                byte[][] made = [.. Enumerable.Range(0, contents).Select(number => Waveform(samples, seed: round * contents + number))];
                plain.Add(InFolder(folder => Measure(made, (content, number) => WriteAndSync(Path.Combine(folder, $"{number}"), content))));
                kept.Add(InFolder(folder =>
                {
                    WaveformFiles files = WaveformFiles.Open(folder);
                    return Measure(made, (content, _) => files.Keep(DateTimeOffset.UnixEpoch, ContentFormat.F32, content, SampleRate));
                }));
            }

            (Measured ours, Measured raw) = (Median(kept), Median(plain));
            double megabytes = samples * sizeof(float) / 1e6;
            output.WriteLine(
                $"  {megabytes,6:0.000} MB  {ours.PerSecond,7:0} contents/s  {ours.PerSecond * megabytes,6:0.0} MB/s  {ours.ProcessorSeconds / megabytes * 1000,6:0.0} processor s/GB"
                + $"   plain write and sync {raw.PerSecond,7:0}/s  {raw.ProcessorSeconds / megabytes * 1000,6:0.0} s/GB   ratio {ours.PerSecond / raw.PerSecond:0.00}");
        }
    }

    private readonly record struct Measured(double PerSecond, double ProcessorSeconds);

    /// <returns>Contents a second, and processor seconds for one.</returns>
    private static Measured Measure(byte[][] contents, Action<byte[], int> keep)
    {
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        long started = Stopwatch.GetTimestamp();
        for (int i = 0; i < contents.Length; i++)
            keep(contents[i], i);
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new(contents.Length / seconds, (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds / contents.Length);
    }

    private static Measured Median(List<Measured> rounds) => rounds.OrderBy(round => round.PerSecond).ElementAt(rounds.Count / 2);

    private static T InFolder<T>(Func<string, T> use)
    {
        string folder = Directory.CreateTempSubdirectory("dt-bench-").FullName;
        try
        {
            return use(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void WriteAndSync(string path, byte[] content)
    {
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    private static byte[] Waveform(int samples, int seed)
    {
        var random = new Random(seed);
        var values = new float[samples];
        for (int i = 0; i < samples; i++)
            values[i] = (float)(Math.Sin(2 * Math.PI * 50 * i / SampleRate) + 0.2 * random.NextDouble());
        return MemoryMarshal.AsBytes<float>(values).ToArray();
    }
}
