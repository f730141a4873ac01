using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.TestKit;
using static DigitalTwin.Actors.Tests.PressShop;
using Reply = DigitalTwin.Actors.Entities.Reply<DigitalTwin.Actors.Tests.Press, DigitalTwin.Actors.Tests.PressEvent>;

namespace DigitalTwin.Actors.Tests.Supervision;

public sealed class SupervisionTests
{
    [Fact]
    public async Task A_failing_decider_restarts_its_entity_from_the_journal_after_the_back_off()
    {
        var shop = new PressShop();
        shop.Send(A, new PressCommand.Stroke());
        shop.Probe.Expect<Reply.Accepted>();
        shop.Send(A, new PressCommand.Jam());
        var failed = shop.Probe.Expect<Reply.Failed>();
        Assert.Contains("jammed", failed.Reason, StringComparison.Ordinal);
        Assert.False(failed.MayBeRecorded);

        shop.Send(A, new PressCommand.Stroke());
        shop.Probe.ExpectNoReply();
        Assert.Equal(EntityLifecycle.Restarting, shop.Status(A).State);
        shop.Time.Advance(TimeSpan.FromSeconds(0.9));
        shop.Dispatcher.RunUntilIdle();
        shop.Probe.ExpectNoReply();

        shop.Time.Advance(TimeSpan.FromSeconds(0.2));
        shop.Dispatcher.RunUntilIdle();
        Assert.Equal(new Press(2, 2, null), shop.Probe.Expect<Reply.Accepted>().State);
        Assert.Equal((EntityLifecycle.Running, 1), (shop.Status(A).State, shop.Status(A).Restarts));
        Assert.Equal(2, (await shop.StateOf(A)).Seq);
    }

    [Fact]
    public async Task An_entity_that_keeps_failing_stops_and_says_why_while_the_others_run()
    {
        var shop = new PressShop();
        for (var failure = 0; failure < 4; failure++)
        {
            shop.Send(A, new PressCommand.Jam());
            shop.Time.Advance(TimeSpan.FromSeconds(8));
            shop.Dispatcher.RunUntilIdle();
        }

        var status = shop.Status(A);
        Assert.Equal((EntityLifecycle.Stopped, 3), (status.State, status.Restarts));
        Assert.Contains("jammed", status.Why!, StringComparison.Ordinal);
        Assert.Contains("Stopped after 3 restarts within 60 s", status.Why!, StringComparison.Ordinal);
        Assert.Equal([1.0, 2, 4], shop.Faults.Take(3).Select(fault => fault.RestartIn!.Value.TotalSeconds));
        Assert.Null(shop.Faults[3].RestartIn);

        var query = shop.Presses.QueryAsync(A, Deadline);
        shop.Dispatcher.RunUntilIdle();
        await Assert.ThrowsAsync<EntityUnavailableException>(() => query);
        Assert.True(shop.Presses.TryTell(A, new PressCommand.Stroke(Order: 7)));
        shop.Dispatcher.RunUntilIdle();
        Assert.Equal(new PressCommand.Stroke(Order: 7), Assert.Single(shop.DeadLetters).Message);
        Assert.Equal(0, (await shop.StateOf(B)).Seq);
    }

    [Fact]
    public void Failures_far_apart_do_not_add_up()
    {
        var shop = new PressShop();
        for (var failure = 0; failure < 10; failure++)
        {
            shop.Send(A, new PressCommand.Jam());
            shop.Time.Advance(TimeSpan.FromSeconds(45));
            shop.Dispatcher.RunUntilIdle();
        }

        Assert.Equal((EntityLifecycle.Running, 10), (shop.Status(A).State, shop.Status(A).Restarts));
    }

    [Fact]
    public async Task An_event_that_cannot_be_applied_is_never_recorded()
    {
        var shop = new PressShop();
        shop.Send(A, new PressCommand.BreakTool());
        var failed = shop.Probe.Expect<Reply.Failed>();
        Assert.Contains("the tool is broken", failed.Reason, StringComparison.Ordinal);
        Assert.False(failed.MayBeRecorded);
        Assert.Empty(shop.Journal.Events);
        shop.Time.Advance(TimeSpan.FromSeconds(2));
        shop.Dispatcher.RunUntilIdle();
        Assert.Equal(0, (await shop.StateOf(A)).Seq);
    }

    [Fact]
    public void A_version_that_cannot_apply_a_stored_event_tries_again_and_then_keeps_the_entity_stopped()
    {
        var first = new PressShop();
        first.Send(A, new PressCommand.Stroke());
        var second = new PressShop(first.Journal, behavior: Press.Behavior with { Apply = (_, _) => throw new InvalidOperationException("no such stroke") });
        second.Send(A, new PressCommand.Stroke());
        for (var attempt = 0; attempt < 4; attempt++)
        {
            second.Time.Advance(TimeSpan.FromSeconds(8));
            second.Dispatcher.RunUntilIdle();
        }

        Assert.Equal(EntityLifecycle.Stopped, second.Status(A).State);
        Assert.Contains("no such stroke", second.Probe.Expect<Reply.Failed>().Reason, StringComparison.Ordinal);
        Assert.Single(second.Journal.Events);
    }

    [Fact]
    public async Task A_corrupt_row_stops_its_entity_alone_and_is_named()
    {
        var first = new PressShop();
        first.Send(A, new PressCommand.Stroke());
        first.Send(B, new PressCommand.Stroke());
        first.Send(A, new PressCommand.Stroke());
        first.Journal.Corrupt(3);

        var second = new PressShop(first.Journal);
        second.Send(A, new PressCommand.Stroke());
        Assert.Contains("row 3 of shop.press-a is corrupt", second.Probe.Expect<Reply.Failed>().Reason, StringComparison.Ordinal);
        Assert.Equal(EntityLifecycle.Stopped, second.Status(A).State);
        Assert.Equal(1, (await second.StateOf(B)).Seq);
    }

    [Fact]
    public async Task A_journal_that_has_failed_once_takes_nothing_more_but_states_stay_readable()
    {
        var shop = new PressShop();
        shop.Send(A, new PressCommand.Stroke());
        shop.Probe.Expect<Reply.Accepted>();
        var commits = 0;
        shop.Journal.Faults = () => ++commits == 1 ? CommitFault.FailAfter : CommitFault.None;
        shop.Send(A, new PressCommand.Stroke());
        Assert.True(shop.Probe.Expect<Reply.Failed>().MayBeRecorded);
        Assert.False(shop.System.JournalHealth.Ok);
        Assert.Contains("The disk has failed", shop.System.JournalHealth.Why!, StringComparison.Ordinal);

        shop.Time.Advance(TimeSpan.FromSeconds(1));
        shop.Send(A, new PressCommand.Stroke());
        Assert.False(shop.Probe.Expect<Reply.Failed>().MayBeRecorded);
        Assert.Equal(1, commits);
        Assert.Equal(new Press(2, 2, null), (await shop.StateOf(A)).State);
    }

    [Fact]
    public void An_append_that_waits_behind_a_failing_one_never_reaches_the_disk()
    {
        var shop = new PressShop();
        var commits = 0;
        shop.Journal.Faults = () =>
        {
            if (++commits > 1) return CommitFault.None;
            shop.Probe.Send(B, new PressCommand.Stroke(Order: 2));
            shop.Dispatcher.Step();
            return CommitFault.FailBefore;
        };
        shop.Send(A, new PressCommand.Stroke(Order: 1));
        var inDoubt = shop.Probe.Replies.ToDictionary(
            answered => ((PressCommand.Stroke)answered.Command).Order, answered => ((Reply.Failed)answered.Reply).MayBeRecorded);
        Assert.Equal(new Dictionary<int, bool> { [1] = true, [2] = false }, inDoubt);
        Assert.Equal(1, commits);
        Assert.Empty(shop.Journal.Events);
    }

    [Fact]
    public void A_full_disk_refuses_commands_until_there_is_room_again()
    {
        var shop = new PressShop();
        shop.Journal.Faults = () => CommitFault.DiskFull;
        for (var attempt = 0; attempt < 10; attempt++)
        {
            shop.Send(A, new PressCommand.Stroke());
            Assert.False(shop.Probe.Expect<Reply.Failed>().MayBeRecorded);
        }

        shop.Journal.Faults = () => CommitFault.None;
        shop.Send(A, new PressCommand.Stroke());
        Assert.Equal(1, shop.Probe.Expect<Reply.Accepted>().State.Strokes);
        Assert.True(shop.System.JournalHealth.Ok);
        Assert.Equal(0, shop.Status(A).Restarts);
    }

    [Fact]
    public void A_journal_that_cannot_be_read_for_a_while_is_read_again_after_the_back_off()
    {
        var reads = 0;
        var shop = new PressShop(new MemoryJournal { ReadFaults = () => ++reads <= 3 });
        shop.Send(A, new PressCommand.Stroke());
        shop.Probe.ExpectNoReply();
        shop.Time.Advance(TimeSpan.FromSeconds(1));
        shop.Dispatcher.RunUntilIdle();
        shop.Probe.ExpectNoReply();
        shop.Time.Advance(TimeSpan.FromSeconds(2));
        shop.Dispatcher.RunUntilIdle();
        shop.Probe.Expect<Reply.Accepted>();
    }

    [Fact]
    public void An_entity_whose_shard_was_taken_over_records_nothing_more()
    {
        var mine = new PressShop();
        mine.Send(A, new PressCommand.Stroke());
        mine.Probe.Expect<Reply.Accepted>();
        new PressShop(mine.Journal).Send(A, new PressCommand.Stroke());

        mine.Send(A, new PressCommand.Stroke());
        var failed = mine.Probe.Expect<Reply.Failed>();
        Assert.Contains("taken over", failed.Reason, StringComparison.Ordinal);
        Assert.False(failed.MayBeRecorded);
        Assert.Equal(2, mine.Journal.Events.Count);
    }
}
