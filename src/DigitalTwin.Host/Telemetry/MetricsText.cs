using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;

namespace DigitalTwin.Host.Telemetry;

/// <summary>
/// What our own meters, the web server's and the runtime's say, in the Prometheus text format (0.0.4). No exporter package of it can be restored here.
/// </summary>
public sealed class MetricsText : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4";

    private readonly ConcurrentDictionary<string, MetricFamily> families = new();
    private readonly MeterListener listener = new();
    private readonly Lock scraping = new();
    private readonly ILogger<MetricsText> log;

    public MetricsText(ILogger<MetricsText> log)
    {
        this.log = log;
        listener.InstrumentPublished = (instrument, own) =>
        {
            if (!IsTold(instrument.Meter.Name))
                return;
            var family = MetricFamily.Of(instrument);
            MetricFamily known = families.GetOrAdd(family.Name, family);
            if (known.Type == family.Type)
                own.EnableMeasurementEvents(instrument, known);
        };
        listener.SetMeasurementEventCallback<long>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<int>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.SetMeasurementEventCallback<double>(static (_, value, tags, family) => ((MetricFamily)family!).Record(value, tags));
        listener.Start();
    }

    private static bool IsTold(string meter) =>
        meter.StartsWith("DigitalTwin", StringComparison.Ordinal) || meter is "Microsoft.AspNetCore.Hosting" or "System.Runtime";

    public string Write()
    {
        // One at a time: what is observed is collected anew for each answer, so that a gateway or a reason that is gone is gone here too.
        lock (scraping)
        {
            foreach (MetricFamily family in families.Values)
                family.ForgetObserved();
            try
            {
                listener.RecordObservableInstruments();
            }
            catch (AggregateException failed)
            {
                log.LogWarning("{Count} instruments could not be read and are missing from /metrics: {Reason}", failed.InnerExceptions.Count, failed.InnerExceptions[0].Message);
            }

            var text = new StringBuilder();
            foreach (MetricFamily family in families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
                family.Write(text);
            return text.ToString();
        }
    }

    public void Dispose() => listener.Dispose();
}
