using System.Collections.Immutable;
using System.Globalization;
using DigitalTwin.Planning.Sequences;

namespace DigitalTwin.Planning.Formats;

/// <summary>
/// Vehicle sequences of Renault (ROADEF 2005): a folder of four files with <c>;</c> between the cells and, mostly, at the end of a line. Empty lines say nothing.
/// Vehicles of the first date are the end of the day before, fixed; all others are the day's, and a schedule names them by Ident.
/// </summary>
public static class RoadefFormat
{
    private const string Vehicles = "vehicles.txt", Ratios = "ratios.txt", Limit = "paint_batch_limit.txt", Objectives = "optimization_objectives.txt";

    private static readonly ImmutableArray<string> FirstCells = ["Date", "SeqRank", "Ident", "Paint Color"];

    private sealed record Line(int Number, string[] Cells);

    public static Reading<PlanProblem> Read(InstanceFiles files, int row)
    {
        var faults = new List<InputFault>();
        foreach (var file in (string[])[Vehicles, Ratios, Limit, Objectives])
            if (!files.Texts.ContainsKey(file)) faults.Add(new InputFault(file, 0, $"was expected in the folder {files.Path}"));
        if (faults.Count > 0) return Reading.Refuse<PlanProblem>(faults);

        var ratios = ReadRatios(Lines(files, Ratios), faults);
        var (before, day) = ReadVehicles(Lines(files, Vehicles), ratios, faults);
        var limit = ReadLimit(Lines(files, Limit), faults);
        var goals = ReadGoals(Lines(files, Objectives), faults);
        return faults.Count > 0
            ? Reading.Refuse<PlanProblem>(faults)
            : Reading.Of<PlanProblem>(new SequencePlan("roadef", new SequenceProblem(files.Name, before, day, ratios, limit, goals, CountsOpenEnd: true)));
    }

    private static ImmutableArray<Ratio> ReadRatios(List<Line> lines, List<InputFault> faults)
    {
        if (!HasHeading(Ratios, lines, ["Ratio", "Prio", "Ident"], faults)) return [];
        var ratios = ImmutableArray.CreateBuilder<Ratio>();
        foreach (var (number, cells) in lines.Skip(1))
        {
            if (cells.Length != 3)
            {
                faults.Add(new InputFault(Ratios, number, $"3 cells were expected, there are {cells.Length}"));
                continue;
            }
            var parts = cells[0].Split('/');
            var (most, window) = (0, 0);
            if (parts.Length != 2 || !IsWhole(parts[0], 0, out most) || !IsWhole(parts[1], 1, out window) || window > SequenceProblem.MaxVehicles)
                faults.Add(new InputFault(Ratios, number, $"a ratio such as 1/3 was expected, '{cells[0]}' stands there"));
            if (cells[1] is not ("0" or "1")) faults.Add(new InputFault(Ratios, number, $"a priority of 1 (high) or 0 (low) was expected, '{cells[1]}' stands there"));
            if (ratios.Any(ratio => ratio.Name == cells[2])) faults.Add(new InputFault(Ratios, number, $"an ident that is not yet there was expected, '{cells[2]}' stands there again"));
            ratios.Add(new Ratio(cells[2], most, window, cells[1] == "1"));
        }
        if (ratios.Count > SequenceProblem.MaxRatios) faults.Add(new InputFault(Ratios, 0, $"at most {SequenceProblem.MaxRatios} ratios were expected, there are {ratios.Count}"));
        return ratios.ToImmutable();
    }

    private static (ImmutableArray<Vehicle> Before, ImmutableArray<Vehicle> Day) ReadVehicles(List<Line> lines, ImmutableArray<Ratio> ratios, List<InputFault> faults)
    {
        if (lines.Count == 0 || !lines[0].Cells.AsSpan().StartsWith(FirstCells.AsSpan()))
        {
            faults.Add(new InputFault(Vehicles, lines.Count == 0 ? 1 : lines[0].Number, $"the heading '{string.Join(';', FirstCells)};' and the idents of the ratios were expected"));
            return ([], []);
        }
        var heading = lines[0];
        var columns = ratios.Select(ratio => Array.IndexOf(heading.Cells, ratio.Name, FirstCells.Length)).ToArray();
        foreach (var (ratio, column) in ratios.Zip(columns))
            if (column < 0) faults.Add(new InputFault(Vehicles, heading.Number, $"a column '{ratio.Name}' was expected, as {Ratios} has that ratio"));
        foreach (var name in heading.Cells.Skip(FirstCells.Length))
            if (ratios.All(ratio => ratio.Name != name)) faults.Add(new InputFault(Vehicles, heading.Number, $"the ident of a ratio in {Ratios} was expected, '{name}' stands there"));
        if (faults.Count > 0) return ([], []);

        var (before, day) = (ImmutableArray.CreateBuilder<Vehicle>(), ImmutableArray.CreateBuilder<Vehicle>());
        var (idents, dates) = (new HashSet<string>(), new List<string>());
        foreach (var (number, cells) in lines.Skip(1))
        {
            if (cells.Length != heading.Cells.Length)
            {
                faults.Add(new InputFault(Vehicles, number, $"{heading.Cells.Length} cells were expected as in the heading, there are {cells.Length}"));
                continue;
            }
            if (dates.Count == 0 || dates[^1] != cells[0])
            {
                if (dates.Count == 2) faults.Add(new InputFault(Vehicles, number, $"the date '{dates[1]}' was expected, '{cells[0]}' stands there"));
                else dates.Add(cells[0]);
            }
            foreach (var column in columns)
                if (cells[column] is not ("0" or "1")) faults.Add(new InputFault(Vehicles, number, $"0 or 1 was expected ({heading.Cells[column]}), '{cells[column]}' stands there"));
            if (cells[3].Length == 0) faults.Add(new InputFault(Vehicles, number, "a paint color was expected, nothing stands there"));
            if (cells[2].Length == 0) faults.Add(new InputFault(Vehicles, number, "an ident was expected, nothing stands there"));
            else if (!idents.Add(cells[2])) faults.Add(new InputFault(Vehicles, number, $"an ident that is not yet there was expected, '{cells[2]}' stands there again"));
            (dates.Count == 1 ? before : day).Add(new Vehicle(cells[2], cells[3], [.. columns.Select(column => cells[column] == "1")]));
        }
        if (faults.Count == 0 && day.Count == 0) faults.Add(new InputFault(Vehicles, lines[^1].Number, "vehicles of a second date were expected: those of the first are the day before"));
        if (before.Count + day.Count > SequenceProblem.MaxVehicles) faults.Add(new InputFault(Vehicles, 0, $"at most {SequenceProblem.MaxVehicles} vehicles were expected, there are {before.Count + day.Count}"));
        return (before.ToImmutable(), day.ToImmutable());
    }

    private static int ReadLimit(List<Line> lines, List<InputFault> faults)
    {
        if (!HasHeading(Limit, lines, ["limitation"], faults)) return 0;
        if (lines is [_, { Cells: [var cell] }] && IsWhole(cell, 1, out var limit)) return limit;
        faults.Add(lines.Count < 2
            ? new InputFault(Limit, lines[0].Number + 1, "the most vehicles of one color in a row was expected, but the file ends here")
            : new InputFault(Limit, lines[1].Number, $"one whole number of 1 or more was expected, '{string.Join(';', lines.Skip(1).SelectMany(line => line.Cells))}' stands there"));
        return 0;
    }

    private static ImmutableArray<SequenceGoal> ReadGoals(List<Line> lines, List<InputFault> faults)
    {
        if (!HasHeading(Objectives, lines, ["rank", "objective name"], faults)) return [];
        var goals = ImmutableArray.CreateBuilder<SequenceGoal>();
        foreach (var (number, cells) in lines.Skip(1))
        {
            SequenceGoal? goal = cells is not [_, var name] ? null : name switch
            {
                "high_priority_level_and_difficult_to_satisfy_ratio_constraints" or "high_priority_level_and_easy_to_satisfy_ratio_constraints" => SequenceGoal.HighRatios,
                "paint_color_batches" => SequenceGoal.PaintChanges,
                "low_priority_level_ratio_constraints" => SequenceGoal.LowRatios,
                _ => null,
            };
            if (goal is not { } known || cells[0] != (goals.Count + 1).ToString(CultureInfo.InvariantCulture))
                faults.Add(new InputFault(Objectives, number, $"rank {goals.Count + 1} and high_priority_level_and_(easy|difficult)_to_satisfy_ratio_constraints, paint_color_batches or low_priority_level_ratio_constraints were expected, '{string.Join(';', cells)}' stands there"));
            else if (goals.Contains(known)) faults.Add(new InputFault(Objectives, number, $"an objective that is not yet there was expected, '{cells[1]}' stands there again"));
            else goals.Add(known);
        }
        if (lines.Count == 1) faults.Add(new InputFault(Objectives, lines[0].Number + 1, "an objective of rank 1 was expected, but the file ends here"));
        return goals.ToImmutable();
    }

    private static bool HasHeading(string file, List<Line> lines, string[] cells, List<InputFault> faults)
    {
        if (lines.Count > 0 && lines[0].Cells.AsSpan().SequenceEqual(cells)) return true;
        faults.Add(new InputFault(file, lines.Count == 0 ? 1 : lines[0].Number, $"the heading '{string.Join(';', cells)};' was expected{(lines.Count == 0 ? ", but the file is empty" : $", '{string.Join(';', lines[0].Cells)}' stands there")}"));
        return false;
    }

    private static bool IsWhole(string cell, int least, out int number) => int.TryParse(cell, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= least;

    /// <summary>Lines that say something; separators at the end of a line open no further cell.</summary>
    private static List<Line> Lines(InstanceFiles files, string file)
    {
        var lines = new List<Line>();
        foreach (var text in files.Texts[file].Split('\n').Index())
        {
            var trimmed = text.Item.Trim().TrimEnd(';');
            if (trimmed.Length > 0) lines.Add(new Line(text.Index + 1, [.. trimmed.Split(';').Select(cell => cell.Trim())]));
        }
        return lines;
    }
}
