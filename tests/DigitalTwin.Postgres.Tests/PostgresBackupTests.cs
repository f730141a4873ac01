using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Tests.Journals;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Backups;
using DigitalTwin.Persistence.Postgres;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Postgres.Tests;

public sealed class PostgresBackupTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);
    private readonly TestJournal store = new(TestServer.Shared);
    private readonly TestJournal other = new(TestServer.Shared);
    private readonly string folder = Directory.CreateTempSubdirectory("backup-").FullName;

    public void Dispose()
    {
        store.Dispose();
        other.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [JournalFact]
    public void A_backup_of_either_store_is_restored_into_the_other_with_every_event_wake_and_epoch()
    {
        var (first, second, restored) = (Path.Combine(folder, "first.gz"), Path.Combine(folder, "second.gz"), Path.Combine(folder, "restored"));
        Lease last;
        using (var sqlite = SqliteJournal.Open(new SqliteJournalOptions(Path.Combine(folder, "journal"), "leipzig"))) last = Fill(sqlite);
        using (var moment = SqliteMoment.Open(Path.Combine(folder, "journal"))) JournalBackup.Write(moment, first);

        using (var target = new PostgresRestore(store.Options())) JournalBackup.Restore(first, target);
        using (var moment = PostgresMoment.Open(store.Options())) JournalBackup.Write(moment, second);
        using (var target = new SqliteRestore(restored)) JournalBackup.Restore(second, target);

        var reports = new[] { JournalVerifier.Verify(Path.Combine(folder, "journal")), PostgresVerifier.Verify(store.Options()), JournalVerifier.Verify(restored) };
        Assert.All(reports, report => Assert.True(report.Whole, string.Join("; ", report.Faults)));
        Assert.Single(reports.Select(report => report.HeadHash).Distinct());
        using var postgres = store.Open();
        using var again = SqliteJournal.Open(new SqliteJournalOptions(restored, "leipzig"));
        foreach (var journal in (IJournal[])[postgres, again])
        {
            Assert.Equal([new PendingWake(new EntityId("cell2"), "cell", At.AddHours(3))], journal.Wakes());
            var lease = journal.Acquire(new ShardId("line1"), "host-b", TimeSpan.FromHours(1)).Lease!;
            Assert.True(lease.Epoch > last.Epoch, $"{lease.Epoch} after {last.Epoch}");
            Assert.Equal(41, Append(journal, Event(lease, "cell1", 20)).FirstOffset);
            Assert.Equal(new CommandTag("order-7", -5), journal.ReadEntity(new EntityId("cell2"), 19, 1)[0].Command);
        }
    }

    [JournalFact]
    public void A_backup_that_is_cut_off_leaves_the_database_as_it_was()
    {
        using (var journal = store.Open()) Fill(journal);
        var (whole, cut) = (Path.Combine(folder, "whole.gz"), Path.Combine(folder, "cut.gz"));
        using (var moment = PostgresMoment.Open(store.Options())) JournalBackup.Write(moment, whole);
        var bytes = File.ReadAllBytes(whole);
        File.WriteAllBytes(cut, bytes[..(bytes.Length * 3 / 4)]);
        using (var target = new PostgresRestore(other.Options())) Assert.Throws<JournalRefusedException>(() => JournalBackup.Restore(cut, target));
        Assert.Contains("There is no journal", Assert.Throws<JournalRefusedException>(() => PostgresMoment.Open(other.Options())).Message, StringComparison.Ordinal);
        using (var target = new PostgresRestore(other.Options())) JournalBackup.Restore(whole, target);
        Assert.True(PostgresVerifier.Verify(other.Options()).Whole);
    }

    [JournalFact]
    public void A_backup_replaces_no_journal_that_is_there()
    {
        using (var journal = store.Open()) Fill(journal);
        var file = Path.Combine(folder, "backup.gz");
        using (var moment = PostgresMoment.Open(store.Options())) JournalBackup.Write(moment, file);
        using var target = new PostgresRestore(store.Options());
        Assert.Contains("There is a journal in PostgreSQL already", Assert.Throws<JournalRefusedException>(() => JournalBackup.Restore(file, target)).Message, StringComparison.Ordinal);
        Assert.True(PostgresVerifier.Verify(store.Options()).Whole);
    }

    [JournalFact]
    public void A_backup_is_taken_of_one_moment_while_the_plant_goes_on()
    {
        using var journal = store.Open();
        var lease = Fill(journal);
        var appended = 20L;
        using var ended = new CancellationTokenSource();
        var plant = Task.Run(() =>
        {
            while (!ended.IsCancellationRequested) Append(journal, Event(lease, "cell1", appended++));
        });
        for (var i = 0; i < 5; i++)
        {
            var file = Path.Combine(folder, $"{i}.gz");
            using (var moment = PostgresMoment.Open(store.Options())) JournalBackup.Write(moment, file);
            using var target = new SqliteRestore(Path.Combine(folder, $"{i}"));
            JournalBackup.Restore(file, target);
            Assert.True(JournalVerifier.Verify(Path.Combine(folder, $"{i}")).Whole);
        }

        ended.Cancel();
        plant.GetAwaiter().GetResult();
        Assert.True(appended > 20);
    }

    /// <summary>Forty events under the newest of several leases.</summary>
    private static Lease Fill(IJournal journal)
    {
        var lease = journal.Acquire(new ShardId("line1"), "host-a", TimeSpan.FromHours(1)).Lease!;
        for (var seq = 0; seq < 20; seq++)
        {
            Append(journal, Event(lease, "cell1", seq) with { Wake = new Wake("cell", seq < 19 ? At.AddHours(seq) : null) });
            Append(journal, Event(lease, "cell2", seq) with { Wake = new Wake("cell", At.AddHours(3)), Command = new CommandTag("order-7", -5) });
        }

        journal.Release(lease);
        return journal.Acquire(new ShardId("line1"), "host-b", TimeSpan.FromHours(1)).Lease!;
    }

    private static Append Event(Lease lease, string entity, long seq) => new(lease, new EntityId(entity), seq, [new NewEvent("cell.counted.v1", At.AddSeconds(seq), "{\"state\": 1}"u8.ToArray())]);

    private static AppendResult Append(IJournal journal, Append append)
    {
        var results = new AppendResult[1];
        journal.Append([append], At, results);
        Assert.Equal((AppendStatus.Stored, null), (results[0].Status, results[0].Why));
        return results[0];
    }
}
