using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Tests.TakeOver;
using DigitalTwin.Persistence.Backups;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>The test assembly as a program, to be killed, stopped or given a bad disk: presses over a journal in the folder of its first argument.</summary>
public static class PressProcess
{
    private const int Presses = 4;

    /// <summary>Small, so that most commands are followed by a checkpoint, and every few by a snapshot.</summary>
    public const int CheckpointPages = 10;
    public const int SnapshotEvery = 5;

    public static async Task<int> Main(string[] args) => args switch
    {
        [var folder, "commands", var first] => await CommandsAsync(folder, int.Parse(first, CultureInfo.InvariantCulture)),
        [var folder, "take-over", var owner] => await TakeOverAsync(folder, owner),
        [var folder, "copy", var backup, var restored] => Copy(folder, backup, restored),
        [var folder] => await StrokesAsync(folder),
        _ => 2,
    };

    public static EntityId PressOf(int command) => new($"shop.press-{command % Presses}");

    /// <summary>What command of that number is, whoever sends it.</summary>
    public static PressCommand Command(int command) => new PressCommand.Stroke(Times: 2, Order: command);

    public static string IdOf(int command) => string.Create(CultureInfo.InvariantCulture, $"command-{command}");

    /// <summary>One command after the other, each with an id: prints <c>sent n</c> before and <c>acked n offset</c> after each.</summary>
    private static async Task<int> CommandsAsync(string folder, int first)
    {
        using var journal = SqliteJournal.Open(new SqliteJournalOptions(folder, "leipzig") { CheckpointPages = CheckpointPages });
        using var snapshots = SqliteSnapshots.Open(folder);
        await using var system = new EntitySystem(journal, new EntitySystemOptions { Snapshots = snapshots, SnapshotEvery = SnapshotEvery });
        var presses = system.Add(Press.Behavior);
        for (var command = first; ; command++)
        {
            Say($"sent {command}");
            var reply = await presses.AskAsync(PressOf(command), Command(command), TimeSpan.FromMinutes(1), IdOf(command));
            if (reply is Reply<Press, PressEvent>.Accepted accepted) Say($"acked {command} {accepted.Events[0].Offset}");
            else
            {
                Say($"failed {reply}");
                return 1;
            }
        }
    }

    private static async Task<int> TakeOverAsync(string folder, string owner)
    {
        using var journal = SqliteJournal.Open(new SqliteJournalOptions(folder, "leipzig"));
        await TakeOverProcess.RunAsync(journal, owner);
        return 0;
    }

    private static int Copy(string folder, string backup, string restored)
    {
        using (var moment = SqliteMoment.Open(folder)) JournalBackup.Write(moment, backup);
        using var target = new SqliteRestore(restored);
        JournalBackup.Restore(backup, target);
        return 0;
    }

    /// <summary>Strokes as fast as the disk takes them; prints <c>entity seq offset</c> of each acknowledged event.</summary>
    private static async Task<int> StrokesAsync(string folder)
    {
        using var journal = SqliteJournal.Open(new SqliteJournalOptions(folder, "leipzig"));
        await using var system = new EntitySystem(journal);
        var presses = system.Add(Press.Behavior);
        using var failed = new CancellationTokenSource();
        await Task.WhenAll(Enumerable.Range(0, Presses).Select(press => Task.Run(() => Work(presses, PressOf(press), failed))));
        Say($"failed {system.JournalHealth.Why}");
        return 1;
    }

    private static async Task Work(Entities<Press, PressCommand, PressEvent> presses, EntityId id, CancellationTokenSource failed)
    {
        while (!failed.IsCancellationRequested)
        {
            var reply = await presses.AskAsync(id, new PressCommand.Stroke(Times: 2), TimeSpan.FromMinutes(1));
            if (reply is Reply<Press, PressEvent>.Accepted accepted)
            {
                foreach (var recorded in accepted.Events) Say($"{id} {recorded.Seq} {recorded.Offset}");
            }
            else if (reply is Reply<Press, PressEvent>.Failed) await failed.CancelAsync();
        }
    }

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
