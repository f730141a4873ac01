using System.Text.RegularExpressions;
using DigitalTwin.Planning.Formats;

namespace DigitalTwin.Planning.Tests.Checking;

public sealed class CheckersStandAloneTests
{
    [Fact]
    public void No_checker_knows_anything_of_a_search_but_the_problem()
    {
        var inner = typeof(PlanProblem).Assembly.GetTypes().Where(type => type is { IsPublic: false, IsNested: false, Namespace: { } room } && !room.EndsWith(".Checking", StringComparison.Ordinal)).Select(type => type.Name).ToHashSet();
        var sources = Directory.GetFiles(Checking(), "*.cs");
        Assert.NotEmpty(sources);
        Assert.Contains("FlowTimes", inner);
        Assert.All(sources, source => Assert.DoesNotContain(Regex.Matches(File.ReadAllText(source), @"\w+"), word => inner.Contains(word.Value)));
    }

    private static string Checking()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "DigitalTwin.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, "src", "DigitalTwin.Planning", "Checking");
    }
}
