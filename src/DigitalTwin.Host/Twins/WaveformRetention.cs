using DigitalTwin.Edge.Ingest;
using DigitalTwin.Historian.Waveforms;
using DigitalTwin.Host.Startup;

namespace DigitalTwin.Host.Twins;

/// <summary>Removes contents of waveforms and images that are older than they are to be kept; by the plant's clock, and not while it is unknown.</summary>
public sealed partial class WaveformRetention(WaveformFiles files, PlantClock clock, LaunchOptions options, ILogger<WaveformRetention> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period);
        do
        {
            if (clock.Running is not { } now)
                continue;
            try
            {
                if (files.RemoveBefore(now.AddDays(-options.WaveformDays)) is var days and > 0)
                    LogRemoved(log, days, options.WaveformDays);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                LogFailed(log, fault.Message);   // the next round tries again
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(1, LogLevel.Information, "removed the waveforms and images of {Days} days: they are kept for {Kept} days")]
    private static partial void LogRemoved(ILogger log, int days, int kept);

    [LoggerMessage(2, LogLevel.Warning, "old waveforms and images cannot be removed: {Reason}; make their folder writable")]
    private static partial void LogFailed(ILogger log, string reason);
}
