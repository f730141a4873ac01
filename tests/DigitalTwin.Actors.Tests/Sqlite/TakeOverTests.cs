using DigitalTwin.Actors.Tests.TakeOver;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Sqlite;
using Xunit.Abstractions;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>Fault 20 on SQLite: two processes on one folder.</summary>
public sealed class TakeOverTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo parent = Directory.CreateTempSubdirectory("take-over-");

    public void Dispose() => parent.Delete(recursive: true);

    [Fact]
    public void Fault_20_after_two_hundred_take_overs_under_load_nothing_of_an_older_epoch_is_stored()
    {
        foreach (var summary in TakeOverTrial.SideBySide(4, FiftyTakeOvers)) output.WriteLine(summary);
    }

    private TakeOverTrial FiftyTakeOvers(int pair)
    {
        var folder = parent.CreateSubdirectory($"{pair}").FullName;
        using var journal = SqliteJournal.Open(new SqliteJournalOptions(folder, "leipzig"));
        using var trial = new TakeOverTrial(journal, owner => new("dotnet", [typeof(PressProcess).Assembly.Location, folder, "take-over", owner]), pair, () => StandsInCommit(folder));
        trial.Run(50);
        trial.Check();
        Assert.True(JournalVerifier.Verify(folder).Whole);
        return trial;
    }

    private static bool StandsInCommit(string folder)
    {
        using var probe = new FileLock(Path.Combine(folder, "journal.lock"));
        return !probe.TryTake();
    }
}
