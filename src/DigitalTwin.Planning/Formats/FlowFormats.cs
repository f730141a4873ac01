using System.Collections.Immutable;
using DigitalTwin.Planning.Checking;
using DigitalTwin.Planning.Permutations;
using DigitalTwin.Planning.Search;

namespace DigitalTwin.Planning.Formats;

/// <summary>Permutation flow shops with setups or due dates, and one machine with setups and weighted tardiness: as their publishers wrote them.</summary>
public static class FlowFormats
{
    /// <summary>Jobs, machines; a line of durations a job; then, machine by machine, a line of setups from each job to every other.</summary>
    public static Reading<PlanProblem> FlowShopWithSetups(InstanceFiles files, int row)
    {
        var (file, text) = files.Only;
        var numbers = new NumberText(file, text);
        var (jobs, machines) = Size(numbers);
        var durations = Block(numbers, jobs * machines, at => $"duration of job {at / machines} on machine {at % machines}");
        var setups = Block(numbers, machines * jobs * jobs, at => $"setup of machine {at / jobs / jobs} from job {at / jobs % jobs} to job {at % jobs}");
        numbers.End();
        return numbers.Fault is { } fault
            ? Reading.Refuse<PlanProblem>(fault)
            : Reading.Of<PlanProblem>(new FlowPlan("fsp-sdst", new FlowProblem(files.Name, jobs, machines, FlowObjective.Makespan, durations, setups, [], [], [])));
    }

    /// <summary>Jobs, machines; the due dates; a line of durations a job. Total tardiness.</summary>
    public static Reading<PlanProblem> FlowShopWithDueDates(InstanceFiles files, int row)
    {
        var (file, text) = files.Only;
        var numbers = new NumberText(file, text);
        var (jobs, machines) = Size(numbers);
        var due = Block(numbers, jobs, at => $"due date of job {at}");
        var durations = Block(numbers, jobs * machines, at => $"duration of job {at / machines} on machine {at % machines}");
        numbers.End();
        return numbers.Fault is { } fault
            ? Reading.Refuse<PlanProblem>(fault)
            : Reading.Of<PlanProblem>(new FlowPlan("fsp-tardiness", new FlowProblem(files.Name, jobs, machines, FlowObjective.TotalTardiness, durations, [], [], due, [])));
    }

    /// <summary>Cicirello's: named blocks of process times, weights, due dates, and setups as <c>from to time</c>, where from -1 is the first job's.</summary>
    public static Reading<PlanProblem> SingleMachine(InstanceFiles files, int row)
    {
        var (file, text) = files.Only;
        var numbers = new NumberText(file, text);
        var jobs = 0;
        while (numbers.IsWhole && numbers.HeadingOfLine() is var heading && heading != "Process Times:")
        {
            if (heading == "Problem Size:") jobs = numbers.Whole("number of jobs", least: 1, most: MaxJobs);
            else if (heading.Length == 0) numbers.Refuse("'Process Times:' was expected, but the file ends before it");
            else numbers.RestOfLine();
        }
        if (numbers.IsWhole && jobs == 0) numbers.Refuse("'Problem Size:' was expected before the process times");
        var durations = Block(numbers, jobs, at => $"process time of job {at}");
        numbers.Word("Weights:");
        var weights = Block(numbers, jobs, at => $"weight of job {at}");
        numbers.Word("Duedates:");
        var due = Block(numbers, jobs, at => $"due date of job {at}");
        numbers.Word("Setup", "Times:");
        var first = new int[jobs];
        var setups = new int[jobs * jobs];
        var seen = new bool[(jobs + 1) * jobs];
        for (var count = 0; count < jobs * jobs && numbers.IsWhole; count++)
        {
            var (from, to) = (numbers.Whole("job before, or -1", least: -1, most: jobs - 1), numbers.Whole("job after", most: jobs - 1));
            var setup = numbers.Whole($"setup time from {from} to {to}");
            if (!numbers.IsWhole) break;
            if (from == to || seen[(from + 1) * jobs + to]) numbers.Refuse($"each setup was expected once, from {from} to {to} is {(from == to ? "none" : "a second one")}");
            seen[(from + 1) * jobs + to] = true;
            if (from < 0) first[to] = setup;
            else setups[from * jobs + to] = setup;
        }
        numbers.Word("End", "Problem", "Specification");
        numbers.End();
        return numbers.Fault is { } fault
            ? Reading.Refuse<PlanProblem>(fault)
            : Reading.Of<PlanProblem>(new FlowPlan("sm-sdst-wt", new FlowProblem(files.Name, jobs, 1, FlowObjective.WeightedTardiness, durations, [.. setups], [.. first], due, weights)));
    }

    private const int MaxJobs = 10_000;

    private static (int Jobs, int Machines) Size(NumberText numbers) =>
        (numbers.Whole("number of jobs", least: 1, most: MaxJobs), numbers.Whole("number of machines", least: 1, most: 1_000));

    private static ImmutableArray<int> Block(NumberText numbers, int count, Func<int, string> what)
    {
        var block = ImmutableArray.CreateBuilder<int>();
        for (var at = 0; at < count && numbers.IsWhole; at++) block.Add(numbers.Whole(what(at)));
        return block.ToImmutable();
    }
}

/// <summary>A permutation problem at the command line. Its sequence names jobs by their number in the file, from 0.</summary>
public sealed class FlowPlan(string format, FlowProblem problem) : PlanProblem
{
    public override string Name => problem.Name;

    public FlowProblem Problem => problem;

    public override IReadOnlyList<string> ObjectiveNames { get; } = [problem.Objective switch
    {
        FlowObjective.Makespan => "makespan",
        FlowObjective.TotalTardiness => "total tardiness",
        _ => "weighted tardiness",
    }];

    public override SolveAnswer Solve(SolveRequest request, Action<Improvement>? improved = null)
    {
        var best = FlowSearch.Run(problem, request, improved);
        var schedule = new ScheduleFile(format, problem.Name, [best.Cost], Sequence: [.. best.Order.Select(job => job.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        return new SolveAnswer(best.IsProved ? SolveStatus.Optimal : SolveStatus.Feasible, schedule, [best.Cost], best.Bound, best.Improvements);
    }

    public override CheckReport Check(ScheduleFile schedule) => schedule.Sequence is { } sequence
        ? FlowChecker.Check(problem, sequence)
        : new CheckReport([new Violation("sequence", "the schedule has no 'sequence' of jobs")], []);
}
