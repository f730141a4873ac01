using System.Collections.Immutable;
using System.Globalization;
using DigitalTwin.Planning.Formats;
using DigitalTwin.Planning.Shops;

namespace DigitalTwin.Planning.Checking;

/// <summary>Reads a schedule of a feeder shop as a person with a ruler would: rule by rule, from the times that are written down.</summary>
public static class ShopChecker
{
    public static CheckReport Check(ShopProblem problem, ImmutableArray<ScheduledOperation> schedule)
    {
        var violations = new List<Violation>(EachOperationOnce(problem, schedule));
        if (violations.Count == 0)
        {
            violations.AddRange(AllowedMachine(problem, schedule));
            if (violations.Count == 0)
                violations.AddRange([.. WorkDone(problem, schedule), .. Release(problem, schedule), .. RouteOrder(problem, schedule), .. NoOverlap(problem, schedule)]);
        }
        return new CheckReport([.. violations], violations.Count == 0 ? [Objective(problem, schedule)] : []);
    }

    private static IEnumerable<Violation> EachOperationOnce(ShopProblem problem, ImmutableArray<ScheduledOperation> schedule)
    {
        foreach (var unknown in schedule.Where(one => one.Job < 0 || one.Job >= problem.Jobs.Length || one.Op < 0 || one.Op >= problem.Jobs[one.Job].Route.Length))
            yield return new Violation("known-operation", $"{Name(unknown)} is not in the problem");
        foreach (var twice in schedule.GroupBy(one => (one.Job, one.Op)).Where(group => group.Count() > 1))
            yield return new Violation("each-operation-once", $"{Name(twice.First())} stands {twice.Count()} times in the schedule");
        var there = schedule.Select(one => (one.Job, one.Op)).ToHashSet();
        for (var job = 0; job < problem.Jobs.Length; job++)
            for (var op = 0; op < problem.Jobs[job].Route.Length; op++)
                if (!there.Contains((job, op))) yield return new Violation("each-operation-once", $"job {job} operation {op} is missing");
    }

    private static IEnumerable<Violation> AllowedMachine(ShopProblem problem, ImmutableArray<ScheduledOperation> schedule) => schedule
        .Where(one => !Operation(problem, one).Modes.Any(mode => mode.Machine == one.Machine))
        .Select(one => new Violation("allowed-machine", $"{Name(one)} is on machine {one.Machine}, which cannot do it"));

    /// <summary>end = start + duration; with a calendar, the rates from start to end add up to the duration, the last unit of time being needed.</summary>
    private static IEnumerable<Violation> WorkDone(ShopProblem problem, ImmutableArray<ScheduledOperation> schedule)
    {
        foreach (var one in schedule)
        {
            var duration = Operation(problem, one).Modes.First(mode => mode.Machine == one.Machine).Duration;
            if (one.Start < 0) yield return new Violation("not-before-zero", $"{Name(one)} starts at {one.Start}");
            else if (problem.Calendars.IsEmpty)
            {
                if (one.End != one.Start + duration) yield return new Violation("duration", $"{Name(one)} takes {duration} on machine {one.Machine}, but is from {one.Start} to {one.End}");
            }
            else
            {
                var calendar = problem.Calendars[one.Machine];
                if (one.End > calendar.Rates.Length)
                {
                    yield return new Violation("calendar-horizon", $"{Name(one)} ends at {one.End}, the calendar of machine {one.Machine} at {calendar.Rates.Length}");
                    continue;
                }
                long done = 0, before = 0;
                for (var time = one.Start; time < one.End; time++)
                {
                    before = done;
                    done += calendar.Rates[(int)time];
                }
                var wanted = (long)duration * calendar.FullRate;
                if (one.End < one.Start || done < wanted || (one.End > one.Start && before >= wanted))
                    yield return new Violation("work-by-calendar", $"{Name(one)} needs {wanted} of machine {one.Machine}, which does {done} from {one.Start} to {one.End}");
            }
        }
    }

    private static IEnumerable<Violation> Release(ShopProblem problem, ImmutableArray<ScheduledOperation> schedule) => schedule
        .Where(one => one.Op == 0 && one.Start < problem.Jobs[one.Job].Release)
        .Select(one => new Violation("release", $"{Name(one)} starts at {one.Start}, its job is released at {problem.Jobs[one.Job].Release}"));

    /// <summary>start of the next operation ≥ end of the one before + transfer between their machines.</summary>
    private static IEnumerable<Violation> RouteOrder(ShopProblem problem, ImmutableArray<ScheduledOperation> schedule)
    {
        foreach (var job in schedule.GroupBy(one => one.Job))
        {
            var route = job.OrderBy(one => one.Op).ToList();
            foreach (var (before, after) in route.Zip(route.Skip(1)))
            {
                if (after.Start < before.End) yield return new Violation("route-order", $"{Name(after)} starts at {after.Start}, {Name(before)} ends at {before.End}");
                else if (!problem.Transfers.IsEmpty && problem.Transfers[before.Machine * problem.Machines + after.Machine] is var transfer && after.Start < before.End + transfer)
                    yield return new Violation("transfer-time", $"{Name(after)} starts at {after.Start}, {Name(before)} ends at {before.End} and the way takes {transfer}");
            }
        }
    }

    /// <summary>On each machine, in order of time: start of the next ≥ end of the one before + setup between them.</summary>
    private static IEnumerable<Violation> NoOverlap(ShopProblem problem, ImmutableArray<ScheduledOperation> schedule)
    {
        foreach (var machine in schedule.GroupBy(one => one.Machine))
        {
            // An operation that takes no time stands before or behind what starts when it does: by its end, then by its route.
            var inTime = machine.OrderBy(one => one.Start).ThenBy(one => one.End).ThenBy(one => one.Job).ThenBy(one => one.Op).ToList();
            var setups = problem.Setups.IsEmpty ? null : problem.Setups[machine.Key];
            if (setups is { First.IsEmpty: false } && setups.First[Operation(problem, inTime[0]).State] is var first && (first == ShopSetups.NotPossible || inTime[0].Start < first))
                yield return new Violation("first-setup", $"{Name(inTime[0])} starts at {inTime[0].Start} as the first on machine {machine.Key}, its setup {(first == ShopSetups.NotPossible ? "is not possible" : $"takes {first}")}");
            foreach (var (before, after) in inTime.Zip(inTime.Skip(1)))
            {
                var setup = setups is null ? 0 : setups.Between[Operation(problem, before).State * setups.States + Operation(problem, after).State];
                if (after.Start < before.End) yield return new Violation("no-overlap", $"{Name(after)} starts at {after.Start}, {Name(before)} on machine {machine.Key} ends at {before.End}");
                else if (setup == ShopSetups.NotPossible) yield return new Violation("possible-setup", $"{Name(after)} must not follow {Name(before)} on machine {machine.Key}");
                else if (after.Start < before.End + setup)
                    yield return new Violation("setup-time", $"{Name(after)} starts at {after.Start}, {Name(before)} on machine {machine.Key} ends at {before.End} and the setup takes {setup}");
            }
        }
    }

    private static double Objective(ShopProblem problem, ImmutableArray<ScheduledOperation> schedule)
    {
        if (problem.Goal is ShopGoal.Makespan) return schedule.Max(one => one.End);
        var cost = 0.0;
        foreach (var operations in schedule.GroupBy(one => one.Job).OrderBy(group => group.Key))
        {
            var job = problem.Jobs[operations.Key];
            var (start, end) = (operations.Min(one => one.Start), operations.Max(one => one.End));
            cost += job.Tardiness * Math.Max(0, end - job.Due) + job.Earliness * Math.Max(0, job.Due - end) + job.Flow * (end - start);
        }
        return cost;
    }

    private static ShopOperation Operation(ShopProblem problem, ScheduledOperation one) => problem.Jobs[one.Job].Route[one.Op];

    private static string Name(ScheduledOperation one) => string.Create(CultureInfo.InvariantCulture, $"job {one.Job} operation {one.Op}");
}
