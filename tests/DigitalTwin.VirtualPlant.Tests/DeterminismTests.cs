using System.Text.Json;
using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Serving;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class DeterminismTests
{
    private const int Minutes = 6;

    /// <summary>With a repair going on for most of the time.</summary>
    private static readonly PhysicsParameters Physics = new() { ScriptedBreakdowns = [new("Cell2.Gun", 60, 120)] };

    /// <summary>With an oven down, so that the paint shop fills up.</summary>
    private static readonly PhysicsParameters Whole = PlantRun.Whole with { ScriptedBreakdowns = [new("Oven1", 60, 120)] };

    private static PhysicsParameters Of(string layout) => layout == PhysicsParameters.WholePlant ? Whole : Physics;

    /// <summary>Slices of plant time, in milliseconds, most of them no whole number of scans.</summary>
    private static readonly Arbitrary<int[]> Slicings = Gen.Choose(1, 40_000).ArrayOf(25).ToArbitrary();

    [Theory]
    [InlineData(PhysicsParameters.FirstLine)]
    [InlineData(PhysicsParameters.WholePlant)]
    public void The_same_seed_gives_the_same_values_however_time_is_sliced(string layout)
    {
        var physics = Of(layout);
        var whole = Story(new PlantRun(physics).For(Minutes * 60));
        Prop.ForAll(Slicings, slices =>
        {
            var run = new PlantRun(physics);
            var until = run.Plant.Site.Built;
            var end = until + Minutes * 60_000_000L;
            foreach (var slice in slices)
                run.To(until = Math.Min(until + slice * 1000L, end));
            run.To(end);
            return Story(run) == whole;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));
    }

    [Fact]
    public void The_same_writes_at_the_same_plant_times_give_the_same_values_and_other_times_do_not()
    {
        Assert.Equal(Written(60), Written(60));
        Assert.NotEqual(Written(60), Written(61));

        static string Written(double at) => Story(new PlantRun(Physics).For(at).Set("Cell1.Robot.SpeedOverride", 90).For(300));
    }

    [Fact]
    public void Another_seed_gives_another_day() =>
        Assert.NotEqual(Story(new PlantRun(seed: 1).For(300)), Story(new PlantRun(seed: 2).For(300)));

    [Theory]
    [InlineData(PhysicsParameters.FirstLine)]
    [InlineData(PhysicsParameters.WholePlant)]
    public void A_plant_that_was_killed_and_resumed_at_any_moment_goes_on_as_if_nothing_had_happened(string layout)
    {
        var physics = Of(layout);
        var whole = Story(new PlantRun(physics).For(Minutes * 60));
        Prop.ForAll(Gen.Choose(0, Minutes * 60).ToArbitrary(), second =>
        {
            var before = new PlantRun(physics).For(second);
            var memory = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(before.Plant.Memory, CheckpointJson.Default.PlantMemory), CheckpointJson.Default.PlantMemory)!;
            var after = new PlantRun(Plant.Resume(memory, physics, 20));
            after.Announced.AddRange(before.Announced);
            return Story(after.For(Minutes * 60 - second)) == whole;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10));
    }

    /// <summary>All that the plant said, and all that it remembers.</summary>
    private static string Story(PlantRun run) =>
        Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(
            [.. Wire.Values(run.Plant.Nodes, run.Announced), .. JsonSerializer.SerializeToUtf8Bytes(run.Plant.Memory, CheckpointJson.Default.PlantMemory)]));
}
