using DigitalTwin.Historian;
using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Host.Twins;

/// <summary>Lets the history go of what is to be kept no longer, by plant time.</summary>
public sealed class HistoryRetention(SampleHistory history, PlantTime plantTime, ILogger<HistoryRetention> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period);
        do
        {
            try
            {
                if (await history.RetainAsync(plantTime.GetUtcNow(), stoppingToken) is > 0 and var files)
                    log.LogInformation("The history has let go of {Files} files that are kept no longer", files);
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or DuckDbException)
            {
                log.LogWarning("Files of the history that are kept no longer could not be let go of, which is tried again in an hour: {Fault}", fault.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
