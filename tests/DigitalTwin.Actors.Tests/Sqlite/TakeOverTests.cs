using System.Diagnostics;
using DigitalTwin.Actors.Tests.TakeOver;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Sqlite;
using Xunit.Abstractions;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>Fault 20 on SQLite: two processes on one folder.</summary>
public sealed class TakeOverTests(ITestOutputHelper output) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("take-over-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Fault_20_after_two_hundred_take_overs_under_load_nothing_of_an_older_epoch_is_stored()
    {
        using var journal = SqliteJournal.Open(new SqliteJournalOptions(folder, "leipzig"));
        using var trial = new TakeOverTrial(journal, Host, StandsInCommit);
        trial.Run(200);
        trial.Check();
        Assert.True(JournalVerifier.Verify(folder).Whole);
        output.WriteLine(trial.Summary);
    }

    private ProcessStartInfo Host(string owner) => new("dotnet", [typeof(PressProcess).Assembly.Location, folder, "take-over", owner]);

    private bool StandsInCommit()
    {
        using var probe = new FileLock(Path.Combine(folder, "journal.lock"));
        return !probe.TryTake();
    }
}
