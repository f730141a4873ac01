using System.Numerics;
using DigitalTwin.Planning.Search;

namespace DigitalTwin.Planning.Sequences;

/// <summary>
/// A first sequence, from its begin to its end: at each position the class that costs least there and, among those, the one whose options are scarcest for what is left.
/// A color is only taken where what is left can still be kept apart by the limit, so the start always keeps it.
/// </summary>
internal static class SequenceStart
{
    /// <returns>The class of every position.</returns>
    public static int[] Greedy(SequenceShape shape, Draw draw)
    {
        var order = (int[])shape.Vehicles.Clone();
        var (left, colorLeft) = (new int[shape.ClassBits.Length], new int[shape.Colors]);
        for (var position = shape.FixedLength; position < shape.Length; position++)
        {
            left[order[position]]++;
            colorLeft[shape.ClassColors[order[position]]]++;
        }
        var having = new int[shape.Ratios];
        for (var kind = 0; kind < left.Length; kind++)
            for (var ratio = 0; ratio < shape.Ratios; ratio++)
                if ((shape.ClassBits[kind] >> ratio & 1) != 0) having[ratio] += left[kind];

        var (color, run) = (-1, 0);
        var paintFirst = shape.PaintWeight == shape.GoalWeights[0];
        var recent = new int[shape.Ratios];
        for (var position = shape.FixedLength; position < shape.Length; position++)
        {
            var rest = shape.Length - position;
            for (var ratio = 0; ratio < shape.Ratios; ratio++)
            {
                recent[ratio] = 0;
                for (var at = Math.Max(0, position - shape.Window[ratio] + 1); at < position; at++)
                    recent[ratio] += (int)(shape.ClassBits[order[at]] >> ratio & 1);
            }
            var lastColor = position > 0 ? shape.ClassColors[order[position - 1]] : -1;
            var (best, bestCost, bestNeed) = (-1, long.MaxValue, 0.0);
            for (var kind = 0; kind < left.Length; kind++)
            {
                var own = shape.ClassColors[kind];
                if (left[kind] == 0 || !LeavesRoom(own, rest)) continue;
                var cost = lastColor >= 0 && own != lastColor ? shape.PaintWeight : 0;
                // Where paint counts most, the color with the most batches to come goes first: others have to stand between them.
                if (paintFirst && own != lastColor) cost += shape.PaintWeight * (shape.Length - (colorLeft[own] - 1) / shape.Limit);
                var need = 0.0;
                for (var bits = shape.ClassBits[kind]; bits != 0; bits &= bits - 1)
                {
                    var ratio = BitOperations.TrailingZeroCount(bits);
                    if (recent[ratio] >= shape.Most[ratio]) cost += shape.RatioWeights[ratio] * (recent[ratio] - shape.Most[ratio] + 1);
                    need += (double)having[ratio] * shape.Window[ratio] / ((double)rest * Math.Max(1, shape.Most[ratio]));
                }
                need += draw.Share() * 0.01;
                if (best < 0 || cost < bestCost || (cost == bestCost && need > bestNeed)) (best, bestCost, bestNeed) = (kind, cost, need);
            }
            order[position] = best;
            left[best]--;
            var chosen = shape.ClassColors[best];
            colorLeft[chosen]--;
            (run, color) = (chosen == color ? run + 1 : 1, chosen);
            for (var bits = shape.ClassBits[best]; bits != 0; bits &= bits - 1) having[BitOperations.TrailingZeroCount(bits)]--;
        }
        return order;

        // After this color, each color left fits into the gaps that the others leave; the one just used has begun its first.
        bool LeavesRoom(int next, int rest)
        {
            var nextRun = next == color ? run + 1 : 1;
            if (nextRun > shape.Limit) return false;
            for (var other = 0; other < shape.Colors; other++)
            {
                if (!shape.LimitMatters[other]) continue;
                long still = colorLeft[other] - (other == next ? 1 : 0);
                var others = rest - 1 - still;
                if (still > shape.Limit * others + (other == next ? shape.Limit - nextRun : shape.Limit)) return false;
            }
            return true;
        }
    }
}
