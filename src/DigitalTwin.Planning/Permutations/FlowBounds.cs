namespace DigitalTwin.Planning.Permutations;

/// <summary>What no order of the jobs can beat.</summary>
internal static class FlowBounds
{
    public static long Of(FlowProblem problem) => problem.Objective is FlowObjective.Makespan ? Makespan(problem) : Tardiness(problem);

    /// <summary>Each machine has to do all jobs with the cheapest setup before each but one, after the shortest way to it and before the shortest way from it.</summary>
    private static long Makespan(FlowProblem problem)
    {
        var (n, machines) = (problem.Jobs, problem.Machines);
        long bound = 0;
        for (var m = 0; m < machines; m++)
        {
            var jobs = Enumerable.Range(0, n);
            long busy = jobs.Sum(job => (long)Duration(problem, job, m));
            var cheapest = jobs.Select(job => jobs.Where(other => other != job).Select(other => (long)Setup(problem, m, other, job)).DefaultIfEmpty(0).Min()).ToList();
            var before = jobs.Min(job => Enumerable.Range(0, m).Sum(machine => (long)Duration(problem, job, machine)));
            var after = jobs.Min(job => Enumerable.Range(m + 1, machines - m - 1).Sum(machine => (long)Duration(problem, job, machine)));
            bound = Math.Max(bound, before + busy + cheapest.Sum() - cheapest.Max() + after);
        }
        return bound;
    }

    /// <summary>No job ends before it has passed all machines without waiting.</summary>
    private static long Tardiness(FlowProblem problem) => Enumerable.Range(0, problem.Jobs).Sum(job =>
    {
        var soonest = Enumerable.Range(0, problem.Machines).Sum(machine => (long)Duration(problem, job, machine));
        return Math.Max(0, soonest - problem.Due[job]) * (problem.Objective is FlowObjective.WeightedTardiness ? problem.Weights[job] : 1);
    });

    private static int Duration(FlowProblem problem, int job, int machine) => problem.Durations[job * problem.Machines + machine];

    private static int Setup(FlowProblem problem, int machine, int from, int to) =>
        problem.Setups.IsEmpty ? 0 : problem.Setups[(machine * problem.Jobs + from) * problem.Jobs + to];
}
