using System.Collections.Immutable;
using DigitalTwin.Planning.Search;

namespace DigitalTwin.Planning.Sequences;

/// <param name="Objective">One number a goal.</param>
/// <param name="Bound">Of the first goal.</param>
/// <param name="IsProved">Every goal stands at its bound.</param>
/// <param name="Moves">Tried, over all threads.</param>
internal sealed record FoundSequence(ImmutableArray<string> Idents, ImmutableArray<double> Objective, double Bound, bool IsProved, ImmutableArray<Improvement> Improvements, long Moves);

/// <summary>
/// Puts a day's vehicles in order: a thousand positions, a dozen ratios, and goals of which the first counts more than all that follow.
/// </summary>
/// <remarks>
/// Best-move descent looks at half a million exchanges to make one, and a sequence has plateaus wherever one looks. So moves are drawn at random, small and many: what is not worse is taken.
/// On top of that worse ones are taken now and then, by a temperature that falls through the goals: while the first goal is still warm, those after it are free, and when it has frozen, only they move.
/// One such fall is one round; the time is cut into rounds of growing length, each from the best so far, so that a short time has its answer too. A goal at its bound is not warmed.
/// Threads search for themselves, and begin a round from the best that any of them has found.
/// </remarks>
internal static class SequenceSearch
{
    public static FoundSequence Run(SequenceProblem problem, SolveRequest request, Action<Improvement>? improved)
    {
        var shape = new SequenceShape(problem);
        var bounds = problem.Goals.Select(goal => SequenceBounds.Of(problem, goal)).ToArray();
        var best = new SequenceBest(shape, bounds, request.Budget, improved);
        var draw = new Draw(request.Seed);
        best.Offer(new SequenceState(shape, SequenceStart.Greedy(shape, draw)), "start");
        var walkers = Enumerable.Range(0, request.Threads).Select(_ => new SequenceWalk(shape, bounds, best, request.Budget, draw.Fork())).ToArray();
        if (walkers.Length == 1) walkers[0].Run();
        else
        {
            var threads = walkers.Skip(1).Select(walker => new Thread(walker.Run) { IsBackground = true }).ToArray();
            foreach (var thread in threads) thread.Start();
            walkers[0].Run();
            foreach (var thread in threads) thread.Join();
        }
        return best.Found(walkers.Sum(walker => walker.Moves));
    }
}

/// <summary>The best of all threads, and the log of how it came.</summary>
internal sealed class SequenceBest(SequenceShape shape, long[] bounds, SearchBudget budget, Action<Improvement>? improved)
{
    private readonly Lock gate = new();
    private readonly int[] order = new int[shape.Length];
    private readonly ImmutableArray<Improvement>.Builder improvements = ImmutableArray.CreateBuilder<Improvement>();
    private long cost = long.MaxValue;

    private readonly long bound = bounds.Zip(shape.GoalWeights, (value, weight) => value * weight).Sum();

    public long Cost => Volatile.Read(ref cost);

    public bool IsProved => Cost <= bound;

    public void Offer(SequenceState state, string engine)
    {
        lock (gate)
        {
            if (state.Cost >= cost) return;
            Volatile.Write(ref cost, state.Cost);
            state.Order.CopyTo(order);
            var improvement = new Improvement(budget.Elapsed, shape.Objective(cost), engine);
            improvements.Add(improvement);
            improved?.Invoke(improvement);
        }
    }

    public void CopyTo(SequenceState state)
    {
        lock (gate) state.Restart(order);
    }

    public FoundSequence Found(long moves) => new(shape.Idents(order), shape.Objective(cost), bounds[0], IsProved, improvements.ToImmutable(), moves);
}
