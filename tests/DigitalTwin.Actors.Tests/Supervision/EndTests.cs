using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.TestKit;
using static DigitalTwin.Actors.Tests.PressShop;
using Reply = DigitalTwin.Actors.Entities.Reply<DigitalTwin.Actors.Tests.Press, DigitalTwin.Actors.Tests.PressEvent>;

namespace DigitalTwin.Actors.Tests.Supervision;

/// <summary>The end of an entity that others watch, and the orderly end of the whole system.</summary>
public sealed class EndTests
{
    [Fact]
    public void Who_watches_an_entity_is_told_once_when_it_stops_for_good()
    {
        var shop = new PressShop();
        var ends = new List<string>();
        shop.System.Watch(A, ends.Add);
        shop.System.Watch(A, ends.Add).Dispose();
        shop.System.Watch(B, ends.Add);
        Wreck(shop, 3);
        Assert.Empty(ends);
        Wreck(shop, 1);
        Assert.Contains("Stopped after 3 restarts", Assert.Single(ends), StringComparison.Ordinal);
        shop.System.Watch(A, ends.Add);
        Assert.Equal(ends[0], ends[1]);
    }

    [Fact]
    public void Leaving_memory_is_no_end()
    {
        var shop = new PressShop(with: options => options with { PassivateAfter = TimeSpan.FromSeconds(4) });
        var ends = new List<string>();
        shop.System.Watch(A, ends.Add);
        shop.Send(A, new PressCommand.Stroke());
        for (var second = 0; second < 8; second++)
        {
            shop.Time.Advance(TimeSpan.FromSeconds(1));
            shop.Dispatcher.RunUntilIdle();
        }

        Assert.Empty(shop.System.List());
        Assert.Empty(ends);
        _ = shop.System.StopAsync(TimeSpan.Zero);
        shop.Dispatcher.RunUntilIdle();
        Assert.Contains("has ended", Assert.Single(ends), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_orderly_end_works_off_what_waits_and_takes_nothing_new()
    {
        var shop = new PressShop();
        for (var order = 1; order <= 20; order++) shop.Presses.TryTell(order % 2 == 0 ? A : B, new PressCommand.Stroke(Order: order));
        var stop = shop.System.StopAsync(TimeSpan.FromSeconds(10));
        Assert.Throws<ObjectDisposedException>(() => shop.Presses.TryTell(A, new PressCommand.Stroke()));
        var report = await shop.Finish(stop);
        Assert.Equal((0, true), (report.Refused, report.Orderly));
        Assert.Equal(20, shop.Journal.Events.Count);
        Assert.All(shop.Journal.Leases(), lease => Assert.Equal(TimeSpan.Zero, lease.Expires));
    }

    [Fact]
    public async Task What_is_not_done_in_time_is_refused_with_the_reason_and_said_in_the_report()
    {
        var shop = new PressShop();
        await shop.StateOf(A);
        shop.Probe.Send(A, new PressCommand.Jam());
        shop.Dispatcher.RunUntilIdle();
        // Waits for the restart, which comes too late.
        shop.Probe.Send(A, new PressCommand.Stroke());
        var stop = shop.System.StopAsync(TimeSpan.FromSeconds(0.5));
        shop.Dispatcher.RunUntilIdle();
        Assert.False(stop.IsCompleted);
        shop.Time.Advance(TimeSpan.FromSeconds(0.6));
        var report = await shop.Finish(stop);
        Assert.Equal((1, true), (report.Refused, report.Orderly));
        Assert.Equal([A], report.Undrained);
        shop.Probe.Expect<Reply.Failed>();
        Assert.Equal(Failure.Stopping, shop.Probe.Expect<Reply.Failed>().Of);
    }

    [Fact]
    public async Task Told_commands_that_are_refused_at_the_end_are_dead_letters_of_the_next_start()
    {
        var shop = new PressShop();
        await shop.StateOf(A);
        shop.Presses.TryTell(A, new PressCommand.Stroke(Order: 7));
        shop.Presses.TryTell(A, new PressCommand.Stroke(Order: 8));
        shop.Dispatcher.Step();
        var report = await shop.Finish(shop.System.StopAsync(TimeSpan.Zero));
        Assert.Equal(1, report.Refused);

        var next = new PressShop(shop.Journal);
        await next.StateOf(A);
        Assert.Contains("shutting down", Assert.Single(await next.Finish(next.System.DeadLetters.ListAsync())).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disk_that_hangs_does_not_hold_the_end()
    {
        using var hangs = new ManualResetEventSlim();
        var journal = new MemoryJournal { Faults = () => { hangs.Wait(); return CommitFault.None; } };
        var system = new EntitySystem(journal, new EntitySystemOptions { Name = "shop" });
        var presses = system.Add(Press.Behavior);
        await presses.TellAsync(A, new PressCommand.Stroke());
        var report = await system.StopAsync(TimeSpan.FromMilliseconds(50));
        Assert.False(report.Orderly);
        hangs.Set();
    }

    [Fact]
    public void A_sender_that_comes_while_the_system_ends_is_told_so_and_keeps_no_shard()
    {
        PressShop? shop = null;
        shop = new PressShop(behavior: Press.Behavior with
        {
            // The sender has seen that the system runs, and the entity is not there yet.
            Knows = id =>
            {
                if (id == B) End(shop!);
                return true;
            },
        });
        shop.Send(A, new PressCommand.Stroke());
        Assert.Throws<ObjectDisposedException>(() => shop.Presses.TryTell(B, new PressCommand.Stroke()));
        shop.Dispatcher.RunUntilIdle();
        AssertEnded(shop);
    }

    [Fact]
    public void A_timer_that_is_due_while_the_system_ends_wakes_no_one()
    {
        var first = new PressShop();
        first.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromHours(1)));
        first.Dispatcher.Kill();
        PressShop? shop = null;
        shop = new PressShop(first.Journal, time: first.Time, behavior: Press.Behavior with
        {
            Knows = _ =>
            {
                End(shop!);
                return true;
            },
        });
        _ = shop.System.AcquireAsync(All, TimeSpan.Zero);
        shop.Dispatcher.RunUntilIdle();
        shop.Time.Advance(TimeSpan.FromHours(1));
        shop.Dispatcher.RunUntilIdle();
        AssertEnded(shop);
        Assert.Single(shop.Journal.Wakes());
    }

    [Fact]
    public void Timers_that_are_read_while_the_system_ends_are_not_waited_for()
    {
        var first = new PressShop();
        first.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromHours(1)));
        first.Dispatcher.Kill();
        var shop = new PressShop(first.Journal);
        first.Journal.ReadFaults = () =>
        {
            End(shop);
            return false;
        };
        _ = shop.System.AcquireAsync(All, TimeSpan.Zero);
        shop.Dispatcher.RunUntilIdle();
        Assert.Null(shop.Time.NextDue);
        AssertEnded(shop);
    }

    [Fact]
    public async Task Who_waits_for_a_shard_when_the_system_ends_is_told_so()
    {
        var shop = new PressShop();
        var first = shop.System.AcquireAsync(All, TimeSpan.Zero);
        End(shop);
        Assert.True(first.IsCompleted);
        Assert.Equal(new ShardStatus(All, Mine: false, Epoch: 0, Why: "digital-twin is shutting down"), await first);
    }

    private static readonly ShardId All = new("all");

    private static void End(PressShop shop)
    {
        _ = shop.System.StopAsync(TimeSpan.FromSeconds(5));
        shop.Dispatcher.RunUntilIdle();
    }

    private static void AssertEnded(PressShop shop)
    {
        Assert.Single(shop.Journal.Events);
        Assert.All(shop.Journal.Leases(), lease => Assert.Equal(TimeSpan.Zero, lease.Expires));
        Assert.All(shop.System.Shards, shard => Assert.False(shard.Mine));
    }

    private static void Wreck(PressShop shop, int times)
    {
        for (var failure = 0; failure < times; failure++)
        {
            shop.Send(A, new PressCommand.Jam());
            shop.Time.Advance(TimeSpan.FromSeconds(8));
            shop.Dispatcher.RunUntilIdle();
        }
    }
}
