using System.Collections.Immutable;

namespace DigitalTwin.Planning.Permutations;

public enum FlowObjective { Makespan, TotalTardiness, WeightedTardiness }

/// <summary>
/// A permutation flow shop: every job visits every machine in the order 0, 1, 2, …, and every machine takes the jobs in the same order, which is what is looked for.
/// One machine is the case of a single bottleneck, such as a paint booth.
/// A setup may be made before its job arrives: it begins when the machine has finished the job before.
/// </summary>
/// <param name="Durations">Job by job: that of job j on machine m stands at <c>j * Machines + m</c>.</param>
/// <param name="Setups">Machine by machine, from job to job: from i to j on machine m at <c>(m * Jobs + i) * Jobs + j</c>; empty where there are none.</param>
/// <param name="FirstSetups">Before the first job: of job j on machine m at <c>m * Jobs + j</c>; empty where there are none.</param>
/// <param name="Due">Per job; empty for <see cref="FlowObjective.Makespan"/>.</param>
/// <param name="Weights">Per job; empty unless for <see cref="FlowObjective.WeightedTardiness"/>.</param>
public sealed record FlowProblem(
    string Name,
    int Jobs,
    int Machines,
    FlowObjective Objective,
    ImmutableArray<int> Durations,
    ImmutableArray<int> Setups,
    ImmutableArray<int> FirstSetups,
    ImmutableArray<int> Due,
    ImmutableArray<int> Weights);
