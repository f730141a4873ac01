using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Production;
using DigitalTwin.VirtualPlant.Serving;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class TroubleTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("virtual-plant-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    private static readonly PhysicsParameters Quiet = PlantRun.Whole with { Trouble = new() { SensorFaultHours = 1e9, LostReadShare = 0 } };

    private static PhysicsParameters With(string node, string kind) => Quiet with { ScriptedSensorFaults = [new(node, kind, 600, 1200)] };

    private static IReadOnlyList<double> Told(PlantRun run, string node, double seconds)
    {
        run.Announced.Clear();
        return run.For(seconds).Values(node);
    }

    [Fact]
    public void A_stuck_sensor_repeats_one_value_and_is_well_again_after_its_time()
    {
        var run = new PlantRun(With("Ecoat.Temperature", "stuck")).For(610);
        Assert.Single(Told(run, "Ecoat.Temperature", 1100).Distinct());
        run.For(100);
        Assert.True(Told(run, "Ecoat.Temperature", 60).Distinct().Count() > 30);
        Assert.Equal([("sensor fault", 600), ("sensor well", 1800)], run.Plant.Truths.Where(truth => truth.Where == "Ecoat.Temperature").Select(truth => (truth.Kind, (int)((truth.At - run.Plant.Site.Built) / 1_000_000))));
    }

    [Fact]
    public void A_drifting_sensor_goes_one_way_and_a_spiking_one_jumps_and_comes_back()
    {
        var drift = new PlantRun(With("Ecoat.Temperature", "drift")).For(600);
        Assert.True(Math.Abs(Told(drift, "Ecoat.Temperature", 100).Average() - Told(drift, "Ecoat.Temperature", 1000).TakeLast(60).Average()) > 10);
        var spikes = Told(new PlantRun(With("Ecoat.Temperature", "spikes")).For(600), "Ecoat.Temperature", 1000);
        Assert.InRange(spikes.Count(value => Math.Abs(value - 31) > 20), 20, 90);
        Assert.InRange(spikes.Count(value => Math.Abs(value - 31) < 3), 850, 980);
    }

    [Fact]
    public void A_sensor_of_another_unit_tells_fahrenheit()
    {
        var run = new PlantRun(With("Ecoat.Temperature", "unitChange")).For(600);
        Assert.InRange(Told(run, "Ecoat.Temperature", 100).Average(), 31 * 1.8 + 32 - 4, 31 * 1.8 + 32 + 4);
    }

    [Fact]
    public void A_plant_whose_sensors_as_good_as_never_fail_can_be_built_with_any_seed()
    {
        for (var seed = 0; seed < 60; seed++)
            Plant.Build(seed, Quiet, 1, PlantRun.MondayMorning);
    }

    [Fact]
    public void Sensors_fail_by_chance_too_and_each_fault_is_in_the_truth()
    {
        var run = new PlantRun(Quiet with { Trouble = new() { SensorFaultHours = 0.1 } });
        run.For(3600);
        Assert.InRange(run.Plant.Truths.Count(truth => truth.Kind == "sensor fault"), 3, 25);
    }

    [Fact]
    public void A_sudden_failure_shows_no_sign_and_a_worn_bearing_does()
    {
        Assert.True(Vibration(sudden: false) > 1.8 * Vibration(sudden: true));

        static double Vibration(bool sudden)
        {
            var run = new PlantRun(Quiet).For(60);
            var press = run.Plant.Site.Stamping!.Presses[0];
            (press.Sudden, press.AgeSeconds) = (sudden, press.LifeSeconds * 0.97);
            return Told(run, "Press1.Vibration", 120).Max();
        }
    }

    [Fact]
    public void Each_breakdown_and_each_repair_is_in_the_truth_with_its_cause()
    {
        var run = new PlantRun(Quiet with { Robot = new() { LifeHours = 1 } }).For(3 * 3600);
        var breakdowns = run.Plant.Truths.Where(truth => truth.Kind == "breakdown" && truth.Where.EndsWith("Robot", StringComparison.Ordinal)).ToList();
        var seen = run.Plant.Nodes.Where(node => node.Id.EndsWith("Robot.StateCurrent", StringComparison.Ordinal)).Sum(node => run.Changes(node.Id).Count(state => state == (int)UnitState.Aborting));
        Assert.InRange(seen, breakdowns.Count - 1, breakdowns.Count);   // the last one may have come in the last scan
        Assert.True(breakdowns.Count > 10);
        Assert.Equal(["bearing", "sudden"], breakdowns.Select(truth => truth.What!).Distinct().Order());
        Assert.All(breakdowns, truth => Assert.Equal(truth.What == "sudden", truth.Sudden));
    }

    [Fact]
    public void A_fouled_oven_asks_for_more_gas_first_then_gets_colder_and_then_leaves_bodies_uncured()
    {
        var run = new PlantRun(Quiet with { Paint = new() { Oven = new() { FoulingHours = 3, LifeHours = 1e6 } } });
        var clean = Told(run.For(300), "Oven1.BurnerOutput", 300).Average();
        run.For(4500);
        Assert.True(Told(run, "Oven1.BurnerOutput", 300).Average() > clean + 15);
        Assert.InRange(Told(run, "Oven1.Temperature", 60).Average(), 148, 152);
        run.For(3 * 3600);
        Assert.True(Told(run, "Oven1.Temperature", 60).Average() < 142);
        Assert.Contains(run.Plant.Truths, truth => truth.Kind == "defect" && truth.What!.EndsWith("not cured", StringComparison.Ordinal));
    }

    [Fact]
    public void A_station_sometimes_fails_to_read_a_body_and_nothing_else_depends_on_it()
    {
        var blind = new PlantRun(Quiet with { Trouble = Quiet.Trouble with { LostReadShare = 0.1 } }).For(3000);
        var seeing = new PlantRun(Quiet).For(3000);
        var lost = blind.Plant.Truths.Count(truth => truth.Kind == "read lost");
        Assert.InRange(lost, 40, 400);
        Assert.DoesNotContain(seeing.Plant.Truths, truth => truth.Kind == "read lost");
        Assert.Equal(seeing.Newest("Station1.ProducedCount"), blind.Newest("Station1.ProducedCount"));
        Assert.Equal(seeing.Plant.Site.Bodies, blind.Plant.Site.Bodies);
    }

    [Fact]
    public void When_a_supplier_is_on_strike_its_station_starves_once_the_stock_is_used_up_and_goes_on_after_it()
    {
        var run = new PlantRun(Quiet with { Assembly = new() { LifeHours = 1e6 }, Strikes = [new("Seats", 0, 10_800)] }).For(10_700);
        var seats = run.Plant.Site.Assembly!.Stations[14];
        Assert.Equal((0, UnitState.Suspended, true), (run.Plant.Site.Assembly.Suppliers[2].Stock, seats.State, seats.Missing));
        Assert.True(run.Newest("DockSeats.MinutesLate") > 60);
        var before = seats.Produced;
        run.For(1800);
        Assert.True(seats.Produced > before + 10);
        var supplier = run.Plant.Site.Assembly.Suppliers[2];
        // Every part that came is at the dock or in a body that was begun.
        Assert.Equal(90 + 60 * supplier.Deliveries, supplier.Stock + seats.Produced + (seats.Body is not null && !seats.Done ? 1 : 0));
    }

    [Fact]
    public void A_cut_network_takes_its_time_and_nothing_else_of_the_plant_knows_of_it()
    {
        var physics = Quiet with { NetworkCuts = [new("body", 100, 60), new("paint", 130, 100)] };
        var run = new PlantRun(physics);
        var seen = new List<string>();
        foreach (var until in new[] { 99.9, 100, 130, 160, 230 })
            seen.Add($"{until}: {string.Join(" and ", run.To(PlantRun.MondayMorning + (long)Math.Round(until * 1e6)).Plant.CutOff)}");
        Assert.Equal(["99.9: ", "100: body", "130: body and paint", "160: paint", "230: "], seen);
        Assert.Equal(
            ["network cut body", "network cut paint", "network whole body", "network whole paint"],
            run.Plant.Truths.Where(truth => truth.Kind.StartsWith("network", StringComparison.Ordinal)).Select(truth => $"{truth.Kind} {truth.Where}"));
        Assert.Equal(new PlantRun(Quiet).To(run.Plant.Time).Announced, run.Announced);
    }

    [Fact]
    public void A_plant_that_is_resumed_while_its_network_is_cut_tells_the_end_of_the_cut_alone()
    {
        var physics = Quiet with { NetworkCuts = [new("body", 100, 60)] };
        var resumed = new PlantRun(Plant.Resume(new PlantRun(physics).For(120).Plant.Memory, physics, 20));
        Assert.Equal(["body"], resumed.Plant.CutOff);
        Assert.Equal(["network whole"], resumed.For(60).Plant.Truths.Select(truth => truth.Kind).Where(kind => kind.StartsWith("network", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_truth_stands_in_its_file_once_also_where_the_plant_lives_a_moment_again()
    {
        var file = Path.Combine(data, "plant", "truth.jsonl");
        using (var first = new TruthFile(data, 0))
            first.Append([new(10, "breakdown", "Oven1", "bearing", false, 3.5), new(20, "repaired", "Oven1"), new(30, "repaired", "Oven2")]);
        File.AppendAllText(file, "{\"at\":40,");
        using (var second = new TruthFile(data, 20))
            second.Append([new(25, "repaired", "Oven2")]);
        Assert.Equal(
            ["""{"at":10,"kind":"breakdown","where":"Oven1","what":"bearing","sudden":false,"hours":3.5}""", """{"at":20,"kind":"repaired","where":"Oven1"}""", """{"at":25,"kind":"repaired","where":"Oven2"}"""],
            File.ReadAllLines(file));
    }

    [Fact]
    public void Faults_of_sensors_and_strikes_that_the_plant_does_not_know_are_refused()
    {
        var (_, faults) = PhysicsFile.Read("""
            {"layout": "leipzig", "strikes": [{"supplier": "Doors", "at": 1, "durationSeconds": 2}], "networkCuts": [{"endpoint": "roof", "at": 1, "durationSeconds": 2}], "scriptedSensorFaults": [{"node": "Oven9.Temperature", "kind": "dead", "at": 1, "durationSeconds": 2}]}
            """);
        Assert.Equal(["strikes[0].supplier", "networkCuts[0].endpoint", "scriptedSensorFaults[0].node", "scriptedSensorFaults[0].kind"], faults.Select(fault => fault[..fault.IndexOf(": ", StringComparison.Ordinal)]));
        Assert.Single(PhysicsFile.Read("""{"scriptedSensorFaults": [{"node": "Cell1.Robot.Vibration", "kind": "stuck", "at": 1, "durationSeconds": 2}]}""").Faults);
    }
}
