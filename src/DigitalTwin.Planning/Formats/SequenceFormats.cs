using System.Collections.Immutable;
using System.Globalization;
using DigitalTwin.Planning.Checking;
using DigitalTwin.Planning.Search;
using DigitalTwin.Planning.Sequences;

namespace DigitalTwin.Planning.Formats;

/// <summary>Vehicle sequences as CSPLib (problem 1) has them. Those of Renault are <see cref="RoadefFormat"/>.</summary>
public static class SequenceFormats
{
    /// <summary>
    /// Lines that begin with <c>%</c> say nothing. Vehicles, options, classes; the most of each option in a window; the windows; then for each class its id, its demand and 0 or 1 for each option.
    /// A schedule has the class id of each position, as the file writes it. Only whole windows count; the violation of a window is what it has beyond its most.
    /// </summary>
    public static Reading<PlanProblem> CspLib(InstanceFiles files, int row)
    {
        var (file, text) = files.Only;
        var numbers = new NumberText(file, string.Join('\n', text.Split('\n').Select(line => line.TrimStart().StartsWith('%') ? "" : line)));
        var vehicles = numbers.Whole("number of vehicles", least: 1, most: SequenceProblem.MaxVehicles);
        var options = numbers.Whole("number of options", least: 1, most: SequenceProblem.MaxRatios);
        var classes = numbers.Whole("number of classes", least: 1, most: Math.Max(1, vehicles));
        var most = Enumerable.Range(0, options).Select(option => numbers.Whole($"most of option {option} in a window")).ToArray();
        var ratios = Enumerable.Range(0, options).Select(option => new Ratio($"option {option}", most[option], numbers.Whole($"window of option {option}", least: 1, most: SequenceProblem.MaxVehicles), true)).ToImmutableArray();
        var day = ImmutableArray.CreateBuilder<Vehicle>(vehicles);
        var seen = new HashSet<int>();
        for (var kind = 0; kind < classes && numbers.IsWhole; kind++)
        {
            var id = numbers.Whole($"id of the class in row {kind}");
            if (numbers.IsWhole && !seen.Add(id)) numbers.Refuse($"a class id that is not yet there was expected, {id} stands there again");
            var demand = numbers.Whole($"demand of class {id}", most: vehicles);
            var has = Enumerable.Range(0, options).Select(option => numbers.Whole($"whether class {id} has option {option}", most: 1) == 1).ToImmutableArray();
            if (numbers.IsWhole && day.Count + demand > vehicles) numbers.Refuse($"classes of {vehicles} vehicles in all were expected, there are more with class {id}");
            if (numbers.IsWhole) day.AddRange(Enumerable.Repeat(new Vehicle(id.ToString(CultureInfo.InvariantCulture), null, has), demand));
        }
        if (numbers.IsWhole && day.Count != vehicles) numbers.Refuse($"classes of {vehicles} vehicles in all were expected, there are {day.Count}");
        numbers.End();
        return numbers.Fault is { } fault
            ? Reading.Refuse<PlanProblem>(fault)
            : Reading.Of<PlanProblem>(new SequencePlan("csplib", new SequenceProblem(files.Name, [], day.ToImmutable(), ratios, null, [SequenceGoal.HighRatios], CountsOpenEnd: false)));
    }
}

/// <summary>A vehicle sequence as a problem of the command line.</summary>
public sealed class SequencePlan(string format, SequenceProblem problem) : PlanProblem
{
    public override string Name => problem.Name;

    public SequenceProblem Problem => problem;

    public override IReadOnlyList<string> ObjectiveNames { get; } = [.. problem.Goals.Select(goal => goal switch
    {
        SequenceGoal.HighRatios => problem.Goals.Length == 1 ? "ratio violations" : "high-priority ratio violations",
        SequenceGoal.PaintChanges => "paint changes",
        SequenceGoal.Cost => "cost",
        _ => "low-priority ratio violations",
    })];

    public override SolveAnswer Solve(SolveRequest request, Action<Improvement>? improved = null)
    {
        if (SequenceBounds.TooManyOfOneColor(problem)) return new SolveAnswer(SolveStatus.Infeasible, null, [], null, []);
        var found = SequenceSearch.Run(problem, request, improved);
        var schedule = new ScheduleFile(format, problem.Name, found.Objective, Sequence: found.Idents);
        return new SolveAnswer(found.IsProved ? SolveStatus.Optimal : SolveStatus.Feasible, schedule, found.Objective, found.Bound, found.Improvements);
    }

    public override CheckReport Check(ScheduleFile schedule) => schedule.Sequence is { } sequence
        ? SequenceChecker.Check(problem, sequence)
        : new CheckReport([new Violation("sequence", "the schedule has no 'sequence' of vehicles")], []);
}
