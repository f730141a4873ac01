using DigitalTwin.VirtualPlant.Packml;
using static DigitalTwin.VirtualPlant.Packml.UnitState;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class PhysicsTests
{
    private static double MeanAtWork(PlantRun run, string node, double seconds)
    {
        run.Announced.Clear();
        run.For(seconds);
        // A machine at work is far above rest; what lies between (a value announced while it waits) is left out.
        var values = run.Values(node);
        return values.Where(value => value > values.Max() / 2).Average();
    }

    [Fact]
    public void A_worn_robot_shakes_runs_hot_and_draws_more_current()
    {
        var fresh = Robot(0);
        var worn = Robot(0.95);
        Assert.True(worn.Vibration > 1.8 * fresh.Vibration, $"{worn.Vibration} against {fresh.Vibration}");
        Assert.True(worn.Temperature > fresh.Temperature + 3);
        Assert.True(worn.Current > 1.15 * fresh.Current);

        static (double Vibration, double Temperature, double Current) Robot(double wear)
        {
            var run = new PlantRun(PlantRun.Reliable).For(30);
            var robot = run.Plant.Line.Cells[4].Robot;
            robot.AgeSeconds = wear * robot.LifeSeconds;
            run.For(1200);
            var temperature = run.Newest("Cell5.Robot.MotorTemperature");
            return (MeanAtWork(run, "Cell5.Robot.Vibration", 120), temperature, MeanAtWork(run, "Cell5.Robot.MotorCurrent", 120));
        }
    }

    [Fact]
    public void Worn_tips_shake_run_hot_and_draw_less_current_until_they_are_dressed()
    {
        var run = new PlantRun(PlantRun.Reliable).For(120);
        run.Set("Cell5.Gun.TipDressInterval", 200);
        var gun = run.Plant.Line.Cells[4].Gun;
        while (gun.WeldsSinceDress < 170)
            run.For(10);
        var worn = Measure();
        while (gun.DressesOfCap == 0)
            run.For(1);
        Assert.Equal([Execute, Holding, Held], run.Changes("Cell5.Gun.StateCurrent").TakeLast(4).Take(3).Select(state => (UnitState)(int)state));
        Assert.Equal(0, gun.WeldsSinceDress);
        var dressed = Measure();
        Assert.True(worn.Vibration > 1.5 * dressed.Vibration, $"{worn} against {dressed}");
        Assert.True(worn.Temperature > dressed.Temperature + 10, $"{worn} against {dressed}");
        Assert.True(worn.Current < dressed.Current - 0.08, $"{worn} against {dressed}");
        Assert.True(worn.Nugget < dressed.Nugget - 0.2, $"{worn} against {dressed}");

        (double Vibration, double Temperature, double Current, double Nugget) Measure()
        {
            var vibration = MeanAtWork(run, "Cell5.Gun.Vibration", 90);
            return (vibration, run.Values("Cell5.Gun.TipTemperature").Max(), run.Values("Cell5.Gun.WeldCurrentActual").Skip(30).Average(), run.Values("Cell5.Gun.NuggetDiameter").Skip(30).Average());
        }
    }

    [Fact]
    public void A_slower_robot_takes_longer_and_shakes_less()
    {
        var full = Cycle(100);
        var slow = Cycle(80);
        Assert.InRange(slow.Seconds / full.Seconds, 1.15, 1.2);   // 30 % of a cycle is not motion: 0.3 + 0.7 / 0.8 = 1.175
        Assert.True(slow.Vibration < 0.8 * full.Vibration);

        static (double Seconds, double Vibration) Cycle(double speed)
        {
            var run = new PlantRun(PlantRun.Reliable).Set("Cell5.Robot.SpeedOverride", speed).For(2400);
            run.Announced.Clear();
            var vibration = MeanAtWork(run, "Cell5.Robot.Vibration", 600);
            return (run.Changes("Cell5.CycleTime").Average(), vibration);
        }
    }

    [Theory]
    [InlineData(8.5, -0.85)]
    [InlineData(10, 0.42)]
    public void The_nugget_follows_the_weld_current(double kiloampere, double millimetres)
    {
        Assert.InRange(Nugget(kiloampere) - Nugget(9.5), millimetres - 0.2, millimetres + 0.2);

        static double Nugget(double current)
        {
            var run = new PlantRun(PlantRun.Reliable).Set("Cell2.Gun.WeldCurrentSetpoint", current).For(1200);
            Assert.InRange(run.Newest("Cell2.Gun.WeldCurrentActual"), current - 0.6, current + 0.1);
            return run.Changes("Cell2.Gun.NuggetDiameter").Skip(1).Average();
        }
    }

    [Fact]
    public void Too_little_and_too_much_current_make_scrap()
    {
        Assert.True(Scrap(7.8) > 5);
        Assert.True(Scrap(11.8) > 5);
        Assert.True(Scrap(9.5) < 3);

        static double Scrap(double current) =>
            new PlantRun(PlantRun.Reliable).Set("Cell2.Gun.WeldCurrentSetpoint", current).For(1800).Newest("Cell2.ScrapCount");
    }

    [Fact]
    public void Tips_are_dressed_after_as_many_welds_as_the_setpoint_says()
    {
        Assert.InRange(Most(56), 56, 69);   // the body in work is finished first
        Assert.InRange(Most(140), 140, 153);

        static double Most(double interval) =>
            new PlantRun(PlantRun.Reliable).Set("Cell5.Gun.TipDressInterval", interval).For(3000).Values("Cell5.Gun.WeldsSinceDress").Max();
    }

    [Fact]
    public void Energy_grows_always_and_faster_at_work()
    {
        var run = new PlantRun(PlantRun.Reliable).For(3500);   // 8:58
        var work = Used(60);
        run.For(240);                                          // the break began at nine, each cell has finished its body
        var pause = Used(60);
        Assert.True(pause > 0);
        Assert.True(work > 3 * pause, $"{work} kWh at work, {pause} kWh in the break");

        double Used(double seconds)
        {
            var before = run.Plant.Line.Energy;
            return run.For(seconds).Plant.Line.Energy - before;
        }
    }
}
