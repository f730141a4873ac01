using DigitalTwin.Actors.Simulation.PlantedBugs;
using DigitalTwin.Actors.Simulation.Runs;
using Xunit.Abstractions;

namespace DigitalTwin.Actors.Simulation;

public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int SeedsPerBug = 3000;

    [Fact]
    public void Every_planted_bug_is_found()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var mutated = MutatedEngine.Compile(Catalogue.All);
        output.WriteLine($"compiled in {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.Equal(Hunt.Fingerprint(1), mutated.Fingerprint(1));
        var found = Catalogue.All.AsParallel().AsOrdered().WithDegreeOfParallelism(2).Select(bug => (bug.Name, Found: mutated.Search(bug.Name, 1, SeedsPerBug))).ToList();
        foreach (var (name, (seed, step, broken)) in found) output.WriteLine($"{name,-60} {(broken is null ? "NOT FOUND" : $"seed {seed}, step {step}: {broken.Split('\n')[0]}")}");
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0.0} s");
        Assert.All(found, bug => Assert.Equal(bug.Found, mutated.Search(bug.Name, bug.Found.Seed, 1)));
        // What a seed finds is found in the engine with the bug, not in any engine.
        Assert.All(found, bug => Assert.Null(mutated.Search(null, bug.Found.Seed, 1).Broken));
        Assert.Empty(found.Where(bug => bug.Found.Broken is null).Select(bug => bug.Name));
    }
}
