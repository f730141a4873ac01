using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian;
using DigitalTwin.Historian.Engine;
using DigitalTwin.Host.Startup;
using DigitalTwin.VirtualPlant.Physics;
using Announcement = DigitalTwin.VirtualPlant.Nodes.Announcement;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// What a stored sample of the reference plant costs on disk, and which column costs what: the samples of some plant hours of leipzig.json, with the
/// values, times and order in which the plant announces them. The server's time is that of the announcement, up to 3 ms later.
/// </summary>
public static class HistorySize
{
    private const int Hours = 6;
    private const int SecondsPerAppend = 10;

    /// <summary>A Monday, within the early shift.</summary>
    private static readonly DateTime Start = new(2026, 1, 5, 6, 0, 0, DateTimeKind.Utc);

    public static void Run(TextWriter output) => RunAsync(output).GetAwaiter().GetResult();

    private static async Task RunAsync(TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("dt-bench-");
        try
        {
            var definition = PlantSource.Read(new FileInfo(Path.Combine(Acceptance.Processes.Checkout.Root, "simulations/plants/leipzig.json"))).Plant;
            var plant = VirtualPlant.Plant.Build(1, new PhysicsParameters { Layout = PhysicsParameters.WholePlant }, 1, (long)(Start - DateTime.UnixEpoch).TotalMicroseconds);
            var signals = plant.Nodes.Select(node => definition.Signals.FirstOrDefault(signal => signal.Node.EndsWith($";s={node.Id}", StringComparison.Ordinal))?.Id).ToArray();
            var sequence = 0UL;
            using var process = Process.GetCurrentProcess();
            var storing = TimeSpan.Zero;
            await using (var history = SampleHistory.Open(folder.FullName, TimeProvider.System))
            {
                var until = plant.Time + Hours * 3_600_000_000L;
                while (plant.Time < until)
                {
                    List<Announcement> announced = [];
                    plant.Advance(plant.Time + SecondsPerAppend * 1_000_000L, announced);
                    var samples = announced.Where(one => signals[one.Node] is not null).Select(one => SampleOf(one, signals[one.Node]!, ++sequence)).ToArray();
                    if (samples.Length == 0) continue;
                    process.Refresh();
                    var before = process.TotalProcessorTime;
                    await history.AppendAsync(samples, "bench", sequence);
                    process.Refresh();
                    storing += process.TotalProcessorTime - before;
                }
            }
            // Opened again, all of it is in closed segments.
            process.Refresh();
            var started = process.TotalProcessorTime;
            await using (var history = SampleHistory.Open(folder.FullName, TimeProvider.System)) await history.ConvertAsync();
            process.Refresh();
            storing += process.TotalProcessorTime - started;

            var files = new DirectoryInfo(Path.Combine(folder.FullName, "samples")).GetFiles();
            double Share(Func<FileInfo, bool> which) => files.Where(which).Sum(file => file.Length) / (double)sequence;
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"History of the reference plant: {sequence:N0} samples of {signals.Count(signal => signal is not null)} signals in {Hours} plant hours ({sequence / (Hours * 3600.0):N0}/s); {Share(_ => true):0.00} bytes a sample: samples {Share(file => !IsTier(file)):0.00}, minutes {Share(file => file.Name.Contains(".1m.", StringComparison.Ordinal)):0.00}, quarters {Share(file => file.Name.Contains(".15m.", StringComparison.Ordinal)):0.00}; about {storing.TotalSeconds / sequence * 1e6:0.0} s of CPU a million"));
            using var database = DuckDatabase.Open(DuckDatabase.InMemory, []);
            using var connection = database.Connect();
            var paths = string.Join(',', files.Where(file => !IsTier(file)).Select(file => $"'{file.FullName}'"));
            using var columns = connection.Query($"SELECT path_in_schema, string_agg(DISTINCT encodings), CAST(sum(total_compressed_size) AS BIGINT) AS size FROM parquet_metadata([{paths}]) GROUP BY ALL ORDER BY size DESC");
            while (columns.Read())
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  {columns.Text(0),-12} {columns.Int64(2) / (double)sequence:0.00}  {columns.Text(1)}"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static bool IsTier(FileInfo file) => file.Name.EndsWith("m.parquet", StringComparison.Ordinal);

    private static Sample SampleOf(Announcement one, string signal, ulong sequence)
    {
        var source = DateTimeOffset.UnixEpoch.AddTicks(one.At * TimeSpan.TicksPerMicrosecond);
        // The same for all of one scan, as a server gives it, and without a pattern that would pack better than a real clock.
        var late = (int)(BitConverter.ToUInt64(SHA256.HashData(BitConverter.GetBytes(one.At / 100_000))) % 3_000);
        return new(signal, one.Value.Text is null ? one.Value.Number : double.NaN, one.Value.Text, 0, source, source.AddMicroseconds(late), sequence);
    }
}
