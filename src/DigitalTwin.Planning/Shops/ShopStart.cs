using DigitalTwin.Planning.Search;

namespace DigitalTwin.Planning.Shops;

/// <summary>
/// A first plan in milliseconds, as a dispatcher would make it: whatever can start first does; of several, the job with the most work left, or with the least time left to its due date.
/// What a job could start next is looked up again only when it is about to be taken, since machines only get busier.
/// </summary>
internal static class ShopStart
{
    /// <param name="noise">0 keeps to the rule; with 1 chance makes what comes next, and each machine for it, seem up to a mean operation later than it is.</param>
    public static void Dispatch(ShopState state, Draw draw, double noise)
    {
        var shape = state.Shape;
        var (order, modes) = (new int[shape.Operations], new int[shape.Operations]);
        var (next, starts, ready, urgency) = ((int[])shape.FirstOfJob.Clone(), new int[shape.Jobs], new int[shape.Machines], new double[shape.Jobs]);
        var (arrival, choice, last) = ((int[])shape.Release.Clone(), new int[shape.Jobs], new int[shape.Machines]);
        var open = new List<int>();
        var delay = new int[shape.Jobs];
        var dislike = new int[shape.ModeDuration.Length];
        var longestDelay = noise * shape.ModeDuration.Average();
        if (noise > 0)
            for (var mode = 0; mode < dislike.Length; mode++) dislike[mode] = (int)(draw.Share() * longestDelay);
        Array.Fill(last, -1);
        for (var job = 0; job < shape.Jobs; job++)
        {
            open.Add(job);
            for (var operation = shape.FirstOfJob[job]; operation <= shape.LastOfJob[job]; operation++) urgency[job] += MeanDuration(shape, operation);
            if (!shape.IsMakespan) urgency[job] -= shape.Due[job];
            Next(job);
        }

        for (var place = 0; place < order.Length; place++)
        {
            int at, job;
            while (true)
            {
                at = 0;
                var first = Seems(open[0]);
                for (var i = 1; i < open.Count; i++)
                {
                    var start = Seems(open[i]);
                    if (start < first || (start == first && urgency[open[i]] > urgency[open[at]])) (first, at) = (start, i);
                }
                job = open[at];
                Look(job);
                if (starts[job] <= first) break;
            }

            var (operation, mode) = (next[job], choice[job]);
            var machine = shape.ModeMachine[mode];
            (order[place], modes[operation]) = (operation, mode);
            var end = End(machine, Start(operation, mode, job), shape.ModeDuration[mode]);
            (ready[machine], last[machine], arrival[job]) = (end, operation, end);
            urgency[job] -= MeanDuration(shape, operation);
            if (operation == shape.LastOfJob[job])
            {
                open[at] = open[^1];
                open.RemoveAt(open.Count - 1);
                continue;
            }
            next[job]++;
            Next(job);
        }
        state.Build(order, modes);

        void Next(int job)
        {
            if (noise > 0) delay[job] = (int)(draw.Share() * longestDelay);
            Look(job);
        }

        int Seems(int job) => Math.Max(starts[job], ready[shape.ModeMachine[choice[job]]] + delay[job]);

        void Look(int job)
        {
            var operation = next[job];
            var earliest = int.MaxValue;
            for (var mode = shape.ModeStart[operation]; mode < shape.ModeStart[operation + 1]; mode++)
            {
                var start = Start(operation, mode, job);
                var end = End(shape.ModeMachine[mode], start, shape.ModeDuration[mode]);
                if (end + dislike[mode] < earliest) (earliest, starts[job], choice[job]) = (end + dislike[mode], start + delay[job], mode);
            }
        }

        int Start(int operation, int mode, int job)
        {
            var machine = shape.ModeMachine[mode];
            var arrives = arrival[job] + (operation == shape.FirstOfJob[job] ? 0 : shape.Transfer(shape.ModeMachine[modes[operation - 1]], machine));
            var start = Math.Max(arrives, ready[machine] + shape.Setup(machine, last[machine], operation));
            return shape.Clocks is null ? start : shape.Clocks[machine].Begin(start);
        }

        int End(int machine, int start, int duration) => shape.Clocks is null ? start + duration : shape.Clocks[machine].End(start, duration);
    }

    /// <summary>
    /// Another first plan: job by job, the longest first, each operation into the first gap of a machine that is long enough. Jobs that have no time to lose wait for nobody,
    /// which dispatching cannot see: there a machine that is free takes what is there.
    /// </summary>
    /// <remarks>Only where there are neither setups nor breaks, since a gap's length would depend on its neighbours.</remarks>
    public static void InsertLongestFirst(ShopState state)
    {
        var shape = state.Shape;
        var (modes, starts, ends) = (new int[shape.Operations], new int[shape.Operations], new int[shape.Operations]);
        var busy = Enumerable.Range(0, shape.Machines).Select(_ => new List<int>()).ToArray();
        var work = Enumerable.Range(0, shape.Jobs).Select(job => Enumerable.Range(shape.FirstOfJob[job], shape.LastOfJob[job] - shape.FirstOfJob[job] + 1).Sum(operation => MeanDuration(shape, operation))).ToArray();
        foreach (var job in Enumerable.Range(0, shape.Jobs).OrderByDescending(job => work[job]))
        {
            for (var operation = shape.FirstOfJob[job]; operation <= shape.LastOfJob[job]; operation++)
            {
                var (earliest, place) = (int.MaxValue, 0);
                for (var mode = shape.ModeStart[operation]; mode < shape.ModeStart[operation + 1]; mode++)
                {
                    var machine = shape.ModeMachine[mode];
                    var arrival = operation == shape.FirstOfJob[job] ? shape.Release[job] : ends[operation - 1] + shape.Transfer(shape.ModeMachine[modes[operation - 1]], machine);
                    var (start, at) = Gap(busy[machine], arrival, shape.ModeDuration[mode]);
                    if (start + shape.ModeDuration[mode] >= earliest) continue;
                    earliest = start + shape.ModeDuration[mode];
                    (place, modes[operation], starts[operation], ends[operation]) = (at, mode, start, earliest);
                }
                busy[shape.ModeMachine[modes[operation]]].Insert(place, operation);
            }
        }
        int[] order = [.. Enumerable.Range(0, shape.Operations).OrderBy(operation => starts[operation]).ThenBy(operation => ends[operation]).ThenBy(operation => operation)];
        state.Build(order, modes);

        (int Start, int Place) Gap(List<int> operations, int arrival, int duration)
        {
            // What ends before the job arrives leaves no gap for it: looked for by halves.
            var (low, high) = (0, operations.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (ends[operations[middle]] <= arrival) low = middle + 1;
                else high = middle;
            }
            var start = arrival;
            for (; low < operations.Count && starts[operations[low]] < start + duration; low++) start = Math.Max(start, ends[operations[low]]);
            return (start, low);
        }
    }

    private static double MeanDuration(ShopShape shape, int operation)
    {
        var sum = 0.0;
        for (var mode = shape.ModeStart[operation]; mode < shape.ModeStart[operation + 1]; mode++) sum += shape.ModeDuration[mode];
        return sum / (shape.ModeStart[operation + 1] - shape.ModeStart[operation]);
    }
}
