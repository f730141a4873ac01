using System.Text.Json;

namespace DigitalTwin.Host.Tests.Cli;

/// <summary>`plan` and `bench` on files, with no host.</summary>
public sealed class PlanVerbsTests : IDisposable
{
    // Two machines, three jobs, no setups: 1, 0, 2 ends at 11, and nothing ends sooner.
    private const string Shop = "3\n2\n3 2\n1 4\n2 2\n0 0 0\n0 0 0\n0 0 0\n0 0 0\n0 0 0\n0 0 0\n";

    private readonly string folder = Directory.CreateTempSubdirectory("twin-plan-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_problem_is_solved_checked_and_written_as_a_schedule_that_checks_again()
    {
        var (problem, schedule) = (Written("shop.txt", Shop), Path.Combine(folder, "schedule.json"));
        var solved = await TwinProcess.Run("plan", "solve", "--problem", problem, "--format", "fsp-sdst", "--steps", "100", "--threads", "1", "--out", schedule, "--json");
        Assert.Equal((0, ""), (solved.ExitCode, solved.Errors));
        var answer = JsonDocument.Parse(solved.Output).RootElement;
        Assert.Equal(
            ["status", "objective", "bound", "firstAnswerSeconds", "timeToBestSeconds", "seconds", "seed", "threads", "checker", "engines"],
            answer.EnumerateObject().Select(member => member.Name));
        Assert.True(answer.GetProperty("checker").GetProperty("valid").GetBoolean());

        var check = await TwinProcess.Run("plan", "check", "--problem", problem, "--format", "fsp-sdst", "--schedule", schedule, "--json");
        Assert.Equal(0, check.ExitCode);
        Assert.Equal(answer.GetProperty("objective")[0].GetDouble(), JsonDocument.Parse(check.Output).RootElement.GetProperty("objective")[0].GetDouble());
    }

    [Fact]
    public async Task A_schedule_that_breaks_a_rule_ends_with_10_and_names_it()
    {
        var schedule = Written("schedule.json", """{"format":"fsp-sdst","instance":"shop","objective":[1],"sequence":["0","0","2"]}""");
        var run = await TwinProcess.Run("plan", "check", "--problem", Written("shop.txt", Shop), "--format", "fsp-sdst", "--schedule", schedule);
        Assert.Equal(10, run.ExitCode);
        Assert.Equal(["VIOLATED  each-job-once  job 0 stands 2 times in the sequence", "VIOLATED  each-job-once  job 1 is missing", "shop: NOT VALID"], run.Lines);
    }

    [Fact]
    public async Task A_problem_that_cannot_be_read_ends_with_2_and_says_file_line_and_what_was_expected()
    {
        var run = await TwinProcess.Run("plan", "solve", "--problem", Written("shop.txt", "3\n2\n3 two"), "--format", "fsp-sdst");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("shop.txt:3: a whole number of 0 or more was expected (duration of job 0 on machine 1), 'two' stands there", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_there_ends_with_3_and_a_format_that_is_none_with_2()
    {
        Assert.Equal(3, (await TwinProcess.Run("plan", "solve", "--problem", Path.Combine(folder, "none.txt"), "--format", "fsp-sdst")).ExitCode);
        Assert.Equal(2, (await TwinProcess.Run("plan", "solve", "--problem", Written("shop.txt", Shop), "--format", "gantt")).ExitCode);
    }

    [Fact]
    public async Task A_family_is_measured_against_its_best_known_values_and_a_second_run_goes_on_where_the_first_stopped()
    {
        Directory.CreateDirectory(Path.Combine(folder, "flowshop-sdst"));
        Written("flowshop-sdst/1.txt", Shop);
        Written("flowshop-sdst/bks.csv", "instance,jobs,machines,bks\n1.txt,3,2,10\n");
        var results = Path.Combine(folder, "results.jsonl");
        string[] line = ["bench", "planning", "--data", folder, "--time-limit", "0.2", "--resume", results, "--json"];
        var first = JsonDocument.Parse((await TwinProcess.Run(line)).Output).RootElement;
        var family = Assert.Single(first.GetProperty("families").EnumerateArray());
        Assert.Equal((1, 1), (family.GetProperty("answers").GetInt32(), family.GetProperty("valid").GetInt32()));
        Assert.Equal(first.GetProperty("results")[0].GetProperty("value").GetDouble() / 10 - 1, family.GetProperty("meanGap").GetDouble(), 9);

        var again = JsonDocument.Parse((await TwinProcess.Run(line)).Output).RootElement;
        Assert.Equal(first.GetProperty("results")[0].GetProperty("seconds").GetDouble(), again.GetProperty("results")[0].GetProperty("seconds").GetDouble());
        Assert.Single(File.ReadAllLines(results));
    }

    private string Written(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
