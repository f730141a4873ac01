using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Host.Telemetry;

/// <summary>
/// Ends the host when its journal has failed: it takes no more events until it is opened anew, and a service manager can only start again
/// what has ended. The gateway keeps the samples meanwhile.
/// </summary>
public sealed class JournalWatch(EntitySystem system) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (system.JournalHealth is { Ok: false } failed)
                throw new IOException(failed.Why);
        }
    }
}
