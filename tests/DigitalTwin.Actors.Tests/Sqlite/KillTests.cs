using System.Diagnostics;
using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Persistence;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>Real processes, a real disk, real kills.</summary>
public sealed class KillTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly JournalFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_killed_process_never_loses_an_acknowledged_event_and_the_next_one_goes_on()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var acknowledged = new Dictionary<(string Entity, long Seq), long>();
        for (var kill = 0; kill < 5; kill++)
        {
            using var process = Start("exec dotnet \"$0\" \"$1\"");
            for (var lines = random.Next(1, 600); lines > 0; lines--) Note(await NextLine(process), acknowledged);
            process.Kill();
            await process.WaitForExitAsync().WaitAsync(Limit);
            // What was printed before the kill was acknowledged before the kill; its last line may be torn.
            var rest = (await process.StandardOutput.ReadToEndAsync()).Split('\n');
            foreach (var line in rest.SkipLast(1)) Note(line, acknowledged);

            var report = JournalVerifier.Verify(folder.Path);
            Assert.True(report.Whole, $"Seed {seed}, kill {kill}: {string.Join("; ", report.Faults)}");
            CheckThere(acknowledged, seed, kill);
        }
    }

    [Fact]
    public async Task A_disk_that_fails_stops_the_journal_and_what_was_acknowledged_stays()
    {
        // A file size limit makes writes to the log fail as a broken disk would: an I/O error, not a full disk.
        // (.NET maps its code through a file larger than that unless told not to.)
        using var process = Start("trap '' XFSZ; ulimit -f 300; export DOTNET_EnableWriteXorExecute=0; exec dotnet \"$0\" \"$1\"");
        var acknowledged = new Dictionary<(string Entity, long Seq), long>();
        string line;
        while (!(line = await NextLine(process)).StartsWith("failed", StringComparison.Ordinal)) Note(line, acknowledged);
        Assert.Contains("takes no more events until a restart", line, StringComparison.Ordinal);
        await process.WaitForExitAsync().WaitAsync(Limit);
        Assert.Equal(1, process.ExitCode);
        Assert.NotEmpty(acknowledged);

        var report = JournalVerifier.Verify(folder.Path);
        Assert.True(report.Whole, string.Join("; ", report.Faults));
        CheckThere(acknowledged, 0, 0);
    }

    private void CheckThere(Dictionary<(string Entity, long Seq), long> acknowledged, int seed, int kill)
    {
        using var journal = folder.Open();
        foreach (var entity in acknowledged.Keys.Select(key => key.Entity).Distinct())
        {
            var offsets = new Dictionary<long, long>();
            for (var seq = 0L; journal.ReadEntity(new EntityId(entity), seq, 1000) is { Count: > 0 } page; seq = page[^1].Seq)
            {
                foreach (var stored in page) offsets[stored.Seq] = stored.Offset;
            }

            foreach (var (key, offset) in acknowledged.Where(pair => pair.Key.Entity == entity))
            {
                Assert.True(offsets.GetValueOrDefault(key.Seq) == offset, $"Seed {seed}, kill {kill}: the acknowledged event {key.Seq} of {entity} is not at offset {offset}.");
            }
        }
    }

    private Process Start(string script) => Process.Start(new ProcessStartInfo("/bin/bash", ["-c", script, typeof(PressProcess).Assembly.Location, folder.Path])
    {
        RedirectStandardOutput = true,
    })!;

    private static async Task<string> NextLine(Process process) =>
        await process.StandardOutput.ReadLineAsync().WaitAsync(Limit) ?? throw new InvalidOperationException("The process ended early.");

    private static void Note(string line, Dictionary<(string Entity, long Seq), long> acknowledged)
    {
        if (line.Split(' ') is [var entity, var seq, var offset])
        {
            acknowledged[(entity, long.Parse(seq, CultureInfo.InvariantCulture))] = long.Parse(offset, CultureInfo.InvariantCulture);
        }
    }
}
