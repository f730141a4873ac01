using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DigitalTwin.Cli.Output;
using DigitalTwin.Planning.Families;
using DigitalTwin.Planning.Formats;
using DigitalTwin.Planning.Search;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>One instance solved and checked. Written as a line of JSON, so that a long run can be stopped and gone on with.</summary>
internal sealed record BenchResult(
    string Family, string Group, string Instance, long Seed, double Limit, string Status, double? Value, IReadOnlyList<double> Objective, double? BestKnown, double? Gap, double? Bound,
    double? FirstAnswerSeconds, double? TimeToBestSeconds, double Seconds, bool Valid, string? Fault);

/// <summary>`bench`: how good the planner is on instances that others have published.</summary>
internal static class BenchVerbs
{
    // Two at a time of one thread each: the machine's two cores are busy, and no search has to share one.
    private const int AtATime = 2;

    private static readonly JsonSerializerOptions Lines = new(JsonSerializerDefaults.Web);

    public static Command Create(Options options) => new("bench", "Measure the planner on published instances") { Planning(options) };

    private static Verb Planning(Options options)
    {
        var families = new Option<string[]>("--family") { Description = $"Only this family, or family/folder; may be repeated: {string.Join(", ", PlanFamily.All.Select(family => family.Name))}", HelpName = "NAME" };
        var limit = new Option<double>("--time-limit") { Description = "Seconds for each instance", HelpName = "SECONDS", DefaultValueFactory = _ => 10 };
        var data = new Option<string?>("--data") { Description = "The folder with the families' folders; the variable DT_DATA", HelpName = "DIR" };
        var sample = new Option<int?>("--sample") { Description = "Only so many of each family's folders, spread evenly", HelpName = "K" };
        var seeds = new Option<int>("--seeds") { Description = "Each instance so many times, with the seeds 1, 2, 3, …", HelpName = "N", DefaultValueFactory = _ => 1 };
        var resume = new Option<string?>("--resume") { Description = "Write each result to this file as it comes, and leave out what already stands there", HelpName = "FILE" };
        var verb = new Verb("planning", "Solve families of published instances, check each answer, and compare with the best known values", "twin bench planning --family jsp --sample 5 --time-limit 10 --data ../shared/data/scheduling")
        {
            families, limit, data, sample, seeds, resume,
        };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and < 1_000_000)) result.AddError("--time-limit wants a number of seconds above 0.");
        });
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var folder = parsed.GetValue(data) ?? Environment.GetEnvironmentVariable("DT_DATA")
                ?? throw new ProblemException(Problem.Invalid("Where are the instances? Give --data DIR, or set DT_DATA."));
            var instances = Chosen(folder, parsed.GetValue(families) ?? [], parsed.GetValue(sample));
            if (instances.Count == 0) throw new ProblemException(Problem.NotFound($"There are no such instances in {folder}."));
            var file = parsed.GetValue(resume);
            var results = file is not null && File.Exists(file) ? [.. File.ReadLines(file).Select(line => JsonSerializer.Deserialize<BenchResult>(line, Lines)!)] : new List<BenchResult>();
            var seconds = parsed.GetValue(limit);
            var jobs = instances.SelectMany(instance => Enumerable.Range(1, parsed.GetValue(seeds)).Select(seed => (Instance: instance, Seed: (long)seed)))
                .Where(job => !results.Any(result => result.Family == job.Instance.Family && result.Instance == job.Instance.Name && result.Seed == job.Seed && result.Limit == seconds)).ToList();
            var all = jobs.Count + results.Count;
            using var gate = new SemaphoreSlim(1);
            await Parallel.ForEachAsync(jobs, new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = stopped }, async (job, token) =>
            {
                var result = Run(job.Instance, job.Seed, seconds, token);
                if (token.IsCancellationRequested) return;   // cut short: not what was asked for
                await gate.WaitAsync(token);
                results.Add(result);
                if (file is not null) await File.AppendAllTextAsync(file, JsonSerializer.Serialize(result, Lines) + "\n", token);
                Screen.Notice($"{results.Count} of {all}  {result.Family}  {result.Instance}  {Words.Number(result.Value)}  best known {Words.Number(result.BestKnown)}  {Percent(result.Gap)}{(result.Valid ? "" : $"  NOT VALID: {result.Fault}")}");
                gate.Release();
            });
            Show(session.Screen, results);
            return results.All(result => result.Valid) ? ExitCodes.Ok : ExitCodes.CheckerSaysInvalid;
        });
        return verb;
    }

    private static List<PlanInstance> Chosen(string data, string[] names, int? sample)
    {
        var families = PlanFamily.All.Where(family => PlanFormats.Find(family.Format) is not null).ToList();
        if (names.FirstOrDefault(name => families.All(family => family.Name != name.Split('/')[0])) is { } unknown)
            throw new ProblemException(Problem.Invalid($"'{unknown}' is no family: use one of {string.Join(", ", families.Select(family => family.Name))}."));
        return [.. families.SelectMany(family => family.Instances(data))
            .Where(instance => names.Length == 0 || names.Contains(instance.Family) || names.Contains($"{instance.Family}/{instance.Group}"))
            .GroupBy(instance => (instance.Family, instance.Group))
            .SelectMany(group => Spread([.. group], sample))];
    }

    /// <summary>By place in the list, not by chance: the same sample each time, small and large ones alike.</summary>
    private static IEnumerable<PlanInstance> Spread(List<PlanInstance> all, int? sample) =>
        sample is { } count && count < all.Count ? Enumerable.Range(0, count).Select(i => all[(int)((i + 0.5) * all.Count / count)]) : all;

    private static BenchResult Run(PlanInstance instance, long seed, double seconds, CancellationToken stopped)
    {
        BenchResult Failed(string fault) => new(instance.Family, instance.Group, instance.Name, seed, seconds, "invalid", null, [], instance.BestKnown, null, null, null, null, 0, Valid: false, fault);
        if (PlanFormats.Find(instance.Format)!.Read(InstanceFiles.Load(instance.Path), 0) is not Reading<PlanProblem>.Read { Value: var problem })
            return Failed("the instance could not be read: see `twin plan solve`");
        var budget = new SearchBudget(TimeProvider.System, TimeSpan.FromSeconds(seconds), steps: null, stopped);
        var answer = problem.Solve(new SolveRequest(budget, seed, Threads: 1));
        var elapsed = budget.Elapsed.TotalSeconds;
        if (answer.Schedule is not { } schedule) return Failed($"no schedule: {answer.Status}");
        var report = problem.Check(schedule);
        var value = report.IsValid ? PlanFamily.Score(report.Objective) : (double?)null;
        return new BenchResult(
            instance.Family, instance.Group, instance.Name, seed, seconds, answer.Status.ToString().ToLowerInvariant(), value, report.Objective, instance.BestKnown,
            value is { } own && instance.BestKnown is { } best ? PlanFamily.Gap(own, best) : null, answer.Bound,
            answer.FirstAnswer?.TotalSeconds, answer.TimeToBest?.TotalSeconds, elapsed, report.IsValid, report.IsValid ? null : $"{report.Violations[0].Rule}: {report.Violations[0].Where}");
    }

    private static void Show(Screen screen, List<BenchResult> results)
    {
        var groups = results.GroupBy(result => (result.Family, result.Group)).Select(group => new
        {
            family = group.Key.Family,
            group = group.Key.Group,
            answers = group.Count(),
            valid = group.Count(result => result.Valid),
            optimal = group.Count(result => result.Status == "optimal"),
            known = group.Count(result => result.Gap is not null),
            equalOrBetter = group.Count(result => result.Gap <= 0),
            better = group.Count(result => result.Gap < 0),
            meanGap = group.Any(result => result.Gap is not null) ? group.Average(result => result.Gap) : null,
            worstGap = group.Max(result => result.Gap),
            slowestFirstAnswerSeconds = group.Max(result => result.FirstAnswerSeconds),
            seconds = group.Average(result => result.Seconds),
        }).ToList();
        if (screen.IsJson)
        {
            screen.Json(new { families = groups, results });
            return;
        }

        var table = Screen.Columns("family", "folder", "answers", "valid", "proved", "≤ best known", "< best known", "mean gap", "worst gap", "slowest first", "seconds");
        foreach (var group in groups)
            table.AddRow(group.family, group.group, Words.Number(group.answers), Words.Number(group.valid), Words.Number(group.optimal), $"{group.equalOrBetter} of {group.known}", Words.Number(group.better),
                Percent(group.meanGap), Percent(group.worstGap), Words.Number(group.slowestFirstAnswerSeconds, "0.000"), Words.Number(group.seconds, "0.0"));
        screen.Show(table);
    }

    private static string Percent(double? gap) => gap is { } known ? (100 * known).ToString("0.00", CultureInfo.InvariantCulture) + " %" : Words.Absent;
}
