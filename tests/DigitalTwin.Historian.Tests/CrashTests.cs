using System.Diagnostics;
using System.Globalization;

namespace DigitalTwin.Historian.Tests;

public sealed class CrashTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Five lives of one history, each killed at a random moment while it appends and moves rows to files.</summary>
    [Fact]
    public async Task A_history_killed_mid_append_holds_everything_it_called_durable_exactly_once()
    {
        using var folder = new TemporaryFolder();
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var files = 0;
        for (var life = 0; life < 5; life++)
        {
            var durable = await LiveAndDieAsync(folder.Path, random.Next(5, 60));

            await using var history = SampleHistory.Open(folder.Path, TimeProvider.System, Made.SmallFiles);
            var stored = history.StoredSequence(AppendingProcess.Buffer);
            Assert.True(stored >= durable, $"seed {seed}, life {life}: told durable up to {durable}, holds {stored}");
            var all = await Made.AllOf(history);
            Assert.True(Made.Samples(1, (int)stored).SequenceEqual(all), $"seed {seed}, life {life}: stored up to {stored}, found {all.Count} samples");
            files = Directory.GetFiles(Path.Combine(folder.Path, "samples")).Length;
        }
        Assert.True(files > 0, "no rows were moved to files, so the test has not shown what it should");
    }

    /// <returns>The last sequence that it said to be durable.</returns>
    private static async Task<ulong> LiveAndDieAsync(string folder, int reports)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(CrashTests).Assembly.Location, "append", folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var durable = 0ul;
            for (var i = 0; i < reports; i++)
                durable = ulong.Parse(await process.StandardOutput.ReadLineAsync(patience.Token) ?? "0", CultureInfo.InvariantCulture);
            process.Kill();   // SIGKILL
            // What it could still say before it died counts as well.
            while (await process.StandardOutput.ReadLineAsync(patience.Token) is { Length: > 0 } line)
                if (ulong.TryParse(line, CultureInfo.InvariantCulture, out var later) && later > durable) durable = later;
            return durable;
        }
        finally
        {
            if (!process.HasExited) process.Kill();
            await process.WaitForExitAsync(patience.Token);
        }
    }
}
