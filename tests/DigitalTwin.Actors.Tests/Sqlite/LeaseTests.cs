using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>Two journals stand for two processes: each has its own connection, its own files and its own idea of the file's end.</summary>
public sealed class LeaseTests : IDisposable
{
    private static readonly ShardId Line1 = new("leipzig.body.line1");
    private static readonly ShardId Line2 = new("leipzig.body.line2");
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly JournalFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Epochs_grow_over_all_shards_and_are_never_given_out_again()
    {
        using (var journal = Open())
        {
            Assert.Equal(1, journal.Acquire(Line1, "a", Minute).Lease!.Epoch);
            Assert.Equal(2, journal.Acquire(Line2, "a", Minute).Lease!.Epoch);
            var again = journal.Acquire(Line1, "a", Minute).Lease!;
            Assert.Equal(3, again.Epoch);
            journal.Release(again);
        }

        using var next = Open();
        Assert.Equal(4, next.Acquire(Line1, "b", Minute).Lease!.Epoch);
    }

    [Fact]
    public void A_shard_that_a_living_process_holds_is_not_taken_over_before_its_lease_is_over()
    {
        using var first = Open();
        using var second = Open();
        var held = first.Acquire(Line1, "a", Minute).Lease!;
        var answer = second.Acquire(Line1, "b", Minute);
        Assert.Null(answer.Lease);
        Assert.Equal("a", answer.HeldBy);
        Assert.InRange(answer.FreeIn, TimeSpan.FromSeconds(30), Minute);

        first.Acquire(Line2, "a", TimeSpan.Zero);
        var taken = second.Acquire(Line2, "b", Minute).Lease!;
        Assert.Equal(3, taken.Epoch);
        Assert.Equal(
            [(Line1, "a", held.Epoch, true), (Line2, "b", taken.Epoch, true)],
            first.Leases().Select(lease => (lease.Shard, lease.Owner, lease.Epoch, lease.Expires > TimeSpan.Zero)));
    }

    [Fact]
    public void The_lease_of_a_process_that_has_ended_or_let_go_is_free_at_once()
    {
        using var second = Open();
        using (var first = Open()) first.Acquire(Line1, "a", Minute);
        Assert.Equal(TimeSpan.Zero, Assert.Single(second.Leases()).Expires);
        Assert.NotNull(second.Acquire(Line1, "b", Minute).Lease);

        using var third = Open();
        var released = third.Acquire(Line2, "c", Minute).Lease!;
        third.Release(released);
        Assert.NotNull(second.Acquire(Line2, "b", Minute).Lease);
        Assert.False(third.Renew(released));
        third.Release(released);
        Assert.Null(third.Acquire(Line2, "c", Minute).Lease);
    }

    [Fact]
    public void A_lease_from_before_the_machine_was_started_is_over()
    {
        using var first = Open();
        first.Acquire(Line1, "a", Minute);
        folder.Tamper("UPDATE leases SET boot = 'an earlier start'");
        using var second = Open();
        Assert.NotNull(second.Acquire(Line1, "b", Minute).Lease);
    }

    [Fact]
    public void A_renewed_lease_lasts_from_then_on_also_when_it_was_over_and_nobody_came()
    {
        using var first = Open();
        using var second = Open();
        var lease = first.Acquire(Line1, "a", TimeSpan.Zero).Lease! with { TimeToLive = Minute };
        Assert.True(first.Renew(lease));
        Assert.Null(second.Acquire(Line1, "b", Minute).Lease);
    }

    [Fact]
    public void Two_processes_of_one_name_are_told_apart()
    {
        using var first = Open();
        using var second = Open();
        first.Acquire(Line1, "a", Minute);
        Assert.Contains("belongs to one process", Assert.Throws<InvalidOperationException>(() => second.Acquire(Line2, "a", Minute)).Message, StringComparison.Ordinal);
        Assert.NotNull(second.Acquire(Line2, "b", Minute).Lease);
    }

    [Fact]
    public void After_a_take_over_the_old_holder_stores_nothing_and_the_rest_of_its_batch_is_stored()
    {
        using var first = Open();
        using var second = Open();
        var old = first.Acquire(Line1, "a", TimeSpan.Zero).Lease!;
        var other = first.Acquire(Line2, "a", Minute).Lease!;
        Assert.Equal(AppendStatus.Stored, JournalFolder.Append(first, Event("cell1", 0, old)).Status);

        var taken = second.Acquire(Line1, "b", Minute).Lease!;
        var results = new AppendResult[2];
        first.Append([Event("cell1", 1, old), Event("cell2", 0, other)], JournalFolder.At, results);
        Assert.Equal([AppendStatus.Fenced, AppendStatus.Stored], results.Select(result => result.Status));
        Assert.Contains($"its epoch is {taken.Epoch}, not {old.Epoch}", results[0].Why, StringComparison.Ordinal);

        Assert.Equal(3, JournalFolder.Append(second, Event("cell1", 1, taken)).FirstOffset);
        Assert.Equal([old.Epoch, other.Epoch, taken.Epoch], first.ReadAll(0, 10).Select(stored => stored.Epoch));
        Assert.True(JournalVerifier.Verify(folder.Path).Whole);
    }

    [Fact]
    public void A_lease_that_the_journal_never_gave_out_stores_nothing()
    {
        using var journal = Open();
        Assert.Equal(AppendStatus.Fenced, JournalFolder.Append(journal, Event("cell1", 0, new Lease(Line1, "a", 1, Minute))).Status);
    }

    [Fact]
    public void Processes_that_write_in_turns_keep_one_order_without_gaps_and_one_chain()
    {
        using var first = Open();
        using var second = Open();
        (SqliteJournal Journal, Lease Lease)[] writers = [(first, first.Acquire(Line1, "a", Minute).Lease!), (second, second.Acquire(Line2, "b", Minute).Lease!)];
        for (var round = 0; round < 50; round++)
        {
            for (var writer = 0; writer < 2; writer++)
            {
                var result = JournalFolder.Append(writers[writer].Journal, Event($"cell{writer}", round, writers[writer].Lease));
                Assert.Equal((AppendStatus.Stored, 2 * round + writer + 1), (result.Status, result.FirstOffset));
                Assert.Equal(2 * round + writer + 1, first.Head.Offset);
            }
        }

        // An entity that has moved between them: its sequence is read anew.
        Assert.Equal(AppendStatus.Conflict, JournalFolder.Append(second, Event("cell0", 49, writers[1].Lease)).Status);
        Assert.Equal(AppendStatus.Stored, JournalFolder.Append(second, Event("cell0", 50, writers[1].Lease)).Status);
        Assert.Equal(AppendStatus.Conflict, JournalFolder.Append(first, Event("cell0", 50, writers[0].Lease)).Status);
        Assert.True(JournalVerifier.Verify(folder.Path).Whole);
    }

    [Fact]
    public void A_process_that_stands_in_the_middle_of_writing_holds_up_the_others_who_say_so()
    {
        using var journal = Open();
        var lease = journal.Acquire(Line1, "a", Minute).Lease!;
        using (var standing = new FileLock(Path.Combine(folder.Path, "journal.lock")))
        {
            Assert.True(standing.TryTake());
            var result = JournalFolder.Append(journal, Event("cell1", 0, lease));
            Assert.Equal(AppendStatus.NotStored, result.Status);
            Assert.Contains("Another process stands in the middle of writing", result.Why, StringComparison.Ordinal);
        }

        Assert.Equal(AppendStatus.Stored, JournalFolder.Append(journal, Event("cell1", 0, lease)).Status);
    }

    [Fact]
    public void A_process_that_cannot_read_the_witness_stores_nothing_and_holds_up_nobody()
    {
        using var journal = Open();
        using var other = Open();
        var lease = journal.Acquire(Line1, "a", Minute).Lease!;
        var others = other.Acquire(Line2, "b", Minute).Lease!;
        Assert.Equal(AppendStatus.Stored, JournalFolder.Append(other, Event("cell2", 0, others)).Status);
        var head = Path.Combine(folder.Path, "journal.head");
        File.Move(head, head + ".away");
        Directory.CreateDirectory(head);

        var result = JournalFolder.Append(journal, Event("cell1", 0, lease));
        Assert.Equal(AppendStatus.NotStored, result.Status);
        Assert.Contains("journal.head", result.Why, StringComparison.Ordinal);
        Assert.Throws<UnauthorizedAccessException>(() => journal.Renew(lease));
        Assert.Equal(AppendStatus.Stored, JournalFolder.Append(other, Event("cell2", 1, others)).Status);

        Directory.Delete(head);
        File.Move(head + ".away", head);
        Assert.True(journal.Renew(lease));
        var stored = JournalFolder.Append(journal, Event("cell1", 0, lease));
        Assert.Equal((AppendStatus.Stored, 3), (stored.Status, stored.FirstOffset));
        Assert.True(JournalVerifier.Verify(folder.Path).Whole);
    }

    [Fact]
    public void A_process_that_was_stopped_while_it_waited_for_its_turn_holds_up_nobody()
    {
        using var journal = Open();
        var lease = journal.Acquire(Line1, "a", Minute).Lease!;
        using var waiting = new FileLock(Path.Combine(folder.Path, "journal.next"));
        Assert.True(waiting.TryTake());
        for (var seq = 0; seq < 20; seq++) Assert.Equal(AppendStatus.Stored, JournalFolder.Append(journal, Event("cell1", seq, lease)).Status);
    }

    [Fact]
    public void The_end_of_a_journal_is_not_accepted_while_another_process_holds_leases_of_it()
    {
        using (var journal = Open())
        {
            journal.Acquire(Line1, "a", Minute);
            Assert.Contains("in use by a", Assert.Throws<JournalRefusedException>(() => SqliteJournal.AcceptHead(folder.Path)).Message, StringComparison.Ordinal);
        }

        SqliteJournal.AcceptHead(folder.Path);
    }

    private SqliteJournal Open() => SqliteJournal.Open(new SqliteJournalOptions(folder.Path, "leipzig"));

    private static Append Event(string entity, long expectedSeq, Lease lease) => JournalFolder.Event(entity, expectedSeq) with { Lease = lease };
}
