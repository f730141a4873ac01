using DigitalTwin.Actors.Entities;
using static DigitalTwin.Actors.Tests.PressShop;

namespace DigitalTwin.Actors.Tests.Timers;

public sealed class EntityTimerTests
{
    [Fact]
    public async Task A_due_timer_sends_its_command_once()
    {
        var shop = new PressShop();
        shop.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromMinutes(10)));
        Pass(shop, TimeSpan.FromMinutes(9.9));
        Assert.NotNull((await shop.StateOf(A)).State.LubricateAt);
        Pass(shop, TimeSpan.FromMinutes(0.2));
        Assert.Equal(2, (await shop.StateOf(A)).Seq);
        Pass(shop, TimeSpan.FromHours(1));
        Assert.Equal(["press.lubrication-planned.v1", "press.lubricated.v1"], shop.Journal.Events.Select(stored => stored.Name));
    }

    [Fact]
    public void A_cancelled_timer_does_not_fire_even_when_its_command_is_already_on_its_way()
    {
        var shop = new PressShop();
        shop.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromMinutes(10)));
        shop.Probe.Send(A, new PressCommand.CancelLubrication());
        shop.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(2, shop.Status(A).Mailbox);
        shop.Dispatcher.RunUntilIdle();
        Assert.Equal(["press.lubrication-planned.v1", "press.lubrication-cancelled.v1"], shop.Journal.Events.Select(stored => stored.Name));
        Assert.Equal(2, shop.Status(A).Processed);
    }

    [Fact]
    public void A_timer_that_is_moved_fires_at_its_new_time_only()
    {
        var shop = new PressShop();
        shop.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromMinutes(10)));
        shop.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromMinutes(30)));
        Pass(shop, TimeSpan.FromMinutes(20));
        Assert.Equal(2, shop.Journal.Events.Count);
        Pass(shop, TimeSpan.FromMinutes(20));
        Assert.Equal("press.lubricated.v1", shop.Journal.Events[2].Name);
    }

    [Fact]
    public async Task A_timer_comes_back_with_the_entity_after_a_crash()
    {
        var first = new PressShop();
        first.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromMinutes(10)));
        first.Dispatcher.Kill();

        var second = new PressShop(first.Journal, time: first.Time);
        await second.StateOf(A);
        Pass(second, TimeSpan.FromMinutes(11));
        Assert.Equal(["press.lubrication-planned.v1", "press.lubricated.v1"], second.Journal.Events.Select(stored => stored.Name));
    }

    [Fact]
    public async Task A_timer_whose_command_fails_is_tried_again_after_longer_and_longer_while_its_entity_serves_the_others()
    {
        var broken = true;
        var shop = new PressShop(behavior: Press.Behavior with
        {
            Decide = (press, command, now) =>
                broken && command is PressCommand.Lubricate ? throw new InvalidOperationException("no oil") : Press.Decide(press, command, now),
        });
        shop.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromMinutes(10)));
        Pass(shop, TimeSpan.FromMinutes(10));
        for (var second = 0; second < 60; second++) Pass(shop, TimeSpan.FromSeconds(1));
        // After 0, 1, 3, 7, 15, and then every 8 seconds.
        Assert.Equal(10, shop.Faults.Count);
        Assert.Contains("no oil Its timer 'lubricate' is tried again in 1 s.", shop.Faults[0].Reason, StringComparison.Ordinal);
        Assert.All(shop.Faults, fault => Assert.Equal(TimeSpan.Zero, fault.RestartIn));
        Assert.Empty(shop.DeadLetters);

        shop.Send(A, new PressCommand.Stroke());
        Assert.Equal(1, (await shop.StateOf(A)).State.Strokes);
        broken = false;
        Pass(shop, TimeSpan.FromSeconds(8));
        Assert.Null((await shop.StateOf(A)).State.LubricateAt);
        Assert.Equal(EntityLifecycle.Running, shop.Status(A).State);
    }

    [Fact]
    public void A_timer_that_has_failed_and_is_asked_for_anew_begins_with_its_due_time()
    {
        var broken = true;
        var shop = new PressShop(behavior: Press.Behavior with
        {
            Decide = (press, command, now) =>
                broken && command is PressCommand.Lubricate ? throw new InvalidOperationException("no oil") : Press.Decide(press, command, now),
        });
        shop.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromMinutes(10)));
        Pass(shop, TimeSpan.FromMinutes(10));
        for (var second = 0; second < 16; second++) Pass(shop, TimeSpan.FromSeconds(1));
        broken = false;
        shop.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromSeconds(2)));
        Pass(shop, TimeSpan.FromSeconds(2));
        Assert.Equal("press.lubricated.v1", shop.Journal.Events[^1].Name);
    }

    private static void Pass(PressShop shop, TimeSpan time)
    {
        shop.Time.Advance(time);
        shop.Dispatcher.RunUntilIdle();
    }
}
