using System.Collections.Immutable;
using DigitalTwin.Planning.Checking;
using DigitalTwin.Planning.Sequences;

namespace DigitalTwin.Planning.Tests.Sequences;

public sealed class SequenceCheckerTests
{
    // Day before: a with the option, red. The day: b with it, red; c without, blue; d with it, blue.
    private static readonly SequenceProblem Problem = new(
        "made",
        [new Vehicle("a", "red", [true])],
        [new Vehicle("b", "red", [true]), new Vehicle("c", "blue", [false]), new Vehicle("d", "blue", [true])],
        [new Ratio("sunroof", 1, 2, IsHighPriority: true)],
        PaintBatchLimit: 2,
        [SequenceGoal.HighRatios, SequenceGoal.PaintChanges],
        CountsOpenEnd: true);

    [Theory]
    [InlineData("b c d", 1, 1)] // a b is one too many
    [InlineData("c b d", 1, 3)] // b d
    [InlineData("c d b", 1, 2)] // d b
    [InlineData("d c b", 1, 2)] // a d: that the window begins on the day before does not matter
    [InlineData("b d c", 2, 1)]
    public void Windows_reach_back_into_the_day_before_and_so_does_the_paint(string order, double ratios, double paint) =>
        Assert.Equal([ratios, paint], Check(Problem, order).Objective.AsEnumerable());

    [Fact]
    public void A_window_cut_short_by_the_end_counts_with_its_whole_most_unless_only_whole_ones_count()
    {
        var wide = Problem with { Ratios = [new Ratio("sunroof", 0, 3, IsHighPriority: true)], Before = [], Goals = [SequenceGoal.HighRatios] };
        Assert.Equal([2 + 1 + 1], Check(wide, "b c d").Objective.Select(value => (int)value));
        Assert.Equal([2], Check(wide with { CountsOpenEnd = false }, "b c d").Objective.Select(value => (int)value));
    }

    [Fact]
    public void A_window_counts_each_vehicle_beyond_its_most()
    {
        var three = Problem with { Ratios = [new Ratio("sunroof", 1, 4, IsHighPriority: true)], Goals = [SequenceGoal.HighRatios] };
        // a b c d has three, b c d has two, and c d and d have one each.
        Assert.Equal([2 + 1], Check(three, "b c d").Objective.Select(value => (int)value));
    }

    [Fact]
    public void A_batch_of_one_color_longer_than_the_limit_is_named_and_begins_anew_with_the_day()
    {
        Assert.True(Check(Problem with { PaintBatchLimit = 2 }, "b d c").IsValid);
        var violation = Assert.Single(Check(Problem with { PaintBatchLimit = 1 }, "b d c").Violations);
        Assert.Equal(new Violation("paint-batch-limit", "2 vehicles of color blue in a row from position 1, at most 1 may be"), violation);
    }

    [Fact]
    public void Vehicles_that_are_missing_twice_there_or_unknown_are_each_named()
    {
        var report = Check(Problem, "b b x");
        Assert.Equal(["vehicle-once", "known-vehicle", "vehicle-missing", "vehicle-missing"], report.Violations.Select(violation => violation.Rule));
        Assert.Empty(report.Objective);
    }

    private static CheckReport Check(SequenceProblem problem, string order) => SequenceChecker.Check(problem, [.. order.Split(' ')]);
}
