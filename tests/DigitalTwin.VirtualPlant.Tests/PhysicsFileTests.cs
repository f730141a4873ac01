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
    public void The_example_scenario_is_valid()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "DigitalTwin.sln")))
            folder = folder.Parent!;
        var (physics, faults) = PhysicsFile.Read(File.ReadAllText(Path.Combine(folder.FullName, "simulations", "scenarios", "robot-breakdown.json")));
        Assert.Empty(faults);
        Assert.Equal("Cell3.Robot", physics!.ScriptedBreakdowns[0].Machine);
    }
}
