namespace DigitalTwin.Planning.Shops;

/// <summary>
/// A plan in the making: which machine does each operation and in what order, and from that when everything happens.
/// The hard part is to know this again after a move without going over all of it. Operations are therefore kept in an order in which every one comes after all it waits for;
/// a move shifts only what lies between its old and new place (where it would wait for itself, that shift finds out), heads are counted anew only behind and tails only before it.
/// </summary>
internal sealed class ShopState
{
    /// <summary>Far below any tail: no path leads there. Sums of times do not bring it up to zero.</summary>
    public const int NoPath = -1_000_000_000;

    public readonly ShopShape Shape;

    /// <summary>Per operation: its mode, its machine and work in that mode, and its neighbours on the machine or -1.</summary>
    public readonly int[] Mode, Machine, Duration, Previous, Next;

    /// <summary>Per machine: its first and last operation or -1.</summary>
    public readonly int[] First, Last;

    /// <summary>Per operation: earliest start and end, and the longest way from its end to the end of all.</summary>
    public readonly int[] Head, End, Tail;

    /// <summary>Operations so that each comes after all it waits for, and where each stands in that.</summary>
    public readonly int[] Order, Place;

    /// <summary>Per operation: when it starts if it may wait for what is too early; <see cref="Head"/> where nothing is ever too early. As of the last <see cref="Cost"/>.</summary>
    public readonly int[] Start;

    private readonly int[] moved;
    private readonly int[] mark;
    private int stamp;

    public ShopState(ShopShape shape)
    {
        Shape = shape;
        var n = shape.Operations;
        (Mode, Machine, Duration, Previous, Next) = (new int[n], new int[n], new int[n], new int[n], new int[n]);
        (Head, End, Tail, Order, Place) = (new int[n], new int[n], new int[n], new int[n], new int[n]);
        (First, Last) = (new int[shape.Machines], new int[shape.Machines]);
        (moved, mark) = (new int[n], new int[n]);
        Start = Waits ? new int[n] : Head;
    }

    /// <summary>The plan in which each machine takes its operations as they come in an order.</summary>
    /// <param name="order">Every operation once, those of a job in the order of its route.</param>
    public void Build(ReadOnlySpan<int> order, ReadOnlySpan<int> modes)
    {
        modes.CopyTo(Mode);
        order.CopyTo(Order);
        Array.Fill(First, -1);
        Array.Fill(Last, -1);
        for (var place = 0; place < order.Length; place++)
        {
            var operation = order[place];
            Place[operation] = place;
            SetMode(operation, Mode[operation]);
            Link(operation, Last[Machine[operation]]);
        }
        CountHeads(0);
        CountTails(Order.Length - 1);
    }

    /// <summary>Puts an operation, in one of its modes, right after another one on that mode's machine, or at its front.</summary>
    /// <param name="withTails">False where the move is taken back before tails are looked at.</param>
    /// <returns>False, and nothing changed, where the operation would wait for itself.</returns>
    public bool Move(int operation, int mode, int after, bool withTails = true)
    {
        unchecked
        {
            var (oldMode, oldPrevious) = (Mode[operation], Previous[operation]);
            Unlink(operation);
            SetMode(operation, mode);
            Link(operation, after);
            var from = Place[operation];
            var next = Next[operation];
            var (low, high) = (from, from);
            var fits = true;
            if (after >= 0 && Place[after] > from) fits = ShiftLater(operation, high = Place[after]);
            else if (next >= 0 && Place[next] < from) fits = ShiftEarlier(operation, low = Place[next]);
            if (!fits)
            {
                Unlink(operation);
                SetMode(operation, oldMode);
                Link(operation, oldPrevious);
                return false;
            }
            CountHeads(low);
            if (withTails) CountTails(high);
            return true;
        }
    }

    /// <summary>What the plan would cost after a move; null where it is none.</summary>
    public double? CostAfter(int operation, int mode, int after)
    {
        var (oldMode, oldAfter) = (Mode[operation], Previous[operation]);
        if (!Move(operation, mode, after, withTails: false)) return null;
        var cost = Cost();
        Move(operation, oldMode, oldAfter, withTails: false);
        return cost;
    }

    public int Makespan()
    {
        var latest = 0;
        foreach (var last in Shape.LastOfJob) latest = Math.Max(latest, End[last]);
        return latest;
    }

    /// <summary>True where an operation may be too early, so that when it starts is to be chosen.</summary>
    private bool Waits => !Shape.IsRegular && Shape.Clocks is null;

    /// <summary>What is to be small.</summary>
    public double Cost()
    {
        if (Shape.IsMakespan) return Makespan();
        if (Waits) Wait();
        var cost = 0.0;
        for (var job = 0; job < Shape.Jobs; job++)
        {
            var (first, last) = (Shape.FirstOfJob[job], Shape.LastOfJob[job]);
            var end = Waits ? Start[last] + Duration[last] : End[last];
            cost += Math.Max(0, end - Shape.Due[job]) * Shape.Tardiness[job] + Math.Max(0, Shape.Due[job] - end) * Shape.Earliness[job] + (end - Start[first]) * Shape.Flow[job];
        }
        return cost;
    }

    /// <summary>What a job costs by its end alone, for comparing: an early one can wait, and its flow is counted from 0.</summary>
    public double CostOfEnd(int job, int end) => Math.Max(0, end - Shape.Due[job]) * Shape.Tardiness[job] + end * Shape.Flow[job];

    /// <summary>
    /// Lets operations wait where it costs nothing and may save something: from the end on, each starts as late as what follows lets it, but none so late that its job ends after its due date or later than it has to.
    /// Not always the best there is, since no job waits for the sake of another.
    /// </summary>
    private void Wait()
    {
        unchecked
        {
            for (var place = Order.Length - 1; place >= 0; place--)
            {
                var operation = Order[place];
                var (job, next) = (Shape.JobNext[operation], Next[operation]);
                var end = job >= 0
                    ? Start[job] - Shape.Transfer(Machine[operation], Machine[job])
                    : Math.Max(End[operation], Shape.Earliness[Shape.JobOf[operation]] > 0 ? (int)Math.Round(Math.Min(Shape.Due[Shape.JobOf[operation]], ShopProblem.LastTime)) : 0);
                if (next >= 0) end = Math.Min(end, Start[next] - Shape.Setup(Machine[operation], operation, next));
                Start[operation] = end - Duration[operation];
            }
        }
    }

    /// <summary>True where no setup is used that is not possible, and all is done before calendars end.</summary>
    public bool IsAllowed()
    {
        for (var operation = 0; operation < Order.Length; operation++)
        {
            if (Shape.Setups is not null && Shape.Setup(Machine[operation], Previous[operation], operation) == Shape.Forbidden) return false;
            if (Shape.Clocks is { } clocks && End[operation] > clocks[Machine[operation]].Horizon) return false;
        }
        return true;
    }

    /// <summary>When its job lets an operation start.</summary>
    public int Arrival(int operation)
    {
        unchecked
        {
            var before = Shape.JobPrevious[operation];
            return before < 0 ? Shape.Release[Shape.JobOf[operation]] : End[before] + Shape.Transfer(Machine[before], Machine[operation]);
        }
    }

    /// <summary>When its machine lets an operation start.</summary>
    public int MachineReady(int operation)
    {
        unchecked
        {
            var before = Previous[operation];
            return (before < 0 ? 0 : End[before]) + Shape.Setup(Machine[operation], before, operation);
        }
    }

    /// <summary>The longest way to the end of all from the end of an operation through its job; 0 for the last one.</summary>
    public int JobTail(int operation)
    {
        unchecked
        {
            var after = Shape.JobNext[operation];
            return after < 0 ? 0 : Shape.Transfer(Machine[operation], Machine[after]) + Duration[after] + Tail[after];
        }
    }

    private void CountHeads(int from)
    {
        unchecked
        {
            var (order, end, head, previous, duration, jobPrevious) = (Order, End, Head, Previous, Duration, Shape.JobPrevious);
            if (Shape is { Setups: null, Transfers: null, Clocks: null })
            {
                for (var place = from; place < order.Length; place++)
                {
                    var operation = order[place];
                    var before = jobPrevious[operation];
                    var start = before < 0 ? Shape.Release[Shape.JobOf[operation]] : end[before];
                    before = previous[operation];
                    if (before >= 0 && end[before] > start) start = end[before];
                    head[operation] = start;
                    end[operation] = start + duration[operation];
                }
                return;
            }
            for (var place = from; place < order.Length; place++)
            {
                var operation = order[place];
                var start = Math.Max(Arrival(operation), MachineReady(operation));
                if (Shape.Clocks is { } clocks)
                {
                    var clock = clocks[Machine[operation]];
                    head[operation] = start = clock.Begin(start);
                    end[operation] = clock.End(start, duration[operation]);
                }
                else
                {
                    head[operation] = start;
                    end[operation] = start + duration[operation];
                }
            }
        }
    }

    private void CountTails(int from)
    {
        unchecked
        {
            var (order, tail, next, duration, jobNext) = (Order, Tail, Next, Duration, Shape.JobNext);
            if (Shape is { Setups: null, Transfers: null })
            {
                for (var place = from; place >= 0; place--)
                {
                    var operation = order[place];
                    var after = jobNext[operation];
                    var longest = after < 0 ? 0 : duration[after] + tail[after];
                    after = next[operation];
                    if (after >= 0 && duration[after] + tail[after] > longest) longest = duration[after] + tail[after];
                    tail[operation] = longest;
                }
                return;
            }
            for (var place = from; place >= 0; place--)
            {
                var operation = order[place];
                var longest = JobTail(operation);
                var after = next[operation];
                if (after >= 0) longest = Math.Max(longest, Shape.Setup(Machine[operation], operation, after) + duration[after] + tail[after]);
                tail[operation] = longest;
            }
        }
    }

    /// <summary>All that waits for the operation, as far as <paramref name="to"/>, goes behind what stands there.</summary>
    private bool ShiftLater(int operation, int to)
    {
        unchecked
        {
            var (from, seen) = (Place[operation], ++stamp);
            mark[operation] = seen;
            var (write, count) = (from, 0);
            moved[count++] = operation;
            for (var place = from + 1; place <= to; place++)
            {
                var other = Order[place];
                var (byJob, byMachine) = (Shape.JobPrevious[other], Previous[other]);
                if ((byJob >= 0 && mark[byJob] == seen) || (byMachine >= 0 && mark[byMachine] == seen))
                {
                    mark[other] = seen;
                    moved[count++] = other;
                }
            }
            if (mark[Order[to]] == seen) return false;
            for (var place = from; place <= to; place++)
                if (Order[place] is var other && mark[other] != seen) Order[Place[other] = write++] = other;
            for (var i = 0; i < count; i++) Order[Place[moved[i]] = write++] = moved[i];
            return true;
        }
    }

    /// <summary>All that the operation waits for, as far back as <paramref name="to"/>, goes before what stands there.</summary>
    private bool ShiftEarlier(int operation, int to)
    {
        unchecked
        {
            var (from, seen) = (Place[operation], ++stamp);
            mark[operation] = seen;
            var (write, count) = (from, 0);
            moved[count++] = operation;
            for (var place = from - 1; place >= to; place--)
            {
                var other = Order[place];
                var (byJob, byMachine) = (Shape.JobNext[other], Next[other]);
                if ((byJob >= 0 && mark[byJob] == seen) || (byMachine >= 0 && mark[byMachine] == seen))
                {
                    mark[other] = seen;
                    moved[count++] = other;
                }
            }
            if (mark[Order[to]] == seen) return false;
            for (var place = from; place >= to; place--)
                if (Order[place] is var other && mark[other] != seen) Order[Place[other] = write--] = other;
            for (var i = 0; i < count; i++) Order[Place[moved[i]] = write--] = moved[i];
            return true;
        }
    }

    private void SetMode(int operation, int mode) =>
        (Mode[operation], Machine[operation], Duration[operation]) = (mode, Shape.ModeMachine[mode], Shape.ModeDuration[mode]);

    private void Unlink(int operation)
    {
        var (before, after, machine) = (Previous[operation], Next[operation], Machine[operation]);
        if (before < 0) First[machine] = after;
        else Next[before] = after;
        if (after < 0) Last[machine] = before;
        else Previous[after] = before;
    }

    private void Link(int operation, int before)
    {
        var machine = Machine[operation];
        var after = before < 0 ? First[machine] : Next[before];
        (Previous[operation], Next[operation]) = (before, after);
        if (before < 0) First[machine] = operation;
        else Next[before] = operation;
        if (after < 0) Last[machine] = operation;
        else Previous[after] = operation;
    }
}
