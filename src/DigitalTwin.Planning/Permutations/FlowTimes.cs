namespace DigitalTwin.Planning.Permutations;

/// <summary>
/// What an order of jobs costs, and what it costs to put one more job somewhere into it: the innermost loops of <see cref="FlowSearch"/>.
/// For the makespan all places of a job are weighed in one pass, by heads from the front and tails from the back. Tardiness has no tails, since every job counts:
/// there a place is weighed by going on from it, and given up as soon as it is worse than the best place so far. Keeps buffers: not for two threads.
/// </summary>
internal sealed class FlowTimes
{
    private const int NoJob = -1;

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
    /// <returns>The costs of the places 0 to the order's length. For tardiness a place that is worse than the best may have a cost that is too small, never one below or at the best.</returns>
    public ReadOnlySpan<long> Places(ReadOnlySpan<int> order, int job)
    {
        if (objective is FlowObjective.Makespan) PlacesByMakespan(order, job);
        else PlacesByTardiness(order, job);
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

    private void PlacesByTardiness(ReadOnlySpan<int> order, int job)
    {
        Heads(order);
        var best = long.MaxValue;
        // From the back: late places are the cheapest to weigh, and a good one lets the others be given up early.
        for (var k = order.Length; k >= 0; k--)
        {
            heads.AsSpan(k * machines, machines).CopyTo(now);
            Follow(k == 0 ? NoJob : order[k - 1], job);
            var cost = costs[k] + Late(job);
            var before = job;
            for (var next = k; next < order.Length && cost <= best; next++) cost += Pass(ref before, order[next]);
            places[k] = cost;
            if (cost < best) best = cost;
        }
    }

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
