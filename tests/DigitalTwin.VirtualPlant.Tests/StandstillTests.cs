using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Physics;
using FsCheck;
using FsCheck.Fluent;
using static DigitalTwin.VirtualPlant.Packml.UnitState;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class StandstillTests
{
    private static readonly PhysicsParameters RobotBreaks = PlantRun.Reliable with { ScriptedBreakdowns = [new("Cell3.Robot", 120, 600)] };

    private static IEnumerable<UnitState> States(PlantRun run, string unit) => run.Changes($"{unit}.StateCurrent").Select(number => (UnitState)(int)number);

    [Fact]
    public void A_scripted_breakdown_comes_to_the_second_and_takes_the_robot_and_its_cell_through_the_whole_recovery()
    {
        var run = new PlantRun(RobotBreaks).For(119);
        Assert.Equal(Execute, run.Plant.Line.Cells[2].Robot.State);
        run.Announced.Clear();
        run.For(760);
        UnitState[] recovery = [Execute, Aborting, Aborted, Clearing, Stopped, Resetting, Idle, Starting, Execute];
        Assert.Equal(recovery, States(run, "Cell3.Robot").Take(9));
        Assert.Equal(recovery, States(run, "Cell3").Take(9));
        var aborting = run.Announced.First(announcement => announcement.Node == run.Index("Cell3.Robot.StateCurrent") && announcement.Value.Number == (int)Aborting);
        Assert.InRange((aborting.At - run.Plant.Site.Built) / 1e6, 120, 121.1);
        Assert.Contains((int)UnitMode.Maintenance, run.Values("Cell3.Robot.UnitModeCurrent").Select(mode => (int)mode));
        Assert.Equal((int)UnitMode.Production, run.Newest("Cell3.Robot.UnitModeCurrent"));
    }

    [Fact]
    public void While_the_robot_is_repaired_its_gun_and_fixture_are_held()
    {
        var run = new PlantRun(RobotBreaks).For(200);
        var cell = run.Plant.Line.Cells[2];
        Assert.Equal((Aborted, Aborted, Held, Held), (cell.State, cell.Robot.State, cell.Gun.State, cell.Fixture.State));
        Assert.NotEqual(0, cell.Robot.FaultCode);
        Assert.Equal(0, cell.Gun.FaultCode);
        run.For(800);
        Assert.Equal(0, cell.FaultCode);
        Assert.Equal(UnitMode.Production, cell.Gun.Mode);
    }

    [Fact]
    public void Cells_before_a_broken_one_are_blocked_and_cells_behind_it_starve_and_both_are_suspended_not_idle()
    {
        var run = new PlantRun(RobotBreaks).For(700);
        var cells = run.Plant.Line.Cells;
        Assert.Equal((Suspended, 4, true), (cells[1].State, cells[2].Buffer.Count, cells[1].Body is not null));
        Assert.Equal((Suspended, 0, true), (cells[3].State, cells[3].Buffer.Count, cells[3].Body is null));
        Assert.Equal(Suspended, cells[3].Robot.State);
        Assert.DoesNotContain(Idle, States(run, "Cell4").SkipWhile(state => state != Execute));
    }

    [Fact]
    public void In_a_break_cells_finish_their_body_complete_and_wait_idle_and_go_on_by_themselves()
    {
        var run = new PlantRun(PlantRun.Reliable).For(3595);
        run.Announced.Clear();
        run.For(400);
        Assert.All(run.Plant.Line.Cells, cell => Assert.Equal(Idle, cell.State));
        UnitState[] pause = [Execute, Completing, Complete, Resetting, Idle];
        Assert.Equal(pause, States(run, "Cell5").SkipWhile(state => state != Execute).TakeLast(5));
        run.For(600);
        Assert.Equal(Execute, run.Plant.Line.Cells[4].State);
    }

    [Fact]
    public void Between_two_shifts_the_line_is_stopped_in_manual_mode()
    {
        var run = new PlantRun(PlantRun.Reliable, start: PlantRun.MondayMorning + 6 * 3600 * 1_000_000L - 600_000_000).For(595);   // 13:59:55
        run.Announced.Clear();
        run.For(45);
        Assert.Equal([Execute, Stopping, Stopped], States(run, "Cell5.Gun"));
        Assert.All(run.Plant.Line.Cells, cell => Assert.Equal((Stopped, UnitMode.Manual), (cell.State, cell.Mode)));
        run.For(60);
        Assert.Equal((Execute, UnitMode.Production), (run.Plant.Line.Cells[4].State, run.Plant.Line.Cells[4].Mode));
    }

    [Fact]
    public void Worn_out_caps_stop_the_cell_until_they_are_changed_by_hand()
    {
        var run = new PlantRun(PlantRun.Reliable with { Gun = PlantRun.Reliable.Gun with { DressesPerCap = 1 } }).Set("Cell5.Gun.TipDressInterval", 50);
        var cell = run.Plant.Line.Cells[4];
        for (var wait = 0; cell.Mode != UnitMode.Manual && wait < 2000; wait++)
            run.For(1);
        Assert.Equal((Stopped, UnitMode.Manual, 1), (cell.State, cell.Mode, cell.Gun.DressesOfCap));
        run.For(200);
        Assert.Equal((UnitMode.Production, 0), (cell.Mode, cell.Gun.DressesOfCap));
    }

    private sealed record Trouble(int Cell, string Machine, int At, int Duration);

    private static readonly Arbitrary<Trouble[]> Troubles = (
        from cell in Gen.Choose(1, 8)
        from machine in Gen.Elements("Robot", "Gun", "Fixture")
        from at in Gen.Choose(0, 2400)
        from duration in Gen.Choose(1, 300)
        select new Trouble(cell, machine, at, duration)).ArrayOf(20).ToArbitrary();

    [Fact]
    public void Whatever_breaks_whenever_states_stay_legal_no_body_is_lost_and_every_cell_produces_again() =>
        Prop.ForAll(Troubles, troubles =>
        {
            var physics = new PhysicsParameters { ScriptedBreakdowns = [.. troubles.Select(trouble => new ScriptedBreakdown($"Cell{trouble.Cell}.{trouble.Machine}", trouble.At, trouble.Duration))] };
            var run = new PlantRun(physics, start: PlantRun.MondayMorning + 2700 * 1_000_000L);   // 8:45, so that the break is among it
            var watch = new PlantWatch(run);
            for (var minute = 0; minute < 80; minute++)
                watch.For(60);
            var before = run.Plant.Line.Cells.Select(cell => cell.Produced).ToList();
            for (var minute = 0; minute < 15; minute++)
                watch.For(60);
            Assert.Empty(watch.Faults);
            Assert.True(run.Plant.Site.ScriptedDone.All(done => done));
            return run.Plant.Line.Cells.Zip(before).All(pair => pair.First.Produced > pair.Second);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(6));

    [Theory]
    [InlineData("Cell3.Robot", 3700)]   // in a break
    [InlineData("Cell3.Gun", 30)]
    [InlineData("Cell3.Fixture", 1)]    // before the first start
    public void After_any_breakdown_at_any_time_the_cell_produces_again(string machine, double at)
    {
        var physics = PlantRun.Reliable with { ScriptedBreakdowns = [new(machine, at, 100), new("Cell3.Gun", at + 40, 100)] };
        var run = new PlantRun(physics).For(at + 60);
        Assert.Equal(Aborted, run.Plant.Line.Cells[2].State);
        run.For(1500);
        var before = run.Newest("Cell3.ProducedCount");
        Assert.True(run.For(300).Newest("Cell3.ProducedCount") >= before + 4);
    }
}
