using DigitalTwin.Actors.TestKit;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Host.Twins;
using DigitalTwin.Host.Twins.Cuts;
using DigitalTwin.Host.Twins.Projections;
using DigitalTwin.Persistence.Projections;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace DigitalTwin.Host.Tests.Twins;

/// <summary>What is saved of the journal saves time, and is never believed where it does not fit.</summary>
[Collection("twins")]
public class CheckpointTests
{
    private static readonly PlantPlaces Places = new(MadePlant.Definition);

    [Fact]
    public async Task A_start_goes_on_from_the_checkpoint_of_an_orderly_end()
    {
        using var folder = new TemporaryFolder();
        var journal = new MemoryJournal();
        string before = await RunAsync(journal, folder.Path);
        using ProjectionStore store = ProjectionStore.Open(folder.Path, Assert.Fail);
        await using RunningTwins again = await RunningTwins.StartAsync(journal, follow: false, store);
        Assert.Equal(journal.Head.Offset, again.Checkpoints!.ResumedAt);
        Assert.Equal(before, CutTests.Text(again.Model.Now));
        Assert.Equal(journal.Head.Offset, again.Times.Offset);
    }

    [Fact]
    public async Task A_checkpoint_of_another_journal_is_left_aside_and_all_is_folded_anew()
    {
        using var folder = new TemporaryFolder();
        await RunAsync(new MemoryJournal(), folder.Path);
        // Restored from a backup, and gone on from there: as long as the first one, and another.
        var journal = new MemoryJournal();
        using var elsewhere = new TemporaryFolder();
        string whole = await RunAsync(journal, elsewhere.Path);
        await AssertFoldedAnewAsync(journal, folder.Path, whole);
    }

    [Fact]
    public async Task A_checkpoint_that_is_ahead_of_the_journal_is_left_aside()
    {
        using var folder = new TemporaryFolder();
        var journal = new MemoryJournal();
        await RunAsync(journal, folder.Path);
        MemoryJournal restored = MadeJournal.Of(MadeJournal.State(MadePlant.Robot, PackmlState.Held, 1));
        await AssertFoldedAnewAsync(restored, folder.Path, null);
    }

    [Fact]
    public async Task A_checkpoint_of_another_plant_definition_is_left_aside()
    {
        using var folder = new TemporaryFolder();
        var journal = new MemoryJournal();
        string whole = await RunAsync(journal, folder.Path);
        using (ProjectionStore store = ProjectionStore.Open(folder.Path, Assert.Fail))
            store.Save(new ProjectionChange(store.Head("twins")! with { Version = "1 of a plant with other lines" }, [], []));
        await AssertFoldedAnewAsync(journal, folder.Path, whole);
    }

    [Theory]
    [InlineData("UPDATE rows SET value = zeroblob(8) WHERE key = 'line:leipzig.body.line1'", "row line:leipzig.body.line1 of twins does not match its checksum")]
    [InlineData("PRAGMA user_version=7", "it has format 7, and this program reads format 1")]
    [InlineData(null, "it is damaged")]
    public async Task A_damaged_file_is_set_aside_reported_and_made_anew(string? damage, string reported)
    {
        using var folder = new TemporaryFolder();
        var journal = new MemoryJournal();
        string whole = await RunAsync(journal, folder.Path);
        if (damage is null)
            File.WriteAllBytes(folder[ProjectionStore.FileName], [.. Enumerable.Repeat((byte)'?', 8192)]);
        else
            Damage(folder.Path, damage);
        List<string> told = [];
        using (ProjectionStore store = ProjectionStore.Open(folder.Path, told.Add))
        await using (RunningTwins again = await RunningTwins.StartAsync(journal, follow: false, store))
        {
            Assert.Equal(0, again.Checkpoints!.ResumedAt);
            Assert.Equal(whole, CutTests.Text(again.Model.Now));
        }

        Assert.Contains(reported, Assert.Single(told), StringComparison.Ordinal);
        Assert.True(File.Exists(folder["projections.set-aside.db"]));
        Assert.Equal(whole, await RunAsync(journal, folder.Path, settle: false));
        using ProjectionStore anew = ProjectionStore.Open(folder.Path, Assert.Fail);
        Assert.Equal(journal.Head.Offset, anew.Head("twins")!.Offset);
    }

    [Fact]
    public async Task Any_moment_of_a_long_journal_is_a_short_fold_away()
    {
        using var folder = new TemporaryFolder();
        const int events = 2 * CutHistory.Every + 5_000;
        var journal = MadeJournal.Of(Enumerable.Range(0, events).Select(i => MadeJournal.State(i % 3 == 0 ? MadePlant.Robot : MadePlant.Last, (PackmlState)(i % 18), i)));
        var archive = new WorkOrderArchive(journal);
        using (ProjectionStore store = ProjectionStore.Open(folder.Path, Assert.Fail))
        using (var history = new CutHistory(store, journal, archive, Places, NullLogger.Instance))
        {
            Assert.Equal(CutTests.Text(CutTests.Fold(journal, 41_234)), CutTests.Text(await history.AtAsync(41_234, CancellationToken.None)));
            await history.FlushAsync();
            Assert.Equal([20_000, 40_000], history.Kept);
        }

        using (ProjectionStore store = ProjectionStore.Open(folder.Path, Assert.Fail))
        using (var history = new CutHistory(store, journal, archive, Places, NullLogger.Instance))
        {
            Assert.Equal([20_000, 40_000], history.Kept);
            // Nothing before the kept cut is read any more: the rotten row is behind it.
            string whole = CutTests.Text(CutTests.Fold(journal, 20_500));
            journal.Corrupt(19_999);
            Assert.Equal(whole, CutTests.Text(await history.AtAsync(20_500, CancellationToken.None)));
        }

        Damage(folder.Path, "UPDATE rows SET crc = crc + 1 WHERE name = 'cuts'");
        using (ProjectionStore store = ProjectionStore.Open(folder.Path, Assert.Fail))
        using (var history = new CutHistory(store, journal, archive, Places, NullLogger.Instance))
            Assert.Equal(CutTests.Text(CutTests.Fold(journal, 40_001)), CutTests.Text(await history.AtAsync(40_001, CancellationToken.None)));
    }

    [Fact]
    public async Task A_cut_that_was_to_be_kept_before_all_were_let_go_of_is_not_kept_after_it()
    {
        using var folder = new TemporaryFolder();
        var journal = MadeJournal.Of(Enumerable.Range(0, CutHistory.Every).Select(i => MadeJournal.State(MadePlant.Robot, (PackmlState)(i % 18), i)));
        using ProjectionStore store = ProjectionStore.Open(folder.Path, Assert.Fail);
        using var history = new CutHistory(store, journal, new WorkOrderArchive(journal), Places, NullLogger.Instance);
        int before = history.Generation;
        Cut cut = CutTests.Fold(journal, CutHistory.Every);
        using var forgotten = new ManualResetEventSlim();
        journal.HeadFaults = () => !forgotten.Wait(Wait.Patience);
        history.Keep(cut, before);
        history.Forget();
        forgotten.Set();
        history.Keep(cut, before);
        await history.FlushAsync();
        Assert.Empty(history.Kept);
        history.Keep(cut, history.Generation);
        await history.FlushAsync();
        Assert.Equal([CutHistory.Every], history.Kept);
    }

    [Fact]
    public async Task A_cut_that_cannot_be_marked_since_the_database_is_away_is_not_kept_and_nothing_ends()
    {
        using var folder = new TemporaryFolder();
        var journal = MadeJournal.Of(Enumerable.Range(0, CutHistory.Every).Select(i => MadeJournal.State(MadePlant.Robot, (PackmlState)(i % 18), i)));
        Cut cut = CutTests.Fold(journal, CutHistory.Every);
        using ProjectionStore store = ProjectionStore.Open(folder.Path, Assert.Fail);
        using var history = new CutHistory(store, journal, new WorkOrderArchive(journal), Places, NullLogger.Instance);
        journal.ReadFaults = () => true;
        history.Keep(cut, history.Generation);
        await history.FlushAsync();
        Assert.Empty(history.Kept);
    }

    [Fact]
    public void Of_the_cuts_of_the_past_fewer_are_kept_the_older_they_are()
    {
        const long step = CutHistory.Every, head = 1_000_000_000;
        long[] kept = [.. Enumerable.Range(1, (int)(head / step)).Select(i => i * step).Where(offset => CutHistory.IsWorthKeeping(offset, head))];
        Assert.InRange(kept.Length, 50, 200);
        Assert.Equal(Enumerable.Range(0, 17).Select(i => head - i * step), kept.Reverse().Take(17));
        // However far one goes back, the way from the next kept cut is at most an eighth of it, and a step.
        Assert.All(kept.Zip(kept.Skip(1)), pair => Assert.True(pair.Second - pair.First <= (head - pair.First) / 8 + step, $"{pair}"));
        // What is not kept at one head is not wanted back at a later one: thinning never has to make a cut again.
        Assert.All(Enumerable.Range(1, 2_000).Select(i => i * step).Where(offset => !CutHistory.IsWorthKeeping(offset, 2_000 * step)), offset => Assert.False(CutHistory.IsWorthKeeping(offset, 2_100 * step)));
    }

    private static readonly Arbitrary<(MadeEvent[] Events, int Second)> Histories = Arb.From(
        from events in MadeJournal.Anything.NonEmptyListOf() from second in Gen.Choose(-700, 700) select (events.ToArray(), second));

    [Fact]
    public void A_time_is_the_last_offset_before_the_first_report_after_it() => Prop.ForAll(Histories, history =>
    {
        MemoryJournal journal = MadeJournal.Of(history.Events);
        var index = new TimeIndex();
        index.FoldTo(journal.Events.Count, journal);
        DateTimeOffset time = MadeJournal.T0.AddSeconds(history.Second);
        long expected = journal.Events.FirstOrDefault(stored => EventCatalogs.Observed.Contains(stored.Name) && stored.At > time)?.Offset - 1 ?? journal.Events.Count;
        return (index.OffsetAt(time, journal) == expected).Label($"{index.OffsetAt(time, journal)}, not {expected}");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void A_time_is_found_in_a_long_journal_and_what_comes_late_does_not_move_it()
    {
        const int events = 5_500;
        MemoryJournal journal = MadeJournal.Of(Enumerable.Range(0, events).Select(i => MadeJournal.State(MadePlant.Robot, (PackmlState)(i % 18), i)));
        var index = new TimeIndex();
        index.FoldTo(events, journal);
        Assert.Equal([0, 1, 1_000, 1_001, 3_457, events], new[] { -1, 0, 999, 1_000, 3_456.5, 1e6 }.Select(second => index.OffsetAt(MadeJournal.T0.AddSeconds(second), journal)));
        // A gateway that was away tells now what it had seen then.
        journal.Write(Enumerable.Range(0, 700).Select(i => MadeJournal.State(MadePlant.Last, (PackmlState)(i % 18), 3_000 + i)));
        index.FoldTo(events + 700, journal);
        Assert.Equal(3_457, index.OffsetAt(MadeJournal.T0.AddSeconds(3_456.5), journal));
        Assert.Equal(events + 700, index.OffsetAt(MadeJournal.T0.AddSeconds(events), journal));
        // And from what was saved, the same.
        var loaded = new TimeIndex();
        Assert.True(loaded.TryLoad(index.Offset, index.Since(null).Rows));
        Assert.Null(loaded.FirstDifference(index));
        Assert.Equal(3_457, loaded.OffsetAt(MadeJournal.T0.AddSeconds(3_456.5), journal));
    }

    /// <summary>Runs the one body through the plant, and ends in order.</summary>
    private static async Task<string> RunAsync(MemoryJournal journal, string folder, bool settle = true)
    {
        using ProjectionStore store = ProjectionStore.Open(folder, Assert.Fail);
        await using RunningTwins twins = await RunningTwins.StartAsync(journal, store: store);
        await twins.ReportAsync(OneBody.Observations(twins));
        if (settle)
            await twins.SettleAsync();
        Assert.NotNull(twins.Model.Unit(MadePlant.First).State.StateSince);
        await twins.Model.ReachAsync(journal.Head.Offset, CancellationToken.None).WaitAsync(Wait.Patience);
        return CutTests.Text(twins.Model.Now);
    }

    private static async Task AssertFoldedAnewAsync(MemoryJournal journal, string folder, string? expected)
    {
        using ProjectionStore store = ProjectionStore.Open(folder, Assert.Fail);
        await using RunningTwins again = await RunningTwins.StartAsync(journal, follow: false, store);
        Assert.Equal(0, again.Checkpoints!.ResumedAt);
        if (expected is not null)
            Assert.Equal(expected, CutTests.Text(again.Model.Now));
    }

    private static void Damage(string folder, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, ProjectionStore.FileName)};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // Every caller passes a constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
