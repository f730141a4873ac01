using System.Collections.Immutable;
using DigitalTwin.Planning.Shops;

namespace DigitalTwin.Planning.Formats;

/// <summary>Job shops and flexible job shops, as their publishers wrote them. A job's line is its route.</summary>
public static class ShopFormats
{
    private const int MostJobs = 100_000, MostMachines = 10_000, MostModes = 1_000_000, LongestDuration = 1_000_000_000;

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
