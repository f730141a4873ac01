using DigitalTwin.Planning.Checking;
using DigitalTwin.Planning.Formats;
using DigitalTwin.Planning.Search;

namespace DigitalTwin.Planning.Shops;

/// <summary>A feeder shop as a problem that can be solved and checked.</summary>
/// <param name="format">That it was read from.</param>
internal sealed class ShopPlan(string format, ShopProblem problem) : PlanProblem
{
    public override string Name => problem.Name;

    public ShopProblem Problem => problem;

    public override IReadOnlyList<string> ObjectiveNames { get; } =
        [problem.Goal switch { ShopGoal.Makespan => "makespan", ShopGoal.TotalTardiness => "total tardiness", _ => "cost of earliness, tardiness and flow" }];

    public override SolveAnswer Solve(SolveRequest request, Action<Improvement>? improved = null)
    {
        var best = ShopSearch.Run(problem, request, improved);
        double? bound = double.IsFinite(best.Bound) ? best.Bound : null;
        if (best.Plan is not { } plan) return new SolveAnswer(SolveStatus.Timeout, null, [], bound, []);
        var schedule = new ScheduleFile(format, problem.Name, [plan.Cost], Operations: best.Operations());
        return new SolveAnswer(best.IsProved ? SolveStatus.Optimal : SolveStatus.Feasible, schedule, [plan.Cost], bound, [.. best.Improvements]);
    }

    public override CheckReport Check(ScheduleFile schedule) => ShopChecker.Check(problem, schedule.Operations ?? []);
}
