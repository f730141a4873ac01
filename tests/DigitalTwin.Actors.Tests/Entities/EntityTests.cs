using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.TestKit;
using static DigitalTwin.Actors.Tests.PressShop;
using Reply = DigitalTwin.Actors.Entities.Reply<DigitalTwin.Actors.Tests.Press, DigitalTwin.Actors.Tests.PressEvent>;

namespace DigitalTwin.Actors.Tests.Entities;

public sealed class EntityTests
{
    [Fact]
    public void No_reply_comes_before_the_journal_has_the_events()
    {
        var shop = new PressShop();
        shop.Probe.Send(A, new PressCommand.Stroke(Parts: 2, Times: 3));
        while (shop.Dispatcher.Step())
        {
            if (shop.Journal.Events.Count == 0) shop.Probe.ExpectNoReply();
        }

        var reply = shop.Probe.Expect<Reply.Accepted>();
        Assert.Equal([1L, 2, 3], reply.Events.Select(recorded => recorded.Offset));
        Assert.Equal([1L, 2, 3], reply.Events.Select(recorded => recorded.Seq));
        Assert.Equal(new Press(3, 6, null), reply.State);
        Assert.Equal(3, shop.Journal.Events.Count);
    }

    [Fact]
    public async Task A_refusal_or_a_retry_records_nothing()
    {
        var shop = new PressShop();
        shop.Send(A, new PressCommand.Stroke(Parts: -1));
        Assert.Equal("NEGATIVE", shop.Probe.Expect<Reply.Refused>().Code);
        shop.Send(A, new PressCommand.Stroke(Parts: 0));
        Assert.Equal(0, shop.Probe.Expect<Reply.Nothing>().Offset);
        Assert.Empty(shop.Journal.Events);
        Assert.Equal(new EntityState<Press>(new Press(0, 0, null), 0, 0), await shop.StateOf(A));
    }

    [Fact]
    public async Task A_query_waits_for_the_append_in_flight()
    {
        var shop = new PressShop();
        await shop.StateOf(A);
        shop.Probe.Send(A, new PressCommand.Stroke());
        shop.Dispatcher.Step();
        var query = shop.Presses.QueryAsync(A, Deadline);
        Assert.Empty(shop.Journal.Events);
        shop.Dispatcher.RunUntilIdle();
        Assert.Equal(new EntityState<Press>(new Press(1, 1, null), 1, 1), await query);
    }

    [Fact]
    public void Busy_entities_share_one_commit()
    {
        var shop = new PressShop(with: options => options with { MessagesPerTurn = 64 });
        for (var press = 0; press < 100; press++) shop.Probe.Send(new EntityId($"shop.press-{press}"), new PressCommand.Stroke());
        shop.Dispatcher.RunUntilIdle();
        Assert.Equal(100, shop.Journal.Events.Count);
        Assert.InRange(shop.Journal.Commits, 1, 20);
    }

    [Fact]
    public async Task A_new_system_over_the_same_journal_goes_on_where_the_last_one_was()
    {
        var first = new PressShop();
        for (var i = 0; i < 2500; i++) first.Send(A, new PressCommand.Stroke(Parts: i));
        var before = await first.StateOf(A);

        var second = new PressShop(first.Journal);
        Assert.Equal(before, await second.StateOf(A));
        second.Send(A, new PressCommand.Stroke(Parts: 1));
        Assert.Equal(before.Seq + 1, second.Probe.Expect<Reply.Accepted>().Events[0].Seq);
    }

    [Fact]
    public async Task An_unknown_event_keeps_its_entity_from_loading_and_loses_nothing()
    {
        var first = new PressShop();
        first.Send(A, new PressCommand.Stroke());
        var older = new EntitySystem(first.Journal, new EntitySystemOptions { Owner = "shop", Dispatcher = first.Dispatcher, Time = first.Time });
        var presses = older.Add(Press.Behavior with { Decode = (name, _) => throw new UnreadableEventException($"the event {name} is newer than this program") });

        var ask = presses.AskAsync(A, new PressCommand.Stroke(), Deadline);
        first.Dispatcher.RunUntilIdle();
        var failed = Assert.IsType<Reply.Failed>(await ask);
        Assert.Contains("press.stroked.v1 is newer than this program", failed.Reason, StringComparison.Ordinal);
        Assert.False(failed.MayBeRecorded);
        Assert.Single(first.Journal.Events);
        Assert.Equal(EntityLifecycle.Stopped, older.List().Single().State);
    }

    [Fact]
    public async Task A_command_whose_sender_has_given_up_before_its_turn_has_no_effect()
    {
        var shop = new PressShop();
        var ask = shop.Presses.AskAsync(A, new PressCommand.Stroke(), TimeSpan.FromSeconds(1));
        shop.Time.Advance(TimeSpan.FromSeconds(2));
        var late = await Assert.ThrowsAsync<TimeoutException>(() => ask);
        Assert.Contains("has had no effect and will have none", late.Message, StringComparison.Ordinal);
        shop.Dispatcher.RunUntilIdle();
        Assert.Empty(shop.Journal.Events);
    }

    [Fact]
    public async Task A_sender_that_gives_up_during_the_append_is_told_that_it_may_still_take_effect()
    {
        var shop = new PressShop();
        await shop.StateOf(A);
        var ask = shop.Presses.AskAsync(A, new PressCommand.Stroke(), TimeSpan.FromSeconds(1));
        shop.Dispatcher.Step();
        shop.Time.Advance(TimeSpan.FromSeconds(2));
        var late = await Assert.ThrowsAsync<TimeoutException>(() => ask);
        Assert.Contains("may still take effect", late.Message, StringComparison.Ordinal);
        shop.Dispatcher.RunUntilIdle();
        Assert.Single(shop.Journal.Events);
    }

    [Fact]
    public async Task A_full_mailbox_holds_its_senders_back_and_loses_nothing()
    {
        var shop = new PressShop(mailbox: 3);
        var tells = Enumerable.Range(1, 50).Select(order => shop.Presses.TellAsync(A, new PressCommand.Stroke(Order: order)).AsTask()).ToList();
        Assert.Equal(3, tells.Count(tell => tell.IsCompleted));
        Assert.False(shop.Presses.TryTell(A, new PressCommand.Stroke()));
        Assert.Equal(50, shop.Status(A).Mailbox);

        shop.Dispatcher.RunUntilIdle();
        await Task.WhenAll(tells);
        Assert.Equal(Enumerable.Range(1, 50), shop.Journal.Events.Select(stored => ((PressEvent.Stroked)Press.Decode(stored.Name, stored.Payload)).Order));
    }

    [Fact]
    public void An_id_belongs_to_one_kind()
    {
        var shop = new PressShop();
        shop.Send(A, new PressCommand.Stroke());
        var ovens = shop.System.Add(new EntityBehavior<int, int, int>(
            "oven", _ => 0, (_, _, _) => Outcome<int>.Nothing.Instance, (state, _) => state, _ => new EncodedEvent("oven.v1", default), (_, _) => 0));
        var mistake = Assert.Throws<InvalidOperationException>(() => ovens.TryTell(A, 1));
        Assert.Contains("is a press, not a oven", mistake.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_tells_what_each_entity_is_doing()
    {
        var shop = new PressShop();
        shop.Send(B, new PressCommand.Stroke());
        shop.Send(B, new PressCommand.Stroke());
        shop.Probe.Send(A, new PressCommand.Stroke());
        var now = shop.Time.GetUtcNow();
        Assert.Equal(
            [
                new EntityStatus(A, "press", 1, 0, 0, EntityLifecycle.Running, null, new("all"), now),
                new EntityStatus(B, "press", 0, 2, 0, EntityLifecycle.Running, null, new("all"), now),
            ],
            shop.System.List());
    }

    [Fact]
    public async Task Shutting_down_finishes_the_append_in_flight_and_refuses_the_rest()
    {
        var shop = new PressShop();
        await shop.StateOf(A);
        shop.Probe.Send(A, new PressCommand.Stroke(Order: 1));
        shop.Dispatcher.Step();
        shop.Probe.Send(A, new PressCommand.Stroke(Order: 2));
        var end = shop.System.DisposeAsync().AsTask();
        shop.Dispatcher.RunUntilIdle();
        await end;

        shop.Probe.Expect<Reply.Accepted>();
        Assert.Contains("shutting down", shop.Probe.Expect<Reply.Failed>().Reason, StringComparison.Ordinal);
        Assert.Single(shop.Journal.Events);
        Assert.Throws<ObjectDisposedException>(() => shop.Presses.TryTell(A, new PressCommand.Stroke()));
    }

    [Fact]
    public async Task On_the_thread_pool_every_turn_runs_alone_and_every_command_counts()
    {
        var inTurn = new int[8];
        var overlaps = 0;
        await using var system = new EntitySystem(new MemoryJournal());
        var presses = system.Add(Press.Behavior with
        {
            Initial = id => new Press(0, 0, null),
            Decide = (press, command, now) =>
            {
                var stroke = (PressCommand.Stroke)command;
                if (Interlocked.Increment(ref inTurn[stroke.Order]) != 1) Interlocked.Increment(ref overlaps);
                Thread.Yield();
                Interlocked.Decrement(ref inTurn[stroke.Order]);
                return Press.Decide(press, command, now);
            },
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 400; i++)
            {
                var press = i % 8;
                var reply = await presses.AskAsync(new EntityId($"shop.press-{press}"), new PressCommand.Stroke(Order: press), TimeSpan.FromSeconds(30));
                Assert.IsType<Reply.Accepted>(reply);
            }
        })));

        Assert.Equal(0, overlaps);
        for (var press = 0; press < 8; press++)
        {
            var state = await presses.QueryAsync(new EntityId($"shop.press-{press}"), TimeSpan.FromSeconds(30));
            Assert.Equal(200, state.State.Strokes);
        }
    }
}
