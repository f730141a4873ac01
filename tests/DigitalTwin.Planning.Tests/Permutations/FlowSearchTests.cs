using System.Globalization;
using DigitalTwin.Planning.Checking;
using DigitalTwin.Planning.Formats;
using DigitalTwin.Planning.Permutations;
using DigitalTwin.Planning.Search;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.Planning.Tests.Permutations;

public sealed class FlowSearchTests
{
    private static readonly Arbitrary<int> Seeds = ArbMap.Default.ArbFor<int>();

    [Fact]
    public void The_search_counts_what_the_checker_counts() => Prop.ForAll(Seeds, seed =>
    {
        var problem = FlowProblems.Of(seed, mostJobs: 9);
        var order = Shuffled(problem, seed);
        return Checked(problem, order) == new FlowTimes(problem).Cost(order);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_a_place_is_said_to_cost_is_what_it_costs_once_the_job_stands_there() => Prop.ForAll(Seeds, seed =>
    {
        var problem = FlowProblems.Of(seed, mostJobs: 30);
        var (times, order) = (new FlowTimes(problem), Shuffled(problem, seed));
        var (job, rest) = (order[0], order[1..]);
        var said = times.Places(rest, job).ToArray();
        var real = Enumerable.Range(0, rest.Length + 1).Select(place => new FlowTimes(problem).Cost([.. rest[..place], job, .. rest[place..]])).ToArray();
        // A place that is worse than the best may be given up before its whole cost is known.
        return said.Min() == real.Min() && said.Zip(real).All(pair => pair.First == pair.Second || (problem.Objective is not FlowObjective.Makespan && pair.First > said.Min() && pair.Second >= pair.First));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_block_is_put_where_it_costs_least() => Prop.ForAll(Seeds, seed =>
    {
        var problem = FlowProblems.Of(seed, mostJobs: 9);
        if (problem.Jobs < 3 || problem.Objective is FlowObjective.Makespan) return true;
        var order = Shuffled(problem, seed);
        var (block, rest) = (order[..2], order[2..]);
        var lowest = Enumerable.Range(0, rest.Length + 1).Min(place => new FlowTimes(problem).Cost([.. rest[..place], .. block, .. rest[place..]]));
        var (at, cost) = new FlowTimes(problem).BlockPlace(rest, block, lowest + 1);
        return cost == lowest && new FlowTimes(problem).Cost([.. rest[..at], .. block, .. rest[at..]]) == lowest && new FlowTimes(problem).BlockPlace(rest, block, lowest).Cost == lowest;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void On_a_handful_of_jobs_the_search_finds_what_trying_every_order_finds_and_no_bound_is_above_it() => Prop.ForAll(Seeds, seed =>
    {
        var problem = FlowProblems.Of(seed, mostJobs: 6);
        var optimum = FlowProblems.Orders([.. Enumerable.Range(0, problem.Jobs)]).Min(order => new FlowTimes(problem).Cost(order));
        var answer = Solve(problem, steps: 300);
        return answer.Objective[0] == optimum && answer.Bound <= optimum && (answer.Status is SolveStatus.Optimal) == (answer.Bound == optimum);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void With_one_thread_and_a_step_budget_the_same_seed_gives_the_same_schedule_to_the_byte() => Prop.ForAll(Seeds, seed =>
    {
        var problem = FlowProblems.Of(seed, mostJobs: 30);
        return Solve(problem, steps: 20).Schedule!.ToJson() == Solve(problem, steps: 20).Schedule!.ToJson();
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Searches_side_by_side_agree_on_one_valid_answer()
    {
        var problem = FlowProblems.Of(seed: 4, mostJobs: 30);
        var answer = new FlowPlan("fsp-sdst", problem).Solve(new SolveRequest(Budget(steps: 50), Seed: 1, Threads: 3));
        Assert.Equal(Assert.Single(answer.Objective), Assert.Single(new FlowPlan("fsp-sdst", problem).Check(answer.Schedule!).Objective));
        Assert.Equal(answer.Improvements.Select(each => each.Objective[0]).OrderDescending(), answer.Improvements.Select(each => each.Objective[0]));
    }

    [Fact]
    public void Who_stops_a_search_gets_the_best_so_far()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var problem = FlowProblems.Of(seed: 4, mostJobs: 30);
        var answer = new FlowPlan("fsp-sdst", problem).Solve(new SolveRequest(new SearchBudget(TimeProvider.System, TimeSpan.FromHours(1), null, stop.Token), Seed: 1, Threads: 1));
        Assert.True(new FlowPlan("fsp-sdst", problem).Check(answer.Schedule!).IsValid);
    }

    private static SearchBudget Budget(long steps) => new(TimeProvider.System, TimeSpan.FromMinutes(1), steps, CancellationToken.None);

    private static SolveAnswer Solve(FlowProblem problem, long steps) => new FlowPlan("fsp-sdst", problem).Solve(new SolveRequest(Budget(steps), Seed: 1, Threads: 1));

    private static double Checked(FlowProblem problem, int[] order) => FlowChecker.Check(problem, [.. order.Select(job => job.ToString(CultureInfo.InvariantCulture))]).Objective[0];

    private static int[] Shuffled(FlowProblem problem, int seed)
    {
        var order = Enumerable.Range(0, problem.Jobs).ToArray();
        new Draw(seed).Shuffle<int>(order);
        return order;
    }
}
