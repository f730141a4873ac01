using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Mailboxes;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.TestKit;
using static DigitalTwin.Actors.Tests.PressShop;

namespace DigitalTwin.Actors.Tests.Journals;

/// <summary>Two processes write the same journal, each the entities of its own shard; each one's feed shows all.</summary>
public sealed class SharedJournalTests
{
    private readonly VirtualTime time = new();
    private readonly MemoryJournal journal;

    public SharedJournalTests() => journal = new MemoryJournal(time) { Shared = true };

    [Fact]
    public async Task What_others_commit_in_between_is_in_the_feed_in_order_and_without_gaps()
    {
        var (left, right) = (Shop("left"), Shop("right"));
        for (var i = 0; i < 50; i++)
        {
            left.Send(A, new PressCommand.Stroke(Order: i, Times: i % 3 + 1));
            if (i % 4 != 0) right.Send(B, new PressCommand.Stroke(Order: i));
        }

        left.Send(A, new PressCommand.Stroke());
        Assert.Equal(journal.Head.Offset, left.System.Committed.Head);
        var read = await Read(left, journal.Events.Count);
        Assert.Equal(journal.Events.Select(stored => (stored.Offset, stored.Entity)), read.Select(stored => (stored.Offset, stored.Entity)));
    }

    [Fact]
    public async Task What_others_commit_is_seen_although_this_process_commits_nothing()
    {
        var (left, right) = (Shop("left"), Shop("right"));
        var reading = Read(left, 3);
        right.Send(B, new PressCommand.Stroke(Times: 3));
        Assert.Equal(0, left.System.Committed.Head);
        time.Advance(TimeSpan.FromMilliseconds(200));
        left.Dispatcher.RunUntilIdle();
        Assert.Equal([1L, 2, 3], (await reading).Select(stored => stored.Offset));
    }

    [Fact]
    public async Task A_commit_of_its_own_that_the_look_at_the_journal_has_seen_first_comes_once()
    {
        OnTheSpot? dispatcher = null;
        var left = new PressShop(journal, time: time, with: options => options with
        {
            ShardOf = id => new ShardId(id == B ? "line-b" : "line-a"),
            Dispatcher = dispatcher = new OnTheSpot(options.Dispatcher!),
        });
        var right = Shop("right");
        for (var i = 0; i < 20; i++)
        {
            var another = i % 2 == 0;
            // The reply is given between the commit and its publication in the feed, and meanwhile another process commits too.
            left.Presses.TryAsk(A, new PressCommand.Stroke(), _ =>
            {
                if (another) right.Send(B, new PressCommand.Stroke());
                dispatcher!.Now = true;
                time.Advance(TimeSpan.FromMilliseconds(200));
                dispatcher.Now = false;
                Assert.Equal(journal.Head.Offset, left.System.Committed.Head);
            });
            left.Dispatcher.RunUntilIdle();
            Assert.Equal(journal.Head.Offset, left.System.Committed.Head);
        }

        Assert.Equal(30, journal.Events.Count);
        Assert.Equal(journal.Events.Select(stored => (stored.Offset, stored.Entity)), (await Read(left, 30)).Select(stored => (stored.Offset, stored.Entity)));
    }

    [Fact]
    public void A_look_at_the_journal_that_fails_is_reported_and_repeated()
    {
        var left = Shop("left");
        journal.HeadFaults = () => true;
        time.Advance(TimeSpan.FromMilliseconds(200));
        left.Dispatcher.RunUntilIdle();
        Assert.Contains("looked for again", Assert.Single(left.Notices).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_outage_is_reported_once_and_the_next_one_again()
    {
        var left = Shop("left");
        for (var outage = 1; outage <= 2; outage++)
        {
            journal.HeadFaults = () => true;
            Look(left, 5);
            Assert.Equal(outage, left.Notices.Count);
            journal.HeadFaults = () => false;
            Look(left, 1);
        }
    }

    [Fact]
    public void A_look_at_the_journal_that_hangs_is_the_only_one_and_holds_up_no_turns()
    {
        HungBackground? dispatcher = null;
        var left = new PressShop(journal, time: time, with: options => options with { Dispatcher = dispatcher = new HungBackground(options.Dispatcher!) });
        var looks = 0;
        journal.HeadFaults = () => ++looks < 0;
        Look(left, 5);
        left.Send(A, new PressCommand.Stroke());
        Assert.Equal((0, 1), (looks, dispatcher!.Hanging.Count));
        Assert.Single(journal.Events);

        dispatcher.Hanging.Dequeue().Execute();
        Look(left, 1);
        Assert.Equal((1, 1), (looks, dispatcher.Hanging.Count));
    }

    private void Look(PressShop shop, int times)
    {
        for (var i = 0; i < times; i++)
        {
            time.Advance(TimeSpan.FromMilliseconds(200));
            shop.Dispatcher.RunUntilIdle();
        }
    }

    private PressShop Shop(string owner) => new(journal, time: time, with: options => options with
    {
        Owner = owner,
        ShardOf = id => new ShardId(id == A ? "line-a" : "line-b"),
    });

    /// <summary>Turns after a commit run within it, as in production where few are busy; others, and background work, too while <see cref="Now"/> is set.</summary>
    private sealed class OnTheSpot(Dispatcher inner) : Dispatcher
    {
        public bool Now { get; set; }

        public override void Schedule(IThreadPoolWorkItem turn)
        {
            if (Now) turn.Execute();
            else inner.Schedule(turn);
        }

        public override void ScheduleCommitted(IThreadPoolWorkItem turn, int committed) => turn.Execute();

        public override void ScheduleBlocking(IThreadPoolWorkItem work) => inner.ScheduleBlocking(work);

        public override void ScheduleBackground(IThreadPoolWorkItem work)
        {
            if (Now) work.Execute();
            else inner.ScheduleBackground(work);
        }
    }

    /// <summary>Its background thread stands still until the test takes what is in it.</summary>
    private sealed class HungBackground(Dispatcher inner) : Dispatcher
    {
        public Queue<IThreadPoolWorkItem> Hanging { get; } = [];

        public override void Schedule(IThreadPoolWorkItem turn) => inner.Schedule(turn);

        public override void ScheduleBlocking(IThreadPoolWorkItem work) => inner.ScheduleBlocking(work);

        public override void ScheduleBackground(IThreadPoolWorkItem work) => Hanging.Enqueue(work);
    }

    private static async Task<List<StoredEvent>> Read(PressShop shop, int count)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var events = new List<StoredEvent>();
        await foreach (var stored in shop.System.Committed.ReadAsync(0, limit.Token))
        {
            events.Add(stored);
            if (events.Count == count) break;
        }

        return events;
    }
}
