using System.Collections.Immutable;
using DigitalTwin.Planning.Permutations;

namespace DigitalTwin.Planning.Checking;

/// <summary>Reads an order of jobs as a person would: each job once, then machine by machine, when it can begin and when it ends.</summary>
public static class FlowChecker
{
    /// <param name="sequence">Jobs by their number in the file, from 0.</param>
    public static CheckReport Check(FlowProblem problem, ImmutableArray<string> sequence)
    {
        var (order, violations) = JobsOf(problem, sequence);
        if (violations.Count > 0) return new CheckReport([.. violations], []);

        var ends = new long[problem.Machines];
        decimal total = 0;
        for (var position = 0; position < order.Count; position++)
        {
            var job = order[position];
            for (var machine = 0; machine < problem.Machines; machine++)
            {
                long setup = position > 0
                    ? problem.Setups.IsEmpty ? 0 : problem.Setups[(machine * problem.Jobs + order[position - 1]) * problem.Jobs + job]
                    : problem.FirstSetups.IsEmpty ? 0 : problem.FirstSetups[machine * problem.Jobs + job];
                var ready = ends[machine] + setup;
                var arrival = machine == 0 ? 0 : ends[machine - 1];
                ends[machine] = Math.Max(ready, arrival) + problem.Durations[job * problem.Machines + machine];
            }
            if (problem.Objective is not FlowObjective.Makespan)
                total += Math.Max(0, ends[^1] - problem.Due[job]) * (problem.Objective is FlowObjective.WeightedTardiness ? problem.Weights[job] : 1);
        }
        return new CheckReport([], [(double)(problem.Objective is FlowObjective.Makespan ? ends[^1] : total)]);
    }

    private static (List<int> Order, List<Violation> Violations) JobsOf(FlowProblem problem, ImmutableArray<string> sequence)
    {
        var (order, violations) = (new List<int>(), new List<Violation>());
        foreach (var ident in sequence)
            if (int.TryParse(ident, out var job) && job >= 0 && job < problem.Jobs) order.Add(job);
            else violations.Add(new Violation("known-job", $"'{ident}' is no job: they are 0 to {problem.Jobs - 1}"));
        foreach (var twice in order.GroupBy(job => job).Where(group => group.Count() > 1))
            violations.Add(new Violation("each-job-once", $"job {twice.Key} stands {twice.Count()} times in the sequence"));
        foreach (var missing in Enumerable.Range(0, problem.Jobs).Except(order))
            violations.Add(new Violation("each-job-once", $"job {missing} is missing"));
        return (order, violations);
    }
}
