using DigitalTwin.Planning.Checking;
using DigitalTwin.Planning.Permutations;

namespace DigitalTwin.Planning.Tests.Permutations;

public sealed class FlowCheckerTests
{
    // Two machines, three jobs; worked out by hand.
    private static readonly FlowProblem Shop = new("by-hand", 3, 2, FlowObjective.Makespan, [3, 2, 1, 4, 2, 2], Setups: [0, 1, 5, 1, 0, 1, 1, 1, 0, 0, 2, 1, 3, 0, 1, 1, 1, 0], [], [], []);

    [Fact]
    public void A_job_begins_on_a_machine_when_it_has_arrived_and_the_machine_is_set_up_for_it() =>
        // Machine 0: 1 ends at 1, setup 1, 0 ends at 5, setup 5, 2 ends at 12. Machine 1: 1 from 1 to 5, setup 3, 0 from 8 to 10, setup 1, 2 from 12 to 14.
        Assert.Equal(14, Assert.Single(FlowChecker.Check(Shop, ["1", "0", "2"]).Objective));

    [Fact]
    public void Lateness_counts_from_each_jobs_own_due_date_and_by_its_weight()
    {
        var booth = new FlowProblem("booth", 2, 1, FlowObjective.WeightedTardiness, [5, 4], Setups: [0, 2, 3, 0], FirstSetups: [1, 0], Due: [5, 6], Weights: [10, 3]);
        Assert.Equal(10 * 1 + 3 * 6, Assert.Single(FlowChecker.Check(booth, ["0", "1"]).Objective));   // ends at 6 and 12
        Assert.Equal(10 * 7, Assert.Single(FlowChecker.Check(booth, ["1", "0"]).Objective));          // ends at 4 and 12
    }

    [Fact]
    public void A_job_that_is_missing_stands_twice_or_is_unknown_is_named()
    {
        var report = FlowChecker.Check(Shop, ["1", "1", "7"]);
        Assert.False(report.IsValid);
        Assert.Equal(
            ["known-job: '7' is no job: they are 0 to 2", "each-job-once: job 1 stands 2 times in the sequence", "each-job-once: job 0 is missing", "each-job-once: job 2 is missing"],
            report.Violations.Select(violation => $"{violation.Rule}: {violation.Where}"));
    }
}
