using System.CommandLine;
using DigitalTwin.Planning.Formats;

namespace DigitalTwin.Cli.Verbs;

/// <summary>The options that name a problem, and reading it: whole, or refused with every fault.</summary>
internal sealed class PlanSource
{
    private readonly Option<string> problem = new("--problem") { Description = "The problem: a file, or a folder for roadef and jsp-jit", HelpName = "PATH", Required = true };
    private readonly Option<string> format = new("--format") { Description = $"How it is written: {string.Join(", ", PlanFormats.All.Select(format => format.Name))}", HelpName = "FORMAT", Required = true };
    private readonly Option<int> instance = new("--instance") { Description = "Which row, from 0, where the file holds many problems", HelpName = "N" };

    public void AddTo(Command verb)
    {
        foreach (var option in new Option[] { problem, format, instance }) verb.Add(option);
        format.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } name && PlanFormats.Find(name) is null)
                result.AddError($"'{name}' is no format of problems: use one of {string.Join(", ", PlanFormats.All.Select(format => format.Name))}.");
        });
        instance.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 0) result.AddError("--instance counts from 0.");
        });
    }

    public PlanFormat Format(ParseResult parsed) => PlanFormats.Find(parsed.GetRequiredValue(format))!;

    public PlanProblem Read(ParseResult parsed) =>
        Whole(Format(parsed).Read(Load(parsed.GetRequiredValue(problem), InstanceFiles.Load), parsed.GetValue(instance)));

    public static ScheduleFile ReadSchedule(string path) => Whole(ScheduleFile.Parse(Path.GetFileName(path), Load(path, File.ReadAllText)));

    public static T Load<T>(string path, Func<string, T> load)
    {
        try
        {
            return load(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ProblemException(Problem.NotFound($"There is no {path}."));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new ProblemException(Problem.Broken("Not readable", $"{path} cannot be read: {unreadable.Message}"));
        }
    }

    public static T Whole<T>(Reading<T> reading) => reading switch
    {
        Reading<T>.Read read => read.Value,
        Reading<T>.Refused refused => throw new ProblemException(new Problem("INVALID", "The input is not valid", string.Join("\n", refused.Faults))),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
