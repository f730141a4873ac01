using DigitalTwin.Edge.Ingest;

namespace DigitalTwin.Edge.Tests.Ingest;

public sealed class PlantClockTests
{
    private readonly VirtualTime time = new();
    private readonly PlantClock clock;

    public PlantClockTests() => clock = new(time);

    [Fact]
    public void Plant_time_runs_on_between_two_announcements_at_the_announced_speed()
    {
        Assert.Equal((null, 1.0), (clock.Now, clock.Speed));
        clock.Announce(Plant.T0, 20);
        time.Advance(1.5);
        Assert.Equal(Plant.T0.AddSeconds(30), clock.Now);
    }

    [Fact]
    public void Plant_time_stands_when_the_plant_says_so_and_goes_on_when_it_does()
    {
        clock.Announce(Plant.T0, 20, stands: true);
        time.Advance(2);
        Assert.Equal((Plant.T0, null, 20.0), (clock.Now, clock.Running, clock.Speed));
        clock.Announce(Plant.T0, 20);
        time.Advance(2);
        Assert.Equal((Plant.T0.AddSeconds(40), Plant.T0.AddSeconds(40)), (clock.Now, clock.Running));
    }

    [Fact]
    public void Plant_time_stands_after_three_seconds_without_a_tick()
    {
        clock.Announce(Plant.T0, 20);
        time.Advance(3);
        Assert.Equal(Plant.T0.AddSeconds(60), clock.Running);
        time.Advance(600);
        Assert.Equal((Plant.T0.AddSeconds(60), null), (clock.Now, clock.Running));
    }

    [Fact]
    public void A_tick_that_was_long_on_its_way_does_not_turn_plant_time_back()
    {
        clock.Announce(Plant.T0, 20);
        time.Advance(1);
        clock.Announce(Plant.T0.AddSeconds(15), 20);
        Assert.Equal(Plant.T0.AddSeconds(20), clock.Now);
        time.Advance(1);
        Assert.Equal(Plant.T0.AddSeconds(35), clock.Now);   // not 40: it waits for the plant, so it never drifts ahead of it
    }

    [Fact]
    public void A_plant_that_was_set_back_is_followed()
    {
        clock.Announce(Plant.T0, 1);
        clock.Announce(Plant.T0.AddHours(-5), 1);
        Assert.Equal(Plant.T0.AddHours(-5), clock.Now);
    }
}
