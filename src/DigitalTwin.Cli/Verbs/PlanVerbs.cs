using System.CommandLine;
using System.Globalization;
using DigitalTwin.Cli.Output;
using DigitalTwin.Planning.Checking;
using DigitalTwin.Planning.Formats;
using DigitalTwin.Planning.Search;

namespace DigitalTwin.Cli.Verbs;

/// <summary>`plan`: solve and check problems that lie in files; needs no host. Plans of the running plant are `schedule`.</summary>
internal static class PlanVerbs
{
    public static Command Create(Options options) => new("plan", "Solve scheduling problems that lie in files, and check schedules") { Solve(options), Check(options) };

    private static Verb Solve(Options options)
    {
        var source = new PlanSource();
        var limit = new Option<double>("--time-limit") { Description = "How long to search, in seconds", HelpName = "SECONDS", DefaultValueFactory = _ => 10 };
        var seed = new Option<long>("--seed") { Description = "With one thread and --steps the same seed gives the same schedule, to the byte", HelpName = "N", DefaultValueFactory = _ => 1 };
        var threads = new Option<int>("--threads") { Description = "Searches side by side; without it as many as there are processors", HelpName = "N", DefaultValueFactory = _ => Environment.ProcessorCount };
        var steps = new Option<long?>("--steps") { Description = "Stop after so many steps of a thread, whatever the clock says", HelpName = "N" };
        var output = new Option<string?>("--out") { Description = "Write the schedule to this file", HelpName = "FILE" };
        var verb = new Verb("solve", "Find a good schedule within a time limit; Ctrl-C stops and uses the best so far", "twin plan solve --problem ft06.txt --format jsp --time-limit 5 --out ft06.schedule.json")
        {
            limit, seed, threads, steps, output,
        };
        source.AddTo(verb);
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (> 0 and < 1_000_000)) result.AddError("--time-limit wants a number of seconds above 0.");
        });
        threads.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 256) result.AddError("--threads wants 1 to 256.");
        });
        steps.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long?>() is < 1) result.AddError("--steps wants a number above 0.");
        });
        verb.Runs(options, async (session, parsed, stopped) =>
        {
            var problem = source.Read(parsed);
            var budget = new SearchBudget(TimeProvider.System, TimeSpan.FromSeconds(parsed.GetValue(limit)), parsed.GetValue(steps), stopped);
            var request = new SolveRequest(budget, parsed.GetValue(seed), parsed.GetValue(threads));
            // On a thread of its own: Ctrl-C has to reach the search while it runs.
            var answer = await Task.Run(() => problem.Solve(request, improvement => Follow(session.Screen, problem, improvement)), CancellationToken.None);
            var seconds = budget.Elapsed;
            var checker = answer.Schedule is { } schedule ? problem.Check(schedule) : null;
            if (checker is { IsValid: true } && parsed.GetValue(output) is { } file) Write(file, answer.Schedule!.ToJson());
            Show(session.Screen, problem, request, answer, checker, seconds);
            return (answer.Status, checker) switch
            {
                (_, { IsValid: false }) => ExitCodes.CheckerSaysInvalid,
                (SolveStatus.Infeasible, _) => ExitCodes.Infeasible,
                (SolveStatus.Timeout, _) => ExitCodes.NoAnswerInTime,
                _ => ExitCodes.Ok,
            };
        });
        return verb;
    }

    private static Verb Check(Options options)
    {
        var source = new PlanSource();
        var schedule = new Option<string>("--schedule") { Description = "The schedule to check", HelpName = "FILE", Required = true };
        var verb = new Verb("check", "Check a schedule against its problem, by code that no search uses; ends with 10 where it is not valid", "twin plan check --problem ft06.txt --format jsp --schedule ft06.schedule.json") { schedule };
        source.AddTo(verb);
        verb.Runs(options, (session, parsed, _) =>
        {
            var problem = source.Read(parsed);
            var report = problem.Check(PlanSource.ReadSchedule(parsed.GetRequiredValue(schedule)));
            if (session.Screen.IsJson) session.Screen.Json(new { valid = report.IsValid, violations = report.Violations, objective = report.Objective });
            else
            {
                foreach (var violation in report.Violations) session.Screen.Line($"VIOLATED  {violation.Rule}  {violation.Where}");
                session.Screen.Line(report.IsValid ? $"{problem.Name}: valid, {Vector(problem, report.Objective)}" : $"{problem.Name}: NOT VALID");
            }
            return Task.FromResult(report.IsValid ? ExitCodes.Ok : ExitCodes.CheckerSaysInvalid);
        });
        return verb;
    }

    private static void Follow(Screen screen, PlanProblem problem, Improvement improvement)
    {
        if (!Console.IsErrorRedirected && !screen.IsJson)
            Console.Error.Write($"\r{Seconds(improvement.After)} s  {Vector(problem, improvement.Objective)}  by {improvement.Engine}\e[K");
    }

    private static void Show(Screen screen, PlanProblem problem, SolveRequest request, SolveAnswer answer, CheckReport? checker, TimeSpan seconds)
    {
        if (screen.IsJson)
        {
            screen.Json(new
            {
                status = answer.Status.ToString().ToLowerInvariant(),
                objective = answer.Objective,
                bound = answer.Bound,
                firstAnswerSeconds = answer.FirstAnswer?.TotalSeconds,
                timeToBestSeconds = answer.TimeToBest?.TotalSeconds,
                seconds = seconds.TotalSeconds,
                seed = request.Seed,
                threads = request.Threads,
                checker = checker is null ? null : new { valid = checker.IsValid, violations = checker.Violations },
                engines = answer.Improvements.CountBy(improvement => improvement.Engine).ToDictionary(),
            });
            return;
        }

        if (!Console.IsErrorRedirected && !answer.Improvements.IsEmpty) Console.Error.WriteLine();
        foreach (var violation in checker?.Violations ?? []) screen.Line($"VIOLATED  {violation.Rule}  {violation.Where}");
        screen.Line(answer.Status switch
        {
            SolveStatus.Infeasible => $"{problem.Name}: infeasible, proved in {Seconds(seconds)} s",
            SolveStatus.Timeout => $"{problem.Name}: no schedule found within {Seconds(seconds)} s: give it more with --time-limit",
            var status => $"{problem.Name}: {status.ToString().ToLowerInvariant()}, {Vector(problem, answer.Objective)}{(answer.Bound is { } bound ? $", bound {Words.Number(bound)}" : "")}, "
                + $"first answer {Seconds(answer.FirstAnswer ?? seconds)} s, best {Seconds(answer.TimeToBest ?? seconds)} s of {Seconds(seconds)} s, checker: {(checker is { IsValid: true } ? "valid" : "NOT VALID")}",
        });
    }

    private static string Vector(PlanProblem problem, IReadOnlyList<double> objective) =>
        string.Join(", ", problem.ObjectiveNames.Zip(objective, (name, value) => $"{name} {Words.Number(value)}"));

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    private static void Write(string file, string text)
    {
        try
        {
            File.WriteAllText(file, text + "\n");
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException(Problem.Broken("Not written", $"The schedule cannot be written to {file}: {unwritable.Message}"));
        }
    }
}
