using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.TestKit;
using DigitalTwin.Actors.Timers;
using FsCheck;
using FsCheck.Fluent;
using static DigitalTwin.Actors.Tests.PressShop;
using Reply = DigitalTwin.Actors.Entities.Reply<DigitalTwin.Actors.Tests.Press, DigitalTwin.Actors.Tests.PressEvent>;

namespace DigitalTwin.Actors.Tests.Entities;

public sealed class PassivationTests
{
    [Fact]
    public async Task An_idle_entity_leaves_memory_and_the_next_message_brings_it_back()
    {
        var snapshots = new MemorySnapshots();
        var shop = new PressShop(with: options => options with { Snapshots = snapshots });
        shop.Send(A, new PressCommand.Stroke());
        Pass(shop, TimeSpan.FromMinutes(13));
        Assert.Empty(shop.System.List());
        Assert.Equal(1, snapshots.Saved[A].Seq);

        shop.Send(A, new PressCommand.Stroke());
        Assert.Equal([1, 2], shop.Probe.Replies.Select(answered => ((Reply.Accepted)answered.Reply).State.Strokes));
        Assert.Equal(2, (await shop.StateOf(A)).Seq);
    }

    [Fact]
    public void An_entity_that_is_used_stays()
    {
        var shop = new PressShop();
        for (var minute = 0; minute < 30; minute++)
        {
            shop.Send(A, new PressCommand.Stroke());
            Pass(shop, TimeSpan.FromMinutes(1));
        }

        Assert.Equal(30, shop.Status(A).Processed);
    }

    [Fact]
    public void An_entity_with_a_running_timer_stays_unless_the_timer_is_durable()
    {
        var shop = new PressShop(behavior: Press.Behavior with
        {
            Timers = press => press.LubricateAt is { } due ? [new EntityTimer<PressCommand>("lubricate", due, new PressCommand.Lubricate())] : [],
        });
        shop.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromHours(1)));
        Pass(shop, TimeSpan.FromMinutes(30));
        Assert.Single(shop.System.List());
        Pass(shop, TimeSpan.FromMinutes(31));
        Assert.Equal("press.lubricated.v1", shop.Journal.Events[^1].Name);
    }

    [Fact]
    public async Task A_sender_that_has_kept_the_entity_at_hand_finds_it_again()
    {
        var shop = new PressShop();
        var press = shop.Presses.Ref(A);
        Assert.True(press.TryTell(new PressCommand.Stroke()));
        Pass(shop, TimeSpan.FromMinutes(13));
        Assert.Empty(shop.System.List());
        await press.TellAsync(new PressCommand.Stroke());
        shop.Dispatcher.RunUntilIdle();
        Assert.Equal(2, (await shop.StateOf(A)).State.Strokes);
    }

    [Fact]
    public void No_interleaving_of_messages_and_passivation_loses_or_doubles_one()
    {
        var passivated = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200), Prop.ForAll(ArbMap.Default.ArbFor<int>(), seed => EveryMessageCounts(seed, ref passivated)));
        Assert.True(passivated > 500, $"entities have left memory only {passivated} times");
    }

    [Fact]
    public async Task On_the_thread_pool_entities_come_and_go_between_messages_and_none_is_lost()
    {
        await using var system = new EntitySystem(new MemoryJournal(), new EntitySystemOptions { PassivateAfter = TimeSpan.FromMilliseconds(4) });
        var presses = system.Add(Press.Behavior);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                var id = new EntityId($"shop.press-{i % 3}");
                await presses.TellAsync(id, new PressCommand.Stroke());
                // Now and then a sender goes on only when the press has left memory, or does not seem to.
                for (var look = 0; i % 50 == sender && look < 20_000 && system.List().Any(press => press.Id == id); look++) await Task.Yield();
            }
        })));
        Assert.True(system.List().Sum(press => press.Processed) < 2000, "no press has left memory in between");
        var strokes = 0L;
        for (var press = 0; press < 3; press++) strokes += (await presses.QueryAsync(new EntityId($"shop.press-{press}"), TimeSpan.FromSeconds(30))).State.Strokes;
        Assert.Equal(2000, strokes);
    }

    private static bool EveryMessageCounts(int seed, ref int passivated)
    {
        var random = new Random(seed);
        var shop = new PressShop(seed: seed, mailbox: 2, with: options => options with
        {
            PassivateAfter = TimeSpan.FromSeconds(1),
            Snapshots = new MemorySnapshots(),
            SnapshotEvery = 3,
            // The seed may leave the renewal undone for long; what a lost shard does to a command is another test's.
            LeaseTime = TimeSpan.FromHours(1),
        });
        var sent = 0;
        for (var step = 0; step < 300; step++)
        {
            switch (random.Next(6))
            {
                case 0:
                    if (shop.Presses.TryTell(random.Next(2) == 0 ? A : B, new PressCommand.Stroke())) sent++;
                    break;
                case 1:
                    shop.Time.Advance(TimeSpan.FromSeconds(random.Next(3) * 0.5));
                    break;
                default:
                    var before = shop.System.List().Count;
                    shop.Dispatcher.Step();
                    if (shop.System.List().Count < before) passivated++;
                    break;
            }
        }

        shop.Dispatcher.RunUntilIdle();
        if (shop.Journal.Events.Count != sent || shop.DeadLetters.Count > 0)
            throw new InvalidOperationException($"Seed {seed}: {sent} sent, {shop.Journal.Events.Count} recorded, {shop.DeadLetters.Count} dead letters.");
        return true;
    }

    private static void Pass(PressShop shop, TimeSpan time)
    {
        // In pieces, so that leases are renewed as they would be.
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(5))
        {
            shop.Time.Advance(TimeSpan.FromSeconds(5));
            shop.Dispatcher.RunUntilIdle();
        }
    }
}
