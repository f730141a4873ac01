using System.Collections.Immutable;

namespace DigitalTwin.Planning.Sequences;

/// <summary>One vehicle of the line. Vehicles of the same color and options are the same to every rule.</summary>
/// <param name="Ident">As a schedule names it; several vehicles may share one, where their file gives them none of their own.</param>
/// <param name="Color">Null where paint is no matter.</param>
/// <param name="Has">For each ratio of the problem, whether it counts this vehicle.</param>
/// <param name="Wish">Where in the day it should stand; null: anywhere.</param>
public sealed record Vehicle(string Ident, string? Color, ImmutableArray<bool> Has, PlaceWish? Wish = null);

/// <summary>What the place of a vehicle costs; places count from 0, in the day. Counts for <see cref="SequenceGoal.Cost"/> alone.</summary>
/// <param name="Earliest">Each place before it costs <paramref name="Early"/>.</param>
/// <param name="Latest">Each place after it costs <paramref name="Late"/>.</param>
/// <param name="InForce">Its place in the plan in force; another one costs <paramref name="Moved"/>.</param>
public sealed record PlaceWish(int Earliest = 0, long Early = 0, int Latest = int.MaxValue, long Late = 0, int? InForce = null, long Moved = 0)
{
    public long At(int place) =>
        Early * Math.Max(0, Earliest - place) + (place > Latest ? Late * (place - Latest) : 0) + (InForce is { } inForce && inForce != place ? Moved : 0);
}

/// <summary>What one sum of all goals counts: per violation of each ratio, per paint change; wishes have their own prices.</summary>
public sealed record SequencePrices(ImmutableArray<long> Ratios, long Paint);

/// <summary>Of any <paramref name="Window"/> vehicles one after the other, at most <paramref name="Most"/> may have the option.</summary>
public sealed record Ratio(string Name, int Most, int Window, bool IsHighPriority)
{
    public override string ToString() => $"{Name} ({Most}/{Window})";
}

/// <summary>What is to be small. A ratio's violation is the sum over its windows of the vehicles beyond <see cref="Ratio.Most"/>.</summary>
/// <remarks><see cref="Cost"/> is the sum of all by <see cref="SequencePrices"/>, and stands alone.</remarks>
public enum SequenceGoal { HighRatios, PaintChanges, LowRatios, Cost }

/// <summary>The vehicles of a day, to be put in order.</summary>
/// <param name="Before">The end of the day before, in order: fixed, and part of the windows that reach back into it.</param>
/// <param name="Day">In the order of the file.</param>
/// <param name="PaintBatchLimit">The most vehicles of one color in a row that the day may have: never broken. Null is without limit. A batch begins anew with the day.</param>
/// <param name="Goals">The first counts most; each at most once.</param>
/// <param name="Prices">Where the goal is <see cref="SequenceGoal.Cost"/>, else null.</param>
/// <param name="CountsOpenEnd">Whether windows that the end of the day cuts short count too, with the whole <see cref="Ratio.Most"/>.</param>
public sealed record SequenceProblem(
    string Name,
    ImmutableArray<Vehicle> Before,
    ImmutableArray<Vehicle> Day,
    ImmutableArray<Ratio> Ratios,
    int? PaintBatchLimit,
    ImmutableArray<SequenceGoal> Goals,
    bool CountsOpenEnd,
    SequencePrices? Prices = null)
{
    /// <summary>A search keeps the options of a vehicle in the bits of one word.</summary>
    public const int MaxRatios = 64;

    public const int MaxVehicles = 20_000;

    public int Length => Before.Length + Day.Length;

    /// <summary>Position in the line, the day before included, where the first window of a ratio that counts begins; one that reaches back further has no whole past.</summary>
    public int FirstWindow(Ratio ratio) => Math.Max(0, Before.Length - ratio.Window + 1);

    /// <summary>Position of the last window that counts; before <see cref="FirstWindow"/> where none does.</summary>
    public int LastWindow(Ratio ratio) => CountsOpenEnd ? Length - 1 : Length - ratio.Window;

    public static SequenceGoal GoalOf(Ratio ratio) => ratio.IsHighPriority ? SequenceGoal.HighRatios : SequenceGoal.LowRatios;
}
