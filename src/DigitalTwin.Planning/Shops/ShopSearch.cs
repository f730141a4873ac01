using System.Collections.Immutable;
using DigitalTwin.Planning.Formats;
using DigitalTwin.Planning.Search;

namespace DigitalTwin.Planning.Shops;

/// <summary>
/// Looks for a good plan: tabu search finds the bottom of a valley, and the best valleys lie between others (Peng, Lü, Cheng: tabu search with path relinking).
/// So a set of good plans is kept, a plan between two of them is made, and searched on from there.
/// Between two plans means here: every operation at the mean of its places in both. What both put before something else stays before it, so that no plan comes out in which something waits for itself.
/// Threads share the set.
/// </summary>
internal sealed class ShopSearch
{
    /// <summary>Steps of the tabu search without a better plan: so many an operation, within bounds. Small shops are left again soon, since there is nothing more to find.</summary>
    private const int PatienceAnOperation = 60, MostPatience = 8_000;

    private readonly ShopShape shape;
    private readonly SearchBudget budget;
    private readonly ShopBest best;
    private readonly Draw draw;
    private readonly ShopState state;
    private readonly ShopTabu tabu;

    private ShopSearch(ShopShape shape, SearchBudget budget, ShopBest best, Draw draw)
    {
        (this.shape, this.budget, this.best, this.draw) = (shape, budget, best, draw);
        state = new ShopState(shape);
        tabu = new ShopTabu(state, draw);
    }

    public static ShopBest Run(ShopProblem problem, SolveRequest request, Action<Improvement>? improved)
    {
        var shape = new ShopShape(problem);
        var draw = new Draw(request.Seed);
        var first = new ShopState(shape);
        ShopStart.Dispatch(first, draw, 0);
        var best = new ShopBest(shape, request.Budget, improved);
        best.Offer(first, first.Cost(), "start");
        if (shape is { IsMakespan: true, Setups: null, Clocks: null })
        {
            ShopStart.InsertLongestFirst(first);
            best.Offer(first, first.Cost(), "start");
        }
        best.Bound = ShopBounds.Of(shape);
        var searches = Enumerable.Range(0, request.Threads).Select(_ => new ShopSearch(shape, request.Budget, best, draw.Fork())).ToList();
        if (searches.Count == 1) searches[0].Go(true);
        else Parallel.For(0, searches.Count, new ParallelOptions { MaxDegreeOfParallelism = searches.Count }, thread => searches[thread].Go(thread == 0));
        return best;
    }

    private bool IsOver(long steps) => best.IsProved || budget.IsOver(steps);

    /// <summary>How much of the budget is used up.</summary>
    private double Used => budget.Steps is { } steps ? tabu.Steps / (double)steps : budget.Elapsed / budget.Limit;

    private void Go(bool fromTheStart)
    {
        if (fromTheStart && best.Plan is { } start) state.Build(start.Order, start.Modes);
        else ShopStart.Dispatch(state, draw, 0.5);
        var isNew = Improve();
        while (!IsOver(tabu.Steps))
        {
            // What leads to a plan that is there already says that there is nothing left between the plans of the set.
            if (isNew && best.Parents(draw, Used) is var (one, other)) Between(one, other, 0.3 + 0.4 * draw.Share());
            else ShopStart.Dispatch(state, draw, 2 * draw.Share());
            isNew = Improve();
        }
    }

    /// <returns>False where the plan is in the set already.</returns>
    private bool Improve()
    {
        var found = tabu.Run(Math.Min(MostPatience, PatienceAnOperation * shape.Operations), IsOver, (plan, cost) => best.Offer(plan, cost, "tabu"));
        return best.Keep(found);
    }

    private void Between(ShopPlanKept one, ShopPlanKept other, double share)
    {
        var keys = new double[shape.Operations];
        for (var place = 0; place < keys.Length; place++)
        {
            keys[one.Order[place]] += (1 - share) * place;
            keys[other.Order[place]] += share * place;
        }
        var modes = (int[])one.Modes.Clone();
        for (var operation = 0; operation < modes.Length; operation++)
            if (draw.Share() < share) modes[operation] = other.Modes[operation];
        // Rounding must not turn round the operations of a job.
        var order = Enumerable.Range(0, shape.Operations).ToArray();
        Array.Sort(order, (left, right) => keys[left] != keys[right] ? keys[left].CompareTo(keys[right]) : left.CompareTo(right));
        state.Build(order, modes);
    }
}

/// <summary>The best plan of all threads, the good ones to go on from, and when each was found. Safe for several threads.</summary>
internal sealed class ShopBest(ShopShape shape, SearchBudget budget, Action<Improvement>? improved)
{
    private const int MostKept = 24, LeastKept = 4;

    /// <summary>The set is filled with fresh plans for this share of the budget.</summary>
    private const double ShareOfFilling = 0.2;

    private readonly Lock gate = new();
    private readonly List<ShopPlanKept> kept = [];
    private readonly List<Improvement> improvements = [];

    public ShopPlanKept? Plan { get; private set; }

    public double Bound { get; set; } = double.NegativeInfinity;

    public IReadOnlyList<Improvement> Improvements => improvements;

    public bool IsProved => Plan is { } plan && plan.Cost <= Bound;

    public void Offer(ShopState state, double cost, string engine)
    {
        lock (gate)
        {
            if ((Plan is { } plan && plan.Cost <= cost) || !state.IsAllowed()) return;
            Plan = ShopPlanKept.Of(state, cost);
            var improvement = new Improvement(budget.Elapsed, [cost], engine);
            improvements.Add(improvement);
            improved?.Invoke(improvement);
        }
    }

    /// <summary>Takes a plan into the set, in place of the worst; never two that are the same.</summary>
    public bool Keep(ShopPlanKept plan)
    {
        lock (gate)
        {
            if (double.IsInfinity(plan.Cost) || kept.Exists(other => other.Cost == plan.Cost && IsSame(other, plan))) return false;
            kept.Add(plan);
            if (kept.Count > MostKept) kept.Remove(kept.MaxBy(other => other.Cost)!);
            return true;
        }
    }

    /// <summary>When everything of the best plan happens.</summary>
    public ImmutableArray<ScheduledOperation> Operations()
    {
        var plan = Plan!;
        var state = new ShopState(shape);
        state.Build(plan.Order, plan.Modes);
        state.Cost();
        return [.. Enumerable.Range(0, shape.Operations).Select(operation => new ScheduledOperation(
            shape.JobOf[operation], operation - shape.FirstOfJob[shape.JobOf[operation]], state.Machine[operation], state.Start[operation], shape.Clocks is null ? state.Start[operation] + state.Duration[operation] : state.End[operation]))];
    }

    /// <summary>Two plans of the set; null while it is still to be filled.</summary>
    public (ShopPlanKept One, ShopPlanKept Other)? Parents(Draw draw, double used)
    {
        lock (gate)
        {
            if (kept.Count < LeastKept || (kept.Count < MostKept && used < ShareOfFilling)) return null;
            var one = draw.Below(kept.Count);
            var other = draw.Below(kept.Count - 1);
            return (kept[one], kept[other >= one ? other + 1 : other]);
        }
    }

    /// <summary>Each machine takes the same operations in the same order.</summary>
    private bool IsSame(ShopPlanKept left, ShopPlanKept right)
    {
        if (!left.Modes.AsSpan().SequenceEqual(right.Modes)) return false;
        return Sequences(left).SequenceEqual(Sequences(right));

        IEnumerable<int> Sequences(ShopPlanKept plan) => plan.Order.OrderBy(operation => shape.ModeMachine[plan.Modes[operation]]);
    }
}
