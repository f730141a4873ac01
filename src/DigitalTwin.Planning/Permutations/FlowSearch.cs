using System.Collections.Immutable;
using DigitalTwin.Planning.Search;

namespace DigitalTwin.Planning.Permutations;

/// <summary>
/// Finds an order of jobs by iterated greedy (Ruiz and Stützle): take a few jobs out, put each back where it costs least, let every job look for a better place,
/// and go on from there even if it is a bit worse. Moves of single jobs are all it needs, so all speed is in weighing the places of one job, which <see cref="FlowTimes"/> does.
/// Where one machine's lateness counts, neighbours that belong together have to move together: there blocks of jobs look for a better place as well.
/// </summary>
internal sealed class FlowSearch
{
    /// <summary>Jobs taken out at a time. More forgets what was good, fewer comes back to the same order.</summary>
    private const int TakenOut = 6;

    private const int LongestBlock = 4;

    /// <summary>So many jobs in a row without a better place, and the next ones will hardly have one: to ask all of several hundred costs more than it gives.</summary>
    private const int Enough = 50;

    /// <summary>Rounds without a better order, times the number of jobs, before a thread goes back to the best order of all threads.</summary>
    private const int Patience = 40;

    private readonly FlowProblem problem;
    private readonly SearchBudget budget;
    private readonly FlowBest best;
    private readonly FlowTimes times;
    private readonly Draw draw;
    private readonly double warmth;
    private readonly List<int> order = [];
    private readonly int[] shuffled;
    private readonly int[] block = new int[LongestBlock];
    private long cost;
    private long rounds;

    private FlowSearch(FlowProblem problem, SearchBudget budget, FlowBest best, Draw draw)
    {
        (this.problem, this.budget, this.best, this.draw) = (problem, budget, best, draw);
        times = new FlowTimes(problem);
        shuffled = [.. Enumerable.Range(0, problem.Jobs)];
        // A worse order is as likely to be gone on from as a twentieth of a mean operation is small beside what it costs more.
        var weight = problem.Objective is FlowObjective.WeightedTardiness ? problem.Weights.Average() : 1;
        warmth = 1 * problem.Durations.Average() * weight * (problem.Objective is FlowObjective.Makespan ? 1 : 2);
    }

    /// <summary>The best order found, and all that were better than those before.</summary>
    public static FlowBest Run(FlowProblem problem, SolveRequest request, Action<Improvement>? improved)
    {
        var best = new FlowBest(request.Budget, FlowBounds.Of(problem), improved);
        var draw = new Draw(request.Seed);
        var searches = Enumerable.Range(0, request.Threads).Select(_ => new FlowSearch(problem, request.Budget, best, draw.Fork())).ToList();
        if (searches.Count == 1) searches[0].Go();
        else Parallel.ForEach(searches, new ParallelOptions { MaxDegreeOfParallelism = searches.Count }, search => search.Go());
        return best;
    }

    private bool IsOver => best.IsProved || budget.IsOver(rounds);

    private void Go()
    {
        Start();
        Improve();
        var (kept, keptCost, stale) = (order.ToArray(), cost, 0);
        while (!IsOver)
        {
            rounds++;
            TakeOutAndPutBack();
            Improve();
            if (cost < keptCost) stale = 0;
            else stale++;
            if (cost <= keptCost || draw.Share() < Math.Exp((keptCost - cost) / warmth)) (kept, keptCost) = ([.. order], cost);
            else if (stale > Patience * problem.Jobs) (kept, keptCost, stale) = ([.. best.Order], best.Cost, 0);
            order.Clear();
            order.AddRange(kept);
            cost = keptCost;
        }
    }

    /// <summary>Jobs by due date, or the longest first, are an answer at once; each put where it costs least is a better one (Nawaz, Enscore, Ham).</summary>
    private void Start()
    {
        var first = Enumerable.Range(0, problem.Jobs).OrderBy(Urgency).ToList();
        best.Offer(first, times.Cost([.. first]), "start");
        foreach (var job in first)
        {
            if (budget.IsOver(rounds)) order.Add(job);
            else PutBack(job);
        }
        cost = times.Cost(Order);
        best.Offer(order, cost, "insertion");

        double Urgency(int job) => problem.Objective is FlowObjective.Makespan
            ? -Enumerable.Range(0, problem.Machines).Sum(machine => (double)problem.Durations[job * problem.Machines + machine])
            : problem.Due[job];
    }

    private ReadOnlySpan<int> Order => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(order);

    private void TakeOutAndPutBack()
    {
        var count = Math.Min(TakenOut, order.Count);
        Span<int> taken = stackalloc int[TakenOut];
        for (var i = 0; i < count; i++)
        {
            var at = draw.Below(order.Count);
            taken[i] = order[at];
            order.RemoveAt(at);
        }
        for (var i = 0; i < count; i++) cost = PutBack(taken[i]);
    }

    private long PutBack(int job)
    {
        var places = times.Places(Order, job);
        var place = Cheapest(places);
        var lowest = places[place];
        order.Insert(place, job);
        return lowest;
    }

    /// <summary>One of the cheapest, whichever: always the first would come back to the same order again and again.</summary>
    private int Cheapest(ReadOnlySpan<long> places)
    {
        var (at, alike) = (0, 1);
        for (var k = 1; k < places.Length; k++)
            if (places[k] < places[at]) (at, alike) = (k, 1);
            else if (places[k] == places[at] && draw.Below(++alike) == 0) at = k;
        return at;
    }

    /// <summary>Every job, and for one machine every block, looks for a better place until none has one.</summary>
    private void Improve()
    {
        bool better;
        do
        {
            better = JobsLook();
            if (!better && problem.Machines == 1 && problem.Objective is not FlowObjective.Makespan) better = BlocksLook();
        }
        while (better && !IsOver);
        best.Offer(order, cost, "iterated-greedy");
    }

    private bool JobsLook()
    {
        var (better, fruitless) = (false, 0);
        draw.Shuffle<int>(shuffled);
        foreach (var job in shuffled)
        {
            if (IsOver || fruitless++ == Enough) break;
            var at = order.IndexOf(job);
            order.RemoveAt(at);
            var places = times.Places(Order, job, cost);
            var place = Cheapest(places);
            if (places[place] < cost) (cost, better, at, fruitless) = (places[place], true, place, 0);
            order.Insert(at, job);
        }
        return better;
    }

    private bool BlocksLook()
    {
        var better = false;
        for (var length = 2; length <= Math.Min(LongestBlock, order.Count - 1); length++)
            for (var from = 0; from + length <= order.Count && !IsOver; from++)
            {
                order.CopyTo(from, block, 0, length);
                order.RemoveRange(from, length);
                var (place, lowest) = times.BlockPlace(Order, block.AsSpan(0, length), cost);
                if (lowest < cost) (cost, better) = (lowest, true);
                else place = from;
                order.InsertRange(place, block.AsSpan(0, length));
            }
        return better;
    }
}

/// <summary>The best order of all threads, and how it became so.</summary>
internal sealed class FlowBest(SearchBudget budget, long bound, Action<Improvement>? improved)
{
    private readonly Lock gate = new();
    private readonly ImmutableArray<Improvement>.Builder improvements = ImmutableArray.CreateBuilder<Improvement>();
    private long cost = long.MaxValue;

    public ImmutableArray<int> Order { get; private set; } = [];

    public long Bound => bound;

    /// <summary>Read by every thread in its inner loops.</summary>
    public long Cost => Volatile.Read(ref cost);

    public bool IsProved => Cost <= bound;

    public ImmutableArray<Improvement> Improvements => improvements.ToImmutable();

    public void Offer(IReadOnlyList<int> order, long offered, string engine)
    {
        if (offered >= Cost) return;
        lock (gate)
        {
            if (offered >= cost) return;
            Order = [.. order];
            Volatile.Write(ref cost, offered);
            var improvement = new Improvement(budget.Elapsed, [offered], engine);
            improvements.Add(improvement);
            improved?.Invoke(improvement);
        }
    }
}
