using System.Diagnostics;
using Microsoft.Extensions.Logging.Console;

namespace DigitalTwin.Host.Telemetry;

public enum LogFormat
{
    /// <summary>One line an entry, for a person at the console.</summary>
    Text,

    /// <summary>One JSON object an entry, for whatever collects logs.</summary>
    Json,
}

/// <summary>What the host says on its standard output. With <see cref="LogFormat.Json"/> every line is an object, from the first to the last.</summary>
public sealed class HostLogs : IDisposable
{
    /// <summary>Category of what is told to whoever started the host.</summary>
    private const string Own = "host";

    private readonly LogFormat format;
    private readonly ILogger own;
    private readonly ActivityListener? traces;

    public HostLogs(LogFormat format)
    {
        this.format = format;
        Factory = LoggerFactory.Create(logging =>
        {
            // What keeps the host from starting or running is told once, as a sentence, by Program: not before that as a stack trace too.
            logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None).AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.None).AddFilter(Own, LogLevel.Information);
            logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
            if (format == LogFormat.Json)
                logging.AddConsole(console => console.FormatterName = JsonLines.FormatterName).AddConsoleFormatter<JsonLines, ConsoleFormatterOptions>();
            else
                logging.AddSimpleConsole(console => (console.SingleLine, console.TimestampFormat, console.UseUtcTimestamp) = (true, "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ", true));
        });
        own = Factory.CreateLogger(Own);
        if (format != LogFormat.Json)
            return;
        // Each command gets a trace, also where none is sent anywhere: what is written of it can be found by that.
        traces = new ActivityListener
        {
            ShouldListenTo = source => source.Name == OtlpExport.Commands,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.PropagationData,
        };
        ActivitySource.AddActivityListener(traces);
    }

    public ILoggerFactory Factory { get; }

    public void Say(string text)
    {
        if (format == LogFormat.Json)
            own.LogInformation("{Text}", text);
        else
            Console.WriteLine(text);
    }

    /// <summary>Why the host does not start or go on.</summary>
    public void Refuse(string reason)
    {
        if (format == LogFormat.Json)
            own.LogCritical("{Text}", reason);
        else
            Console.Error.WriteLine(reason);
    }

    public void Dispose()
    {
        traces?.Dispose();
        Factory.Dispose();
    }
}
