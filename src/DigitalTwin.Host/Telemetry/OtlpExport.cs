using System.Diagnostics;
using System.Reflection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DigitalTwin.Host.Telemetry;

/// <summary>Sends traces and metrics to a collector over OTLP (HTTP, protobuf). Made only where <c>--otlp</c> asks for it.</summary>
public sealed class OtlpExport : IDisposable
{
    /// <summary>Source of the spans of commands, each from its sender to its answer.</summary>
    public const string Commands = "DigitalTwin.Actors";

    private static readonly TimeSpan MetricsEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan TracesEvery = TimeSpan.FromSeconds(2);

    /// <summary>A collector that is away must not hold up the host's end.</summary>
    private static readonly TimeSpan FlushWithin = TimeSpan.FromSeconds(1);

    private readonly TracerProvider traces;
    private readonly MeterProvider metrics;

    public OtlpExport(Uri collector, string plantId)
    {
        // Asked for before the web server starts: without it a request's span has no route, no method and no status.
        AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
        ResourceBuilder resource = ResourceBuilder.CreateEmpty().AddService(
            "digitaltwin-host", "digitaltwin", typeof(OtlpExport).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion)
            .AddAttributes([new("digitaltwin.plant", plantId)]);
        traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).SetSampler(new AlwaysOnSampler())
            .AddSource(Commands, "Microsoft.AspNetCore")
            .AddOtlpExporter(otlp =>
            {
                Address(otlp, collector, "v1/traces");
                otlp.BatchExportProcessorOptions.ScheduledDelayMilliseconds = (int)TracesEvery.TotalMilliseconds;
            }).Build();
        metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
            .AddMeter("DigitalTwin.*", "Microsoft.AspNetCore.Hosting", "System.Runtime")
            .AddOtlpExporter((otlp, reader) =>
            {
                Address(otlp, collector, "v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)MetricsEvery.TotalMilliseconds;
            }).Build();
    }

    /// <summary>Gives a request's span the name and the outcome that the web server leaves to instrumentation packages. After routing.</summary>
    public static async Task NameRequest(HttpContext context, RequestDelegate next)
    {
        Activity? span = Activity.Current;
        if (span is { IsAllDataRequested: true } && context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
        {
            span.DisplayName = $"{context.Request.Method} {route}";
            span.SetTag("http.route", route);
        }

        await next(context);
        span?.SetTag("http.response.status_code", context.Response.StatusCode);
        if (context.Response.StatusCode >= StatusCodes.Status500InternalServerError)
            span?.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Sends the newest figures, while the parts that give them are still there.</summary>
    public void Flush()
    {
        traces.ForceFlush((int)FlushWithin.TotalMilliseconds);
        metrics.ForceFlush((int)FlushWithin.TotalMilliseconds);
    }

    public void Dispose()
    {
        traces.Shutdown((int)FlushWithin.TotalMilliseconds);
        metrics.Shutdown((int)FlushWithin.TotalMilliseconds);
        traces.Dispose();
        metrics.Dispose();
    }

    // An address that is given in code is taken as it is: the signal's path is ours to add.
    private static void Address(OtlpExporterOptions otlp, Uri collector, string path)
    {
        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        otlp.Endpoint = new Uri(collector.AbsoluteUri.TrimEnd('/') + "/" + path);
    }
}
