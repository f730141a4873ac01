using System.Collections.Immutable;
using DigitalTwin.Planning.Sequences;

namespace DigitalTwin.Planning.Checking;

/// <summary>Walks along a sequence as an auditor would: every vehicle once, every batch, then every window of every ratio, one vehicle after the other.</summary>
public static class SequenceChecker
{
    /// <param name="sequence">The day's vehicles by ident.</param>
    public static CheckReport Check(SequenceProblem problem, ImmutableArray<string> sequence)
    {
        var violations = new List<Violation>();
        var waiting = problem.Day.GroupBy(vehicle => vehicle.Ident).ToDictionary(same => same.Key, same => new Queue<Vehicle>(same));
        var day = new List<Vehicle>();
        for (var position = 0; position < sequence.Length; position++)
        {
            if (!waiting.TryGetValue(sequence[position], out var same))
                violations.Add(new Violation("known-vehicle", $"'{sequence[position]}' at position {position} is no vehicle of the day"));
            else if (!same.TryDequeue(out var vehicle))
                violations.Add(new Violation("vehicle-once", $"'{sequence[position]}' at position {position} stands there more often than the day has it"));
            else day.Add(vehicle);
        }
        foreach (var (ident, left) in waiting)
            if (left.Count > 0) violations.Add(new Violation("vehicle-missing", $"'{ident}' is missing{(left.Count > 1 ? $" {left.Count} times" : "")}"));
        if (violations.Count == 0) violations.AddRange(PaintBatches(problem, day));
        return violations.Count > 0
            ? new CheckReport([.. violations], [])
            : new CheckReport([], [.. problem.Goals.Select(goal => (double)Value(problem, goal, day))]);
    }

    private static IEnumerable<Violation> PaintBatches(SequenceProblem problem, List<Vehicle> day)
    {
        if (problem.PaintBatchLimit is not { } limit) yield break;
        for (var first = 0; first < day.Count;)
        {
            var next = first;
            while (next < day.Count && day[next].Color == day[first].Color) next++;
            if (next - first > limit)
                yield return new Violation("paint-batch-limit", $"{next - first} vehicles of color {day[first].Color} in a row from position {first}, at most {limit} may be");
            first = next;
        }
    }

    private static long Value(SequenceProblem problem, SequenceGoal goal, List<Vehicle> day)
    {
        List<Vehicle> line = [.. problem.Before, .. day];
        var ratios = Enumerable.Range(0, problem.Ratios.Length);
        return goal switch
        {
            SequenceGoal.PaintChanges => PaintChanges(problem, line),
            SequenceGoal.Cost => problem.Prices!.Paint * PaintChanges(problem, line)
                + ratios.Sum(ratio => problem.Prices.Ratios[ratio] * Violations(problem, ratio, line))
                + day.Index().Sum(at => at.Item.Wish?.At(at.Index) ?? 0),
            _ => ratios.Where(ratio => problem.Ratios[ratio].IsHighPriority == goal is SequenceGoal.HighRatios).Sum(ratio => Violations(problem, ratio, line)),
        };
    }

    private static long PaintChanges(SequenceProblem problem, List<Vehicle> line) =>
        Enumerable.Range(problem.Before.Length, problem.Day.Length).Count(place => place > 0 && line[place].Color != line[place - 1].Color);

    private static long Violations(SequenceProblem problem, int ratio, List<Vehicle> line)
    {
        var (_, most, window, _) = problem.Ratios[ratio];
        var violation = 0L;
        // Every window that holds a vehicle of the day, as far as the past is known.
        for (var first = 0; first < line.Count; first++)
        {
            var isShort = first + window > line.Count;
            if (first + window <= problem.Before.Length || (isShort && !problem.CountsOpenEnd)) continue;
            var count = 0;
            for (var place = first; place < Math.Min(first + window, line.Count); place++)
                if (line[place].Has[ratio]) count++;
            violation += Math.Max(0, count - most);
        }
        return violation;
    }
}
