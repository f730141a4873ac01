using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace DigitalTwin.Host.Telemetry;

/// <summary>
/// What our own meters and the web server's say, in the Prometheus text format (0.0.4). Counters and gauges as they are,
/// histograms as count and sum. No exporter package of it can be restored here.
/// </summary>
public sealed class MetricsText : IDisposable
{
    private sealed record Series(string Name, string Type, string Help, string Labels);

    private readonly ConcurrentDictionary<Series, double> values = new();
    private readonly MeterListener listener = new();

    public MetricsText()
    {
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (instrument.Meter.Name.StartsWith("DigitalTwin", StringComparison.Ordinal) || instrument.Meter.Name is "Microsoft.AspNetCore.Hosting" or "System.Runtime")
                own.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        listener.Start();
    }

    public string Write()
    {
        listener.RecordObservableInstruments();
        var text = new StringBuilder();
        foreach (IGrouping<string, KeyValuePair<Series, double>> family in values.GroupBy(entry => entry.Key.Name).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            Series first = family.First().Key;
            text.Append(CultureInfo.InvariantCulture, $"# HELP {first.Name} {first.Help}\n# TYPE {first.Name} {first.Type}\n");
            foreach ((Series series, double value) in family)
                text.Append(CultureInfo.InvariantCulture, $"{series.Name}{series.Labels} {value:R}\n");
        }

        return text.ToString();
    }

    public void Dispose() => listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string kind = instrument.GetType().Name;
        string labels = Labels(tags);
        string name = Snake(instrument.Name);
        string help = (instrument.Description ?? instrument.Name).ReplaceLineEndings(" ");
        if (kind.StartsWith("Histogram", StringComparison.Ordinal))
        {
            Add(new Series(name + "_sum", "counter", help, labels), value);
            Add(new Series(name + "_count", "counter", help, labels), 1);
        }
        else if (kind.StartsWith("Observable", StringComparison.Ordinal) || kind.StartsWith("Gauge", StringComparison.Ordinal))
        {
            string type = kind.StartsWith("ObservableCounter", StringComparison.Ordinal) ? "counter" : "gauge";
            values[new Series(name, type, help, labels)] = value;
        }
        else
        {
            Add(new Series(name, kind.StartsWith("UpDown", StringComparison.Ordinal) ? "gauge" : "counter", help, labels), value);
        }
    }

    private void Add(Series series, double value) => values.AddOrUpdate(series, value, (_, sum) => sum + value);

    private static string Snake(string name) => name.Replace('.', '_').Replace('-', '_');

    private static string Labels(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.Length == 0)
            return "";
        var labels = new List<string>(tags.Length);
        foreach ((string key, object? value) in tags)
            labels.Add($"{Snake(key)}=\"{Convert.ToString(value, CultureInfo.InvariantCulture)?.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
        return "{" + string.Join(',', labels) + "}";
    }
}
