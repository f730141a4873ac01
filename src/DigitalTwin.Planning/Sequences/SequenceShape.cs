using System.Collections.Immutable;

namespace DigitalTwin.Planning.Sequences;

/// <summary>
/// The problem as a search wants it: vehicles that are the same to every rule are one class, only ratios that a goal counts are left, and goals are weights.
/// </summary>
internal sealed class SequenceShape
{
    private readonly List<Queue<string>> idents = [];

    public SequenceShape(SequenceProblem problem)
    {
        var counted = Enumerable.Range(0, problem.Ratios.Length).Where(ratio => problem.Prices is not null || problem.Goals.Contains(SequenceProblem.GoalOf(problem.Ratios[ratio]))).ToArray();
        (Ratios, Length, FixedLength, Limit) = (counted.Length, problem.Length, problem.Before.Length, problem.PaintBatchLimit ?? int.MaxValue);
        Most = [.. counted.Select(ratio => problem.Ratios[ratio].Most)];
        Window = [.. counted.Select(ratio => problem.Ratios[ratio].Window)];
        First = [.. counted.Select(ratio => problem.FirstWindow(problem.Ratios[ratio]))];
        Last = [.. counted.Select(ratio => problem.LastWindow(problem.Ratios[ratio]))];

        var (colors, classes) = (new Dictionary<string, int>(), new Dictionary<(int Color, ulong Bits, PlaceWish? Wish), int>());
        var (classColors, classBits, wishes) = (new List<int>(), new List<ulong>(), new List<PlaceWish?>());
        Vehicles = new int[Length];
        foreach (var (position, vehicle) in problem.Before.Concat(problem.Day).Index())
        {
            var name = vehicle.Color ?? "";
            if (!colors.TryGetValue(name, out var color)) colors[name] = color = colors.Count;
            var bits = 0UL;
            for (var ratio = 0; ratio < Ratios; ratio++)
                if (vehicle.Has[counted[ratio]]) bits |= 1UL << ratio;
            var wish = problem.Prices is null ? null : vehicle.Wish;
            if (!classes.TryGetValue((color, bits, wish), out var known))
            {
                classes[(color, bits, wish)] = known = classes.Count;
                classColors.Add(color);
                classBits.Add(bits);
                wishes.Add(wish);
                idents.Add([]);
            }
            Vehicles[position] = known;
            if (position >= FixedLength) idents[known].Enqueue(vehicle.Ident);
        }
        (ClassColors, ClassBits, Colors) = ([.. classColors], [.. classBits], colors.Count);
        Wishes = wishes.Exists(wish => wish is not null) ? [.. wishes] : null;
        LimitMatters = [.. Enumerable.Range(0, Colors).Select(color => Vehicles.Skip(FixedLength).Count(vehicle => ClassColors[vehicle] == color) > Limit)];

        if (problem.Prices is { } prices)
        {
            (GoalWeights, RatioWeights, PaintWeight) = ([1], [.. prices.Ratios], prices.Paint);
            Steps = [Math.Max(1, prices.Ratios.Append(prices.Paint).Sum() / (prices.Ratios.Length + 1))];
            return;
        }
        // The smallest step of a goal outweighs the most that everything below it can be.
        GoalWeights = new long[problem.Goals.Length];
        var weight = 1L;
        for (var goal = problem.Goals.Length - 1; goal >= 0; goal--)
        {
            GoalWeights[goal] = weight;
            weight = checked(weight * (1 + Worst(problem, problem.Goals[goal], counted)));
        }
        RatioWeights = [.. counted.Select(ratio => GoalWeights[problem.Goals.IndexOf(SequenceProblem.GoalOf(problem.Ratios[ratio]))])];
        Steps = GoalWeights;
        PaintWeight = problem.Goals.IndexOf(SequenceGoal.PaintChanges) is >= 0 and var paint ? GoalWeights[paint] : 0;
    }

    public int Ratios { get; }

    public int Length { get; }

    /// <summary>Positions of the day before.</summary>
    public int FixedLength { get; }

    public int Limit { get; }

    public int Colors { get; }

    public int[] Most { get; }

    public int[] Window { get; }

    public int[] First { get; }

    public int[] Last { get; }

    /// <summary>Class of each vehicle, in the order of the file.</summary>
    public int[] Vehicles { get; }

    public int[] ClassColors { get; }

    /// <summary>Bit r: ratio r counts it.</summary>
    public ulong[] ClassBits { get; }

    public long[] RatioWeights { get; }

    public long PaintWeight { get; }

    public long[] GoalWeights { get; }

    /// <summary>By how much one violation or change of each goal changes the cost, about.</summary>
    public long[] Steps { get; }

    /// <summary>Of each class; null where no place is better than another.</summary>
    public PlaceWish?[]? Wishes { get; }

    /// <summary>Whether the day has more vehicles of a color than a batch may have.</summary>
    public bool[] LimitMatters { get; }

    public ImmutableArray<double> Objective(long cost)
    {
        var values = ImmutableArray.CreateBuilder<double>(GoalWeights.Length);
        foreach (var weight in GoalWeights)
        {
            values.Add(cost / weight);
            cost %= weight;
        }
        return values.ToImmutable();
    }

    /// <summary>Vehicles of a class take its places in the order of the file.</summary>
    public ImmutableArray<string> Idents(ReadOnlySpan<int> order)
    {
        var left = idents.Select(same => new Queue<string>(same)).ToArray();
        var named = ImmutableArray.CreateBuilder<string>(Length - FixedLength);
        for (var position = FixedLength; position < Length; position++) named.Add(left[order[position]].Dequeue());
        return named.ToImmutable();
    }

    private long Worst(SequenceProblem problem, SequenceGoal goal, int[] counted)
    {
        if (goal is SequenceGoal.PaintChanges) return Length;
        long worst = 0;
        for (var ratio = 0; ratio < Ratios; ratio++)
        {
            if (SequenceProblem.GoalOf(problem.Ratios[counted[ratio]]) != goal) continue;
            long having = Vehicles.Count(vehicle => (ClassBits[vehicle] >> ratio & 1) != 0);
            worst += Math.Max(0, Last[ratio] - First[ratio] + 1) * Math.Max(0, Math.Min(Window[ratio], having) - Most[ratio]);
        }
        return worst;
    }
}
