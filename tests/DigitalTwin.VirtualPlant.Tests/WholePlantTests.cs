using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Production;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class WholePlantTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private static readonly PhysicsParameters Reliable = PlantRun.Reliable with
    {
        Layout = PhysicsParameters.WholePlant,
        Press = new() { LifeHours = 1e6 }, Store = new() { LifeHours = 1e6 }, Assembly = new() { LifeHours = 1e6 },
        Paint = new()
        {
            Pretreatment = new() { LifeHours = 1e6 }, Ecoat = new() { LifeHours = 1e6 }, Booth = new() { LifeHours = 1e6 }, Oven = new() { LifeHours = 1e6 }, Inspection = new() { LifeHours = 1e6 },
        },
    };

    private static PhysicsParameters Broken(string machine, double at, double seconds) => Reliable with { ScriptedBreakdowns = [new(machine, at, seconds)] };

    private static Station Station(PlantRun run, string name) => run.Plant.Site.Stations.Single(station => station.Name == name);

    [Fact]
    public void In_half_an_ordinary_shift_every_area_works_at_the_pace_of_the_plant_and_nothing_is_seen_that_must_never_be_seen()
    {
        var run = new PlantRun(PlantRun.Whole);
        var watch = new PlantWatch(run);
        for (var minute = 0; minute < 4 * 60; minute++)
            watch.For(60);
        var (site, physics) = (run.Plant.Site, new PressParameters());
        output.WriteLine($"shipped {site.Assembly!.Shipped}, paint scrap {site.Paint!.Scrap}, body shop {string.Join(" ", site.Lines.Select(line => $"{line.Produced}/{line.Scrap}"))}, inside {site.Bodies.Count()}");
        output.WriteLine($"clean {site.Paint.Inspection.Good}, refused {site.Paint.Inspection.Bad}, colour changes {string.Join(" ", site.Paint.Booths.Select(booth => $"{booth.ColourChanges}/{booth.Produced}"))}");
        foreach (var station in site.Stations)
            output.WriteLine($"{station.Name} {station.Produced} {station.State}");
        Assert.Empty(watch.Faults);
        Assert.InRange(site.Assembly.Shipped, 150u, 240u);
        Assert.InRange(site.Lines.Sum(line => line.Produced), 150, 250);
        Assert.InRange((double)site.Paint.Inspection.Bad / site.Paint.Inspection.Produced, 0.01, 0.25);
        Assert.True(site.Paint.Rework.Produced > 0);
        Assert.All(site.Paint.Booths, booth => Assert.InRange(booth.ColourChanges, 10u, booth.Produced * 3 / 5));
        Assert.InRange(site.Stamping!.Presses.Sum(press => press.Scrap), 1, site.Stamping.Presses.Sum(press => press.Produced) / 50);
        Assert.True(site.Stamping.Taken > 2 * physics.RackCapacity, "no press can have kept the same die for so many bodies");
    }

    [Fact]
    public void Models_are_mixed_by_the_store_so_that_assembly_seldom_gets_the_same_one_twice()
    {
        var run = new PlantRun(Reliable);
        List<int> models = [];
        var last = 0;
        for (var second = 0; second < 3300; second++)
        {
            run.For(1);
            if (run.Plant.Site.Assembly!.Stations[0].Body is { } body && body.Number != last)
            {
                models.Add(body.Model);
                last = body.Number;
            }
        }
        var twice = models.Zip(models.Skip(1)).Count(pair => pair.First == pair.Second);
        output.WriteLine($"{twice} of {models.Count}");
        Assert.True(models.Count > 30);
        Assert.True(twice < models.Count * 3 / 10, $"{twice} of {models.Count} follow one of the same model; drawn by chance it would be two in five");
    }

    [Fact]
    public void When_a_press_stands_still_the_body_lines_starve_once_its_racks_are_empty()
    {
        var run = new PlantRun(Broken("Press2", 60, 13_000)).For(1800);
        Assert.Contains(run.Plant.Site.Stamping!.Presses[1].Racks, rack => rack.Count > 0);
        run.For(10_000);
        Assert.Equal(UnitState.Aborted, Station(run, "Press2").State);
        Assert.Contains(run.Plant.Site.Stamping.Presses[1].Racks, rack => rack.Count == 0);
        Assert.All(run.Plant.Site.Lines, line => Assert.Equal((UnitState.Suspended, 0), (line.Cells[0].State, line.Cells[0].Buffer.Count)));
        Assert.Equal(UnitState.Suspended, Station(run, "Press1").State);   // its racks are full
        var before = run.Plant.Site.Lines.Sum(line => line.Produced);
        Assert.True(run.For(6000).Plant.Site.Lines.Sum(line => line.Produced) > before + 20);
    }

    [Fact]
    public void When_both_ovens_stand_still_the_plant_is_blocked_before_them_and_runs_dry_behind_them_and_recovers()
    {
        var run = new PlantRun(Reliable with { ScriptedBreakdowns = [new("Oven1", 60, 12_000), new("Oven2", 60, 12_000)] }).For(12_000);
        var site = run.Plant.Site;
        Assert.All(site.Paint!.Booths, booth => Assert.Equal((UnitState.Suspended, true), (booth.State, booth.Done)));
        Assert.Equal((UnitState.Suspended, UnitState.Suspended), (Station(run, "Ecoat").State, Station(run, "Pretreatment").State));
        Assert.All(site.Lines, line => Assert.Equal(UnitState.Suspended, line.Cells[^1].State));
        Assert.Empty(site.Store!.Bodies);
        Assert.Equal(UnitState.Suspended, Station(run, "Station1").State);
        var before = site.Assembly!.Shipped;
        Assert.True(run.For(9000).Plant.Site.Assembly!.Shipped > before + 60, $"{site.Assembly.Shipped - before}");
    }

    [Fact]
    public void A_full_store_blocks_inspection_and_no_lane_takes_more_than_fits_in()
    {
        var run = new PlantRun(Broken("Station1", 60, 12_000)).For(11_000);
        Assert.All(run.Plant.Site.Store!.Lanes, lane => Assert.Equal(8, lane.Bodies.Count));
        Assert.Equal((UnitState.Suspended, true), (run.Plant.Site.Paint!.Inspection.State, run.Plant.Site.Paint.Inspection.Done));
    }

    [Fact]
    public void An_oven_that_is_too_cold_sends_bodies_to_rework_and_at_last_to_scrap()
    {
        var cold = new PlantRun(Reliable).Set("Oven1.TemperatureSetpoint", 130).Set("Oven2.TemperatureSetpoint", 130).For(4 * 3600);
        Assert.True(cold.Newest("Inspection.RejectCount") > 50);
        Assert.True(cold.Newest("Paint.ScrapCount") > 0);
        Assert.Equal(0, new PlantRun(Reliable).For(4 * 3600).Newest("Paint.ScrapCount"));
    }

    [Fact]
    public void The_rework_loop_never_locks_itself_however_much_is_refused()
    {
        var run = new PlantRun(Reliable with { Paint = Reliable.Paint with { Booth = Reliable.Paint.Booth with { BadShare = 0.8 }, Inspection = Reliable.Paint.Inspection with { MostReworks = 10 } } });
        for (var hour = 0; hour < 6; hour++)
        {
            var before = run.Plant.Site.Paint!.Booths.Sum(booth => booth.Produced);
            run.For(3600);
            Assert.True(run.Plant.Site.Paint.Booths.Sum(booth => booth.Produced) > before, $"no body was sprayed in hour {hour}");
        }
    }

    private static readonly Arbitrary<ScriptedBreakdown[]> Troubles = (
        from machine in Gen.Elements("Press1", "Line1.Cell5.Robot", "Line2.Cell8.Gun", "Pretreatment", "Ecoat", "Booth1", "Oven1", "Oven2", "Inspection", "Rework", "Lane2", "Station1", "Station12", "Station20")
        from at in Gen.Choose(0, 2400)
        from duration in Gen.Choose(1, 900)
        select new ScriptedBreakdown(machine, at, duration)).ArrayOf(20).ToArbitrary();

    [Fact]
    public void Whatever_breaks_whenever_states_stay_legal_no_body_or_panel_is_lost_and_vehicles_are_shipped_again() =>
        Prop.ForAll(Troubles, troubles =>
        {
            var run = new PlantRun(PlantRun.Whole with { ScriptedBreakdowns = troubles }, start: PlantRun.MondayMorning + 2700 * 1_000_000L);   // 8:45, so that the break is among it
            var watch = new PlantWatch(run);
            for (var minute = 0; minute < 120; minute++)
                watch.For(60);
            var before = run.Plant.Site.Assembly!.Shipped;
            for (var minute = 0; minute < 30; minute++)
                watch.For(60);
            Assert.Empty(watch.Faults);
            Assert.True(run.Plant.Site.ScriptedDone.All(done => done));
            return run.Plant.Site.Assembly.Shipped > before;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5));
}
