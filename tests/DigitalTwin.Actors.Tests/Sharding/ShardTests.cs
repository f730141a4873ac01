using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Mailboxes;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.TestKit;
using static DigitalTwin.Actors.Tests.PressShop;
using Reply = DigitalTwin.Actors.Entities.Reply<DigitalTwin.Actors.Tests.Press, DigitalTwin.Actors.Tests.PressEvent>;

namespace DigitalTwin.Actors.Tests.Sharding;

public sealed class ShardTests
{
    private static readonly ShardId All = new("all");
    private readonly VirtualTime time = new();
    private readonly MemoryJournal journal;

    public ShardTests() => journal = new MemoryJournal(time);

    [Fact]
    public void The_first_message_to_one_of_its_entities_takes_a_shard()
    {
        var shop = Shop("left");
        Assert.Empty(journal.Leases());
        shop.Send(A, new PressCommand.Stroke());
        shop.Probe.Expect<Reply.Accepted>();
        var lease = Assert.Single(journal.Leases());
        Assert.Equal((All, "left", 1), (lease.Shard, lease.Owner, lease.Epoch));
        Assert.Equal(1, Assert.Single(journal.Events).Epoch);
    }

    [Fact]
    public void A_shard_that_another_process_runs_is_not_taken_and_its_commands_are_told_where_it_is()
    {
        Shop("left").Send(A, new PressCommand.Stroke());
        var right = Shop("right");
        right.Send(A, new PressCommand.Stroke());
        var failed = right.Probe.Expect<Reply.Failed>();
        Assert.Equal((Failure.NotOwner, false, true), (failed.Of, failed.MayBeRecorded, failed.WorthRetry));
        Assert.Contains("shard all is run by left", failed.Reason, StringComparison.Ordinal);
        Assert.Single(journal.Events);
        Assert.Empty(right.System.List());
    }

    [Fact]
    public async Task A_renewed_shard_stays_and_its_entities_are_not_read_again()
    {
        var shop = Shop("left");
        shop.Send(A, new PressCommand.Stroke());
        journal.ReadFaults = () => throw new InvalidOperationException("nothing has to be read");
        for (var second = 0; second < 60; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            shop.Dispatcher.RunUntilIdle();
        }

        Assert.Equal(1, (await shop.StateOf(A)).Seq);
        Assert.Equal(1, Assert.Single(journal.Leases()).Epoch);
    }

    [Fact]
    public async Task A_shard_whose_process_has_ended_is_free_after_its_lease_time_and_goes_on_under_a_higher_epoch()
    {
        var left = Shop("left");
        left.Send(A, new PressCommand.Stroke());
        left.Dispatcher.Kill();
        var right = Shop("right");
        var acquired = right.System.AcquireAsync(All, TimeSpan.FromMinutes(1));
        Pass(right, TimeSpan.FromSeconds(14));
        Assert.False(acquired.IsCompleted);
        Pass(right, TimeSpan.FromSeconds(4));
        Assert.Equal(new ShardStatus(All, Mine: true, Epoch: 2, Why: null), await acquired);

        right.Send(A, new PressCommand.Stroke());
        Assert.Equal(2, right.Probe.Expect<Reply.Accepted>().State.Strokes);
        Assert.Equal([1L, 2], journal.Events.Select(stored => stored.Epoch));
    }

    [Fact]
    public async Task Who_waits_for_a_shard_in_vain_is_told_who_has_it()
    {
        var left = Shop("left");
        left.Send(A, new PressCommand.Stroke());
        var right = Shop("right");
        var acquired = right.System.AcquireAsync(All, TimeSpan.FromSeconds(30));
        for (var second = 0; second < 31; second++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            left.Dispatcher.RunUntilIdle();
            right.Dispatcher.RunUntilIdle();
        }

        var status = await acquired;
        Assert.False(status.Mine);
        Assert.Contains("run by left", status.Why!, StringComparison.Ordinal);
    }

    [Fact]
    public void An_owner_that_was_paused_stores_nothing_after_the_take_over_and_loads_anew_when_it_gets_the_shard_back()
    {
        var left = Shop("left");
        left.Send(A, new PressCommand.Stroke());
        left.Probe.Expect<Reply.Accepted>();
        // Paused in the middle of a commit, as far as it knows.
        left.Probe.Send(A, new PressCommand.Stroke());
        left.Dispatcher.Step();

        var right = Shop("right");
        time.Advance(TimeSpan.FromSeconds(16));
        right.Send(A, new PressCommand.Stroke(Parts: 5));
        right.Probe.Expect<Reply.Accepted>();

        left.Dispatcher.RunUntilIdle();
        var fenced = left.Probe.Expect<Reply.Failed>();
        Assert.Equal((Failure.NotOwner, false), (fenced.Of, fenced.MayBeRecorded));
        Assert.Equal([1L, 2], journal.Events.Select(stored => stored.Epoch));

        right.Dispatcher.Kill();
        Pass(left, TimeSpan.FromSeconds(20));
        left.Send(A, new PressCommand.Stroke());
        Assert.Equal(new Press(3, 7, null), left.Probe.Expect<Reply.Accepted>().State);
        Assert.Equal(3, journal.Events[^1].Epoch);
    }

    [Fact]
    public void An_owner_whose_clock_says_that_it_is_too_late_does_not_even_try()
    {
        var left = Shop("left");
        left.Send(A, new PressCommand.Stroke());
        left.Probe.Expect<Reply.Accepted>();
        time.Advance(TimeSpan.FromSeconds(15));
        var commits = journal.Commits;
        var right = Shop("right");
        right.Send(B, new PressCommand.Stroke());
        right.Probe.Expect<Reply.Accepted>();

        left.Send(A, new PressCommand.Stroke());
        Assert.Equal(Failure.NotOwner, left.Probe.Expect<Reply.Failed>().Of);
        Assert.Equal(commits + 1, journal.Commits);
        Assert.Contains(left.Notices, notice => notice.Reason.Contains("Shard all was lost: its lease was not renewed for 10 s", StringComparison.Ordinal));
    }

    [Fact]
    public void While_the_disk_hangs_an_owner_answers_only_as_long_as_its_lease_is_sure()
    {
        HangingDisk? disk = null;
        var left = new PressShop(journal, time: time, with: options => options with { Owner = "left", Dispatcher = disk = new HangingDisk(options.Dispatcher!) });
        left.Send(A, new PressCommand.Stroke());
        disk!.Hangs = true;
        left.Probe.Expect<Reply.Accepted>();
        time.Advance(TimeSpan.FromSeconds(9.9));
        left.Send(A, new PressCommand.Stroke(Parts: 0));
        left.Probe.Expect<Reply.Nothing>();
        time.Advance(TimeSpan.FromSeconds(0.2));
        left.Send(A, new PressCommand.Stroke(Parts: 0));
        left.Probe.ExpectNoReply();
    }

    [Fact]
    public void Entities_of_a_shard_that_comes_back_under_another_epoch_are_read_again()
    {
        var left = Shop("left");
        left.Send(A, new PressCommand.Stroke());
        left.Probe.Expect<Reply.Accepted>();
        time.Advance(TimeSpan.FromSeconds(16));
        var right = Shop("right");
        right.Send(A, new PressCommand.Stroke(Parts: 9));
        right.Probe.Expect<Reply.Accepted>();
        Stop(right);

        left.Send(A, new PressCommand.Stroke());
        Assert.Equal(new Press(3, 11, null), left.Probe.Expect<Reply.Accepted>().State);
    }

    [Fact]
    public async Task A_reading_that_takes_longer_than_the_lease_answers_no_one_from_what_it_has_read()
    {
        var left = Shop("left");
        left.Send(B, new PressCommand.Stroke());
        var right = Shop("right");
        journal.ReadFaults = Once(() => TakeOver(right));
        var query = left.Presses.QueryAsync(A, Deadline + TimeSpan.FromMinutes(1));
        left.Dispatcher.RunUntilIdle();
        Assert.Contains("run by right", (await Assert.ThrowsAsync<EntityUnavailableException>(() => query)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pause_within_a_turn_lets_no_message_that_came_meanwhile_be_answered_from_before()
    {
        var right = Shop("right");
        Task<EntityState<Press>>? query = null;
        PressShop? left = null;
        var paused = Once(() =>
        {
            TakeOver(right);
            query = left!.Presses.QueryAsync(A, Deadline + TimeSpan.FromMinutes(1));
            left.Probe.Send(A, new PressCommand.Stroke());
        });
        left = new PressShop(
            journal, time: time, with: options => options with { Owner = "left", MessagesPerTurn = 64 }, behavior: Press.Behavior with
            {
                Decide = (press, command, now) =>
                {
                    if (command is PressCommand.Jam) paused();
                    return Press.Decide(press, new PressCommand.Stroke(Parts: 0), now);
                },
            });
        left.Send(A, new PressCommand.Stroke());
        left.Probe.Send(A, new PressCommand.Jam());
        left.Probe.Send(A, new PressCommand.Stroke());
        left.Dispatcher.RunUntilIdle();
        Assert.Contains("run by right", (await Assert.ThrowsAsync<EntityUnavailableException>(() => query!)).Message, StringComparison.Ordinal);
        // The first three were sent before the pause began, and so before the take-over.
        left.Probe.Expect<Reply.Nothing>();
        left.Probe.Expect<Reply.Nothing>();
        left.Probe.Expect<Reply.Nothing>();
        Assert.Equal(Failure.NotOwner, left.Probe.Expect<Reply.Failed>().Of);
    }

    [Fact]
    public void Shards_are_lost_and_kept_each_for_itself()
    {
        var left = Shop("left", id => new ShardId(id == A ? "line-a" : "line-b"));
        left.Send(A, new PressCommand.Stroke());
        left.Send(B, new PressCommand.Stroke());
        journal.Acquire(new("line-b"), "left", TimeSpan.FromSeconds(15));
        left.Send(B, new PressCommand.Stroke());
        left.Send(A, new PressCommand.Stroke());
        left.Probe.Expect<Reply.Accepted>();
        left.Probe.Expect<Reply.Accepted>();
        Assert.Equal(Failure.NotOwner, left.Probe.Expect<Reply.Failed>().Of);
        left.Probe.Expect<Reply.Accepted>();
    }

    [Fact]
    public void A_journal_that_gives_no_lease_is_asked_again()
    {
        var shop = Shop("left");
        shop.Journal.LeaseFaults = () => true;
        shop.Send(A, new PressCommand.Stroke());
        Assert.Equal(Failure.Journal, shop.Probe.Expect<Reply.Failed>().Of);
        shop.Journal.LeaseFaults = () => false;
        Pass(shop, TimeSpan.FromSeconds(4));
        shop.Send(A, new PressCommand.Stroke());
        shop.Probe.Expect<Reply.Accepted>();
    }

    [Fact]
    public async Task An_orderly_end_frees_the_shard_at_once()
    {
        var left = Shop("left");
        left.Send(A, new PressCommand.Stroke());
        Stop(left);
        var right = Shop("right");
        var acquired = right.System.AcquireAsync(All, TimeSpan.Zero);
        right.Dispatcher.RunUntilIdle();
        Assert.True((await acquired).Mine);
    }

    [Fact]
    public async Task The_leases_of_all_processes_can_be_listed()
    {
        var left = Shop("left");
        left.Send(A, new PressCommand.Stroke());
        var right = Shop("right");
        var leases = right.System.LeasesAsync();
        right.Dispatcher.RunUntilIdle();
        Assert.Equal("left", Assert.Single(await leases).Owner);
    }

    /// <summary>Takes no more work for the disk while it hangs.</summary>
    private sealed class HangingDisk(Dispatcher inner) : Dispatcher
    {
        public bool Hangs { get; set; }

        public override void Schedule(IThreadPoolWorkItem turn) => inner.Schedule(turn);

        public override void ScheduleBlocking(IThreadPoolWorkItem work)
        {
            if (!Hangs) inner.ScheduleBlocking(work);
        }

        public override void ScheduleBackground(IThreadPoolWorkItem work) => inner.ScheduleBackground(work);
    }

    private PressShop Shop(string owner, Func<EntityId, ShardId>? shards = null) => new(journal, time: time, with: options => options with
    {
        Owner = owner,
        ShardOf = shards ?? options.ShardOf,
        LeaseTime = TimeSpan.FromSeconds(15),
    });

    /// <summary>Longer than a lease passes, in which the other process takes the shard and records.</summary>
    private void TakeOver(PressShop right)
    {
        time.Advance(TimeSpan.FromSeconds(16));
        right.Send(A, new PressCommand.Stroke());
        right.Probe.Expect<Reply.Accepted>();
    }

    private static Func<bool> Once(Action act)
    {
        var done = false;
        return () =>
        {
            if (done) return false;
            done = true;
            act();
            return false;
        };
    }

    private static void Stop(PressShop shop)
    {
        _ = shop.System.StopAsync(TimeSpan.FromSeconds(5));
        shop.Dispatcher.RunUntilIdle();
    }

    private static void Pass(PressShop shop, TimeSpan by)
    {
        shop.Time.Advance(by);
        shop.Dispatcher.RunUntilIdle();
    }
}
