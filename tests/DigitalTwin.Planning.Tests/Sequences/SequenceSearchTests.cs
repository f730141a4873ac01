using DigitalTwin.Planning.Checking;
using DigitalTwin.Planning.Formats;
using DigitalTwin.Planning.Search;
using DigitalTwin.Planning.Sequences;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.Planning.Tests.Sequences;

public sealed class SequenceSearchTests
{
    private static readonly Arbitrary<int> Seeds = ArbMap.Default.ArbFor<int>();

    [Fact]
    public void Whatever_moves_are_made_the_search_counts_what_the_checker_counts() => Prop.ForAll(Seeds, seed =>
    {
        var problem = SequenceProblems.Of(seed, mostVehicles: 150);
        if (SequenceBounds.TooManyOfOneColor(problem)) return true;
        var (shape, draw) = (new SequenceShape(problem), new Draw(seed));
        var state = new SequenceState(shape, SequenceStart.Greedy(shape, draw));
        var day = problem.Day.Length;
        for (var step = 0; step < 60; step++)
        {
            var (one, other) = (problem.Before.Length + draw.Below(day), problem.Before.Length + draw.Below(day));
            if (one == other) continue;
            var (left, right) = (Math.Min(one, other), Math.Max(one, other));
            var (kind, middle) = (draw.Below(5), left + 1 + draw.Below(right - left));
            var delta = kind switch
            {
                0 => state.Swap(one, other),
                1 => state.Insert(one, other),
                2 => state.Reverse(left, right),
                3 => state.Mix(left, right, draw),
                _ => state.Exchange(left, middle, right),
            };
            var expected = state.Order.ToArray();
            switch (kind)
            {
                case 0: (expected[one], expected[other]) = (expected[other], expected[one]); break;
                case 1: List<int> line = [.. expected]; line.RemoveAt(one); line.Insert(other, expected[one]); expected = [.. line]; break;
                case 2: Array.Reverse(expected, left, right - left + 1); break;
                case 4: expected = [.. expected[..left], .. expected[middle..(right + 1)], .. expected[left..middle], .. expected[(right + 1)..]]; break;
                default: break;
            }
            if (kind != 3 && Checked(problem, shape, expected).IsValid == (delta == long.MaxValue)) return false;
            if (delta == long.MaxValue) continue;
            if (kind == 0) state.DoSwap(one, other, delta);
            else if (kind == 1) state.DoInsert(one, other, delta);
            else state.DoPlanned(left, right, delta);
            if (kind != 3 && !state.Order.SequenceEqual(expected)) return false;
            if (!Checked(problem, shape, state.Order).Objective.SequenceEqual(shape.Objective(state.Cost))) return false;
        }
        return true;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_order_of_few_vehicles_is_better_than_the_one_found_or_than_its_bound() => Prop.ForAll(Seeds, seed =>
    {
        var problem = SequenceProblems.Of(seed, mostVehicles: 6);
        var reports = SequenceProblems.Orders([.. Enumerable.Range(0, problem.Day.Length)])
            .Select(order => SequenceChecker.Check(problem, [.. order.Select(index => problem.Day[index].Ident)])).Where(report => report.IsValid).ToList();
        var answer = Solve(problem, steps: 60_000);
        if (reports.Count == 0) return answer.Status is SolveStatus.Infeasible;
        var optimum = reports.Select(report => report.Objective).Aggregate((best, next) => ObjectiveOrder.Compare(next.AsSpan(), best.AsSpan()) < 0 ? next : best);
        return answer.Objective.SequenceEqual(optimum) && answer.Bound <= optimum[0]
            && problem.Goals.Index().All(goal => SequenceBounds.Of(problem, goal.Item) <= reports.Min(report => report.Objective[goal.Index]));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_answer_passes_the_checker_with_the_same_numbers() => Prop.ForAll(Seeds, seed =>
    {
        var problem = SequenceProblems.Of(seed, mostVehicles: 80);
        var plan = new SequencePlan("made", problem);
        var answer = Solve(problem, steps: 2_000);
        if (answer.Status is SolveStatus.Infeasible) return true;
        var report = plan.Check(answer.Schedule!);
        return report.IsValid && report.Objective.SequenceEqual(answer.Objective) && answer.Improvements[^1].Objective.SequenceEqual(answer.Objective)
            && (answer.Status is SolveStatus.Optimal) == problem.Goals.Index().All(goal => answer.Objective[goal.Index] <= SequenceBounds.Of(problem, goal.Item));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void With_one_thread_and_a_step_budget_the_same_seed_gives_the_same_schedule_to_the_byte() => Prop.ForAll(Seeds, seed =>
    {
        var problem = SequenceProblems.Of(seed, mostVehicles: 80);
        return Solve(problem, steps: 3_000).Schedule?.ToJson() == Solve(problem, steps: 3_000).Schedule?.ToJson();
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Threads_side_by_side_give_an_answer_that_the_checker_accepts()
    {
        var problem = SequenceProblems.Of(11, mostVehicles: 80) with { PaintBatchLimit = null };
        var plan = new SequencePlan("made", problem);
        var answer = plan.Solve(new SolveRequest(new SearchBudget(TimeProvider.System, TimeSpan.FromMinutes(5), 5_000, CancellationToken.None), 1, 3));
        Assert.Equal(answer.Objective.AsEnumerable(), plan.Check(answer.Schedule!).Objective.AsEnumerable());
    }

    private static SolveAnswer Solve(SequenceProblem problem, long steps) =>
        new SequencePlan("made", problem).Solve(new SolveRequest(new SearchBudget(TimeProvider.System, TimeSpan.FromMinutes(5), steps, CancellationToken.None), 1, 1));

    private static CheckReport Checked(SequenceProblem problem, SequenceShape shape, ReadOnlySpan<int> order) => SequenceChecker.Check(problem, shape.Idents(order));
}
