namespace DigitalTwin.Planning.Shops;

/// <summary>What no plan can beat. Setups, transfers and breaks are left out: they only make plans longer.</summary>
internal static class ShopBounds
{
    public static double Of(ShopShape shape)
    {
        var (heads, tails, least) = (new long[shape.Operations], new long[shape.Operations], new int[shape.Operations]);
        for (var operation = 0; operation < shape.Operations; operation++)
            least[operation] = shape.ModeDuration.AsSpan(shape.ModeStart[operation], shape.ModeStart[operation + 1] - shape.ModeStart[operation]).ToArray().Min();
        var (cost, longest) = (0.0, 0L);
        for (var job = 0; job < shape.Jobs; job++)
        {
            long head = shape.Release[job], work = 0;
            for (var operation = shape.FirstOfJob[job]; operation <= shape.LastOfJob[job]; operation++)
            {
                heads[operation] = head;
                head += least[operation];
                work += least[operation];
            }
            long tail = 0;
            for (var operation = shape.LastOfJob[job]; operation >= shape.FirstOfJob[job]; operation--)
            {
                tails[operation] = tail;
                tail += least[operation];
            }
            cost += Math.Max(0, head - shape.Due[job]) * shape.Tardiness[job] + work * shape.Flow[job];
            longest = Math.Max(longest, head);
        }
        if (!shape.IsMakespan) return cost;

        // What only one machine can do.
        var fixedOn = Enumerable.Range(0, shape.Operations).Where(operation => shape.ModeStart[operation + 1] - shape.ModeStart[operation] == 1).ToLookup(operation => shape.ModeMachine[shape.ModeStart[operation]]);
        foreach (var machine in fixedOn) longest = Math.Max(longest, OneMachine([.. machine], heads, tails, least));

        // All machines together.
        var used = shape.ModeMachine.Distinct().Count();
        return Math.Max(longest, Math.Ceiling((least.Sum(duration => (long)duration) + used * (double)(heads.Min() + tails.Min())) / used));
    }

    /// <summary>Jackson's preemptive schedule: at every time the operation with the longest tail that has arrived. No schedule that must not interrupt is shorter.</summary>
    private static long OneMachine(int[] operations, long[] heads, long[] tails, int[] durations)
    {
        Array.Sort(operations, (left, right) => heads[left].CompareTo(heads[right]));
        var waiting = new PriorityQueue<int, long>();
        var left = operations.ToDictionary(operation => operation, operation => (long)durations[operation]);
        long now = 0, longest = 0;
        for (var arrived = 0; arrived < operations.Length || waiting.Count > 0;)
        {
            if (waiting.Count == 0) now = Math.Max(now, heads[operations[arrived]]);
            while (arrived < operations.Length && heads[operations[arrived]] <= now) waiting.Enqueue(operations[arrived], -tails[operations[arrived++]]);
            var most = waiting.Peek();
            var until = arrived < operations.Length ? Math.Min(now + left[most], heads[operations[arrived]]) : now + left[most];
            left[most] -= until - now;
            now = until;
            if (left[most] > 0) continue;
            waiting.Dequeue();
            longest = Math.Max(longest, now + tails[most]);
        }
        return longest;
    }
}
