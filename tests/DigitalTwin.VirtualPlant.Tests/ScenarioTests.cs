using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Tests;

/// <summary>Each scenario shows what it is named after.</summary>
public sealed class ScenarioTests
{
    private static PlantRun Of(string scenario) =>
        new(PhysicsFile.Read(File.ReadAllText(Path.Combine(Checkout.Folder("simulations", "scenarios"), $"{scenario}.json"))).Physics);

    [Fact]
    public void The_alarm_storm_takes_down_sixty_machines_within_ten_seconds()
    {
        var run = Of("alarm-storm").For(595);
        run.Announced.Clear();
        run.For(15);
        var down = run.Plant.Nodes.Index().Where(node => node.Item.Id.EndsWith("FaultCode", StringComparison.Ordinal)).Select(node => node.Index).ToHashSet();
        Assert.InRange(run.Announced.Where(announcement => down.Contains(announcement.Node) && announcement.Value.Number > 0).Select(announcement => announcement.Node).Distinct().Count(), 60, 90);
    }

    [Fact]
    public void The_paint_oven_gets_colder_and_refuses_rise_though_its_thermometer_says_something_else()
    {
        var run = Of("paint-oven-drift").For(4 * 3600);
        Assert.True(run.Plant.Site.Paint!.Ovens[1].Celsius < 142);
        Assert.True(Math.Abs(run.Newest("Oven2.Temperature") - run.Plant.Site.Paint.Ovens[1].Celsius) > 5);
        Assert.True(run.Newest("Inspection.RejectCount") > 30);
    }

    [Fact]
    public void The_supplier_strike_stops_final_assembly_at_the_seats() =>
        Assert.Equal(UnitState.Suspended, Of("supplier-strike").For(12_000).Plant.Site.Assembly!.Stations[14].State);

    [Fact]
    public void On_monday_morning_assembly_has_nothing_to_build_at_first()
    {
        var run = Of("monday-morning").For(20);
        Assert.Empty(run.Plant.Site.Store!.Bodies);
        Assert.All(run.Plant.Site.Lines, line => Assert.InRange(line.Bodies.Count(), 0, 1));
    }

    [Fact]
    public void On_monday_morning_ovens_are_cold_and_what_they_let_out_in_the_first_hour_is_not_cured()
    {
        var run = Of("monday-morning");
        Assert.All(run.Plant.Site.Paint!.Ovens, oven => Assert.True(oven.Celsius < 50));
        run.For(3600);
        Assert.True(run.Newest("Inspection.RejectCount") >= 5, $"{run.Newest("Inspection.RejectCount")} refused");
        Assert.All(run.Plant.Site.Paint.Ovens, oven => Assert.True(oven.Celsius > 130));
    }
}
