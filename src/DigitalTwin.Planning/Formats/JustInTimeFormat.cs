using System.Collections.Immutable;
using System.Text.Json;
using DigitalTwin.Planning.Shops;

namespace DigitalTwin.Planning.Formats;

/// <summary>
/// A job shop with setups where jobs cost when they are late, early, or long on their way (Brandimarte and Fadda): a folder of <c>settings.json</c>, <c>jobs.csv</c>, <c>operations.csv</c>,
/// <c>setup.csv</c> and <c>initial_setup.csv</c>. Setups are between jobs; one that is not listed takes no time; each machine begins set up for the job that <c>initial_setup.csv</c> names.
/// </summary>
public static class JustInTimeFormat
{
    private const int MostJobs = 10_000, MostMachines = 1_000, LongestDuration = 1_000_000_000;

    public static Reading<PlanProblem> Read(InstanceFiles files, int row)
    {
        string[] names = ["settings.json", "jobs.csv", "operations.csv", "setup.csv", "initial_setup.csv"];
        var missing = names.Where(name => !files.Texts.ContainsKey(name)).Select(name => new InputFault(name, 0, "this file was expected in the folder")).ToList();
        if (missing.Count > 0) return Reading.Refuse<PlanProblem>(missing);
        return Size(files.Texts["settings.json"]).Then(size =>
        {
            var texts = names.Skip(1).ToDictionary(name => name, name => new NumberText(name, files.Texts[name].Replace(',', ' ')));
            var costs = Jobs(texts["jobs.csv"], size.Jobs);
            var routes = Routes(texts["operations.csv"], size.Jobs, size.Machines);
            var setups = Setups(texts["setup.csv"], size.Jobs, size.Machines);
            var initial = Initial(texts["initial_setup.csv"], size.Jobs, size.Machines);
            var faults = texts.Values.Where(text => !text.IsWhole).Select(text => text.Fault!).ToList();
            if (faults.Count > 0) return Reading.Refuse<PlanProblem>(faults);
            var problem = new ShopProblem(
                files.Name, size.Machines, [.. costs.Zip(routes, (job, route) => job with { Route = route })], ShopGoal.JobCosts,
                [.. setups.Select((between, machine) => new ShopSetups(size.Jobs, [.. between], [.. between.Skip(initial[machine] * size.Jobs).Take(size.Jobs)]))], [], []);
            return problem.LongestTime < ShopProblem.LastTime
                ? Reading.Of<PlanProblem>(new ShopPlan("jsp-jit", problem))
                : Reading.Refuse<PlanProblem>(new InputFault("operations.csv", 0, $"times that add up to less than {ShopProblem.LastTime} were expected, they are {problem.LongestTime}: use a coarser unit of time"));
        });
    }

    private static Reading<(int Jobs, int Machines)> Size(string json)
    {
        InputFault Fault(int line, string expected) => new("settings.json", line, expected);
        try
        {
            using var settings = JsonDocument.Parse(json);
            int? Number(string name, int most) => settings.RootElement.ValueKind is JsonValueKind.Object && settings.RootElement.TryGetProperty(name, out var value)
                && value.ValueKind is JsonValueKind.Number && value.TryGetInt32(out var number) && number >= 1 && number <= most ? number : null;
            return (Number("n_jobs", MostJobs), Number("n_machines", MostMachines)) is ({ } jobs, { } machines)
                ? Reading.Of((jobs, machines))
                : Reading.Refuse<(int, int)>(Fault(0, $"'n_jobs' from 1 to {MostJobs} and 'n_machines' from 1 to {MostMachines} were expected"));
        }
        catch (JsonException wrong)
        {
            return Reading.Refuse<(int, int)>(Fault((int)(wrong.LineNumber ?? -1) + 1, wrong.Message));
        }
    }

    private static List<ShopJob> Jobs(NumberText text, int count)
    {
        text.Word("id_job", "release_date", "due_date", "earliness_penalty", "tardiness_penalty", "flow_time_penalty");
        var jobs = new List<ShopJob>();
        for (var job = 0; job < count && text.IsWhole; job++)
        {
            text.Whole("id of the job, from 0 and in order", least: job, most: job);
            var (release, due) = (text.Whole($"release date of job {job}", most: LongestDuration), text.Real($"due date of job {job}"));
            var (early, late, flow) = (text.Real($"earliness penalty of job {job}"), text.Real($"tardiness penalty of job {job}"), text.Real($"flow time penalty of job {job}"));
            jobs.Add(new ShopJob([], release, due, late, early, flow));
        }
        text.End();
        return jobs;
    }

    private static List<ImmutableArray<ShopOperation>> Routes(NumberText text, int jobs, int machines)
    {
        var routes = new List<ImmutableArray<ShopOperation>>();
        for (var job = 0; job < jobs && text.IsWhole; job++)
        {
            var route = ImmutableArray.CreateBuilder<ShopOperation>();
            do
            {
                var machine = text.Whole($"machine of job {job}, operation {route.Count}", most: machines - 1);
                if (text.IsWhole && text.AtEndOfLine) text.Refuse($"a duration was expected behind the machine of job {job}, operation {route.Count}, but the line ends here");
                route.Add(new ShopOperation([new ShopMode(machine, text.Whole($"duration of job {job}, operation {route.Count}", most: LongestDuration))], job));
            }
            while (text.IsWhole && !text.AtEndOfLine);
            routes.Add(route.ToImmutable());
        }
        text.End();
        return routes;
    }

    private static int[][] Setups(NumberText text, int jobs, int machines)
    {
        var setups = Enumerable.Range(0, machines).Select(_ => new int[jobs * jobs]).ToArray();
        text.Word("machine", "id_job0", "id_job1", "time");
        while (text.IsWhole && !text.AtEnd)
        {
            var (machine, from, to) = (text.Whole("machine", most: machines - 1), text.Whole("job before", most: jobs - 1), text.Whole("job after", most: jobs - 1));
            setups[machine][from * jobs + to] = text.Whole($"setup of machine {machine} from job {from} to job {to}", most: LongestDuration);
        }
        return setups;
    }

    private static int[] Initial(NumberText text, int jobs, int machines)
    {
        var initial = new int[machines];
        text.Word("machine", "job");
        for (var machine = 0; machine < machines && text.IsWhole; machine++)
        {
            text.Whole("machine, from 0 and in order", least: machine, most: machine);
            initial[machine] = text.Whole($"job that machine {machine} is set up for", most: jobs - 1);
        }
        text.End();
        return initial;
    }
}
