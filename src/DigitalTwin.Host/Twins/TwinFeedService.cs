namespace DigitalTwin.Host.Twins;

/// <summary>Keeps the feed running for as long as the host does; the host does not go on without it.</summary>
public sealed class TwinFeedService(TwinFeed feed) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => feed.RunAsync(stoppingToken);
}
