using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DigitalTwin.Acceptance.Processes;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Link;
using DigitalTwin.Host.Startup;
using DigitalTwin.VirtualPlant.Physics;
using Google.Protobuf;
using Announcement = DigitalTwin.VirtualPlant.Nodes.Announcement;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// Two plant days of the first line through a real host, as fast as it takes them: does its memory stay flat on the second day, and how much does its
/// journal grow for each twin and hour. The plant's physics run in this process, which speaks the edge link as the gateway does.
/// </summary>
public static class PlantDay
{
    private const int Hours = 48;
    private const int SecondsPerSlice = 10;
    private const int RowsPerFrame = 500;   // as the gateway packs them

    /// <summary>A Monday, half an hour before the early shift.</summary>
    private static readonly DateTime Start = new(2026, 1, 5, 4, 30, 0, DateTimeKind.Utc);

    public static void Run(TextWriter output) => RunAsync(output).GetAwaiter().GetResult();

    private static async Task RunAsync(TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("dt-day-");
        try
        {
            var (httpPort, edgePort) = (FreePort(), FreePort());
            using var host = await HostProcess.AttachAsync(folder.FullName, httpPort, edgePort);
            var source = PlantSource.Read(new FileInfo(Path.Combine(Checkout.Root, "simulations/plants/first-line.json")));
            using var sender = await LinkSender.ConnectAsync(
                new Uri($"wss://127.0.0.1:{edgePort}/edge/v1"), Path.Combine(folder.FullName, "pki"), source.Hash, source.Plant.Signals.Select(signal => signal.Id));
            var day = new Day(source.Plant, sender);
            await output.WriteLineAsync("plant hour | host RSS, MB | GC heap, MB | journal events | journal file, MB | samples | seconds of wall time");
            var clock = Stopwatch.StartNew();
            for (var hour = 1; hour <= Hours; hour++)
            {
                await day.HourAsync();
                var events = (await host.GetAsync("/api/v1/journal")).GetProperty("events").GetInt64();
                var heap = await HostMemory.HeapBytesAsync(host);
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"{hour,10} | {HostMemory.ResidentBytes(host) / 1e6,12:0} | {heap / 1e6,11:0} | {events,14:N0} | {JournalBytes(folder.FullName) / 1e6,16:0.0} | {day.Sent,10:N0} | {clock.Elapsed.TotalSeconds:0}"));
            }

            var twins = (await host.GetAsync("/api/v1/journal")).GetProperty("entities").GetInt32();
            var places = source.Plant.Lines.Count() + source.Plant.Stations.Count() + source.Plant.Machines.Count();
            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{twins:N0} twins ({places} places, the others are work orders); journal growth {JournalBytes(folder.FullName) / 1e3 / Hours / places:0} kB per place and plant hour"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static long JournalBytes(string data) => new DirectoryInfo(Path.Combine(data, "journal")).EnumerateFiles("journal.db*").Sum(file => file.Length);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The plant, and its values on their way.</summary>
    private sealed class Day(PlantDefinition definition, LinkSender sender)
    {
        private readonly VirtualPlant.Plant plant = VirtualPlant.Plant.Build(1, new PhysicsParameters(), 1, Micros(Start));
        private readonly string[] signalNodes = [.. definition.Signals.Select(signal => signal.Node)];
        private int[]? numbers;
        private ulong ticks;

        /// <summary>Highest sequence sent.</summary>
        public ulong Sent { get; private set; }

        /// <summary>One plant hour; complete when the host holds it on disk.</summary>
        public async Task HourAsync()
        {
            var until = plant.Time + 3_600_000_000;
            while (plant.Time < until)
            {
                List<Announcement> slice = [];
                plant.Advance(plant.Time + SecondsPerSlice * 1_000_000L, slice);
                // First the clock: a value that is ahead of it would be held for a mistake.
                await sender.SendAsync(new Frame { Tick = new Tick { Counter = ++ticks, BootId = "b", PlantTimeUs = plant.Time, Speed = 1 } }.ToByteArray());
                foreach (var rows in slice.Where(announced => Number(announced.Node) >= 0).Chunk(RowsPerFrame))
                {
                    await sender.SendAsync(FrameOf(rows).ToByteArray(), rows.Length);
                    Sent += (ulong)rows.Length;
                }
            }

            await sender.AcknowledgedAsync(Sent);
        }

        private static long Micros(DateTime utc) => (long)(utc - DateTime.UnixEpoch).TotalMicroseconds;

        /// <returns>The signal's number in the hello; -1 for the clock's nodes, which are no samples.</returns>
        private int Number(int node)
        {
            numbers ??= [.. plant.Nodes.Select(known => Array.FindIndex(signalNodes, of => of.EndsWith($";s={known.Id}", StringComparison.Ordinal)))];
            return numbers[node];
        }

        private Frame FrameOf(Announcement[] rows)
        {
            var samples = new Samples { FirstSequence = Sent + 1, BaseSourceUs = rows[0].At, BaseServerUs = rows[0].At };
            for (var row = 0; row < rows.Length; row++)
            {
                samples.Signal.Add((uint)Number(rows[row].Node));
                samples.SourceDtUs.Add(rows[row].At - rows[0].At);
                samples.ServerDtUs.Add(rows[row].At - rows[0].At);
                samples.Value.Add(rows[row].Value.Text is null ? rows[row].Value.Number : double.NaN);
                if (rows[row].Value.Text is not { } text) continue;
                samples.TextRow.Add((uint)row);
                samples.Text.Add(text);
            }

            return new Frame { Samples = samples };
        }
    }
}
