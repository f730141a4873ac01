using System.Collections.Concurrent;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.TestKit;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.WorkOrders;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Host.Twins;
using DigitalTwin.Persistence.Projections;
using Microsoft.Extensions.Logging;

namespace DigitalTwin.Host.Tests.Twins;

/// <summary>Stations move their line and the orders through the journal: whenever the host dies, nothing is lost on that way and nothing comes twice.</summary>
[Collection("twins")]
public class TwinFeedTests
{
    [Fact]
    public async Task After_a_death_at_any_commit_line_and_orders_come_to_the_same_end()
    {
        var whole = new CommitByCommit();
        string line, order;
        await using (RunningTwins twins = await RunningTwins.StartAsync(whole))
        {
            await twins.ReportAsync(OneBody.Observations(twins));
            await twins.SettleAsync();
            (line, order) = (RunningTwins.Text(twins.Model.Line(MadePlant.Line).State), RunningTwins.Text(twins.Model.WorkOrder(OneBody.Order)!.State));
            Assert.Equal(PackmlState.Execute, twins.Model.Line(MadePlant.Line).State.Reports[MadePlant.Last].State);
        }

        Assert.InRange(whole.Commits.Count, 30, 200);
        string[] recorded = [.. Below(whole.Journal)];
        foreach (long cut in whole.Commits)
        {
            MemoryJournal left = Prefix(whole.Journal, cut);
            await using RunningTwins twins = await RunningTwins.StartAsync(left);
            // Nothing of it was acknowledged, so the gateway sends all of it again.
            await twins.ReportAsync(OneBody.Observations(twins));
            await twins.SettleAsync();
            Assert.True(line == RunningTwins.Text(twins.Model.Line(MadePlant.Line).State), $"the line differs after a death at {cut}");
            Assert.True(order == RunningTwins.Text(twins.Model.WorkOrder(OneBody.Order)!.State), $"the order differs after a death at {cut}");
            Assert.True(recorded.SequenceEqual(Below(left)), $"after a death at {cut} line and order have recorded\n{string.Join('\n', Below(left))}\nand not\n{string.Join('\n', recorded)}");
        }
    }

    /// <summary>As above, but each start goes on from a checkpoint that was taken some commits before the death.</summary>
    [Fact]
    public async Task A_start_from_any_checkpoint_comes_to_the_same_end_after_a_death_at_any_commit()
    {
        var whole = new CommitByCommit();
        string line, order;
        var checkpoints = new SortedDictionary<long, ProjectionChange[]>();
        using var folder = new TemporaryFolder();
        using (ProjectionStore store = ProjectionStore.Open(folder["whole"], Assert.Fail))
        await using (RunningTwins twins = await RunningTwins.StartAsync(whole, store: store))
        {
            foreach (Observation[] some in OneBody.Observations(twins).Chunk(4))
            {
                long before = store.Head("twins")?.Offset ?? 0;
                await twins.ReportAsync(some);
                await twins.SettleAsync();
                await Wait.UntilAsync(() => Saved(store) is { } saved && saved[0].Head.Offset > before && checkpoints.TryAdd(saved[0].Head.Offset, saved), "the next checkpoint");
            }

            (line, order) = (RunningTwins.Text(twins.Model.Line(MadePlant.Line).State), RunningTwins.Text(twins.Model.WorkOrder(OneBody.Order)!.State));
        }

        Assert.InRange(checkpoints.Count, 3, 200);
        string[] recorded = [.. Below(whole.Journal)];
        int from = 0;
        foreach (long cut in whole.Commits.Where(cut => cut >= checkpoints.Keys.First()))
        {
            MemoryJournal left = Prefix(whole.Journal, cut);
            long[] earlier = [.. checkpoints.Keys.Where(offset => offset <= cut)];
            ProjectionChange[] saved = checkpoints[earlier[from++ % earlier.Length]];
            (long resumed, long told) = (saved[0].Head.Offset, long.Parse(saved[0].Head.Mark.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
            using ProjectionStore store = ProjectionStore.Open(folder[$"{cut}"], Assert.Fail);
            store.Save(saved);
            await using RunningTwins twins = await RunningTwins.StartAsync(left, store: store);
            // No death can do that, but a backup can: the journal ends between the checkpoint and what had followed from it.
            Assert.Equal(told <= cut ? resumed : 0, twins.Checkpoints!.ResumedAt);
            await twins.ReportAsync(OneBody.Observations(twins));
            await twins.SettleAsync();
            Assert.True(line == RunningTwins.Text(twins.Model.Line(MadePlant.Line).State), $"the line differs after a death at {cut} and a start from {resumed}");
            Assert.True(order == RunningTwins.Text(twins.Model.WorkOrder(OneBody.Order)!.State), $"the order differs after a death at {cut} and a start from {resumed}");
            Assert.True(recorded.SequenceEqual(Below(left)), $"after a death at {cut} and a start from {resumed} line and order have recorded\n{string.Join('\n', Below(left))}\nand not\n{string.Join('\n', recorded)}");
        }
    }

    [Fact]
    public async Task Nothing_is_saved_past_a_report_that_the_line_has_not_taken_yet()
    {
        using var folder = new TemporaryFolder();
        var journal = new MemoryJournal();
        long entered;
        using (ProjectionStore store = ProjectionStore.Open(folder.Path, Assert.Fail))
        await using (RunningTwins dying = await RunningTwins.StartAsync(journal, follow: false, store))
        {
            await dying.ReportAsync(dying.Observed($"{MadePlant.First}.vehicle", "WB1", MadePlant.Morning));
            entered = journal.Events.Single(stored => stored.Name == "unit.vehicle-entered.v1").Offset;
            journal.Faults = () => CommitFault.DiskFull;
            dying.Follow();
            await dying.Model.ReachAsync(entered, CancellationToken.None).WaitAsync(Wait.Patience);
        }

        journal.Faults = () => CommitFault.None;
        using (ProjectionStore store = ProjectionStore.Open(folder.Path, Assert.Fail))
        await using (RunningTwins twins = await RunningTwins.StartAsync(journal, store: store))
        {
            Assert.InRange(twins.Checkpoints!.ResumedAt, 1, entered - 1);
            await twins.SettleAsync();
            Assert.Equal(WorkOrderStatus.InProgress, twins.Model.WorkOrder(OneBody.Order)!.State.Status);
        }
    }

    [Fact]
    public async Task What_is_shown_goes_on_while_a_line_takes_no_reports_and_the_line_has_them_all_in_the_end()
    {
        var journal = new MemoryJournal();
        await using RunningTwins twins = await RunningTwins.StartAsync(journal, follow: false);
        await twins.ReportAsync(OneBody.Observations(twins));
        await twins.ReportAsync(twins.Observed($"{MadePlant.Robot}.speedOverride", 77, MadePlant.Morning.AddHours(1)));
        journal.Faults = () => CommitFault.DiskFull;
        twins.Follow();
        await twins.Model.ReachAsync(journal.Head.Offset, CancellationToken.None).WaitAsync(Wait.Patience);
        Assert.Equal(77, twins.Model.Unit(MadePlant.Robot).State.Setpoints["speedOverride"].Value);
        Assert.True(twins.Feed.Untold > 0);

        journal.Faults = () => CommitFault.None;
        await twins.SettleAsync();
        Assert.Equal(WorkOrderStatus.Completed, twins.Model.WorkOrder(OneBody.Order)!.State.Status);
        Assert.Equal(0, twins.Model.WorkOrder(OneBody.Order)!.State.OutOfOrder);
    }

    [Fact]
    public async Task A_database_that_is_away_for_a_while_delays_what_is_shown_and_does_not_end_it()
    {
        var journal = new MemoryJournal { Shared = true };
        await using RunningTwins twins = await RunningTwins.StartAsync(journal);
        await twins.SettleAsync();
        int failed = 0;
        journal.ReadFaults = () => Interlocked.Increment(ref failed) > 0;
        // Another process records, so the event is not in this one's memory.
        Lease others = journal.Acquire(new("elsewhere"), "another host", TimeSpan.FromMinutes(1)).Lease!;
        EncodedEvent held = EventCatalogs.Units.Encode(MadeJournal.State("", PackmlState.Held, 1).Unit!);
        var results = new AppendResult[1];
        journal.Append([new Append(others, new EntityId(MadePlant.Last), journal.Events.Count(stored => stored.Entity.Value == MadePlant.Last), [new NewEvent(held.Name, held.At!.Value, held.Payload)])], MadePlant.Morning, results);
        Assert.Equal(AppendStatus.Stored, results[0].Status);
        await Wait.UntilAsync(() => Volatile.Read(ref failed) >= 3, "the journal to be asked again");
        Assert.Equal(journal.Head.Offset - 1, twins.Model.Offset);

        journal.ReadFaults = () => false;
        await twins.Model.ReachAsync(journal.Head.Offset, CancellationToken.None).WaitAsync(Wait.Patience);
        Assert.Equal(PackmlState.Held, twins.Model.Unit(MadePlant.Last).State.State);
    }

    /// <summary>What a store holds of one moment; null while it is being written.</summary>
    private static ProjectionChange[]? Saved(ProjectionStore store)
    {
        ProjectionHead? twins = store.Head("twins"), times = store.Head("times");
        if (twins is null || times is null)
            return null;
        ProjectionChange[] all = [new(twins, [.. store.Rows("twins")], []), new(times, [.. store.Rows("times")], [])];
        return store.Head("twins") == twins && store.Head("times") == times ? all : null;
    }

    /// <summary>The death that the feed is for: the station's event is on disk, and nobody was told.</summary>
    [Fact]
    public async Task What_a_station_recorded_before_the_host_died_is_told_at_the_next_start()
    {
        var journal = new MemoryJournal();
        await using (RunningTwins dying = await RunningTwins.StartAsync(journal, follow: false))
            await dying.ReportAsync(OneBody.Observations(dying));
        Assert.DoesNotContain(journal.Events, stored => stored.Entity.Value == OneBody.Order);

        await using RunningTwins twins = await RunningTwins.StartAsync(journal);
        await twins.SettleAsync();
        Assert.Equal(WorkOrderStatus.Completed, twins.Model.WorkOrder(OneBody.Order)!.State.Status);
        Assert.Empty(twins.Model.Line(MadePlant.Line).State.Vehicles);
    }

    [Fact]
    public async Task A_full_disk_delays_what_stations_report_is_told_once_and_loses_nothing_of_it()
    {
        var journal = new MemoryJournal();
        var told = new Told();
        await using RunningTwins twins = await RunningTwins.StartAsync(journal, follow: false, log: told);
        await twins.ReportAsync(OneBody.Observations(twins));
        // Two reports of each cell come first; then the order is released, entered, and its line told: that is where the room ends.
        int commits = 0;
        journal.Faults = () => Interlocked.Increment(ref commits) is > 4 and <= 8 ? CommitFault.DiskFull : CommitFault.None;
        twins.Follow();
        await Wait.UntilAsync(() => Volatile.Read(ref commits) > 8, "the disk to have room again");
        await twins.SettleAsync();
        Assert.Collection(told.Lines,
            begun => Assert.StartsWith($"{MadePlant.Line} does not get what {MadePlant.First} reported, which is told again until it does: ", begun, StringComparison.Ordinal),
            over => Assert.Equal($"{MadePlant.Line} gets again what its stations report.", over));
        Assert.Equal(WorkOrderStatus.Completed, twins.Model.WorkOrder(OneBody.Order)!.State.Status);
        Assert.Equal(0, twins.Model.WorkOrder(OneBody.Order)!.State.OutOfOrder);
    }

    [Fact]
    public async Task A_twin_with_a_corrupt_row_is_stopped_and_named_and_does_not_hold_up_the_others()
    {
        var journal = new MemoryJournal();
        await using (RunningTwins before = await RunningTwins.StartAsync(journal))
        {
            await before.ReportAsync(OneBody.Observations(before));
            await before.SettleAsync();
        }

        StoredEvent rotten = journal.Events.First(stored => stored.Entity.Value == MadePlant.First && stored.Name == "unit.state-changed.v1");
        journal.Corrupt(rotten.Offset);

        await using RunningTwins twins = await RunningTwins.StartAsync(journal);
        DateTimeOffset later = MadePlant.Morning.AddMinutes(10);
        await twins.ReportAsync(
            twins.Observed($"{MadePlant.First}.state", (double)PackmlState.Stopped, later),
            twins.Observed($"{MadePlant.Last}.vehicle", "WB2", later),
            twins.Observed($"{MadePlant.Last}.state", (double)PackmlState.Held, later));
        await twins.SettleAsync();

        EntityStatus stopped = twins.System.List().Single(status => status.Id.Value == MadePlant.First);
        Assert.Equal(EntityLifecycle.Stopped, stopped.State);
        Assert.Contains($"row {rotten.Offset} of {MadePlant.First} is corrupt", stopped.Why, StringComparison.Ordinal);
        Assert.Contains("corrupt", twins.Model.Damage(MadePlant.First), StringComparison.Ordinal);
        Assert.Null(twins.Model.Damage(MadePlant.Last));
        Assert.Equal(PackmlState.Held, twins.Model.Unit(MadePlant.Last).State.State);
        Assert.Equal(PackmlState.Held, twins.Model.Line(MadePlant.Line).State.Reports[MadePlant.Last].State);
        Assert.Equal(WorkOrderStatus.InProgress, twins.Model.WorkOrder($"{MadePlant.Line}.order-WB2")!.State.Status);
    }

    [Fact]
    public async Task Without_their_line_stations_and_orders_go_on()
    {
        var journal = new MemoryJournal();
        await using (RunningTwins before = await RunningTwins.StartAsync(journal))
            await before.SettleAsync();
        journal.Corrupt(journal.Events.First(stored => stored.Entity.Value == MadePlant.Line).Offset);

        await using RunningTwins twins = await RunningTwins.StartAsync(journal);
        await twins.ReportAsync(OneBody.Observations(twins));
        await twins.SettleAsync();
        Assert.Equal(WorkOrderStatus.Completed, twins.Model.WorkOrder(OneBody.Order)!.State.Status);
    }

    /// <summary>What line and orders have recorded, of each in its order.</summary>
    private static IEnumerable<string> Below(MemoryJournal journal) => journal.Events
        .Where(stored => stored.Entity.Value is MadePlant.Line or OneBody.Order)
        .OrderBy(stored => stored.Entity.Value, StringComparer.Ordinal).ThenBy(stored => stored.Seq)
        .Select(stored => $"{stored.Entity} {stored.Seq} {stored.Name} {System.Text.Encoding.UTF8.GetString(stored.Payload.Span)}");

    private static MemoryJournal Prefix(MemoryJournal journal, long cut)
    {
        var prefix = new MemoryJournal();
        var results = new AppendResult[1];
        Lease dead = prefix.Acquire(new("all"), "test", TimeSpan.FromMinutes(1)).Lease!;
        foreach (StoredEvent stored in journal.Events.Where(stored => stored.Offset <= cut))
            prefix.Append([new Append(dead, stored.Entity, stored.Seq - 1, [new NewEvent(stored.Name, stored.At, stored.Payload)])], stored.Recorded, results);
        prefix.Release(dead);
        return prefix;
    }

    private sealed class Told : ILogger<TwinFeed>
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Enqueue(formatter(state, exception));
    }

    /// <summary>A journal that remembers where its commits ended: the only places at which a death can cut it.</summary>
    private sealed class CommitByCommit : IJournal
    {
        public MemoryJournal Journal { get; } = new();

        public List<long> Commits { get; } = [0];

        public JournalHead Head => Journal.Head;

        public DateTimeOffset Append(ReadOnlySpan<Append> batch, DateTimeOffset recorded, Span<AppendResult> results)
        {
            DateTimeOffset stored = Journal.Append(batch, recorded, results);
            Commits.Add(Journal.Head.Offset);
            return stored;
        }

        public IReadOnlyList<StoredEvent> ReadEntity(EntityId entity, long afterSeq, int limit) => Journal.ReadEntity(entity, afterSeq, limit);

        public IReadOnlyList<StoredEvent> ReadAll(long afterOffset, int limit) => Journal.ReadAll(afterOffset, limit);

        public IReadOnlyList<StoredEvent> Find(EventQuery query) => Journal.Find(query);

        public int CountEntities() => Journal.CountEntities();

        public IReadOnlyList<PendingWake> Wakes() => Journal.Wakes();

        public LeaseAnswer Acquire(ShardId shard, string owner, TimeSpan timeToLive) => Journal.Acquire(shard, owner, timeToLive);

        public bool Renew(Lease lease) => Journal.Renew(lease);

        public void Release(Lease lease) => Journal.Release(lease);

        public IReadOnlyList<LeaseStatus> Leases() => Journal.Leases();
    }
}
