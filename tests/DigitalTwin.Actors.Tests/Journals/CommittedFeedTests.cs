using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.TestKit;

namespace DigitalTwin.Actors.Tests.Journals;

public sealed class CommittedFeedTests
{
    [Fact]
    public async Task Every_reader_sees_every_event_once_in_offset_order_however_late_it_comes()
    {
        // Enough events that the slow reader falls out of the feed's memory and has to read on from the journal.
        const int Events = 6000;
        var shop = new PressShop();
        shop.Send(PressShop.A, new PressCommand.Stroke(Times: 10));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var early = Read(shop.System.Committed, 0, Events, limit.Token);
        for (var sent = 10; sent < Events; sent += 10)
        {
            shop.Send(new EntityId($"shop.press-{sent % 7}"), new PressCommand.Stroke(Times: 10));
        }

        var late = Read(shop.System.Committed, 100, Events - 100, limit.Token);
        Assert.Equal(Enumerable.Range(1, Events).Select(offset => (long)offset), (await early).Select(stored => stored.Offset));
        Assert.Equal(shop.Journal.Events.Skip(100).Select(Describe), (await late).Select(Describe));
        Assert.Equal(Events, shop.System.Committed.Head);
    }

    [Fact]
    public async Task Who_reads_an_event_and_then_asks_its_entity_finds_it_in_the_state()
    {
        await using var system = new EntitySystem(new MemoryJournal());
        var presses = system.Add(Press.Behavior);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var strokes = Task.Run(async () =>
        {
            for (var i = 0; i < 300; i++) await presses.TellAsync(PressShop.A, new PressCommand.Stroke(), limit.Token);
        });
        var seen = 0;
        await foreach (var stored in system.Committed.ReadAsync(0, limit.Token))
        {
            var state = await presses.QueryAsync(stored.Entity, TimeSpan.FromSeconds(60), limit.Token);
            Assert.True(state.Seq >= stored.Seq, $"event {stored.Seq} was published, but the entity is at {state.Seq}");
            if (++seen == 300) break;
        }

        await strokes;
    }

    [Fact]
    public async Task A_reader_of_a_journal_that_has_lost_its_end_waits_and_says_so_once()
    {
        var shop = new PressShop();
        for (var order = 1; order <= 3; order++) shop.Send(PressShop.A, new PressCommand.Stroke(Order: order));
        var journal = new LostEnd(shop.Journal) { Kept = 2 };
        var notices = new List<string>();
        var time = new WatchedTime();
        var feed = new CommittedFeed(journal, time: time, notice: notices.Add);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var read = Read(feed, 0, 3, limit.Token);
        // Each wait ends by the clock alone; were there none, the journal would be read without end.
        for (var reads = 2; reads <= 5; reads++)
        {
            await time.Waiting.WaitAsync(limit.Token);
            Assert.Equal(reads, journal.Reads);
            if (reads == 5) journal.Kept = 3;
            time.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([1L, 2, 3], (await read).Select(stored => stored.Offset));
        Assert.Equal("The journal has had events up to 3, and now returns none above 2: its end is lost. Readers wait for them. Stop the program and look at the journal with 'twin journal verify'.", Assert.Single(notices));
    }

    /// <summary>Says when somebody has begun to wait for it.</summary>
    private sealed class WatchedTime : TimeProvider
    {
        public VirtualTime Clock { get; } = new();

        /// <summary>Released once for each wait.</summary>
        public SemaphoreSlim Waiting { get; } = new(0);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = Clock.CreateTimer(callback, state, dueTime, period);
            Waiting.Release();
            return timer;
        }
    }

    /// <summary>Its head is known, and its last events are gone.</summary>
    private sealed class LostEnd(MemoryJournal whole) : IJournalReader
    {
        private int reads;

        public int Kept { get; set; }

        public int Reads => Volatile.Read(ref reads);

        public JournalHead Head => whole.Head;

        public IReadOnlyList<StoredEvent> ReadAll(long afterOffset, int limit)
        {
            Interlocked.Increment(ref reads);
            return [.. whole.ReadAll(afterOffset, limit).Where(stored => stored.Offset <= Kept)];
        }

        public IReadOnlyList<StoredEvent> ReadEntity(EntityId entity, long afterSeq, int limit) => whole.ReadEntity(entity, afterSeq, limit);

        public IReadOnlyList<StoredEvent> Find(EventQuery query) => whole.Find(query);

        public int CountEntities() => whole.CountEntities();

        public IReadOnlyList<PendingWake> Wakes() => whole.Wakes();
    }

    private static Task<List<StoredEvent>> Read(CommittedFeed feed, long after, int count, CancellationToken cancellation) => Task.Run(async () =>
    {
        var events = new List<StoredEvent>();
        await foreach (var stored in feed.ReadAsync(after, cancellation))
        {
            events.Add(stored);
            if (events.Count == count) break;
        }

        return events;
    });

    private static (long, EntityId, long, string) Describe(StoredEvent stored) => (stored.Offset, stored.Entity, stored.Seq, stored.Name);
}
