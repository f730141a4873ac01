using System.Diagnostics;
using System.Globalization;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Sqlite;
using Xunit.Abstractions;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>Fault 8: the writes of a real host, and three hundred disks that a power cut may have left of them.</summary>
public sealed class PowerCutTests(ITestOutputHelper output) : IDisposable
{
    private const int Images = 300;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly JournalFolder folder = new();

    public void Dispose() => folder.Dispose();

    [StraceFact]
    public async Task Fault_8_after_a_power_cut_every_acknowledged_event_is_there_and_the_rest_is_dropped_whole()
    {
        var trace = await TraceAsync();
        var (seed, unsynced, lost) = (Environment.TickCount, 0, 0);
        var random = new Random(seed);
        // From the first command on: a plant that is cut off while it is made is made again.
        var first = Enumerable.Range(0, trace.Length).First(cut => Acknowledged(trace.Printed(cut)).Count > 0);
        for (var image = 0; image < Images; image++)
        {
            var cut = random.Next(first, trace.Length);
            using var disk = new JournalFolder();
            unsynced += trace.Leave(cut, random, disk.Path);
            var acknowledged = Acknowledged(trace.Printed(cut));
            try
            {
                using var journal = SqliteJournal.Open(new SqliteJournalOptions(disk.Path, "leipzig"));
                var rows = journal.ReadAll(0, 10_000);
                foreach (var (command, offset) in acknowledged)
                    Assert.Equal((command, command), (Order(rows[(int)offset - 1]), Order(rows[(int)offset])));
                // A command's two events are there or are not; at most the one in flight came without its reply.
                Assert.InRange(rows.Count, 2 * acknowledged.Count, 2 * (acknowledged.Count + 1));
                Assert.Equal(0, rows.Count % 2);
                lost += 1 + acknowledged.Count - rows.Count / 2;
            }
            catch (Exception failed)
            {
                Assert.Fail($"Seed {seed}, image {image}, cut at {cut} of {trace.Length}: {failed}");
            }

            Assert.True(JournalVerifier.Verify(disk.Path).Whole, $"Seed {seed}, image {image}, cut at {cut}.");
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Images} images of {trace.Length} steps: {unsynced} writes were not synced, {lost} commands in flight were dropped"));
        Assert.True(unsynced > Images / 2, "Hardly a cut came between a write and its sync.");
    }

    private async Task<DiskTrace> TraceAsync()
    {
        var log = Path.Combine(folder.Path, "strace.log");
        var acks = Path.Combine(folder.Path, "acks");
        string[] files = [folder.Database, folder.Database + "-wal", Path.Combine(folder.Path, "journal.head"), acks];
        using var process = Process.Start(new ProcessStartInfo("/bin/bash",
        [
            "-c", "exec strace -f -qq -y -xx -s 100000 -o \"$1\" -P \"$2\" -P \"$3\" -P \"$4\" -P \"$5\" -e trace=pwrite64,write,ftruncate,fsync,fdatasync -e inject=fsync,fdatasync:signal=SIGKILL:when=120 dotnet \"$6\" \"$7\" commands 1 > \"$5\"",
            "bash", log, .. files, typeof(PressProcess).Assembly.Location, folder.Path,
        ]))!;
        await process.WaitForExitAsync().WaitAsync(Limit);
        return new DiskTrace(File.ReadLines(log));
    }

    private static Dictionary<int, long> Acknowledged(string printed) => printed.Split('\n')[..^1]
        .Select(line => line.Split(' '))
        .Where(words => words[0] == "acked")
        .ToDictionary(words => int.Parse(words[1], CultureInfo.InvariantCulture), words => long.Parse(words[2], CultureInfo.InvariantCulture));

    private static int Order(StoredEvent stored) => ((PressEvent.Stroked)Press.Decode(stored.Name, stored.Payload)).Order;
}
