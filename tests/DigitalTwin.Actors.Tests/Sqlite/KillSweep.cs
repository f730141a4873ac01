using System.Diagnostics;
using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>
/// One plant whose host is killed at a given system call, again and again. After each kill this process takes its place, sends the last commands
/// again, and compares all that was ever acknowledged with the journal.
/// </summary>
internal sealed class KillSweep : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>No sweep goes so far: the call that was to be the last one has not come.</summary>
    private const int TooMany = 20_000;

    private readonly JournalFolder folder = new();

    /// <summary>Each acknowledged command with the offset of its first event.</summary>
    private readonly Dictionary<int, long> acknowledged = [];
    private int sent;

    /// <summary>Kills with a command on its way, and what its retry found: nothing recorded, or all of it.</summary>
    public int InFlight { get; private set; }

    public int RecordedByRetry { get; private set; }

    public int AnsweredAgain { get; private set; }

    /// <summary>Snapshots that were ignored, by their reasons.</summary>
    public List<string> Notices { get; } = [];

    public string Summary => string.Create(CultureInfo.InvariantCulture,
        $"{acknowledged.Count} commands, {InFlight} in flight when killed: {RecordedByRetry} recorded by the retry, {AnsweredAgain} answered again");

    /// <param name="call"><c>pwrite64</c> or <c>fsync,fdatasync</c>.</param>
    /// <param name="nth">This call on one of the files kills the process before it is carried out.</param>
    public async Task KillAsync(string call, int nth, params string[] files)
    {
        var command = await RunAsync(call, nth, files);
        // A file that is not yet a journal is for whoever writes to it.
        if (sent > 0)
        {
            var report = JournalVerifier.Verify(folder.Path);
            Assert.True(report.Whole, $"{call} {nth}: {string.Join("; ", report.Faults)}");
        }

        await TakeOverAsync(command, $"{call} {nth} on {string.Join(", ", files)}");
    }

    public void Dispose() => folder.Dispose();

    /// <returns>The command that was on its way; null: none.</returns>
    private async Task<int?> RunAsync(string call, int nth, string[] files)
    {
        string[] paths = [.. files.SelectMany(file => new[] { "-P", Path.Combine(folder.Path, file) })];
        using var process = Process.Start(new ProcessStartInfo(
            "strace",
            ["-f", "-qq", "-o", "/dev/null", .. paths, "-e", $"trace={call}", "-e", $"inject={call}:signal=SIGKILL:when={nth}",
                "dotnet", typeof(PressProcess).Assembly.Location, folder.Path, "commands", $"{sent + 1}"])
        {
            RedirectStandardOutput = true,
        })!;
        int? inFlight = null;
        for (var lines = 0; await process.StandardOutput.ReadLineAsync().WaitAsync(Limit) is { } line; lines++)
        {
            if (lines == TooMany) process.Kill(entireProcessTree: true);
            Assert.True(lines < TooMany, $"{call} number {nth} on {string.Join(", ", files)} has not come.");
            switch (line.Split(' '))
            {
                case ["sent", var number]:
                    inFlight = sent = int.Parse(number, CultureInfo.InvariantCulture);
                    break;
                case ["acked", var number, var offset]:
                    acknowledged[int.Parse(number, CultureInfo.InvariantCulture)] = long.Parse(offset, CultureInfo.InvariantCulture);
                    inFlight = null;
                    break;
                default:
                    Assert.Fail(line);
                    break;
            }
        }

        await process.WaitForExitAsync().WaitAsync(Limit);
        return inFlight;
    }

    private async Task TakeOverAsync(int? inFlight, string kill)
    {
        using var journal = SqliteJournal.Open(new SqliteJournalOptions(folder.Path, "leipzig") { CheckpointPages = PressProcess.CheckpointPages });
        using var snapshots = SqliteSnapshots.Open(folder.Path);
        if (snapshots.Discarded is { } discarded) Notices.Add(discarded);
        await using var system = new EntitySystem(journal, new EntitySystemOptions
        {
            Snapshots = snapshots,
            SnapshotEvery = PressProcess.SnapshotEvery,
            OnNotice = notice => Notices.Add(notice.Reason),
        });
        var presses = system.Add(Press.Behavior);
        if (sent > 0 && acknowledged.TryGetValue(sent, out var answered)) Assert.Equal((true, answered), await AskAgain(presses, sent));
        if (inFlight is { } command)
        {
            InFlight++;
            var (repeated, offset) = await AskAgain(presses, command);
            if (repeated) AnsweredAgain++;
            else RecordedByRetry++;
            Assert.Equal((true, offset), await AskAgain(presses, command));
            acknowledged[command] = offset;
        }

        var events = new List<StoredEvent>();
        for (var page = journal.ReadAll(0, 1000); page.Count > 0; page = journal.ReadAll(events.Count, 1000)) events.AddRange(page);
        var orders = events.GroupBy(stored => ((PressEvent.Stroked)Press.Decode(stored.Name, stored.Payload)).Order).ToDictionary(order => order.Key);
        Assert.Equal(acknowledged.Keys.Order(), orders.Keys.Order());
        foreach (var (acked, offset) in acknowledged)
            Assert.True(orders[acked].Select(stored => stored.Offset).SequenceEqual([offset, offset + 1]), $"{kill}: command {acked} is not recorded once at offset {offset}.");
        foreach (var press in Enumerable.Range(0, 4).Select(PressProcess.PressOf))
            Assert.Equal(PressShop.Fold(events, press), (await presses.QueryAsync(press, Limit)).State);
    }

    private static async Task<(bool Repeated, long Offset)> AskAgain(Entities<Press, PressCommand, PressEvent> presses, int command)
    {
        var reply = await presses.AskAsync(PressProcess.PressOf(command), PressProcess.Command(command), Limit, PressProcess.IdOf(command));
        var accepted = Assert.IsType<Reply<Press, PressEvent>.Accepted>(reply);
        return (accepted.Repeated, accepted.Events[0].Offset);
    }
}
