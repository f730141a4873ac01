namespace DigitalTwin.Planning.Shops;

/// <summary>An operation goes, in a mode, right after another on that mode's machine (-1: to its front).</summary>
/// <param name="Last">Where the machine stays the same: the last operation it passes.</param>
/// <param name="Cost">What the plan may cost then.</param>
/// <param name="Through">The longest way through what was moved: tells apart moves of the same cost.</param>
internal readonly record struct ShopMove(int Operation, int Mode, int After, int Last, double Cost, double Through);

/// <summary>
/// The moves that can make a plan better, each with a guess of what it brings. Only what lies on a longest way to the end (of all, or of a job that is late) can:
/// an operation leaves its block, the run of operations on one machine without a pause, at either end, or goes to another machine.
/// To carry out every move to see its cost would take as long as the plan is large. So heads are counted on for what is moved alone and joined to the tails behind it:
/// the longest way through what was moved, which is nearly always the longest of all.
/// </summary>
internal sealed class ShopMoves
{
    /// <summary>More operations are not passed in one move: long blocks would take the time of all other moves.</summary>
    private const int LongestPass = 48;

    /// <summary>With setups an operation may also be better off inside its block, this far away.</summary>
    private const int LongestPassInside = 6;

    /// <summary>Where many jobs are late, a step looks at the ways of so many of them, drawn anew each time.</summary>
    private const int MostWays = 8;

    /// <summary>Where many jobs count, a guess costs as much as there are jobs: operations pass fewer others.</summary>
    private const int LongestPassAmongMany = 10;

    /// <summary>Places tried on another machine, before and after the one where an operation would arrive.</summary>
    private const int PlacesTried = 3;

    private readonly ShopShape shape;
    private readonly ShopState state;
    private readonly Search.Draw draw;
    private readonly ShopJobTails? jobTails;
    private readonly List<ShopMove> moves = [];
    private readonly int[] segment, starts, block, seen, end, tail;
    private readonly int[] ways = new int[MostWays];
    private readonly int longestPass;
    private int stamp;

    public ShopMoves(ShopState state, Search.Draw draw)
    {
        (this.state, this.draw, shape) = (state, draw, state.Shape);
        (segment, starts, block) = (new int[shape.Operations], new int[shape.Operations], new int[shape.Operations]);
        (seen, end, tail) = (new int[shape.Operations], new int[shape.Operations], new int[shape.Operations]);
        longestPass = shape.IsMakespan ? LongestPass : LongestPassAmongMany;
        if (!shape.IsMakespan && shape.IsPlainTime) jobTails = new ShopJobTails(state);
    }

    /// <summary>True where costs of moves leave out ways that do not lead through what is moved. With many jobs that count, that is nearly always some.</summary>
    public bool AreGuesses => jobTails is not null;

    /// <summary>All moves of the plan as it is; the list is used again by the next call.</summary>
    public List<ShopMove> Find()
    {
        moves.Clear();
        stamp++;
        jobTails?.Count();
        if (shape.IsMakespan)
        {
            var (makespan, critical, among) = (state.Makespan(), -1, 0);
            foreach (var last in shape.LastOfJob)
                if (state.End[last] == makespan && draw.Below(++among) == 0) critical = last;
            Walk(critical);
        }
        else
        {
            var late = 0;
            for (var job = 0; job < shape.Jobs; job++)
                if (state.End[shape.LastOfJob[job]] > shape.Due[job] || shape.Flow[job] > 0) block[late++] = job;
            for (var i = 0; i < MostWays && i < late; i++)
            {
                var other = i + draw.Below(late - i);
                (block[i], block[other]) = (block[other], block[i]);
                ways[i] = shape.LastOfJob[block[i]];
            }
            for (var i = 0; i < MostWays && i < late; i++) Walk(ways[i]);
        }
        return moves;
    }

    /// <summary>
    /// Back along a longest way. Where another way was walked before, it only finishes its block, and that not far in: what stands there can be passed by what this way has in front of it.
    /// </summary>
    private void Walk(int operation)
    {
        var (length, known) = (0, 0);
        while (operation >= 0)
        {
            if (seen[operation] != stamp)
            {
                if (shape.ModeStart[operation + 1] - shape.ModeStart[operation] > 1) OtherMachines(operation);
                seen[operation] = stamp;
            }
            else if (length == 0 || known++ == LongestPassInside)
            {
                break;
            }
            block[length++] = operation;
            var (arrival, ready) = (state.Arrival(operation), state.MachineReady(operation));
            var byMachine = ready > arrival || (ready == arrival && state.Previous[operation] >= 0 && draw.Below(2) == 0);
            if (!byMachine)
            {
                Block(length);
                length = 0;
            }
            operation = byMachine ? state.Previous[operation] : shape.JobPrevious[operation];
        }
        Block(length);
    }

    /// <param name="length">Of <see cref="block"/>, whose first is the last in time.</param>
    private void Block(int length)
    {
        if (length < 2) return;
        var end = length - 1;
        if (shape.Setups is not null)
        {
            for (var from = 0; from < length; from++)
                for (var to = Math.Max(0, from - LongestPassInside); to <= Math.Min(end, from + LongestPassInside); to++)
                    if (from != to && !(from - to == 1)) Pass(from, to);
        }
        for (var i = 0; i < length; i++)
        {
            var inside = i > 0 && i < end;
            if (i > 0) Pass(i, 0);
            if (i < end && !(length == 2)) Pass(i, end);
            if (inside) Pass(0, i);
            if (inside) Pass(end, i);
        }
        // The ends of a block longer than any pass.
        if (end > longestPass)
        {
            for (var i = 0; i < 4; i++)
            {
                var from = draw.Below(length);
                Pass(from, Math.Clamp(from + draw.Below(2 * longestPass) - longestPass, 0, end));
            }
        }
    }

    /// <summary>The operation at one place of the block goes to the other side of what is at another.</summary>
    private void Pass(int from, int to)
    {
        if (from == to || Math.Abs(from - to) > longestPass) return;
        var (operation, last) = (block[from], block[to]);
        var count = 0;
        int before, after;
        if (to < from)
        {
            // Later in time. What its job does next must not have to be over before.
            var next = shape.JobNext[operation];
            if (next >= 0 && from - to > 1 && state.Head[last] >= state.End[next]) return;
            for (var i = from - 1; i >= to; i--) segment[count++] = block[i];
            segment[count++] = operation;
            (before, after) = (state.Previous[operation], state.Next[last]);
        }
        else
        {
            var previous = shape.JobPrevious[operation];
            if (previous >= 0 && to - from > 1 && state.End[last] <= state.Head[previous]) return;
            segment[count++] = operation;
            for (var i = to; i > from; i--) segment[count++] = block[i];
            (before, after) = (state.Previous[last], state.Next[operation]);
        }
        var goesAfter = to < from ? last : before;
        if (jobTails is not null)
        {
            Add(operation, state.Mode[operation], goesAfter, last, jobTails.Guess(segment.AsSpan(0, count), before, after), 0);
        }
        else if (!shape.IsPlainTime)
        {
            Try(operation, state.Mode[operation], goesAfter, last);
        }
        else
        {
            var longest = LongestThrough(count, before, after);
            Add(operation, state.Mode[operation], goesAfter, last, longest, longest);
        }
    }

    /// <summary>The longest way through the segment if it stands, in its order, between two operations of its machine.</summary>
    private int LongestThrough(int count, int before, int after)
    {
        unchecked
        {
            var machine = state.Machine[segment[0]];
            var ready = before < 0 ? 0 : state.End[before];
            for (var i = 0; i < count; i++)
            {
                var operation = segment[i];
                var start = Math.Max(state.Arrival(operation), ready + shape.Setup(machine, before, operation));
                starts[i] = start;
                ready = start + state.Duration[operation];
                before = operation;
            }
            var (longest, behind) = (0, after < 0 ? 0 : state.Duration[after] + state.Tail[after]);
            for (var i = count - 1; i >= 0; i--)
            {
                var operation = segment[i];
                if (after >= 0) behind += shape.Setup(machine, operation, after);
                var rest = state.Duration[operation] + Math.Max(behind, state.JobTail(operation));
                longest = Math.Max(longest, starts[i] + rest);
                (behind, after) = (rest, operation);
            }
            return longest;
        }
    }

    /// <summary>
    /// Every place on every other machine that can do the operation. The plan is counted without it first; then the longest way through each place is exact,
    /// since what stands before a place cannot have waited for the operation, nor what stands behind it have made it wait.
    /// </summary>
    private void OtherMachines(int operation)
    {
        if (!shape.IsPlainTime || !shape.IsMakespan)
        {
            TryOtherMachines(operation);
            return;
        }
        unchecked
        {
            var rest = CountWithout(operation);
            var (previous, next) = (shape.JobPrevious[operation], shape.JobNext[operation]);
            for (var mode = shape.ModeStart[operation]; mode < shape.ModeStart[operation + 1]; mode++)
            {
                if (mode == state.Mode[operation]) continue;
                var (machine, duration) = (shape.ModeMachine[mode], shape.ModeDuration[mode]);
                var arrival = previous < 0 ? shape.Release[shape.JobOf[operation]] : end[previous] + shape.Transfer(state.Machine[previous], machine);
                var jobTail = next < 0 ? 0 : shape.Transfer(machine, state.Machine[next]) + state.Duration[next] + tail[next];
                var earliestOver = previous < 0 ? int.MinValue : end[previous] - state.Duration[previous];
                var latestStart = next < 0 ? int.MaxValue : end[next];
                var after = state.First[machine];
                for (var before = -1; ; before = after, after = state.Next[after])
                {
                    if (before >= 0 && end[before] - state.Duration[before] >= latestStart) break;
                    if (after < 0 || end[after] > earliestOver)
                    {
                        var start = Math.Max(arrival, (before < 0 ? 0 : end[before]) + shape.Setup(machine, before, operation));
                        var behind = after < 0 ? 0 : shape.Setup(machine, operation, after) + state.Duration[after] + tail[after];
                        var through = start + duration + Math.Max(jobTail, behind);
                        Add(operation, mode, before, -1, Math.Max(rest, through), through);
                    }
                    if (after < 0) break;
                }
            }
        }
    }

    /// <summary>Ends and tails of all others as if the operation took no time and no machine.</summary>
    /// <returns>The makespan then.</returns>
    private int CountWithout(int operation)
    {
        unchecked
        {
            state.End.AsSpan().CopyTo(end);
            state.Tail.AsSpan().CopyTo(tail);
            var (order, place) = (state.Order, state.Place[operation]);
            var (previous, next) = (shape.JobPrevious[operation], shape.JobNext[operation]);
            end[operation] = previous < 0 ? shape.Release[shape.JobOf[operation]] : end[previous];
            for (var i = place + 1; i < order.Length; i++)
            {
                var other = order[i];
                var (job, before) = (shape.JobPrevious[other], state.Previous[other]);
                if (before == operation) before = state.Previous[operation];
                var start = job < 0 ? shape.Release[shape.JobOf[other]] : end[job] + (job == operation ? 0 : shape.Transfer(state.Machine[job], state.Machine[other]));
                start = Math.Max(start, (before < 0 ? 0 : end[before]) + shape.Setup(state.Machine[other], before, other));
                end[other] = start + state.Duration[other];
            }
            tail[operation] = next < 0 ? 0 : state.Duration[next] + tail[next];
            for (var i = place - 1; i >= 0; i--)
            {
                var other = order[i];
                var (job, after) = (shape.JobNext[other], state.Next[other]);
                if (after == operation) after = state.Next[operation];
                var longest = job < 0 ? 0
                    : job == operation ? tail[job]
                    : shape.Transfer(state.Machine[other], state.Machine[job]) + state.Duration[job] + tail[job];
                if (after >= 0) longest = Math.Max(longest, shape.Setup(state.Machine[other], other, after) + state.Duration[after] + tail[after]);
                tail[other] = longest;
            }
            var makespan = 0;
            foreach (var last in shape.LastOfJob) makespan = Math.Max(makespan, end[last]);
            return makespan;
        }
    }

    /// <summary>The places around where the operation would arrive, each carried out to see what it costs.</summary>
    private void TryOtherMachines(int operation)
    {
        var arrival = state.Arrival(operation);
        for (var mode = shape.ModeStart[operation]; mode < shape.ModeStart[operation + 1]; mode++)
        {
            if (mode == state.Mode[operation]) continue;
            var (before, next) = (-1, state.First[shape.ModeMachine[mode]]);
            for (; next >= 0 && state.Head[next] < arrival; next = state.Next[next]) before = next;
            for (var (i, place) = (0, before); i < PlacesTried && place >= 0; i++) Try(operation, mode, place = state.Previous[place], -1);
            for (var (i, place) = (0, before); i < PlacesTried && (i == 0 || place >= 0); i++, place = place < 0 ? next : state.Next[place]) Try(operation, mode, place, -1);
        }
    }

    private void Try(int operation, int mode, int after, int last)
    {
        if (state.CostAfter(operation, mode, after) is { } cost) Add(operation, mode, after, last, cost, 0);
    }

    private void Add(int operation, int mode, int after, int last, double cost, double through) => moves.Add(new ShopMove(operation, mode, after, last, cost, through));
}
