using DigitalTwin.Planning.Checking;
using DigitalTwin.Planning.Search;
using DigitalTwin.Planning.Shops;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.Planning.Tests.Shops;

public sealed class ShopSearchTests
{
    private static readonly Arbitrary<int> Seeds = Gen.Choose(0, 1_000_000).ToArbitrary();

    [Fact]
    public void After_any_moves_a_plan_is_what_it_would_be_if_it_were_made_afresh() => Prop.ForAll(Seeds, seed =>
    {
        var shape = new ShopShape(ShopProblems.Of(seed, mostJobs: 6, mostOperations: 5));
        var (plan, fresh, draw) = (new ShopState(shape), new ShopState(shape), new Draw(seed));
        ShopStart.Dispatch(plan, draw, 1);
        for (var i = 0; i < 60; i++)
        {
            var operation = draw.Below(shape.Operations);
            var mode = shape.ModeStart[operation] + draw.Below(shape.ModeStart[operation + 1] - shape.ModeStart[operation]);
            var others = Enumerable.Range(0, shape.Operations).Where(other => other != operation && plan.Machine[other] == shape.ModeMachine[mode]).Append(-1).ToList();
            plan.Move(operation, mode, others[draw.Below(others.Count)]);
            fresh.Build(plan.Order, plan.Mode);
            Assert.Equal(fresh.Head, plan.Head);
            Assert.Equal(fresh.End, plan.End);
            Assert.Equal(fresh.Tail, plan.Tail);
            Assert.Equal(fresh.Next, plan.Next);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Every_answer_keeps_all_rules_and_costs_what_it_says() => Prop.ForAll(Seeds, seed =>
    {
        var problem = new ShopPlan("made", ShopProblems.Of(seed, mostJobs: 8, mostOperations: 6, anyCost: true));
        var answer = problem.Solve(Steps(300, seed));
        var report = problem.Check(answer.Schedule!);
        Assert.Empty(report.Violations);
        Assert.Equal(report.Objective.ToArray(), answer.Objective.ToArray());
        Assert.True(answer.Bound <= answer.Objective[0]);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void On_small_shops_the_search_finds_what_trying_everything_finds_and_no_bound_is_above_it() =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).Where(IsSmall).ToArbitrary(), seed =>
        {
            var problem = ShopProblems.Of(seed, mostJobs: 3, mostOperations: 3);
            var answer = new ShopPlan("made", problem).Solve(Steps(20_000, seed));
            var shape = new ShopShape(problem);
            Assert.Equal(Optimum(shape), answer.Objective[0], 6);
            Assert.True(ShopBounds.Of(shape) <= answer.Objective[0]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void One_thread_and_the_same_steps_give_the_same_schedule()
    {
        var problem = new ShopPlan("made", ShopProblems.Of(5, mostJobs: 12, mostOperations: 8));
        Assert.Equal(problem.Solve(Steps(20_000, 3)).Schedule!.ToJson(), problem.Solve(Steps(20_000, 3)).Schedule!.ToJson());
    }

    [Fact]
    public void Several_threads_find_a_plan_that_keeps_all_rules()
    {
        var problem = new ShopPlan("made", ShopProblems.Of(5, mostJobs: 12, mostOperations: 8));
        Assert.True(problem.Check(problem.Solve(Steps(2_000, 1) with { Threads = 3 }).Schedule!).IsValid);
    }

    [Fact]
    public void Improvements_come_in_order_and_the_last_is_the_answer()
    {
        var told = new List<double>();
        var answer = new ShopPlan("made", ShopProblems.Of(9, mostJobs: 12, mostOperations: 8)).Solve(Steps(20_000, 1), improvement => told.Add(improvement.Objective[0]));
        Assert.Equal(told, told.OrderDescending());
        Assert.Equal(told[^1], answer.Objective[0]);
        Assert.Equal("start", answer.Improvements[0].Engine);
    }

    private static SolveRequest Steps(long steps, long seed) => new(new SearchBudget(TimeProvider.System, TimeSpan.FromHours(1), steps, CancellationToken.None), seed, 1);

    private static bool IsSmall(int seed)
    {
        var shape = new ShopShape(ShopProblems.Of(seed, mostJobs: 3, mostOperations: 3));
        return shape.Operations <= 6 && shape.ModeDuration.Length <= shape.Operations + 4;
    }

    private static double Optimum(ShopShape shape)
    {
        var plan = new ShopState(shape);
        var least = double.PositiveInfinity;
        foreach (var modes in ShopProblems.Modes(shape))
            foreach (var order in ShopProblems.Orders(shape))
            {
                plan.Build(order.AsSpan(), modes.AsSpan());
                if (plan.IsAllowed()) least = Math.Min(least, plan.Cost());
            }
        return least;
    }
}
