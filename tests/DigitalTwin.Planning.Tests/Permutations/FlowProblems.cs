using DigitalTwin.Planning.Permutations;
using DigitalTwin.Planning.Search;

namespace DigitalTwin.Planning.Tests.Permutations;

/// <summary>Made problems of every kind; the seed makes them again.</summary>
internal static class FlowProblems
{
    public static FlowProblem Of(int seed, int mostJobs)
    {
        var draw = new Draw(seed);
        var (jobs, machines, objective) = (1 + draw.Below(mostJobs), 1 + draw.Below(4), (FlowObjective)draw.Below(3));
        var withSetups = draw.Below(2) == 0;
        int[] Numbers(int count, int below) => [.. Enumerable.Range(0, count).Select(_ => draw.Below(below))];
        return new FlowProblem(
            $"made-{seed}", jobs, machines, objective, [.. Numbers(jobs * machines, 20)],
            withSetups ? [.. Numbers(machines * jobs * jobs, 15)] : [], withSetups ? [.. Numbers(machines * jobs, 15)] : [],
            objective is FlowObjective.Makespan ? [] : [.. Numbers(jobs, 80)], objective is FlowObjective.WeightedTardiness ? [.. Numbers(jobs, 5)] : []);
    }

    public static IEnumerable<int[]> Orders(int[] jobs) => jobs.Length == 0
        ? [[]]
        : jobs.SelectMany(first => Orders([.. jobs.Where(job => job != first)]).Select(rest => (int[])[first, .. rest]));
}
