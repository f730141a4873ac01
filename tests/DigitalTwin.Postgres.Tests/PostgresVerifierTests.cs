using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Tests.Journals;
using DigitalTwin.Persistence.Postgres;

namespace DigitalTwin.Postgres.Tests;

public sealed class PostgresVerifierTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);
    private readonly TestJournal store = new(TestServer.Shared);

    public void Dispose() => store.Dispose();

    [JournalFact]
    public void A_sound_journal_is_whole_and_its_head_is_named()
    {
        using var journal = Fill();
        var report = PostgresVerifier.Verify(store.Options());
        Assert.Equal((30, 3, 30, true), (report.Events, report.Entities, report.HeadSeq, report.Whole));
        Assert.Equal(Convert.ToHexStringLower(journal.Head.Hash.Span), report.HeadHash);
    }

    [JournalFact]
    public void A_database_without_a_journal_is_said_to_have_none() =>
        Assert.Contains("There is no journal in PostgreSQL", Assert.Throws<JournalRefusedException>(() => PostgresVerifier.Verify(store.Options())).Message, StringComparison.Ordinal);

    [JournalTheory]
    [InlineData("UPDATE events SET payload = set_byte(payload, 1, 33) WHERE \"offset\" = 14", 14, "checksum")]
    [InlineData("UPDATE events SET name = 'cell.counted.v2' WHERE \"offset\" = 14", 14, "checksum")]
    [InlineData("UPDATE events SET at = at + 1 WHERE \"offset\" = 14", 14, "checksum")]
    [InlineData("UPDATE events SET recorded = recorded - 1 WHERE \"offset\" = 14", 14, "checksum")]
    [InlineData("UPDATE events SET epoch = epoch + 1 WHERE \"offset\" = 14", 14, "checksum")]
    [InlineData("UPDATE events SET command = 'order-8' WHERE \"offset\" = 14", 14, "checksum")]
    [InlineData("UPDATE events SET body = body + 1 WHERE \"offset\" = 14", 14, "checksum")]
    [InlineData("UPDATE events SET crc = crc + 1 WHERE \"offset\" = 14", 14, "checksum")]
    [InlineData("UPDATE events SET hash = '' WHERE \"offset\" = 14", 14, "hash")]
    [InlineData("UPDATE events SET prev = '' WHERE \"offset\" = 14", 14, "does not follow")]
    [InlineData("DELETE FROM events WHERE \"offset\" = 14", 15, "offsets 14 to 14 are missing")]
    [InlineData("DELETE FROM events WHERE \"offset\" > 25", null, "5 acknowledged events are missing")]
    [InlineData("UPDATE head SET \"offset\" = 25", null, "the last event has offset 30, but the head says 25")]
    [InlineData("UPDATE head SET hash = ''", null, "not the one that the head says")]
    public void A_changed_row_is_named(string tampering, int? row, string what)
    {
        Fill().Dispose();
        store.Execute(tampering);
        var report = PostgresVerifier.Verify(store.Options());
        Assert.False(report.Whole);
        Assert.Equal(row, report.Faults[0].Offset);
        Assert.Contains(what, report.Faults[0].Fault, StringComparison.Ordinal);
    }

    [JournalFact]
    public void Verifying_works_beside_the_writer()
    {
        using var journal = store.Open();
        var lease = journal.Acquire(new ShardId("line1"), "host-a", TimeSpan.FromHours(1)).Lease!;
        using var ended = new CancellationTokenSource();
        var verifying = Task.Run(() =>
        {
            var reports = 0;
            for (; !ended.IsCancellationRequested; reports++) Assert.Empty(PostgresVerifier.Verify(store.Options()).Faults);
            return reports;
        });
        for (var seq = 0L; seq < 300; seq++) Append(journal, lease, "cell1", seq);
        ended.Cancel();
        Assert.True(verifying.GetAwaiter().GetResult() > 0);
    }

    private PostgresJournal Fill()
    {
        var journal = store.Open();
        var lease = journal.Acquire(new ShardId("line1"), "host-a", TimeSpan.FromHours(1)).Lease!;
        for (var seq = 0; seq < 10; seq++) Append(journal, lease, "cell1", seq, "cell2", "cell3");
        return journal;
    }

    private static void Append(PostgresJournal journal, Lease lease, string first, long seq, params string[] more)
    {
        Append[] batch = [.. new[] { first }.Concat(more).Select(cell => new Append(
            lease, new EntityId(cell), seq, [new NewEvent("cell.counted.v1", At.AddSeconds(seq), "{\"state\":1}"u8.ToArray())]) { Command = new CommandTag("order-7", 5) })];
        var results = new AppendResult[batch.Length];
        journal.Append(batch, At, results);
        Assert.All(results, result => Assert.Equal((AppendStatus.Stored, null), (result.Status, result.Why)));
    }
}
