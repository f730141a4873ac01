using System.Collections.Immutable;
using DigitalTwin.Planning.Formats;
using DigitalTwin.Planning.Sequences;

namespace DigitalTwin.Planning.Tests.Formats;

public sealed class SequenceFormatsTests
{
    private static readonly ImmutableSortedDictionary<string, string> Folder = ImmutableSortedDictionary.CreateRange<string, string>(
    [
        new("vehicles.txt", "Date;SeqRank;Ident;Paint Color;H1;L1;\r\n2003 1 1;9;a;7;1;0;\r\n2003 1 2;1;b;7;0;1;\r\n\r\n2003 1 2;2;c;8;1;1;\r\n;;;;;;\r\n"),
        new("ratios.txt", "Ratio;Prio;Ident;\n2/3;1;H1;\n1/10;0;L1;\n"),
        new("paint_batch_limit.txt", "limitation;\n15;"),
        new("optimization_objectives.txt", "rank;objective name;\n1;paint_color_batches;\n2;high_priority_level_and_easy_to_satisfy_ratio_constraints;\n\n"),
    ]);

    [Fact]
    public void A_folder_of_four_files_is_read_with_its_day_before_and_its_goals_in_order()
    {
        var problem = Assert.IsType<SequencePlan>(Assert.IsType<Reading<PlanProblem>.Read>(RoadefFormat.Read(Files(Folder), 0)).Value).Problem;
        Assert.Equal(["a"], problem.Before.Select(vehicle => vehicle.Ident));
        Assert.Equal(["b", "c"], problem.Day.Select(vehicle => vehicle.Ident));
        Assert.Equal([true, true], problem.Day[1].Has.AsEnumerable());
        Assert.Equal(["7", "8"], problem.Day.Select(vehicle => vehicle.Color));
        Assert.Equal([new Ratio("H1", 2, 3, true), new Ratio("L1", 1, 10, false)], problem.Ratios.AsEnumerable());
        Assert.Equal([SequenceGoal.PaintChanges, SequenceGoal.HighRatios], problem.Goals.AsEnumerable());
        Assert.Equal((15, true), (problem.PaintBatchLimit, problem.CountsOpenEnd));
    }

    [Theory]
    [InlineData("vehicles.txt", "2003 1 2;1;b;7;0;1;", "2003 1 2;1;b;7;0;2;", "vehicles.txt:3: 0 or 1 was expected (L1), '2' stands there")]
    [InlineData("vehicles.txt", "2003 1 2;1;b;7;0;1;", "2003 1 2;1;b;7;0;", "vehicles.txt:3: 6 cells were expected as in the heading, there are 5")]
    [InlineData("vehicles.txt", ";2;c;", ";2;a;", "vehicles.txt:5: an ident that is not yet there was expected, 'a' stands there again")]
    [InlineData("vehicles.txt", "2003 1 2;2;c", "2003 1 1;2;c", "vehicles.txt:5: the date '2003 1 2' was expected, '2003 1 1' stands there")]
    [InlineData("vehicles.txt", "Color;H1;L1", "Color;H1;L2", "vehicles.txt:1: a column 'L1' was expected, as ratios.txt has that ratio\nvehicles.txt:1: the ident of a ratio in ratios.txt was expected, 'L2' stands there")]
    [InlineData("ratios.txt", "2/3;1", "2-3;2", "ratios.txt:2: a ratio such as 1/3 was expected, '2-3' stands there\nratios.txt:2: a priority of 1 (high) or 0 (low) was expected, '2' stands there")]
    [InlineData("paint_batch_limit.txt", "15", "0", "paint_batch_limit.txt:2: one whole number of 1 or more was expected, '0' stands there")]
    [InlineData("paint_batch_limit.txt", "15;", "", "paint_batch_limit.txt:2: the most vehicles of one color in a row was expected, but the file ends here")]
    [InlineData("optimization_objectives.txt", "rank;objective", "objective", "optimization_objectives.txt:1: the heading 'rank;objective name;' was expected, 'objective name' stands there")]
    public void What_does_not_fit_is_refused_with_its_file_and_line(string file, string written, string instead, string faults)
    {
        var broken = Folder.SetItem(file, Folder[file].Replace(written, instead, StringComparison.Ordinal));
        Assert.Equal(faults, string.Join('\n', Assert.IsType<Reading<PlanProblem>.Refused>(RoadefFormat.Read(Files(broken), 0)).Faults));
    }

    [Fact]
    public void An_objective_that_nobody_knows_is_refused()
    {
        var broken = Folder.SetItem("optimization_objectives.txt", "rank;objective name;\n1;beauty;\n");
        Assert.StartsWith("optimization_objectives.txt:2: rank 1 and ", Assert.Single(Assert.IsType<Reading<PlanProblem>.Refused>(RoadefFormat.Read(Files(broken), 0)).Faults).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Equal("ratios.txt: was expected in the folder made", Assert.Single(Assert.IsType<Reading<PlanProblem>.Refused>(RoadefFormat.Read(Files(Folder.Remove("ratios.txt")), 0)).Faults).ToString());

    [Fact]
    public void Classes_of_csplib_become_vehicles_that_share_the_class_id()
    {
        var problem = Assert.IsType<SequencePlan>(Assert.IsType<Reading<PlanProblem>.Read>(CspLib("% a comment\n3 2 2\n1 2\n2 5\n0 2 1 0\n1 1 0 1\n")).Value).Problem;
        Assert.Equal(["0", "0", "1"], problem.Day.Select(vehicle => vehicle.Ident));
        Assert.Equal([new Ratio("option 0", 1, 2, true), new Ratio("option 1", 2, 5, true)], problem.Ratios.AsEnumerable());
        Assert.Equal([true, false], problem.Day[0].Has.AsEnumerable());
    }

    [Theory]
    [InlineData("% two\n3 1 2\n1\n2\n0 2 1\n1 2 0\n", "p.txt:6: classes of 3 vehicles in all were expected, there are more with class 1")]
    [InlineData("3 1 2\n1\n2\n0 1 1\n1 1 0\n", "p.txt:5: classes of 3 vehicles in all were expected, there are 2")]
    [InlineData("3 1 2\n1\n2\n0 2 1\n0 1 0\n", "p.txt:5: a class id that is not yet there was expected, 0 stands there again")]
    [InlineData("3 1 1\n1\n2\n0 3 2\n", "p.txt:4: a whole number from 0 to 1 was expected (whether class 0 has option 0), '2' stands there")]
    [InlineData("3 1 1\n1\n0\n0 3 1\n", "p.txt:3: a whole number from 1 to 20000 was expected (window of option 0), '0' stands there")]
    public void What_does_not_fit_csplib_is_refused_with_its_line(string text, string fault) =>
        Assert.Equal(fault, Assert.Single(Assert.IsType<Reading<PlanProblem>.Refused>(CspLib(text)).Faults).ToString());

    private static Reading<PlanProblem> CspLib(string text) => SequenceFormats.CspLib(new InstanceFiles("p.txt", false, ImmutableSortedDictionary.CreateRange<string, string>([new("p.txt", text)])), 0);

    private static InstanceFiles Files(ImmutableSortedDictionary<string, string> texts) => new("made", true, texts);
}
