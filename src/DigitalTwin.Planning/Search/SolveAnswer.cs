using System.Collections.Immutable;
using DigitalTwin.Planning.Formats;

namespace DigitalTwin.Planning.Search;

/// <summary>What a search was asked for.</summary>
/// <param name="Threads">At least 1.</param>
public sealed record SolveRequest(SearchBudget Budget, long Seed, int Threads);

/// <summary>How a search ended. Infeasible is a proof; timeout means: no answer within the limit, and none disproved.</summary>
public enum SolveStatus { Optimal, Feasible, Infeasible, Timeout }

/// <summary>A better answer than all before it.</summary>
/// <param name="After">Since the problem was parsed.</param>
/// <param name="Engine">Who found it: <c>start</c>, <c>local-search</c>, <c>tabu</c>, <c>cp-sat</c>.</param>
public sealed record Improvement(TimeSpan After, ImmutableArray<double> Objective, string Engine);

/// <param name="Objective">The first counts most; all are to be small. Empty without a schedule.</param>
/// <param name="Bound">No schedule has a smaller first objective; null where none is known.</param>
/// <param name="Improvements">In order of time; the last one is the answer's.</param>
public sealed record SolveAnswer(
    SolveStatus Status,
    ScheduleFile? Schedule,
    ImmutableArray<double> Objective,
    double? Bound,
    ImmutableArray<Improvement> Improvements)
{
    public TimeSpan? FirstAnswer => Improvements.IsEmpty ? null : Improvements[0].After;

    public TimeSpan? TimeToBest => Improvements.IsEmpty ? null : Improvements[^1].After;
}

/// <summary>Objective vectors: the first number that differs decides.</summary>
public static class ObjectiveOrder
{
    /// <returns>Below zero where <paramref name="left"/> is better.</returns>
    public static int Compare(ReadOnlySpan<double> left, ReadOnlySpan<double> right) => left.SequenceCompareTo(right);
}
