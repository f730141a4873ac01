namespace DigitalTwin.Planning.Shops;

/// <summary>
/// A problem laid out for the inner loops: operations numbered through job by job, everything in flat arrays.
/// Who comes before and after an operation in its job is its neighbour in number, or -1 (see <see cref="JobPrevious"/>).
/// </summary>
internal sealed class ShopShape
{
    public readonly ShopProblem Problem;
    public readonly int Operations, Jobs, Machines;
    public readonly int[] JobOf, JobPrevious, JobNext, FirstOfJob, LastOfJob, Release, State;

    /// <summary>Modes of operation o are <c>ModeStart[o] .. ModeStart[o + 1]</c>.</summary>
    public readonly int[] ModeStart, ModeMachine, ModeDuration;

    public readonly int[][]? Setups, FirstSetups;
    public readonly int[]? Transfers;
    public readonly ShopClock[]? Clocks;

    /// <summary>Stands for a setup that is not possible: dear, and found out by <see cref="ShopState.IsAllowed"/>.</summary>
    public readonly int Forbidden;

    public readonly bool IsMakespan;

    /// <summary>An end that is a sum of times along a path: true unless calendars stretch them.</summary>
    public bool IsPlainTime => Clocks is null;

    /// <summary>True where to end earlier never costs more.</summary>
    public readonly bool IsRegular;

    public readonly double[] Due, Tardiness, Earliness, Flow;

    public ShopShape(ShopProblem problem)
    {
        Problem = problem;
        (Jobs, Machines) = (problem.Jobs.Length, problem.Machines);
        Operations = problem.Jobs.Sum(job => job.Route.Length);
        (JobOf, JobPrevious, JobNext, State) = (new int[Operations], new int[Operations], new int[Operations], new int[Operations]);
        (FirstOfJob, LastOfJob, ModeStart) = (new int[Jobs], new int[Jobs], new int[Operations + 1]);
        Release = [.. problem.Jobs.Select(job => job.Release)];
        var modes = problem.Jobs.SelectMany(job => job.Route).SelectMany(operation => operation.Modes).ToList();
        (ModeMachine, ModeDuration) = ([.. modes.Select(mode => mode.Machine)], [.. modes.Select(mode => mode.Duration)]);
        var at = 0;
        for (var job = 0; job < Jobs; job++)
        {
            var route = problem.Jobs[job].Route;
            (FirstOfJob[job], LastOfJob[job]) = (at, at + route.Length - 1);
            foreach (var operation in route)
            {
                (JobOf[at], State[at]) = (job, operation.State);
                JobPrevious[at] = at == FirstOfJob[job] ? -1 : at - 1;
                JobNext[at] = at == LastOfJob[job] ? -1 : at + 1;
                ModeStart[at + 1] = ModeStart[at] + operation.Modes.Length;
                at++;
            }
        }

        var longest = problem.LongestTime;
        Forbidden = (int)Math.Min(longest + 1, (ShopProblem.LastTime - longest) / Operations);
        if (!problem.Setups.IsEmpty)
        {
            int Time(int setup) => setup == ShopSetups.NotPossible ? Forbidden : setup;
            Setups = [.. problem.Setups.Select(of => of.Between.Select(Time).ToArray())];
            FirstSetups = [.. problem.Setups.Select(of => of.First.IsEmpty ? new int[of.States] : [.. of.First.Select(Time)])];
        }
        Transfers = problem.Transfers.IsEmpty ? null : [.. problem.Transfers];
        Clocks = problem.Calendars.IsEmpty ? null : [.. problem.Calendars.Select(calendar => new ShopClock(calendar))];
        IsMakespan = problem.Goal is ShopGoal.Makespan;
        IsRegular = problem.Jobs.All(job => job is { Earliness: 0, Flow: 0 });
        Due = [.. problem.Jobs.Select(job => job.Due)];
        Tardiness = [.. problem.Jobs.Select(job => job.Tardiness)];
        Earliness = [.. problem.Jobs.Select(job => job.Earliness)];
        Flow = [.. problem.Jobs.Select(job => job.Flow)];
    }

    public int Setup(int machine, int from, int to) => Setups is null
        ? 0
        : from < 0 ? FirstSetups![machine][State[to]] : Setups[machine][State[from] * Problem.Setups[machine].States + State[to]];

    public int Transfer(int from, int to) => Transfers is null ? 0 : Transfers[from * Machines + to];
}

/// <summary>A calendar that answers at once: how much work is done until a time, and when so much is done.</summary>
internal sealed class ShopClock
{
    private readonly long[] done;
    private readonly int[] nextWork;
    private readonly int fullRate;

    public ShopClock(ShopCalendar calendar)
    {
        fullRate = calendar.FullRate;
        var horizon = calendar.Rates.Length;
        (done, nextWork) = (new long[horizon + 1], new int[horizon + 1]);
        for (var time = 0; time < horizon; time++) done[time + 1] = done[time] + calendar.Rates[time];
        nextWork[horizon] = horizon;
        for (var time = horizon - 1; time >= 0; time--) nextWork[time] = calendar.Rates[time] > 0 ? time : nextWork[time + 1];
    }

    /// <summary>The first time from <paramref name="time"/> on when work is done.</summary>
    public int Begin(int time) => time < nextWork.Length ? nextWork[time] : time;

    /// <summary>When work that begins at a time is done; after the horizon as if all were worked, so that there is an end, which <see cref="ShopState.IsAllowed"/> refuses.</summary>
    public int End(int start, int duration)
    {
        unchecked
        {
            var horizon = done.Length - 1;
            if (duration == 0) return start;
            if (start >= horizon) return start + duration;
            var wanted = done[start] + (long)duration * fullRate;
            if (wanted > done[horizon]) return horizon + (int)((wanted - done[horizon] + fullRate - 1) / fullRate);
            var found = Array.BinarySearch(done, start, horizon + 1 - start, wanted);
            if (found < 0) return ~found;
            while (done[found - 1] == wanted) found--;
            return found;
        }
    }

    public int Horizon => done.Length - 1;
}
