using DigitalTwin.Planning.CpSat;
using DigitalTwin.Planning.Search;
using Google.OrTools.Sat;

namespace DigitalTwin.Planning.Tests.CpSat;

/// <summary>One pool for the tests of a class: a worker takes a second to start.</summary>
public sealed class SharedPool : IDisposable
{
    public SharedPool() => Pool = RealPool.New();

    public CpSatPool Pool { get; }

    public void Dispose() => Pool.Dispose();
}

public sealed class CpModelTests(SharedPool shared) : IClassFixture<SharedPool>
{
    private async Task<CpSolution> SolveAsync(CpModel model) => (await shared.Pool.SolveAsync(model)).Solution();

    [Fact]
    public async Task The_job_shop_of_six_jobs_is_done_after_55_and_no_earlier()
    {
        var shop = JobShopModel.Of(JobShopModel.Ft06, "ft06");
        var solution = await SolveAsync(shop.Model);
        Assert.Equal(SolveStatus.Optimal, solution.Status);
        Assert.Equal(55, solution.Objective);
        Assert.Equal(55, solution.Bound);
        shop.Check(solution);
    }

    [Fact]
    public async Task A_window_of_24_cars_is_put_in_an_order_that_breaks_its_ratios_least()
    {
        (int AtMost, int Of)[] rules = [(1, 2), (2, 3), (1, 3), (2, 5)];
        var draw = new Draw(5);
        bool[][] carries = [.. Enumerable.Range(0, 24).Select(_ => rules.Select(rule => draw.Share() < (double)rule.AtMost / rule.Of).ToArray())];
        var (model, standsAt) = SequenceModel.Of(carries, rules);

        var solution = await SolveAsync(model);

        Assert.Equal(SolveStatus.Optimal, solution.Status);
        bool[][] sequence = [.. Enumerable.Range(0, 24).Select(place => carries[Enumerable.Range(0, 24).Single(car => solution[standsAt[car, place]])])];
        Assert.Equal(solution.Objective, SequenceModel.Violations(sequence, rules));
        Assert.True(solution.Objective < SequenceModel.Violations(carries, rules), "the order they came in is as good");
    }

    [Fact]
    public async Task An_operation_is_done_on_one_of_two_machines_and_not_in_the_break()
    {
        var model = new CpModel("choice");
        var onFast = model.Bool("on the fast one");
        var start = model.NumberWithin([0, 1, 8, 20], "start"); // a break from 2 to 7
        var fast = model.Interval(start, 3, "fast", onFast);
        var slow = model.Interval(start, 9, "slow", !onFast);
        model.NoOverlap([fast, model.Interval(0, 9, 9, "repair")], "fast machine");
        model.NoOverlap([slow], "slow machine");
        var end = model.Number(0, 100, "end");
        model.AtLeast(end, fast.End, "done on the fast one").OnlyIf(onFast);
        model.AtLeast(end, slow.End, "done on the slow one").OnlyIf(!onFast);
        model.Minimise(end);

        var solution = await SolveAsync(model);

        Assert.Equal(9, solution.Objective); // at once on the slow one; the fast one is free at 9 and done at 12
        Assert.False(solution[onFast]);
    }

    [Fact]
    public async Task A_crew_of_three_does_what_takes_two_one_after_the_other()
    {
        var model = new CpModel("crew");
        var starts = Enumerable.Range(0, 3).Select(i => model.Number(0, 50, $"start {i}")).ToArray();
        var end = model.Number(0, 50, "end");
        model.Cumulative(3, [.. starts.Select((start, i) => (model.Interval(start, 4, $"job {i}"), (CpLinear)(i == 2 ? 1 : 2)))], "crew");
        model.Greatest(end, starts.Select(start => start + 4), "the last");
        model.Minimise(end);
        Assert.Equal(8, (await SolveAsync(model)).Objective);
    }

    [Fact]
    public async Task The_cheapest_round_of_setups_is_found()
    {
        long[,] setup = { { 0, 9, 1, 9 }, { 1, 0, 9, 9 }, { 9, 9, 0, 1 }, { 9, 1, 9, 0 } }; // 0 → 2 → 3 → 1 → 0 costs 4
        var model = new CpModel("setups");
        var arcs = (from i in Enumerable.Range(0, 4) from j in Enumerable.Range(0, 4) where i != j select (From: i, To: j, Taken: model.Bool($"{i} then {j}"))).ToArray();
        model.Circuit(arcs, "round");
        model.Minimise(CpLinear.Sum(arcs.Select(arc => setup[arc.From, arc.To] * arc.Taken)));
        var solution = await SolveAsync(model);
        Assert.Equal(4, solution.Objective);
        Assert.Equal([(0, 2), (1, 0), (2, 3), (3, 1)], arcs.Where(arc => solution[arc.Taken]).Select(arc => (arc.From, arc.To)));
    }

    [Fact]
    public async Task A_price_is_looked_up_by_the_hour()
    {
        long[] prices = [7, 5, 3, 4, 9];
        var model = new CpModel("tariff");
        var hour = model.Number(0, 4, "hour");
        var price = model.Number(0, 100, "price");
        model.Element(hour, prices.Select(euro => (CpLinear)euro), price, "tariff");
        model.Minimise(price);
        var solution = await SolveAsync(model);
        Assert.Equal((2, 3), (solution[hour], solution[price]));
    }

    [Fact]
    public async Task What_cannot_be_is_said_to_be_infeasible()
    {
        var model = new CpModel("too much");
        var yes = Enumerable.Range(0, 3).Select(i => model.Bool($"b{i}")).ToArray();
        model.AtMostOne(yes, "at most one");
        model.AtLeast(CpLinear.Sum(yes), 2, "at least two");
        var solution = await SolveAsync(model);
        Assert.Equal(SolveStatus.Infeasible, solution.Status);
        Assert.False(solution.HasValues);
    }

    [Fact]
    public async Task A_model_that_the_solver_refuses_is_our_fault_and_says_so()
    {
        var model = new CpModel("wrong");
        model.Number(3, 1, "empty");
        var answer = await shared.Pool.SolveAsync(model);
        Assert.Throws<InvalidOperationException>(() => answer.Solution());
    }

    [Fact]
    public void Variables_and_rules_keep_their_names()
    {
        var read = CpModelProto.Parser.ParseFrom(JobShopModel.Of(JobShopModel.Ft06, "ft06").Model.ToBytes());
        Assert.Equal("ft06", read.Name);
        Assert.Contains(read.Variables, variable => variable.Name == "job 5 operation 5");
        Assert.Contains(read.Constraints, rule => rule.Name == "machine 3" && rule.ConstraintCase == ConstraintProto.ConstraintOneofCase.NoOverlap);
    }

    [Fact]
    public void A_variable_that_is_named_twice_in_a_sum_is_written_once()
    {
        var model = new CpModel("sums");
        var x = model.Number(0, 9, "x");
        var yes = model.Bool("yes");
        model.AtMost(2 * x + 3 + !yes, x + yes + 10, "rule"); // 2x + 3 + 1 - yes <= x + yes + 10
        var rule = CpModelProto.Parser.ParseFrom(model.ToBytes()).Constraints.Single().Linear;
        Assert.Equal([0, 1], rule.Vars);
        Assert.Equal([1, -2], rule.Coeffs);
        Assert.Equal([long.MinValue, 6], rule.Domain);
    }
}
