using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class PhysicsFileTests
{
    [Fact]
    public void What_a_file_does_not_name_stays_as_built_in()
    {
        var (physics, faults) = PhysicsFile.Read("""
            {"robot": {"lifeHours": 2}, "timetable": {"breaks": ["09:00-09:20"]}, "scriptedBreakdowns": [{"machine": "Cell3.Robot", "at": 60, "durationSeconds": 90}]}
            """);
        Assert.Empty(faults);
        Assert.Equal(2, physics!.Robot.LifeHours);
        Assert.Equal(new RobotParameters().LifeShape, physics.Robot.LifeShape);
        Assert.Equal(["09:00-09:20"], physics.Timetable.Breaks);
        Assert.Equal([new ScriptedBreakdown("Cell3.Robot", 60, 90)], physics.ScriptedBreakdowns);
    }

    [Fact]
    public void Every_fault_is_named_with_its_path()
    {
        var (physics, faults) = PhysicsFile.Read("""
            {"robot": {"lifeHours": -1, "colour": "red"}, "gun": 7, "line": {"cycleSeconds": [55, "x"], "bufferCapacity": 2.5}, "scriptedBreakdowns": [{"machine": "Cell3.Robot", "at": 60}]}
            """);
        Assert.Null(physics);
        Assert.Collection(faults,
            fault => Assert.StartsWith("robot.lifeHours: must be from", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("robot.colour: is unknown", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("gun: must be an object", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("line.cycleSeconds[1]: must be a number", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("line.bufferCapacity: must be a whole number", fault, StringComparison.Ordinal),
            fault => Assert.StartsWith("scriptedBreakdowns[0].durationSeconds: is missing", fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Values_that_contradict_each_other_are_refused()
    {
        var (_, faults) = PhysicsFile.Read("""
            {"timeZone": "Mars/Olympus", "timetable": {"breaks": ["9-10"], "shiftStarts": ["25:00"]}, "line": {"cycleSeconds": []}, "repair": {"shortestSeconds": 90, "longestSeconds": 30},
             "scriptedBreakdowns": [{"machine": "Cell9.Robot", "at": 60, "durationSeconds": 90}]}
            """);
        Assert.Equal(["timeZone", "timetable.breaks[0]", "timetable.shiftStarts[0]", "line.cycleSeconds", "repair.longestSeconds", "scriptedBreakdowns[0].machine"],
            faults.Select(fault => fault[..fault.IndexOf(": ", StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("{\"robot\": ")]
    [InlineData("[]")]
    [InlineData("null")]
    public void A_file_that_is_no_object_is_refused(string text) => Assert.Single(PhysicsFile.Read(text).Faults);

    [Fact]
    public void A_layout_and_orders_that_no_plant_has_are_refused()
    {
        var (_, faults) = PhysicsFile.Read("""{"layout": "second-line", "orders": {"modelWeights": [1, 1], "colourWeights": [0]}, "bodyShop": {"cycleSeconds": []}}""");
        Assert.Equal(["bodyShop.cycleSeconds", "layout", "assembly.workOfModel", "orders.colourWeights"], faults.Select(fault => fault[..fault.IndexOf(": ", StringComparison.Ordinal)]));
    }

    [Fact]
    public void A_station_that_is_named_by_a_script_has_to_be_in_the_layout()
    {
        Assert.Empty(PhysicsFile.Read("""{"layout": "leipzig", "scriptedBreakdowns": [{"machine": "Line2.Cell8.Gun", "at": 1, "durationSeconds": 9}, {"machine": "Oven2", "at": 1, "durationSeconds": 9}]}""").Faults);
        Assert.Contains("there is no 'Oven2'; e.g. Cell1.Robot", Assert.Single(PhysicsFile.Read("""{"scriptedBreakdowns": [{"machine": "Oven2", "at": 1, "durationSeconds": 9}]}""").Faults), StringComparison.Ordinal);
    }

    public static TheoryData<string> Scenarios => [.. Directory.EnumerateFiles(Checkout.Folder("simulations", "scenarios"), "*.json").Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Every_scenario_that_comes_with_the_plant_is_valid(string file) =>
        Assert.Empty(PhysicsFile.Read(File.ReadAllText(Path.Combine(Checkout.Folder("simulations", "scenarios"), file))).Faults);
}
