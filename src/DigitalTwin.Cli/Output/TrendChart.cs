namespace DigitalTwin.Cli.Output;

/// <summary>A series over time as lines of text. Each column reaches from the lowest to the highest value in it; where nothing is known it is empty.</summary>
public static class TrendChart
{
    /// <summary>What happened from one point to the next.</summary>
    /// <param name="Place">Where on the time axis: 0 is its start, 1 its end.</param>
    /// <param name="Low">Null where the point holds no number.</param>
    /// <param name="Last">Holds until the next point.</param>
    /// <param name="AfterGap">It was silent for too long before it, or within it.</param>
    public readonly record struct Part(double Place, double? Low, double? High, double? Last, string? Quality, bool AfterGap);

    private const char Gap = 'g';

    /// <summary>What the marks below a chart say.</summary>
    public const string Legend = "g gap  ! bad  ? uncertain";

    /// <param name="parts">In order of time.</param>
    /// <returns>From top to bottom; the last line holds the marks.</returns>
    public static IReadOnlyList<string> Draw(IReadOnlyList<Part> parts, int width, int height)
    {
        var lows = new double?[width];
        var highs = new double?[width];
        var marks = new char[width];
        Array.Fill(marks, ' ');
        var before = -1;
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i];
            var at = Math.Clamp((int)(part.Place * width), 0, width - 1);
            for (var between = before + 1; i > 0 && between < at; between++)
            {
                if (part.AfterGap) marks[between] = Gap;
                else (lows[between], highs[between]) = (parts[i - 1].Last, parts[i - 1].Last);
            }
            (lows[at], highs[at]) = (Least(lows[at], part.Low), Most(highs[at], part.High));
            marks[at] = part.Quality switch { "bad" => '!', "uncertain" when marks[at] != '!' => '?', _ => marks[at] };
            if (part.AfterGap && marks[at] == ' ' && before >= at - 1) marks[at] = Gap;   // too short to show as a hole
            before = at;
        }
        return [.. Rows(lows, highs, height), new string(marks)];
    }

    private static IEnumerable<string> Rows(double?[] lows, double?[] highs, int height)
    {
        var (low, high) = (lows.Min(), highs.Max());
        var labels = new[] { Words.Number(high), Words.Number(low) };
        for (var row = 0; row < height; row++)
        {
            var upper = 2 * (height - row) - 1;   // in half characters, counted from the bottom
            yield return new string([.. lows.Zip(highs, (from, to) => from is { } bottom && to is { } top
                ? Block(Level(bottom), Level(top), upper)
                : ' ')]) + (row == 0 ? $"  {labels[0]}" : row == height - 1 ? $"  {labels[1]}" : "");
        }

        // A flat series is drawn in the middle: at the bottom it would read as zero.
        int Level(double value) => high > low ? (int)Math.Min(2 * height - 1, (value - low!.Value) / (high!.Value - low.Value) * 2 * height) : height;
    }

    private static char Block(int from, int to, int upper) => (from <= upper && upper <= to, from <= upper - 1 && upper - 1 <= to) switch
    {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        _ => ' ',
    };

    private static double? Least(double? one, double? other) => one is null || other < one ? other ?? one : one;

    private static double? Most(double? one, double? other) => one is null || other > one ? other ?? one : one;
}
