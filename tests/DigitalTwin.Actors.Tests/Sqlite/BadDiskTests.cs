using System.Diagnostics;
using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Persistence;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>Fault 7: a sync that fails may have lost what it was to save, and a second one would report success for it.</summary>
public sealed class BadDiskTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly JournalFolder folder = new();

    public void Dispose() => folder.Dispose();

    [StraceFact]
    public async Task Fault_7_after_a_sync_that_failed_nothing_more_is_acknowledged_and_what_was_is_there()
    {
        for (var nth = 5; nth < 65; nth += 10)
        {
            var before = JournalEnd();
            var (acknowledged, failure) = await RunAsync(nth);
            Assert.Contains("takes no more events until a restart", failure, StringComparison.Ordinal);
            Assert.NotEmpty(acknowledged);

            var report = JournalVerifier.Verify(folder.Path);
            Assert.True(report.Whole, string.Join("; ", report.Faults));
            using var journal = folder.Open();
            var stored = journal.ReadAll(before, 10_000).ToDictionary(row => row.Offset, row => ((PressEvent.Stroked)Press.Decode(row.Name, row.Payload)).Order);
            foreach (var (command, offset) in acknowledged) Assert.Equal((command, command), (stored[offset], stored[offset + 1]));
            // The one that failed may be there or not; nothing after it is.
            Assert.InRange(stored.Count, 2 * acknowledged.Count, 2 * (acknowledged.Count + 1));
        }
    }

    private long JournalEnd()
    {
        using var journal = folder.Open();
        return journal.Head.Offset;
    }

    /// <returns>Each acknowledged command with its offset, and what the process said when its disk failed.</returns>
    private async Task<(Dictionary<int, long> Acknowledged, string Failure)> RunAsync(int nth)
    {
        using var process = Process.Start(new ProcessStartInfo(
            "strace",
            ["-f", "-qq", "-o", "/dev/null", "-P", folder.Database + "-wal", "-e", "trace=fsync,fdatasync", "-e", $"inject=fsync,fdatasync:error=EIO:when={nth}",
                "dotnet", typeof(PressProcess).Assembly.Location, folder.Path, "commands", $"{nth * 1000}"])
        {
            RedirectStandardOutput = true,
        })!;
        var acknowledged = new Dictionary<int, long>();
        var failure = "";
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(Limit) is { } line)
        {
            if (line.Split(' ') is ["acked", var command, var offset]) acknowledged[int.Parse(command, CultureInfo.InvariantCulture)] = long.Parse(offset, CultureInfo.InvariantCulture);
            if (line.StartsWith("failed", StringComparison.Ordinal)) failure = line;
        }

        await process.WaitForExitAsync().WaitAsync(Limit);
        Assert.Equal(1, process.ExitCode);
        return (acknowledged, failure);
    }
}
