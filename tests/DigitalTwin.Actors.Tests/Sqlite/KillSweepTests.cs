using Xunit.Abstractions;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>Faults 1, 2 and 5 with real processes: each kill is before one certain write or sync of one certain file.</summary>
public sealed class KillSweepTests(ITestOutputHelper output) : IDisposable
{
    private const string Database = "journal.db";
    private const string Log = "journal.db-wal";
    private const string Witness = "journal.head";
    private readonly KillSweep plant = new();

    public void Dispose()
    {
        output.WriteLine(plant.Summary);
        plant.Dispose();
    }

    [StraceFact]
    public async Task Fault_1_a_command_killed_before_its_append_never_happened_and_its_retry_is_recorded_once()
    {
        for (var kill = 0; kill < 25; kill++) await plant.KillAsync("pwrite64", 1 + (kill * 7), Log);
        Assert.InRange(plant.InFlight, 15, 25);
        Assert.Equal((plant.InFlight, 0), (plant.RecordedByRetry, plant.AnsweredAgain));
    }

    [StraceFact]
    public async Task Fault_2_a_command_killed_after_its_commit_and_before_its_reply_is_answered_again_and_not_recorded_again()
    {
        for (var kill = 0; kill < 15; kill++) await plant.KillAsync("pwrite64", 1 + (kill * 3), Witness);
        Assert.InRange(plant.InFlight, 10, 15);
        Assert.Equal((0, plant.InFlight), (plant.RecordedByRetry, plant.AnsweredAgain));
    }

    [StraceFact]
    public async Task Faults_1_and_2_a_command_killed_at_a_sync_is_recorded_once_whichever_side_of_it()
    {
        for (var kill = 0; kill < 15; kill++) await plant.KillAsync("fsync,fdatasync", 1 + (kill * 2), Log, Database);
        Assert.InRange(plant.InFlight, 8, 15);
        Assert.Equal(plant.InFlight, plant.RecordedByRetry + plant.AnsweredAgain);
    }

    [StraceFact]
    public async Task Fault_5_a_host_killed_while_it_checkpoints_loses_nothing()
    {
        for (var kill = 0; kill < 15; kill++) await plant.KillAsync("pwrite64", 1 + (kill * 5), Database);
        Assert.InRange(plant.InFlight, 8, 15);
    }

    [StraceFact]
    public async Task Fault_5_a_host_killed_while_it_saves_a_snapshot_goes_on_from_an_older_one()
    {
        for (var kill = 0; kill < 15; kill++) await plant.KillAsync("pwrite64", 1 + (kill * 4), "snapshots.db", "snapshots.db-wal");
        Assert.Empty(plant.Notices);
    }
}
