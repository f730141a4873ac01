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

    private static void Pass(PressShop shop, TimeSpan time)
    {
        shop.Time.Advance(time);
        shop.Dispatcher.RunUntilIdle();
    }
}
