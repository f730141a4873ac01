using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.TestKit;
using static DigitalTwin.Actors.Tests.PressShop;

namespace DigitalTwin.Actors.Tests.Timers;

/// <summary>The press asks to be lubricated by a durable timer.</summary>
public sealed class DurableTimerTests
{
    [Fact]
    public void The_earliest_due_time_is_committed_with_the_events_that_it_follows_from()
    {
        var shop = new PressShop();
        shop.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromHours(10)));
        Assert.Equal((A, "press", shop.Time.GetUtcNow().AddHours(10)), Wake(shop));
        shop.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromHours(3)));
        Assert.Equal((A, "press", shop.Time.GetUtcNow().AddHours(3)), Wake(shop));
        shop.Send(A, new PressCommand.CancelLubrication());
        Assert.Empty(shop.Journal.Wakes());
    }

    [Fact]
    public void It_fires_once_although_its_entity_has_left_memory()
    {
        var shop = new PressShop();
        shop.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromHours(10)));
        Pass(shop, TimeSpan.FromHours(9));
        Assert.Empty(shop.System.List());
        Pass(shop, TimeSpan.FromHours(3));
        Assert.Equal(["press.lubrication-planned.v1", "press.lubricated.v1"], shop.Journal.Events.Select(stored => stored.Name));
        Assert.Empty(shop.Journal.Wakes());
    }

    [Fact]
    public void It_fires_after_a_restart_of_the_program_without_any_message_to_its_entity()
    {
        var first = new PressShop();
        first.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromHours(1)));
        first.Dispatcher.Kill();
        var second = new PressShop(first.Journal, time: first.Time);
        _ = second.System.AcquireAsync(new ShardId("all"), TimeSpan.Zero);
        Pass(second, TimeSpan.FromMinutes(59));
        Assert.Single(second.Journal.Events);
        Assert.Empty(second.System.List());
        Pass(second, TimeSpan.FromMinutes(2));
        Assert.Equal("press.lubricated.v1", second.Journal.Events[^1].Name);
    }

    [Fact]
    public void It_fires_although_the_journal_could_not_be_read_when_the_program_asked_for_its_timers()
    {
        var first = new PressShop();
        first.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromHours(1)));
        first.Dispatcher.Kill();
        var second = new PressShop(first.Journal, time: first.Time);
        first.Journal.ReadFaults = () => true;
        _ = second.System.AcquireAsync(new ShardId("all"), TimeSpan.Zero);
        second.Dispatcher.RunUntilIdle();
        first.Journal.ReadFaults = () => false;
        Pass(second, TimeSpan.FromMinutes(61));
        Assert.Equal("press.lubricated.v1", second.Journal.Events[^1].Name);
    }

    [Fact]
    public void What_was_due_while_the_program_was_down_fires_when_it_is_back()
    {
        var first = new PressShop();
        first.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromHours(1)));
        first.Dispatcher.Kill();
        first.Time.Advance(TimeSpan.FromDays(2));
        var second = new PressShop(first.Journal, time: first.Time);
        _ = second.System.AcquireAsync(new ShardId("all"), TimeSpan.Zero);
        second.Dispatcher.RunUntilIdle();
        Assert.Equal("press.lubricated.v1", Assert.Single(second.Journal.Events.Skip(1)).Name);
    }

    [Fact]
    public void A_timer_months_away_waits_for_months()
    {
        var shop = new PressShop();
        shop.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromDays(100)));
        shop.Time.Advance(TimeSpan.FromDays(99));
        shop.Dispatcher.RunUntilIdle();
        Assert.Single(shop.Journal.Events);
        shop.Time.Advance(TimeSpan.FromDays(2));
        shop.Dispatcher.RunUntilIdle();
        Assert.Equal(2, shop.Journal.Events.Count);
    }

    [Fact]
    public void A_timer_that_the_full_disk_has_kept_from_being_recorded_is_tried_again()
    {
        var shop = new PressShop();
        shop.Send(A, new PressCommand.PlanLubrication(TimeSpan.FromMinutes(1)));
        shop.Journal.Faults = () => CommitFault.DiskFull;
        Pass(shop, TimeSpan.FromMinutes(2));
        Assert.Single(shop.Journal.Events);
        shop.Journal.Faults = () => CommitFault.None;
        Pass(shop, TimeSpan.FromSeconds(30));
        Assert.Equal("press.lubricated.v1", shop.Journal.Events[^1].Name);
        Assert.Empty(shop.DeadLetters);
    }

    private static (Actors.Entities.EntityId, string, DateTimeOffset) Wake(PressShop shop)
    {
        var wake = Assert.Single(shop.Journal.Wakes());
        return (wake.Entity, wake.Kind, wake.Due);
    }

    private static void Pass(PressShop shop, TimeSpan time)
    {
        for (var left = time; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(5))
        {
            shop.Time.Advance(TimeSpan.FromSeconds(5));
            shop.Dispatcher.RunUntilIdle();
        }
    }
}
