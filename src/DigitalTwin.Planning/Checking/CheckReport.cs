using System.Collections.Immutable;

namespace DigitalTwin.Planning.Checking;

/// <summary>A rule of the problem that a schedule breaks.</summary>
/// <param name="Rule">Kebab case, stable: <c>no-overlap</c>, <c>route-order</c>, <c>paint-batch-limit</c>.</param>
/// <param name="Where">The places, by the names of the problem, with the numbers that do not fit.</param>
public sealed record Violation(string Rule, string Where);

/// <summary>What an independent reading of problem and schedule finds. No code of a search takes part in it.</summary>
/// <param name="Objective">As the checker computes it, whatever the schedule says of itself; empty where the schedule is not valid.</param>
public sealed record CheckReport(ImmutableArray<Violation> Violations, ImmutableArray<double> Objective)
{
    public bool IsValid => Violations.IsEmpty;
}
