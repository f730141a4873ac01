namespace DigitalTwin.Cli.Output;

/// <summary>A series in one line of text.</summary>
public static class Sparkline
{
    private const string Levels = "▁▂▃▄▅▆▇█";

    /// <param name="values">In time order; null where there was no good value, drawn as a blank.</param>
    /// <param name="width">At most this many characters; longer series are drawn by the mean of each part.</param>
    public static string Draw(IReadOnlyList<double?> values, int width)
    {
        var drawn = values.Count <= width ? values : [.. Enumerable.Range(0, width).Select(part => Mean(values, part, width))];
        var known = drawn.OfType<double>().ToList();
        if (known.Count == 0) return "";
        var (low, span) = (known.Min(), known.Max() - known.Min());
        return string.Concat(drawn.Select(value => value is { } number ? Levels[Level(number, low, span)] : ' '));
    }

    // A flat series is drawn in the middle: at the bottom it would read as zero.
    private static int Level(double value, double low, double span) =>
        span > 0 ? (int)Math.Min(Levels.Length - 1, (value - low) / span * Levels.Length) : Levels.Length / 2;

    private static double? Mean(IReadOnlyList<double?> values, int part, int parts)
    {
        var (from, to) = (part * values.Count / parts, (part + 1) * values.Count / parts);
        var known = values.Skip(from).Take(to - from).OfType<double>().ToList();
        return known.Count == 0 ? null : known.Average();
    }
}
