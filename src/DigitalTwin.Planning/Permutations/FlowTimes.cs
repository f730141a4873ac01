using System.Runtime.Intrinsics;

namespace DigitalTwin.Planning.Permutations;

/// <summary>
/// What an order of jobs costs, and what it costs to put one more job somewhere into it: the innermost loops of <see cref="FlowSearch"/>.
/// For the makespan all places of a job are weighed in one pass, by heads from the front and tails from the back. Tardiness has no tails, since every job counts:
/// there a place is weighed by going on from it, and given up as soon as it is worse than the best place so far. Keeps buffers: not for two threads.
/// </summary>
internal sealed class FlowTimes
{
    private const int NoJob = -1;
    private const int Lanes = 8;

    private readonly int jobs;
    private readonly int machines;
    private readonly FlowObjective objective;
    private readonly int[] durations;
    private readonly int[] setups;
    private readonly int[] firstSetups;
    private readonly int[] due;
    private readonly int[] weights;
    private readonly int[] heads;
    private readonly int[] tails;
    private readonly long[] costs;
    private readonly int[] now;
    private readonly long[] places;
    private readonly int[] lanes;
    private readonly bool fitsLanes;

    public FlowTimes(FlowProblem problem)
    {
        (jobs, machines, objective) = (problem.Jobs, problem.Machines, problem.Objective);
        durations = [.. problem.Durations];
        setups = [.. problem.Setups];
        firstSetups = [.. problem.FirstSetups];
        due = [.. problem.Due];
        weights = [.. problem.Weights];
        heads = new int[(jobs + 2) * machines];
        tails = new int[(jobs + 2) * machines];
        costs = new long[jobs + 2];
        now = new int[machines];
        places = new long[jobs + 1];
        lanes = new int[machines * Lanes];
        // Even if every job came last, after every setup there is: then no sum of a lane can run over.
        var last = durations.Sum(duration => (double)duration) + setups.Sum(setup => (double)setup) + firstSetups.Sum(setup => (double)setup);
        fitsLanes = last * Math.Max(1, weights.Sum(weight => (double)weight)) * (objective is FlowObjective.TotalTardiness ? jobs : 1) < int.MaxValue;
    }

    /// <summary>Objective of the jobs in this order; it may be a part of all jobs.</summary>
    public long Cost(ReadOnlySpan<int> order)
    {
        Array.Clear(now);
        long cost = 0;
        for (var k = 0; k < order.Length; k++)
        {
            Follow(k == 0 ? NoJob : order[k - 1], order[k]);
            cost += Late(order[k]);
        }
        return objective is FlowObjective.Makespan && order.Length > 0 ? now[machines - 1] : cost;
    }

    /// <summary>Weighs every place of a job in an order that does not have it: place k is before the job that is k-th now.</summary>
    /// <param name="most">Places that cost more are of no interest.</param>
    /// <returns>The costs of the places 0 to the order's length. For tardiness a place that costs more than the best one or than <paramref name="most"/> may have a cost that is too small, but still above those.</returns>
    public ReadOnlySpan<long> Places(ReadOnlySpan<int> order, int job, long most = long.MaxValue)
    {
        if (objective is FlowObjective.Makespan) PlacesByMakespan(order, job);
        else PlacesByTardiness(order, job, most);
        return places.AsSpan(0, order.Length + 1);
    }

    /// <summary>The cheapest place of jobs that stay together, in an order that does not have them.</summary>
    /// <param name="below">Only a place that costs less is looked for.</param>
    /// <returns>A cost of <paramref name="below"/> or more where there is none.</returns>
    public (int Place, long Cost) BlockPlace(ReadOnlySpan<int> order, ReadOnlySpan<int> block, long below)
    {
        Heads(order);
        var (place, lowest) = (0, below);
        for (var k = order.Length; k >= 0; k--)
        {
            heads.AsSpan(k * machines, machines).CopyTo(now);
            var before = k == 0 ? NoJob : order[k - 1];
            var cost = costs[k];
            for (var next = 0; next < block.Length && cost < lowest; next++) cost += Pass(ref before, block[next]);
            for (var next = k; next < order.Length && cost < lowest; next++) cost += Pass(ref before, order[next]);
            if (cost < lowest) (place, lowest) = (k, cost);
        }
        return (place, lowest);
    }

    private void PlacesByMakespan(ReadOnlySpan<int> order, int job)
    {
        unchecked
        {
            Heads(order);
            Tails(order);
            for (var k = 0; k <= order.Length; k++)
            {
                heads.AsSpan(k * machines, machines).CopyTo(now);
                Follow(k == 0 ? NoJob : order[k - 1], job);
                var most = 0;
                for (var m = 0; m < machines; m++)
                {
                    var whole = now[m] + (k < order.Length ? Setup(m, job, order[k]) + tails[k * machines + m] : 0);
                    if (whole > most) most = whole;
                }
                places[k] = most;
            }
        }
    }

    private void PlacesByTardiness(ReadOnlySpan<int> order, int job, long most)
    {
        Heads(order);
        var best = most;
        // From the back: late places are the cheapest to weigh, and a good one lets the others be given up early.
        var k = order.Length;
        if (fitsLanes)
            for (; k >= Lanes - 1; k -= Lanes) EightPlaces(order, job, k - Lanes + 1, ref best);
        for (; k >= 0; k--)
        {
            heads.AsSpan(k * machines, machines).CopyTo(now);
            var before = k == 0 ? NoJob : order[k - 1];
            var cost = costs[k] + Pass(ref before, job);
            var next = k;
            while (next < order.Length && cost + Remaining(next, order.Length) <= best) cost += Pass(ref before, order[next++]);
            places[k] = cost + Remaining(next, order.Length);
            if (places[k] < best) best = places[k];
        }
    }

    /// <summary>
    /// Eight neighbouring places at once. Behind the last of them all eight go through the same jobs in the same order, only at other times: one lane of a vector each.
    /// </summary>
    private void EightPlaces(ReadOnlySpan<int> order, int job, int first, ref long best)
    {
        unchecked
        {
            var together = Math.Min(first + Lanes, order.Length);
            Span<int> sums = stackalloc int[Lanes];
            for (var lane = 0; lane < Lanes; lane++)
            {
                var place = first + lane;
                heads.AsSpan(place * machines, machines).CopyTo(now);
                var before = place == 0 ? NoJob : order[place - 1];
                var cost = costs[place] + Pass(ref before, job);
                for (var next = place; next < together; next++) cost += Pass(ref before, order[next]);
                sums[lane] = (int)cost;
                for (var m = 0; m < machines; m++) lanes[m * Lanes + lane] = now[m];
            }

            var total = Vector256.Create<int>(sums);
            var at = together;
            for (; at < order.Length; at++)
            {
                // Every few jobs: is any of the eight still worth going on with?
                if ((at & 3) == 0 && Vector256.GreaterThanAll(total, Vector256.Create((int)Math.Min(best - Remaining(at, order.Length), int.MaxValue)))) break;
                var (before, next) = (order[at - 1], order[at]);
                var arrives = Vector256<int>.Zero;
                for (var m = 0; m < machines; m++)
                {
                    var free = Vector256.Create<int>(lanes.AsSpan(m * Lanes, Lanes)) + Vector256.Create(Setup(m, before, next));
                    arrives = Vector256.Max(free, arrives) + Vector256.Create(durations[next * machines + m]);
                    arrives.CopyTo(lanes, m * Lanes);
                }
                var late = Vector256.Max(arrives - Vector256.Create(due[next]), Vector256<int>.Zero);
                total += objective is FlowObjective.TotalTardiness ? late : late * Vector256.Create(weights[next]);
            }
            var remaining = Remaining(at, order.Length);
            for (var lane = 0; lane < Lanes; lane++)
            {
                var cost = places[first + lane] = total[lane] + remaining;
                if (cost < best) best = cost;
            }
        }
    }

    /// <summary>What the jobs from the k-th on cost at the least when one more stands before them: without setups none of them can end earlier for it.</summary>
    private long Remaining(int k, int count) => setups.Length == 0 ? costs[count] - costs[k] : 0;

    /// <summary>When each machine has finished the first k jobs, at <c>k * machines</c>, and what they cost.</summary>
    private void Heads(ReadOnlySpan<int> order)
    {
        Array.Clear(now);
        heads.AsSpan(0, machines).Clear();
        costs[0] = 0;
        for (var k = 0; k < order.Length; k++)
        {
            Follow(k == 0 ? NoJob : order[k - 1], order[k]);
            now.CopyTo(heads, (k + 1) * machines);
            costs[k + 1] = costs[k] + Late(order[k]);
        }
    }

    /// <summary>How long it takes from the start of the k-th job on each machine to the end of all.</summary>
    private void Tails(ReadOnlySpan<int> order)
    {
        unchecked
        {
            tails.AsSpan(order.Length * machines, machines).Clear();
            for (var k = order.Length - 1; k >= 0; k--)
            {
                var after = 0;
                for (var m = machines - 1; m >= 0; m--)
                {
                    var own = k + 1 < order.Length ? Setup(m, order[k], order[k + 1]) + tails[(k + 1) * machines + m] : 0;
                    after = durations[order[k] * machines + m] + (own > after ? own : after);
                    tails[k * machines + m] = after;
                }
            }
        }
    }

    private long Pass(ref int before, int job)
    {
        Follow(before, job);
        before = job;
        return Late(job);
    }

    /// <summary>Lets a job pass all machines behind another.</summary>
    private void Follow(int before, int job)
    {
        unchecked
        {
            var arrives = 0;
            for (var m = 0; m < machines; m++)
            {
                var free = now[m] + Setup(m, before, job);
                arrives = (free > arrives ? free : arrives) + durations[job * machines + m];
                now[m] = arrives;
            }
        }
    }

    private int Setup(int machine, int before, int job) => before == NoJob
        ? firstSetups.Length == 0 ? 0 : firstSetups[machine * jobs + job]
        : setups.Length == 0 ? 0 : setups[(machine * jobs + before) * jobs + job];

    private long Late(int job)
    {
        if (objective is FlowObjective.Makespan) return 0;
        var late = now[machines - 1] - due[job];
        return late <= 0 ? 0 : objective is FlowObjective.TotalTardiness ? late : (long)late * weights[job];
    }
}
