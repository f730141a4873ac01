using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Persistence;

namespace DigitalTwin.Actors.Tests.Journals;

/// <summary>What every store behind the port does, whichever it is.</summary>
public abstract class JournalContract : IDisposable
{
    protected static readonly DateTimeOffset At = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);
    protected static readonly ShardId Line1 = new("line1");
    protected static readonly ShardId Line2 = new("line2");
    protected static readonly EntityId Cell1 = new("leipzig.body.cell1");
    protected static readonly EntityId Cell2 = new("leipzig.body.cell2");
    protected static readonly EntityId Cell3 = new("leipzig.body.cell3");
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly List<IDisposable> open = [];

    public void Dispose()
    {
        foreach (var journal in open) journal.Dispose();
        Remove();
        GC.SuppressFinalize(this);
    }

    /// <summary>As another process would open the same journal.</summary>
    protected abstract IJournal OpenStore(string plant);

    protected abstract JournalReport Verify();

    /// <summary>What no honest program does to a journal, in SQL that both stores understand.</summary>
    protected abstract void Tamper(string sql);

    /// <summary>Changes one byte of the event's payload.</summary>
    protected abstract void FlipByte(long offset);

    protected abstract void Remove();

    protected IJournal Open(string plant = "leipzig")
    {
        var journal = OpenStore(plant);
        open.Add((IDisposable)journal);
        return journal;
    }

    protected void Close(IJournal journal)
    {
        ((IDisposable)journal).Dispose();
        open.Remove((IDisposable)journal);
    }

    protected static Lease Acquire(IJournal journal, ShardId shard, string owner = "host-a", TimeSpan? timeToLive = null) =>
        journal.Acquire(shard, owner, timeToLive ?? Long).Lease ?? throw new InvalidOperationException($"{shard} is not free for {owner}.");

    protected static Append Event(Lease lease, EntityId entity, long expectedSeq, int count = 1) => new(lease, entity, expectedSeq,
        [.. Enumerable.Range(1, count).Select(i => new NewEvent(
            "machine.state-changed.v1", At.AddSeconds(expectedSeq + i), Encoding.UTF8.GetBytes($$"""{"state":"Execute","count":{{expectedSeq + i}}}""")))]);

    protected static AppendResult[] Store(IJournal journal, params Append[] batch)
    {
        var results = new AppendResult[batch.Length];
        journal.Append(batch, At, results);
        return results;
    }

    /// <summary>Events of three machines, ten each, in ten commits.</summary>
    protected static Lease Fill(IJournal journal)
    {
        var lease = Acquire(journal, Line1);
        for (var round = 0; round < 10; round++)
        {
            var results = Store(journal, Event(lease, Cell1, round), Event(lease, Cell2, round), Event(lease, Cell3, round));
            Assert.All(results, result => Assert.Equal((AppendStatus.Stored, null), (result.Status, result.Why)));
        }

        return lease;
    }

    [JournalFact]
    public void What_was_appended_is_read_back_in_order_after_a_new_start()
    {
        var journal = Open();
        var lease = Fill(journal);
        var tag = new CommandTag("order-7/start", -42);
        Store(journal, Event(lease, Cell2, 10) with { Command = tag });
        Close(journal);

        var reopened = Open();
        Assert.Equal(31, reopened.Head.Offset);
        Assert.Equal(3, reopened.CountEntities());
        Assert.Equal(Enumerable.Range(1, 31).Select(offset => (long)offset), reopened.ReadAll(0, 100).Select(stored => stored.Offset));
        var page = reopened.ReadEntity(Cell2, 4, 3);
        Assert.Equal([5L, 6, 7], page.Select(stored => stored.Seq));
        Assert.Equal((At.AddSeconds(5), At, lease.Epoch, null), (page[0].At, page[0].Recorded, page[0].Epoch, page[0].Command));
        Assert.Equal("""{"state":"Execute","count":5}"""u8.ToArray(), page[0].Payload.ToArray());
        Assert.Equal(tag, Assert.Single(reopened.ReadEntity(Cell2, 10, 3)).Command);
        Assert.True(Verify().Whole);
    }

    [JournalFact]
    public void The_events_of_one_entity_are_found_by_time_and_page_in_both_directions()
    {
        var journal = Open();
        Fill(journal);
        var query = new EventQuery(Cell2) { From = At.AddSeconds(3), To = At.AddSeconds(9), Limit = 4 };
        var first = journal.Find(query);
        Assert.Equal([3L, 4, 5, 6], first.Select(stored => stored.Seq));
        Assert.Equal([7L, 8], journal.Find(query with { Cursor = first[^1].Offset }).Select(stored => stored.Seq));
        var newest = journal.Find(query with { NewestFirst = true });
        Assert.Equal([8L, 7, 6, 5], newest.Select(stored => stored.Seq));
        Assert.Equal([4L, 3], journal.Find(query with { NewestFirst = true, Cursor = newest[^1].Offset }).Select(stored => stored.Seq));
    }

    [JournalFact]
    public void An_append_that_does_not_follow_is_left_out_and_the_rest_of_its_batch_is_stored()
    {
        var journal = Open();
        var lease = Fill(journal);
        var results = Store(journal, Event(lease, Cell1, 10, 2), Event(lease, Cell2, 9), Event(lease, Cell3, 11), Event(lease, Cell1, 12));
        Assert.Equal([AppendStatus.Stored, AppendStatus.Conflict, AppendStatus.Conflict, AppendStatus.Stored], results.Select(result => result.Status));
        Assert.Equal((31, 33), (results[0].FirstOffset, results[3].FirstOffset));
        Assert.Equal(33, journal.Head.Offset);
        var report = Verify();
        Assert.Equal((33, true), (report.Events, report.Whole));
    }

    [JournalFact]
    public void A_lease_that_was_taken_over_stores_nothing_and_the_rest_of_the_batch_is_stored()
    {
        var journal = Open();
        var old = Acquire(journal, Line1);
        var other = Acquire(journal, Line2);
        Store(journal, Event(old, Cell1, 0), Event(other, Cell2, 0));
        var renewed = Acquire(journal, Line1);
        Assert.True(renewed.Epoch > other.Epoch && other.Epoch > old.Epoch);

        var results = Store(journal, Event(old, Cell1, 1), Event(other, Cell2, 1));
        Assert.Equal([AppendStatus.Fenced, AppendStatus.Stored], results.Select(result => result.Status));
        Assert.Contains("shard line1 was taken over", results[0].Why, StringComparison.Ordinal);
        Assert.Equal(AppendStatus.Stored, Store(journal, Event(renewed, Cell1, 1))[0].Status);
        Assert.Equal(AppendStatus.Fenced, Store(journal, Event(old, Cell1, 2))[0].Status);
        Assert.Equal(AppendStatus.Fenced, Store(journal, Event(new Lease(new ShardId("line9"), "host-a", 1, Long), Cell3, 0))[0].Status);
        Assert.Equal(4, journal.Head.Offset);
    }

    [JournalFact]
    public void A_shard_that_is_held_is_given_to_nobody_else_until_it_is_released_or_its_time_is_over()
    {
        var (here, there) = (Open(), Open());
        var held = Acquire(here, Line1);
        var refused = there.Acquire(Line1, "host-b", Long);
        Assert.Equal((null, "host-a"), (refused.Lease, refused.HeldBy));
        Assert.InRange(refused.FreeIn, TimeSpan.FromSeconds(30), Long);

        here.Release(held);
        var second = Acquire(there, Line1, "host-b", Short);
        Assert.True(second.Epoch > held.Epoch);
        Assert.False(here.Renew(held));
        here.Release(held);
        Assert.Equal("host-b", here.Leases().Single(lease => lease.Shard == Line1).Owner);

        LeaseAnswer third = default;
        Assert.True(SpinWait.SpinUntil(() => (third = here.Acquire(Line1, "host-a", Long)).Lease is not null, Limit));
        Assert.True(third.Lease!.Epoch > second.Epoch);
        Assert.False(there.Renew(second));
        Assert.True(here.Renew(third.Lease));
    }

    [JournalFact]
    public void A_lease_that_is_renewed_in_time_is_kept()
    {
        var (here, there) = (Open(), Open());
        var held = Acquire(here, Line1, timeToLive: Second);
        for (var until = Environment.TickCount64 + 2000; Environment.TickCount64 < until; Thread.Sleep(50))
        {
            var before = Environment.TickCount64;
            Assert.True(here.Renew(held));
            if (there.Acquire(Line1, "host-b", Long).Lease is not { } taken) continue;
            // Only a machine that has stood still for so long may have lost it: it was not renewed in time then.
            Assert.True(Environment.TickCount64 - before >= Second.TotalMilliseconds, "A renewed lease was taken over.");
            there.Release(taken);
            held = Acquire(here, Line1, timeToLive: Second);
        }
    }

    [JournalFact]
    public void Epochs_grow_over_all_shards_and_over_restarts()
    {
        var last = 0L;
        for (var start = 0; start < 3; start++)
        {
            var journal = Open();
            foreach (var shard in (ShardId[])[Line1, Line2, new($"line-{start}")])
            {
                var epoch = Acquire(journal, shard).Epoch;
                Assert.True(epoch > last, $"{epoch} after {last}");
                last = epoch;
            }

            Close(journal);
        }
    }

    [JournalFact]
    public void Two_processes_share_one_log_without_gaps_and_a_shard_can_wander_between_them()
    {
        var (here, there) = (Open(), Open());
        var one = Acquire(here, Line1);
        var two = Acquire(there, Line2, "host-b");
        for (var seq = 0; seq < 20; seq++)
        {
            Assert.Equal(2L * seq + 1, Store(here, Event(one, Cell1, seq))[0].FirstOffset);
            Assert.Equal(2L * seq + 2, Store(there, Event(two, Cell2, seq))[0].FirstOffset);
        }

        here.Release(one);
        var moved = Acquire(there, Line1, "host-b");
        Assert.Equal(AppendStatus.Conflict, Store(there, Event(moved, Cell1, 19))[0].Status);
        Assert.Equal(41, Store(there, Event(moved, Cell1, 20, 2))[0].FirstOffset);
        Assert.Equal(AppendStatus.Fenced, Store(here, Event(one, Cell1, 20))[0].Status);
        there.Release(moved);
        var back = Acquire(here, Line1);
        Assert.Equal(43, Store(here, Event(back, Cell1, 22))[0].FirstOffset);

        var report = Verify();
        Assert.Equal((43, true), (report.Events, report.Whole));
        Assert.Equal(43, there.Head.Offset);
    }

    [JournalFact]
    public void Two_processes_that_append_at_once_number_each_event_once()
    {
        const int Commits = 300;
        var journals = new[] { Open(), Open() };
        var offsets = new List<long>[2];
        Parallel.For(0, 2, new ParallelOptions { MaxDegreeOfParallelism = 2 }, side =>
        {
            var lease = Acquire(journals[side], new ShardId($"line{side}"), $"host-{side}");
            offsets[side] = [];
            for (var seq = 0; seq < Commits; seq++)
            {
                var result = Store(journals[side], Event(lease, new EntityId($"cell{side}"), seq))[0];
                Assert.Equal((AppendStatus.Stored, null), (result.Status, result.Why));
                offsets[side].Add(result.FirstOffset);
            }
        });

        Assert.Equal(Enumerable.Range(1, 2 * Commits).Select(offset => (long)offset), offsets[0].Concat(offsets[1]).Order());
        Assert.All(offsets, own => Assert.Equal(own.Order(), own));
        Assert.True(Verify().Whole);
    }

    [JournalFact]
    public void A_process_joins_while_another_one_appends()
    {
        var writing = Open();
        var lease = Acquire(writing, Line1);
        using var ended = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            for (var seq = 0L; !ended.IsCancellationRequested; seq++) Assert.Equal(AppendStatus.Stored, Store(writing, Event(lease, Cell1, seq))[0].Status);
        });
        for (var process = 0; process < 20; process++)
        {
            var joining = Open();
            Assert.True(joining.Head.Offset >= 0);
            Close(joining);
        }

        ended.Cancel();
        writer.GetAwaiter().GetResult();
    }

    [JournalFact]
    public void The_time_of_commits_never_goes_backwards()
    {
        var journal = Open();
        var lease = Acquire(journal, Line1);
        var results = new AppendResult[1];
        Assert.Equal(At.AddHours(1), journal.Append([Event(lease, Cell1, 0)], At.AddHours(1), results));
        Assert.Equal(At.AddHours(1), journal.Append([Event(lease, Cell1, 1)], At, results));
        Close(journal);

        var reopened = Open();
        var again = Acquire(reopened, Line1);
        Assert.Equal(At.AddHours(1), reopened.Append([Event(again, Cell1, 2)], At, results));
        Assert.All(reopened.ReadAll(0, 10), stored => Assert.Equal(At.AddHours(1), stored.Recorded));
    }

    [JournalFact]
    public void Wakes_are_kept_with_the_events_they_follow_from()
    {
        var journal = Open();
        var lease = Acquire(journal, Line1);
        Store(journal, Event(lease, Cell1, 0) with { Wake = new Wake("cell", At.AddHours(2)) }, Event(lease, Cell2, 0) with { Wake = new Wake("cell", At.AddHours(1)) });
        Store(journal, Event(lease, Cell3, 5) with { Wake = new Wake("cell", At) });
        Assert.Equal([new PendingWake(Cell2, "cell", At.AddHours(1)), new PendingWake(Cell1, "cell", At.AddHours(2))], journal.Wakes());

        Store(journal, Event(lease, Cell1, 1) with { Wake = new Wake("cell", At.AddMinutes(1)) }, Event(lease, Cell2, 1) with { Wake = new Wake("cell", null) });
        Store(journal, Event(lease, Cell1, 2));
        Close(journal);
        Assert.Equal([new PendingWake(Cell1, "cell", At.AddMinutes(1))], Open().Wakes());
    }

    [JournalFact]
    public void The_journal_of_another_plant_is_refused()
    {
        Close(Open());
        var refused = Assert.Throws<JournalRefusedException>(() => Open("munich"));
        Assert.Contains("belongs to plant leipzig, not to munich", refused.Message, StringComparison.Ordinal);
        Close(Open());
    }

    [JournalFact]
    public void A_journal_of_another_format_is_refused()
    {
        Close(Open());
        Tamper("UPDATE meta SET value = '99' WHERE key = 'schema'");
        Assert.Contains("has format 99", Assert.Throws<JournalRefusedException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [JournalFact]
    public async Task A_flipped_byte_stops_the_entity_of_that_row_alone_and_the_verifier_names_it()
    {
        // Row 14 is the fifth event of cell 2.
        var journal = Open();
        journal.Release(Fill(journal));
        FlipByte(14);
        var corrupt = Assert.Throws<CorruptEventException>(() => journal.ReadEntity(Cell2, 0, 100));
        Assert.Equal((14, Cell2), (corrupt.Offset, corrupt.Entity));
        Assert.Equal(10, journal.ReadEntity(Cell1, 0, 100).Count);
        var fault = Assert.Single(Verify().Faults);
        Assert.Equal((14L, Cell2.Value), (fault.Offset, fault.Entity));

        await using var system = new EntitySystem(journal);
        var cells = system.Add(new EntityBehavior<int, int, int>(
            "cell", _ => 0, (_, _, _) => Outcome<int>.Nothing.Instance, (count, _) => count + 1, _ => default, (_, _) => 0));
        var stopped = await Assert.ThrowsAsync<EntityUnavailableException>(() => cells.QueryAsync(Cell2, Limit));
        Assert.Contains("row 14 of leipzig.body.cell2", stopped.Message, StringComparison.Ordinal);
        Assert.Equal(10, (await cells.QueryAsync(Cell3, Limit)).State);
    }

    [JournalFact]
    public void A_missing_row_in_the_middle_stops_its_entity_and_is_named()
    {
        var journal = Open();
        Fill(journal);
        Tamper("DELETE FROM events WHERE \"offset\" = 14");
        Assert.Contains("event 5 is missing", Assert.Throws<CorruptEventException>(() => journal.ReadEntity(Cell2, 0, 100)).Message, StringComparison.Ordinal);
        Assert.Contains(Verify().Faults, found => found.Fault.Contains("offsets 14 to 14 are missing", StringComparison.Ordinal));
    }

    [JournalFact]
    public void A_reader_of_the_whole_log_is_told_of_missing_rows_and_can_go_on_past_each()
    {
        var journal = Open();
        Fill(journal);
        FlipByte(17);
        Tamper("DELETE FROM events WHERE \"offset\" BETWEEN 14 AND 16");
        Tamper("DELETE FROM events WHERE \"offset\" = 1");
        var (seen, passed) = (new List<long>(), new List<long>());
        for (var offset = 0L; offset < 30; offset = seen.Concat(passed).Max())
        {
            try
            {
                seen.AddRange(journal.ReadAll(offset, 5).Select(stored => stored.Offset));
            }
            catch (CorruptEventException corrupt)
            {
                // What is before it can be read.
                seen.AddRange(journal.ReadAll(offset, (int)(corrupt.Offset - offset - 1)).Select(stored => stored.Offset));
                passed.Add(corrupt.Offset);
                if (corrupt.Offset == 14) Assert.Contains("offsets 14 to 16 are missing", corrupt.Message, StringComparison.Ordinal);
            }
        }

        Assert.Equal([1L, 14, 15, 16, 17], passed);
        Assert.Equal(Enumerable.Range(1, 30).Select(offset => (long)offset).Except(passed), seen);
    }

    [JournalFact]
    public void A_reader_never_sees_an_offset_before_all_smaller_ones()
    {
        var (writing, reading) = (Open(), Open());
        var lease = Acquire(writing, Line1);
        using var ended = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            var seen = 0L;
            while (!ended.IsCancellationRequested)
            {
                foreach (var stored in reading.ReadAll(seen, 1000)) Assert.Equal(++seen, stored.Offset);
            }
        });
        for (var seq = 0; seq < 600; seq += 3) Store(writing, Event(lease, Cell1, seq, 3), Event(lease, Cell2, seq, 3));
        ended.Cancel();
        reader.GetAwaiter().GetResult();
    }
}
