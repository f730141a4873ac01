using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Actors.Tests.Sqlite;

public sealed class SqliteJournalTests : IDisposable
{
    private static readonly EntityId Cell2 = new("leipzig.body.cell2");
    private readonly JournalFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_was_appended_is_read_back_in_order_after_a_new_start()
    {
        folder.Fill();
        using var journal = folder.Open();
        Assert.Equal(30, journal.Head.Offset);
        Assert.Equal(3, journal.CountEntities());
        Assert.Equal(Enumerable.Range(1, 30).Select(offset => (long)offset), journal.ReadAll(0, 100).Select(stored => stored.Offset));

        var page = journal.ReadEntity(Cell2, 4, 3);
        Assert.Equal([5L, 6, 7], page.Select(stored => stored.Seq));
        Assert.Equal(JournalFolder.At.AddSeconds(5), page[0].At);
        Assert.Equal(JournalFolder.At, page[0].Recorded);
        Assert.Equal("""{"state":"Execute","count":5}"""u8.ToArray(), page[0].Payload.ToArray());
    }

    [Fact]
    public void The_events_of_one_entity_are_found_by_time_and_page_in_both_directions()
    {
        folder.Fill();
        using var journal = folder.Open();
        var query = new EventQuery(Cell2) { From = JournalFolder.At.AddSeconds(3), To = JournalFolder.At.AddSeconds(9), Limit = 4 };
        var first = journal.Find(query);
        Assert.Equal([3L, 4, 5, 6], first.Select(stored => stored.Seq));
        Assert.Equal([7L, 8], journal.Find(query with { Cursor = first[^1].Offset }).Select(stored => stored.Seq));

        var newest = journal.Find(query with { NewestFirst = true });
        Assert.Equal([8L, 7, 6, 5], newest.Select(stored => stored.Seq));
        Assert.Equal([4L, 3], journal.Find(query with { NewestFirst = true, Cursor = newest[^1].Offset }).Select(stored => stored.Seq));
    }

    [Fact]
    public void An_append_that_does_not_follow_is_left_out_and_the_rest_of_its_batch_is_stored()
    {
        folder.Fill();
        using var journal = folder.Open();
        var results = new AppendResult[3];
        journal.Append(
            [JournalFolder.Event("leipzig.body.cell1", 10, 2), JournalFolder.Event("leipzig.body.cell2", 9), JournalFolder.Event("leipzig.body.cell3", 11)],
            JournalFolder.At,
            results);
        Assert.Equal([AppendStatus.Stored, AppendStatus.Conflict, AppendStatus.Conflict], results.Select(result => result.Status));
        Assert.Equal(31, results[0].FirstOffset);
        Assert.Equal(32, journal.Head.Offset);
        Assert.True(JournalVerifier.Verify(folder.Path).Whole);
    }

    [Fact]
    public void The_epoch_and_the_command_of_an_event_are_kept_with_it()
    {
        using (var journal = folder.Open())
        {
            JournalFolder.Append(journal, JournalFolder.Event("leipzig.body.cell2", 0, 2) with { Command = new CommandTag("order-7/weld", -1) });
            JournalFolder.Append(journal, JournalFolder.Event("leipzig.body.cell2", 2));
        }

        using var again = folder.Open();
        var events = again.ReadEntity(Cell2, 0, 10);
        Assert.Equal([new CommandTag("order-7/weld", -1), new CommandTag("order-7/weld", -1), null], events.Select(stored => stored.Command));
        Assert.All(events, stored => Assert.Equal(1, stored.Epoch));
        Assert.True(JournalVerifier.Verify(folder.Path).Whole);
    }

    [Fact]
    public void The_recorded_time_never_goes_backwards_though_the_clock_does()
    {
        using (var journal = folder.Open()) JournalFolder.Append(journal, JournalFolder.Event("leipzig.body.cell2", 0), JournalFolder.At.AddHours(2));
        using var again = folder.Open();
        var results = new AppendResult[1];
        Assert.Equal(JournalFolder.At.AddHours(2), again.Append([JournalFolder.Event("leipzig.body.cell2", 1)], JournalFolder.At, results));
        Assert.Equal(JournalFolder.At.AddHours(3), again.Append([JournalFolder.Event("leipzig.body.cell2", 2)], JournalFolder.At.AddHours(3), results));
        Assert.Equal([2, 2, 3], again.ReadEntity(Cell2, 0, 10).Select(stored => (int)(stored.Recorded - JournalFolder.At).TotalHours));
    }

    [Fact]
    public void The_next_wake_of_an_entity_is_committed_with_its_events_and_the_earliest_comes_first()
    {
        static Append Waking(string cell, long seq, DateTimeOffset? due) => JournalFolder.Event(cell, seq) with { Wake = new Wake("cell", due) };
        var due = JournalFolder.At.AddDays(1);
        using (var journal = folder.Open())
        {
            JournalFolder.Append(journal, Waking("cell1", 0, due.AddHours(1)));
            JournalFolder.Append(journal, Waking("cell2", 0, due));
            JournalFolder.Append(journal, Waking("cell3", 0, due));
            JournalFolder.Append(journal, Waking("cell2", 1, due.AddHours(2)));
            JournalFolder.Append(journal, Waking("cell3", 1, null));
            Assert.Equal(AppendStatus.Conflict, JournalFolder.Append(journal, Waking("cell1", 0, null)).Status);
            JournalFolder.Append(journal, JournalFolder.Event("cell1", 1));
        }

        using var again = folder.Open();
        Assert.Equal([new PendingWake(new("cell1"), "cell", due.AddHours(1)), new PendingWake(new("cell2"), "cell", due.AddHours(2))], again.Wakes());
    }

    [Fact]
    public void The_journal_of_another_plant_is_refused()
    {
        folder.Fill();
        var refused = Assert.Throws<JournalRefusedException>(() => folder.Open("munich"));
        Assert.Contains("belongs to plant leipzig, not to munich", refused.Message, StringComparison.Ordinal);
        folder.Open().Dispose();
    }

    [Fact]
    public void A_journal_of_another_format_is_refused()
    {
        folder.Fill();
        folder.Tamper("UPDATE meta SET value = '3' WHERE key = 'schema'");
        var refused = Assert.Throws<JournalRefusedException>(() => folder.Open());
        Assert.Contains("has format 3", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("cut in the middle")]
    [InlineData("header zeroed")]
    public void Fault_10_a_journal_whose_log_was_lost_is_refused_because_the_witness_has_seen_more(string loss)
    {
        // As after a kill: the log holds commits that are not yet in the database.
        using var copy = new JournalFolder();
        using (var journal = folder.Open())
        {
            for (var seq = 0; seq < 20; seq++) journal.Append([JournalFolder.Event("leipzig.body.cell1", seq)], JournalFolder.At, new AppendResult[1]);
            foreach (var file in Directory.GetFiles(folder.Path, "journal.*"))
            {
                if (!file.EndsWith(".lock", StringComparison.Ordinal)) Copy(file, Path.Combine(copy.Path, Path.GetFileName(file)));
            }
        }

        File.Delete(copy.Database + "-shm");
        var log = copy.Database + "-wal";
        Assert.True(new FileInfo(log).Length > 0);
        switch (loss)
        {
            case "deleted":
                File.Delete(log);
                break;
            case "cut in the middle":
                using (var file = File.OpenWrite(log)) file.SetLength(file.Length / 2);
                break;
            default:
                using (var file = File.OpenWrite(log)) file.Write(new byte[32]);
                break;
        }

        var report = JournalVerifier.Verify(copy.Path);
        Assert.False(report.Whole);
        Assert.Contains(report.Faults, fault => fault.Fault.Contains("has seen offset 20", StringComparison.Ordinal));
        if (loss == "cut in the middle") Assert.InRange(report.Events, 1, 19);
        var refused = Assert.Throws<JournalRefusedException>(() => copy.Open());
        Assert.Contains("acknowledged events are missing", refused.Message, StringComparison.Ordinal);
        if (loss != "cut in the middle") return;

        copy.Open(acceptHead: true).Dispose();
        Assert.True(JournalVerifier.Verify(copy.Path).Whole);
    }

    [Fact]
    public void A_missing_or_damaged_witness_is_not_taken_for_a_good_one()
    {
        folder.Fill();
        var head = Path.Combine(folder.Path, "journal.head");
        var bytes = File.ReadAllBytes(head);
        File.Delete(head);
        Assert.Contains("journal.head is missing", Assert.Throws<JournalRefusedException>(() => folder.Open()).Message, StringComparison.Ordinal);

        for (var i = 0; i < bytes.Length; i++) bytes[i] ^= 1;
        File.WriteAllBytes(head, bytes);
        Assert.Contains("journal.head is damaged", Assert.Throws<JournalRefusedException>(() => folder.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_torn_slot_of_the_witness_leaves_the_other_one()
    {
        folder.Fill();
        var head = Path.Combine(folder.Path, "journal.head");
        var bytes = File.ReadAllBytes(head);
        bytes[20] ^= 1;
        File.WriteAllBytes(head, bytes);
        using var journal = folder.Open();
        Assert.Equal(30, journal.Head.Offset);
    }

    [Fact]
    public void A_rewritten_history_is_refused_although_its_own_chain_is_whole()
    {
        folder.Fill();
        using var other = new JournalFolder();
        other.Fill();
        using (var journal = other.Open()) journal.Append([JournalFolder.Event("leipzig.body.cell9", 0)], JournalFolder.At, new AppendResult[1]);
        File.Copy(Path.Combine(folder.Path, "journal.head"), Path.Combine(other.Path, "journal.head"), overwrite: true);
        other.Open().Dispose();

        using (var journal = folder.Open()) journal.Append([JournalFolder.Event("leipzig.body.cell8", 0)], JournalFolder.At, new AppendResult[1]);
        File.Copy(Path.Combine(folder.Path, "journal.head"), Path.Combine(other.Path, "journal.head"), overwrite: true);
        Assert.Contains("has been replaced or rewritten", Assert.Throws<JournalRefusedException>(() => other.Open()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fault_9_a_flipped_byte_stops_the_entity_of_that_row_alone()
    {
        folder.Fill();
        // Row 14 is the fifth event of cell 2.
        folder.Tamper("UPDATE events SET payload = CAST(replace(CAST(payload AS TEXT), 'Execute', 'Exebute') AS BLOB) WHERE offset = 14");
        using var journal = folder.Open();
        var corrupt = Assert.Throws<CorruptEventException>(() => journal.ReadEntity(Cell2, 0, 100));
        Assert.Equal((14, Cell2), (corrupt.Offset, corrupt.Entity));
        Assert.Equal(10, journal.ReadEntity(new EntityId("leipzig.body.cell1"), 0, 100).Count);

        await using var system = new EntitySystem(journal);
        var cells = system.Add(new EntityBehavior<int, int, int>(
            "cell", _ => 0, (count, _, _) => Outcome<int>.Nothing.Instance, (count, _) => count + 1, _ => default, (_, _) => 0));
        var stopped = await Assert.ThrowsAsync<EntityUnavailableException>(() => cells.QueryAsync(Cell2, TimeSpan.FromSeconds(60)));
        Assert.Contains("row 14 of leipzig.body.cell2", stopped.Message, StringComparison.Ordinal);
        Assert.Equal(10, (await cells.QueryAsync(new EntityId("leipzig.body.cell3"), TimeSpan.FromSeconds(60))).State);
    }

    [Fact]
    public void A_missing_row_in_the_middle_stops_its_entity()
    {
        folder.Fill();
        folder.Tamper("DELETE FROM events WHERE offset = 14");
        using var journal = folder.Open();
        Assert.Contains("event 5 is missing", Assert.Throws<CorruptEventException>(() => journal.ReadEntity(Cell2, 0, 100)).Message, StringComparison.Ordinal);
    }

    private static void Copy(string from, string to)
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var target = File.Create(to);
        source.CopyTo(target);
    }
}
