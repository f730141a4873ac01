using System.Collections.Immutable;
using DigitalTwin.Planning.Shops;

namespace DigitalTwin.Planning.Formats;

/// <summary>Job shops and flexible job shops, as their publishers wrote them. A job's line is its route.</summary>
public static class ShopFormats
{
    private const int MostJobs = 100_000, MostMachines = 10_000, MostModes = 1_000_000, LongestDuration = 1_000_000_000, NotPossible = 1_000_000;

    /// <summary>Jobs, machines; then a line of machine and duration pairs a job, machines from 0. Routes may be of any length, visit a machine again, and end with -1 -1.</summary>
    public static Reading<PlanProblem> JobShop(InstanceFiles files, int row)
    {
        var (file, text) = files.Only;
        var numbers = new NumberText(file, text);
        var (count, machines) = (numbers.Whole("number of jobs", least: 1, most: MostJobs), numbers.Whole("number of machines", least: 1, most: MostMachines));
        EndOfHeader(numbers);
        var jobs = ImmutableArray.CreateBuilder<ShopJob>();
        for (var job = 0; job < count && numbers.IsWhole; job++)
        {
            var route = ImmutableArray.CreateBuilder<ShopOperation>();
            do
            {
                var machine = numbers.Whole($"machine of job {job}, operation {route.Count}", least: -1, most: machines - 1);
                if (machine < 0)
                {
                    if (numbers.Whole($"-1 -1 at the end of the route of job {job}", least: -1, most: -1) == -1 && !numbers.AtEndOfLine) numbers.Refuse($"the end of the line was expected behind the -1 -1 of job {job}");
                    break;
                }
                if (numbers.IsWhole && numbers.AtEndOfLine) numbers.Refuse($"a duration was expected behind the machine of job {job}, operation {route.Count}, but the line ends here");
                route.Add(new ShopOperation([new ShopMode(machine, numbers.Whole($"duration of job {job}, operation {route.Count}", most: LongestDuration))]));
            }
            while (numbers.IsWhole && !numbers.AtEndOfLine);
            if (numbers.IsWhole && route.Count == 0) numbers.Refuse($"job {job} was expected to have an operation");
            jobs.Add(new ShopJob(route.ToImmutable()));
        }
        numbers.End();
        return Finish(numbers, file, "jsp", () => new ShopProblem(files.Name, machines, jobs.ToImmutable(), ShopGoal.Makespan, [], [], []));
    }

    /// <summary>Jobs, machines, sometimes the mean number of machines an operation; a line a job: its number of operations, and for each the number of modes and as many machine and duration pairs, machines from 0.</summary>
    public static Reading<PlanProblem> FlexibleJobShop(InstanceFiles files, int row)
    {
        var (file, text) = files.Only;
        var numbers = new NumberText(file, text);
        var (machines, jobs) = Routes(numbers, firstMachine: 0, ownStates: false);
        numbers.End();
        return Finish(numbers, file, "fjsp", () => new ShopProblem(files.Name, machines, jobs, ShopGoal.Makespan, [], [], []));
    }

    /// <summary>As a flexible job shop with machines from 1, then for each machine a matrix of setups from each operation to each, in the order of the file; 1000000 is not possible. What stands on the diagonal has no meaning: no operation follows itself.</summary>
    public static Reading<PlanProblem> FlexibleJobShopWithSetups(InstanceFiles files, int row)
    {
        var (file, text) = files.Only;
        var numbers = new NumberText(file, text);
        var (machines, jobs) = Routes(numbers, firstMachine: 1, ownStates: true);
        var operations = jobs.Sum(job => job.Route.Length);
        var setups = ImmutableArray.CreateBuilder<ShopSetups>();
        for (var machine = 0; machine < machines && numbers.IsWhole; machine++)
        {
            var between = Block(numbers, operations * operations, at => $"setup of machine {machine} from operation {at / operations} to operation {at % operations}");
            setups.Add(new ShopSetups(operations, [.. between.Select((setup, at) => at / operations == at % operations || setup == NotPossible ? ShopSetups.NotPossible : setup)], []));
        }
        numbers.End();
        return Finish(numbers, file, "fjsp-sdst", () => new ShopProblem(files.Name, machines, jobs, ShopGoal.Makespan, setups.ToImmutable(), [], []));
    }

    /// <summary>As a flexible job shop with machines from 1, then the times of the ways from each machine to each.</summary>
    public static Reading<PlanProblem> FlexibleJobShopWithTransfers(InstanceFiles files, int row)
    {
        var (file, text) = files.Only;
        var numbers = new NumberText(file, text);
        var (machines, jobs) = Routes(numbers, firstMachine: 1, ownStates: false);
        var transfers = numbers.IsWhole ? Block(numbers, machines * machines, at => $"time from machine {at / machines} to machine {at % machines}") : [];
        numbers.End();
        return Finish(numbers, file, "fjsp-transfer", () => new ShopProblem(files.Name, machines, jobs, ShopGoal.Makespan, [], transfers, []));
    }

    /// <summary>A job shop where each job visits as many machines as there are, then for each machine a matrix of setups from each job to each.</summary>
    public static Reading<PlanProblem> JobShopWithSetups(InstanceFiles files, int row)
    {
        var (file, text) = files.Only;
        var numbers = new NumberText(file, text);
        var (count, machines) = (numbers.Whole("number of jobs", least: 1, most: MostJobs), numbers.Whole("number of machines", least: 1, most: MostMachines));
        var jobs = ImmutableArray.CreateBuilder<ShopJob>();
        for (var job = 0; job < count && numbers.IsWhole; job++)
        {
            var route = ImmutableArray.CreateBuilder<ShopOperation>();
            for (var operation = 0; operation < machines && numbers.IsWhole; operation++)
            {
                var machine = numbers.Whole($"machine of job {job}, operation {operation}", most: machines - 1);
                route.Add(new ShopOperation([new ShopMode(machine, numbers.Whole($"duration of job {job}, operation {operation}", most: LongestDuration))], job));
            }
            jobs.Add(new ShopJob(route.ToImmutable()));
        }
        var setups = ImmutableArray.CreateBuilder<ShopSetups>();
        for (var machine = 0; machine < machines && numbers.IsWhole; machine++)
            setups.Add(new ShopSetups(count, Block(numbers, count * count, at => $"setup of machine {machine} from job {at / count} to job {at % count}"), []));
        numbers.End();
        return Finish(numbers, file, "jsp-tt", () => new ShopProblem(files.Name, machines, jobs.ToImmutable(), ShopGoal.Makespan, setups.ToImmutable(), [], []));
    }

    /// <summary>Machines, then jobs; times by job and machine; routes with machines from 1, a line each, where a published file has more behind the last machine; due dates. Total tardiness.</summary>
    public static Reading<PlanProblem> JobShopWithDueDates(InstanceFiles files, int row)
    {
        var (file, text) = files.Only;
        var numbers = new NumberText(file, text);
        var (machines, count) = (numbers.Whole("number of machines", least: 1, most: MostMachines), numbers.Whole("number of jobs", least: 1, most: MostJobs));
        numbers.Word("Processing", "times:");
        var times = numbers.IsWhole ? Block(numbers, count * machines, at => $"time of job {at / machines} on machine {at % machines + 1}") : [];
        numbers.Word("Routes", "of", "jobs:");
        var routes = new List<int>();
        for (var job = 0; job < count && numbers.IsWhole; job++)
        {
            routes.AddRange(Block(numbers, machines, operation => $"machine of job {job}, operation {operation}", least: 1, most: machines));
            numbers.RestOfLine();
        }
        numbers.Word("Due", "dates:");
        var due = numbers.IsWhole ? Block(numbers, count, at => $"due date of job {at}") : [];
        numbers.End();
        return Finish(numbers, file, "jsp-tardiness", () => new ShopProblem(files.Name, machines,
            [.. Enumerable.Range(0, count).Select(job => new ShopJob(
                [.. Enumerable.Range(job * machines, machines).Select(at => new ShopOperation([new ShopMode(routes[at] - 1, times[job * machines + routes[at] - 1])]))], Due: due[job], Tardiness: 1))],
            ShopGoal.TotalTardiness, [], [], []));
    }

    /// <summary>Jobs, machines, horizon; times and machines (from 1) by job and operation; a line of rates a machine. The highest rate of the file is full speed.</summary>
    public static Reading<PlanProblem> JobShopWithBreaks(InstanceFiles files, int row)
    {
        var (file, text) = files.Only;
        var numbers = new NumberText(file, text);
        numbers.RestOfLine();
        var (count, machines, horizon) = (numbers.Whole("number of jobs", least: 1, most: MostJobs), numbers.Whole("number of machines", least: 1, most: MostMachines), numbers.Whole("horizon", least: 1, most: LongestDuration));
        numbers.Word("Times");
        var times = numbers.IsWhole ? Block(numbers, count * machines, at => $"time of job {at / machines}, operation {at % machines}") : [];
        numbers.Word("Machines");
        var routes = numbers.IsWhole ? Block(numbers, count * machines, at => $"machine of job {at / machines}, operation {at % machines}", least: 1, most: machines) : [];
        numbers.Word("Intensities");
        var rates = new List<ImmutableArray<int>>();
        for (var machine = 0; machine < machines && numbers.IsWhole; machine++) rates.Add(Block(numbers, horizon, at => $"intensity of machine {machine + 1} at {at}"));
        if (numbers.IsWhole && rates.Max(of => of.Max()) == 0) numbers.Refuse("a machine that works some time was expected: all intensities are 0");
        numbers.End();
        return Finish(numbers, file, "jsp-intensity", () => new ShopProblem(files.Name, machines,
            [.. Enumerable.Range(0, count).Select(job => new ShopJob([.. Enumerable.Range(job * machines, machines).Select(at => new ShopOperation([new ShopMode(routes[at] - 1, times[at])]))]))],
            ShopGoal.Makespan, [], [], [.. rates.Select(of => new ShopCalendar(of, rates.Max(each => each.Max())))]));
    }

    private static ImmutableArray<int> Block(NumberText numbers, int count, Func<int, string> what, int least = 0, int most = LongestDuration)
    {
        var block = ImmutableArray.CreateBuilder<int>(count);
        for (var at = 0; at < count && numbers.IsWhole; at++) block.Add(numbers.Whole(what(at), least, most));
        return block.ToImmutable();
    }

    private static (int Machines, ImmutableArray<ShopJob> Jobs) Routes(NumberText numbers, int firstMachine, bool ownStates)
    {
        var (count, machines) = (numbers.Whole("number of jobs", least: 1, most: MostJobs), numbers.Whole("number of machines", least: 1, most: MostMachines));
        EndOfHeader(numbers);
        var jobs = ImmutableArray.CreateBuilder<ShopJob>();
        var state = 0;
        for (var job = 0; job < count && numbers.IsWhole; job++)
        {
            var operations = numbers.Whole($"number of operations of job {job}", least: 1, most: MostModes);
            var route = ImmutableArray.CreateBuilder<ShopOperation>();
            for (var operation = 0; operation < operations && numbers.IsWhole; operation++)
            {
                var modes = numbers.Whole($"number of machines of job {job}, operation {operation}", least: 1, most: machines);
                var able = ImmutableArray.CreateBuilder<ShopMode>();
                for (var mode = 0; mode < modes && numbers.IsWhole; mode++)
                {
                    var machine = numbers.Whole($"machine of job {job}, operation {operation}", least: firstMachine, most: machines - 1 + firstMachine) - firstMachine;
                    if (able.Any(other => other.Machine == machine)) numbers.Refuse($"each machine once was expected for job {job}, operation {operation}: {machine + firstMachine} stands there twice");
                    able.Add(new ShopMode(machine, numbers.Whole($"duration of job {job}, operation {operation}", most: LongestDuration)));
                }
                route.Add(new ShopOperation(able.ToImmutable(), ownStates ? state++ : 0));
            }
            jobs.Add(new ShopJob(route.ToImmutable()));
        }
        return (machines, jobs.ToImmutable());
    }

    private static void EndOfHeader(NumberText numbers)
    {
        if (numbers.IsWhole && !numbers.AtEndOfLine) numbers.Real("mean number of machines an operation");
        if (numbers.IsWhole && !numbers.AtEndOfLine) numbers.Refuse("the end of the line was expected behind jobs and machines");
    }

    private static Reading<PlanProblem> Finish(NumberText numbers, string file, string format, Func<ShopProblem> problem)
    {
        if (numbers.Fault is { } fault) return Reading.Refuse<PlanProblem>(fault);
        var made = problem();
        return made.LongestTime < ShopProblem.LastTime
            ? Reading.Of<PlanProblem>(new ShopPlan(format, made))
            : Reading.Refuse<PlanProblem>(new InputFault(file, 0, $"times that add up to less than {ShopProblem.LastTime} were expected, they are {made.LongestTime}: use a coarser unit of time"));
    }
}
