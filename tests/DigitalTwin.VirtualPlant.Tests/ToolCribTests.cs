using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Production;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class ToolCribTests
{
    private static readonly PhysicsParameters Reliable = PlantRun.Whole with
    {
        Robot = PlantRun.Reliable.Robot, Gun = PlantRun.Reliable.Gun with { DressesPerCap = 1 }, Fixture = PlantRun.Reliable.Fixture,
        Press = new() { LifeHours = 1e6, StrokesOfInserts = 50 }, Paint = new() { Booth = new() { LifeHours = 1e6, BodiesOfNozzles = 10 } },
        Trouble = new() { SensorFaultHours = 1e9 },
    };

    private static readonly ToolParameters Plenty = new() { StockAtStart = 1000 };
    /// <summary>None at hand; new ones come with the first lorry, two hours after the start.</summary>
    private static readonly ToolParameters None = new() { StockAtStart = 0, ReorderAt = 0, PerDelivery = 500, LeadHours = 2, LateShare = 0 };

    private static PhysicsParameters With(ToolParameters caps, ToolParameters inserts, ToolParameters nozzles) =>
        Reliable with { Crib = new() { WeldCaps = caps, DieInserts = inserts, SprayNozzles = nozzles } };

    private static readonly Arbitrary<ToolParameters> Tools = (
        from stock in Gen.Choose(0, 12)
        from reorder in Gen.Choose(0, 12)
        from delivery in Gen.Choose(1, 12)
        from minutes in Gen.Choose(1, 90)
        from late in Gen.Choose(0, 10)
        from scrap in Gen.Choose(0, 10)
        select new ToolParameters { StockAtStart = stock, ReorderAt = reorder, PerDelivery = delivery, LeadHours = minutes / 60.0, LateShare = late / 10.0, LateHours = 0.5, ScrapShare = scrap / 10.0 }).ToArbitrary();

    [Fact]
    public void Whatever_is_fetched_and_handed_in_no_set_appears_or_vanishes_and_the_stock_is_never_below_nothing() =>
        Prop.ForAll(Tools, Gen.Elements(true, false, false).ArrayOf(400).ToArbitrary(), (tool, wishes) =>
        {
            const int machines = 5;
            var stock = ToolStock.Build(7, "WeldCaps", machines, tool);
            var fitting = 0;
            for (var minute = 0; minute < wishes.Length; minute++)
            {
                if (wishes[minute] && stock.TryIssue())
                    fitting++;
                else if (fitting > 0)
                {
                    stock.Return();
                    fitting--;
                }
                stock.Scan(tool, minute * 60_000_000L);
                Assert.True(stock.Stock >= 0);
                Assert.Equal(machines + fitting, stock.Out);
                Assert.Equal(tool.StockAtStart + machines + stock.Delivered, stock.Stock + stock.Out + stock.Worn + stock.Scrapped);
                Assert.Equal(machines + stock.Issued, stock.Out + stock.Returned);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void In_a_plant_that_wears_out_tools_fast_no_set_appears_or_vanishes_and_the_same_seed_tells_the_same() =>
        Prop.ForAll(Tools, Tools, Gen.Choose(1, 1000).ToArbitrary(), (caps, others, seed) =>
        {
            var physics = With(caps, others, others);
            var (run, again) = (new PlantRun(physics, seed), new PlantRun(physics, seed));
            var crib = run.Plant.Site.Crib!;
            var parameters = new[] { caps, others, others };
            for (var minute = 0; minute < 90; minute++)
            {
                run.For(60);
                foreach (var (stock, tool, fitted) in crib.Stocks.Zip(parameters, [16, 3, 2]))
                {
                    Assert.True(stock.Stock >= 0);
                    Assert.Equal(tool.StockAtStart + fitted + stock.Delivered, stock.Stock + stock.Out + stock.Scrapped);
                }
            }
            Assert.True(crib.Stocks.Any(stock => stock.Issued > 0) || run.Plant.Truths.Any(truth => truth.Kind == "stock-out"), "no tool was needed");
            again.For(90 * 60);
            Assert.Equal(Told(run), Told(again));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(4));

    private static IEnumerable<(long, int, double)> Told(PlantRun run) =>
        run.Announced.Where(announcement => run.Plant.Nodes[announcement.Node].Place.Endpoint == "crib").Select(announcement => (announcement.At, announcement.Node, announcement.Value.Number));

    [Theory]
    [InlineData("Line1.Cell1", "WeldCaps", (int)UnitState.Stopped, 2190)]
    [InlineData("Press1", "DieInserts", (int)UnitState.Held, 4190)]
    [InlineData("Booth1", "SprayNozzles", (int)UnitState.Held, 5390)]
    public void A_station_whose_tool_is_out_of_stock_stands_with_the_fault_that_says_so_until_the_lorry_comes(string station, string tools, int state, int fault)
    {
        var run = new PlantRun(With(tools == "WeldCaps" ? None : Plenty, tools == "DieInserts" ? None : Plenty, tools == "SprayNozzles" ? None : Plenty), start: PlantRun.MondayMorning + 4500 * 1_000_000L);
        run.For(2 * 3600 - 10);
        Assert.Equal((state, fault), ((int)run.Newest($"{station}.StateCurrent"), (int)run.Newest($"{station}.FaultCode")));
        Assert.Equal(0, run.Newest($"{tools}.Stock"));
        Assert.Equal([("stock-out", tools)], Of(run).Select(truth => (truth.Kind, truth.What!)));
        var before = run.Newest($"{station}.ProducedCount");
        run.For(3600);
        Assert.True(run.Newest($"{station}.ProducedCount") > before, "it did not go on");
        Assert.Equal(0, run.Newest($"{station}.FaultCode"));
        Assert.Equal(("tools came", tools), (Of(run)[1].Kind, Of(run)[1].What!));
        Assert.Equal(500, run.Newest($"{tools}.DeliveredCount"));
        Assert.True(run.Newest($"{tools}.IssuedCount") > 0 && run.Newest($"{tools}.ReturnedCount") > 0);

        List<Truth> Of(PlantRun plant) => [.. plant.Plant.Truths.Where(truth => truth.Where == station && (truth.Kind is "stock-out" or "tools came"))];
    }

    [Fact]
    public void New_caps_are_fitted_for_as_long_as_ever_once_they_have_come()
    {
        var run = new PlantRun(With(None, Plenty, Plenty), start: PlantRun.MondayMorning + 4500 * 1_000_000L).For(2 * 3600 + 60);
        Assert.True(run.Plant.Site.Lines[0].Cells[0].CapsFrom > 0);
        Assert.Equal(UnitState.Stopped, run.Plant.Site.Lines[0].Cells[0].State);
        Assert.Equal(0, run.Newest("WeldCaps.ReturnedCount"));
    }

    [Fact]
    public void Every_fault_of_the_crib_in_a_physics_file_is_named()
    {
        var (_, faults) = PhysicsFile.Read("""{"crib": {"weldCaps": {"stockAtStart": -1, "leadHours": 0, "perDelivery": 0}, "hammers": {}, "sprayNozzles": {"reorderAt": 1.5}}}""");
        Assert.Equal(["crib.weldCaps.stockAtStart", "crib.weldCaps.leadHours", "crib.weldCaps.perDelivery", "crib.hammers", "crib.sprayNozzles.reorderAt"], faults.Select(fault => fault[..fault.IndexOf(": ", StringComparison.Ordinal)]));
    }

    [Fact]
    public void In_the_tool_shortage_weld_cells_and_booths_stand_for_want_of_tools_and_go_on()
    {
        var (physics, _) = PhysicsFile.Read(File.ReadAllText(Path.Combine(Checkout.Folder("simulations", "scenarios"), "tool-shortage.json")));
        var run = new PlantRun(physics).For(5 * 3600);
        foreach (var tools in new[] { "WeldCaps", "SprayNozzles" })
            foreach (var kind in new[] { "stock-out", "tools came" })
                Assert.Contains(run.Plant.Truths, truth => truth.Kind == kind && truth.What == tools);
    }
}
