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
