using System.Collections.Immutable;
using System.Globalization;
using DigitalTwin.Planning.Search;
using DigitalTwin.Planning.Sequences;

namespace DigitalTwin.Planning.Tests.Sequences;

/// <summary>Made problems: windows longer than a word of bits, pasts shorter than a window, limits that bind, goals in any order.</summary>
internal static class SequenceProblems
{
    public static SequenceProblem Of(int seed, int mostVehicles)
    {
        var draw = new Draw(seed);
        var (ratioCount, colors) = (1 + draw.Below(5), 1 + draw.Below(4));
        var ratios = Enumerable.Range(0, ratioCount).Select(index =>
        {
            var window = 1 + draw.Below(draw.Below(4) == 0 ? 90 : 7);
            return new Ratio($"R{index}", draw.Below(Math.Min(window, 4)), window, draw.Below(2) == 0);
        }).ToImmutableArray();
        Vehicle Made(int index) => new(index.ToString(CultureInfo.InvariantCulture), $"c{draw.Below(colors)}", [.. ratios.Select(_ => draw.Below(3) == 0)]);
        var before = Enumerable.Range(0, draw.Below(4) == 0 ? 0 : draw.Below(12)).Select(index => Made(1000 + index)).ToImmutableArray();
        var day = Enumerable.Range(0, 1 + draw.Below(mostVehicles)).Select(Made).ToImmutableArray();
        SequenceGoal[] goals = [SequenceGoal.HighRatios, SequenceGoal.PaintChanges, SequenceGoal.LowRatios];
        draw.Shuffle<SequenceGoal>(goals);
        var isPriced = draw.Below(3) == 0;
        if (isPriced) day = [.. day.Select(vehicle => draw.Below(3) == 0 ? vehicle : vehicle with { Wish = Wish() })];
        PlaceWish Wish() => new(draw.Below(20), draw.Below(3), 10 + draw.Below(40), draw.Below(4), draw.Below(2) == 0 ? null : draw.Below(30), draw.Below(9));
        return new SequenceProblem("made", before, day, ratios, draw.Below(3) == 0 ? null : 1 + draw.Below(6),
            isPriced ? [SequenceGoal.Cost] : [.. goals.Take(1 + draw.Below(3))], draw.Below(2) == 0, isPriced ? new SequencePrices([.. ratios.Select(_ => (long)draw.Below(5))], draw.Below(5)) : null);
    }

    public static IEnumerable<ImmutableArray<int>> Orders(ImmutableArray<int> items) => items.Length <= 1
        ? [items]
        : items.SelectMany((first, index) => Orders(items.RemoveAt(index)).Select(rest => rest.Insert(0, first)));
}
