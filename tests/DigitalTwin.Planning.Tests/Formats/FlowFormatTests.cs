using System.Collections.Immutable;
using DigitalTwin.Planning.Formats;
using DigitalTwin.Planning.Permutations;

namespace DigitalTwin.Planning.Tests.Formats;

public sealed class FlowFormatTests
{
    private const string Booth = """
        Problem Instance: 1
        Problem Size: 2
        Begin Generator Parameters
        Tau: 0.3
        End Generator Parameters
        Begin Problem Specification
        Process Times:
        5
        4
        Weights:
        10
        3
        Duedates:
        5
        6
        Setup Times:
        -1	0	1
        -1	1	0
        0	1	2
        1	0	3
        End Problem Specification
        """;

    [Fact]
    public void A_single_machine_is_read_with_the_setup_before_its_first_job()
    {
        var problem = Read(FlowFormats.SingleMachine, Booth);
        Assert.Equal((2, 1, FlowObjective.WeightedTardiness), (problem.Jobs, problem.Machines, problem.Objective));
        Assert.Equal([5, 4, 10, 3, 5, 6, 0, 2, 3, 0, 1, 0], [.. problem.Durations, .. problem.Weights, .. problem.Due, .. problem.Setups, .. problem.FirstSetups]);
    }

    [Fact]
    public void A_flow_shop_with_setups_has_a_matrix_for_each_machine()
    {
        var problem = Read(FlowFormats.FlowShopWithSetups, "2\n2\n1 2\n3 4\n\n0 5\n6 0\n0 7\n8 0\n");
        Assert.Equal([1, 2, 3, 4, 0, 5, 6, 0, 0, 7, 8, 0], [.. problem.Durations, .. problem.Setups]);
    }

    [Fact]
    public void A_flow_shop_with_due_dates_has_them_before_the_durations()
    {
        var problem = Read(FlowFormats.FlowShopWithDueDates, "2\n2\n9 10\n1 2\n3 4\n");
        Assert.Equal([9, 10, 1, 2, 3, 4], [.. problem.Due, .. problem.Durations]);
    }

    [Theory]
    [InlineData("2\n2\n1 2\n3", "i.txt:4: a whole number of 0 or more was expected (duration of job 1 on machine 1), but the file ends here")]
    [InlineData("2\n2\n1 2\n3 4\n0 5\n6 0\n0 -7\n8 0", "i.txt:7: a whole number of 0 or more was expected (setup of machine 1 from job 0 to job 1), '-7' stands there")]
    [InlineData("0\n2", "i.txt:1: a whole number from 1 to 10000 was expected (number of jobs), '0' stands there")]
    [InlineData("1\n1\n5\n0\n9", "i.txt:5: the end of the file was expected, '9' stands there")]
    public void A_malformed_flow_shop_is_refused_with_line_and_reason(string text, string said) => Assert.Equal(said, Refused(FlowFormats.FlowShopWithSetups, text));

    [Theory]
    [InlineData("Process Times:", "Times:", "i.txt:21: 'Process Times:' was expected, but the file ends before it")]
    [InlineData("Problem Size: 2", "Problem Size: two", "i.txt:2: a whole number from 1 to 10000 was expected (number of jobs), 'two' stands there")]
    [InlineData("1\t0\t3", "0\t1\t3", "i.txt:20: each setup was expected once, from 0 to 1 is a second one")]
    [InlineData("Duedates:", "Due:", "i.txt:13: 'Duedates:' was expected, 'Due:' stands there")]
    public void A_malformed_single_machine_is_refused_with_line_and_reason(string right, string wrong, string said) =>
        Assert.Equal(said, Refused(FlowFormats.SingleMachine, Booth.Replace(right, wrong)));

    private static InstanceFiles Files(string text) => new("i.txt", IsFolder: false, ImmutableSortedDictionary<string, string>.Empty.Add("i.txt", text));

    private static FlowProblem Read(Func<InstanceFiles, int, Reading<PlanProblem>> read, string text) =>
        Assert.IsType<FlowPlan>(Assert.IsType<Reading<PlanProblem>.Read>(read(Files(text), 0)).Value).Problem;

    private static string Refused(Func<InstanceFiles, int, Reading<PlanProblem>> read, string text) =>
        Assert.Single(Assert.IsType<Reading<PlanProblem>.Refused>(read(Files(text), 0)).Faults).ToString();
}
