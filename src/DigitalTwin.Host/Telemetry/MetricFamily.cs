using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace DigitalTwin.Host.Telemetry;

/// <summary>
/// All series of one instrument. Names follow the OpenTelemetry rules for Prometheus: dots become underscores, the unit is the suffix, a counter ends in <c>_total</c>.
/// </summary>
/// <remarks>Recording to a series that is known allocates nothing: the engine measures each turn.</remarks>
internal sealed class MetricFamily
{
    /// <summary>Bounds the memory that labels can take; what comes beyond it is summed up in one series, as OpenTelemetry does.</summary>
    private const int MostSeries = 1000;

    private static readonly double[] Seconds = [0.00001, 0.0001, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] Counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000];

    /// <summary>The runtime calls them counters; they go down too.</summary>
    private static readonly string[] NoCounters = ["dotnet.thread_pool.thread.count", "dotnet.thread_pool.queue.length"];

    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], Series> byLabels;
    private readonly ConcurrentDictionary<KeyValuePair<string, object?>[], Series>.AlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>> lookup;
    private readonly ConcurrentDictionary<string, Series> byText = new();
    private readonly string help;
    private readonly double[]? bounds;
    private readonly bool isObserved;
    private readonly bool isNewest;

    private MetricFamily(string name, string type, string help, double[]? bounds, bool isObserved, bool isNewest)
    {
        (Name, Type, this.help, this.bounds, this.isObserved, this.isNewest) = (name, type, help, bounds, isObserved, isNewest);
        byLabels = new(new MetricLabels());
        lookup = byLabels.GetAlternateLookup<ReadOnlySpan<KeyValuePair<string, object?>>>();
    }

    public string Name { get; }

    /// <summary>counter, gauge or histogram.</summary>
    public string Type { get; }

    public static MetricFamily Of(Instrument instrument)
    {
        string kind = instrument.GetType().Name;
        string type = kind.StartsWith("Histogram", StringComparison.Ordinal) ? "histogram"
            : NoCounters.Contains(instrument.Name) ? "gauge"
            : kind.StartsWith("Counter", StringComparison.Ordinal) || kind.StartsWith("ObservableCounter", StringComparison.Ordinal) ? "counter" : "gauge";
        double[]? bounds = type != "histogram" ? null : Advised(instrument) ?? (instrument.Unit == "s" ? Seconds : Counts);
        return new(NameOf(instrument, type), type, instrument.Description ?? instrument.Name, bounds, instrument.IsObservable, kind.StartsWith("Gauge", StringComparison.Ordinal));
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        if (!lookup.TryGetValue(labels, out Series? series))
            series = Add(labels);
        lock (series)
        {
            series.Value = isNewest ? value : series.Value + value;
            if (bounds is not null)
                series.Buckets[Bucket(bounds, value)]++;
        }
    }

    /// <summary>Observed values are said anew at each look, or not at all.</summary>
    public void ForgetObserved()
    {
        if (!isObserved)
            return;
        byLabels.Clear();
        byText.Clear();
    }

    public void Write(StringBuilder text)
    {
        if (byText.IsEmpty)
            return;
        text.Append(CultureInfo.InvariantCulture, $"# HELP {Name} {help.Replace("\\", "\\\\", StringComparison.Ordinal).ReplaceLineEndings("\\n")}\n# TYPE {Name} {Type}\n");
        foreach ((string labels, Series series) in byText.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            lock (series)
            {
                if (bounds is null)
                    Line(text, "", labels, series.Value);
                else
                    WriteHistogram(text, labels, series, bounds);
            }
        }
    }

    private void WriteHistogram(StringBuilder text, string labels, Series series, double[] limits)
    {
        string before = labels.Length == 0 ? "" : labels + ",";
        long count = 0;
        for (int i = 0; i < series.Buckets.Length; i++)
        {
            count += series.Buckets[i];
            Line(text, "_bucket", $"{before}le=\"{(i < limits.Length ? Number(limits[i]) : "+Inf")}\"", count);
        }

        Line(text, "_sum", labels, series.Value);
        Line(text, "_count", labels, count);
    }

    private void Line(StringBuilder text, string suffix, string labels, double value)
    {
        text.Append(Name).Append(suffix);
        if (labels.Length > 0)
            text.Append('{').Append(labels).Append('}');
        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private Series Add(ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        // The same labels in another order are the same series.
        string text = byText.Count < MostSeries ? MetricLabels.Text(labels) : "otel_metric_overflow=\"true\"";
        Series series = byText.GetOrAdd(text, _ => new Series(bounds is null ? 0 : bounds.Length + 1));
        if (byLabels.Count < MostSeries)
            byLabels.TryAdd(labels.ToArray(), series);
        return series;
    }

    private static int Bucket(double[] bounds, double value)
    {
        int bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
            bucket++;
        return bucket;
    }

    private static double[]? Advised(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } given } => [.. given],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } given } => [.. given],
        Histogram<int> { Advice.HistogramBucketBoundaries: { } given } => [.. given.Select(bound => (double)bound)],
        _ => null,
    };

    private static string NameOf(Instrument instrument, string type)
    {
        string name = MetricLabels.Name(instrument.Name);
        string unit = instrument.Unit switch
        {
            null or "" or ['{', ..] => "",
            "s" => "_seconds",
            "By" => "_bytes",
            "1" => type == "gauge" ? "_ratio" : "",
            var other => "_" + MetricLabels.Name(other),
        };
        if (!name.EndsWith(unit, StringComparison.Ordinal))
            name += unit;
        return type == "counter" && !name.EndsWith("_total", StringComparison.Ordinal) ? name + "_total" : name;
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);

    private sealed class Series(int buckets)
    {
        public double Value { get; set; }

        public long[] Buckets { get; } = buckets == 0 ? [] : new long[buckets];
    }
}
