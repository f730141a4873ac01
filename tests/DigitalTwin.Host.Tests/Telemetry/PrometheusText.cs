using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace DigitalTwin.Host.Tests.Telemetry;

/// <summary>Reads the Prometheus text format as strictly as a scraper may, and checks what the format demands of each family.</summary>
internal sealed partial class PrometheusText
{
    private sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value);

    private readonly Dictionary<string, string> types = [];
    private readonly Dictionary<string, string> helps = [];
    private readonly Dictionary<string, double> values = [];

    public IReadOnlyDictionary<string, string> Types => types;

    public IReadOnlyDictionary<string, string> Helps => helps;

    /// <param name="series">As written: name, and labels in braces.</param>
    public double this[string series] => values.TryGetValue(series, out double value) ? value : throw new KeyNotFoundException($"There is no {series} among\n{string.Join('\n', values.Keys)}");

    public IEnumerable<KeyValuePair<string, double>> Of(string start) => values.Where(entry => entry.Key.StartsWith(start, StringComparison.Ordinal));

    public static PrometheusText Read(string text)
    {
        var read = new PrometheusText();
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        var family = new List<Sample>();
        string? current = null;
        foreach (string line in text[..^1].Split('\n'))
        {
            if (Help().Match(line) is { Success: true } help)
            {
                read.Close(current, family);
                current = help.Groups["name"].Value;
                Assert.True(read.helps.TryAdd(current, help.Groups["text"].Value), $"described twice: {line}");
            }
            else if (Type().Match(line) is { Success: true } type)
            {
                Assert.Equal(current, type.Groups["name"].Value);
                Assert.True(read.types.TryAdd(current!, type.Groups["type"].Value), $"typed twice: {line}");
            }
            else
            {
                Match match = Line().Match(line);
                Assert.True(match.Success, $"neither comment nor sample: {line}");
                Assert.True(current is not null && read.types.ContainsKey(current), $"before its TYPE: {line}");
                string name = match.Groups["name"].Value;
                bool isPart = read.types[current!] == "histogram" && name.StartsWith(current!, StringComparison.Ordinal) && name[current!.Length..] is "_bucket" or "_sum" or "_count";
                Assert.True(isPart || name == current, $"outside of its family {current}: {line}");
                family.Add(new(name, Labels(match.Groups["labels"].Value), Number(match.Groups["value"].Value)));
                Assert.True(read.values.TryAdd(name + match.Groups["labels"].Value, family[^1].Value), $"twice: {line}");
            }
        }

        read.Close(current, family);
        return read;
    }

    private void Close(string? name, List<Sample> family)
    {
        if (name is null)
            return;
        Assert.NotEmpty(family);
        if (types[name] == "counter")
            Assert.All(family, sample => Assert.True(sample.Value >= 0, $"{name} counts down to {sample.Value}"));
        if (types[name] == "histogram")
        {
            foreach (IGrouping<string, Sample> series in family.GroupBy(sample => string.Join(',', sample.Labels.Where(label => label.Key != "le").OrderBy(label => label.Key, StringComparer.Ordinal))))
                CheckHistogram(name, [.. series]);
        }

        family.Clear();
    }

    private static void CheckHistogram(string name, IReadOnlyList<Sample> series)
    {
        Sample[] buckets = [.. series.Where(sample => sample.Name == name + "_bucket")];
        double[] bounds = [.. buckets.Select(bucket => Number(bucket.Labels["le"]))];
        Assert.Equal(bounds.Order(), bounds);
        Assert.Equal(bounds.Distinct(), bounds);
        Assert.Equal(double.PositiveInfinity, bounds[^1]);
        Assert.Equal(buckets.Select(bucket => bucket.Value).Order(), buckets.Select(bucket => bucket.Value));
        Assert.Equal(buckets[^1].Value, Assert.Single(series, sample => sample.Name == name + "_count").Value);
        Assert.Single(series, sample => sample.Name == name + "_sum");
    }

    private static Dictionary<string, string> Labels(string text) => LabelPair().Matches(text).ToDictionary(
        pair => pair.Groups["name"].Value,
        pair => new StringBuilder(pair.Groups["value"].Value).Replace("\\\\", "\0").Replace("\\\"", "\"").Replace("\\n", "\n").Replace('\0', '\\').ToString());

    private static double Number(string text) => text switch
    {
        "+Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    [GeneratedRegex("""^# HELP (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<text>([^\\]|\\[\\n])+)$""")]
    private static partial Regex Help();

    [GeneratedRegex("^# TYPE (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<type>counter|gauge|histogram)$")]
    private static partial Regex Type();

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?<labels>\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*")*\})? (?<value>[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?|[-+]Inf|NaN)$""")]
    private static partial Regex Line();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?<value>([^"\\]|\\["\\n])*)"(,|\})""")]
    private static partial Regex LabelPair();
}
