using System.Diagnostics;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Host.Telemetry;

namespace DigitalTwin.Host.Startup;

/// <summary>Tells the person at the console where to look, once there is something to see; and what is missing when that takes long.</summary>
public sealed class Announcement(LaunchOptions options, DataFolder data, PlantDefinition plant, HostAddresses addresses, Readiness readiness, HostLogs logs) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await addresses.Known.WaitAsync(stoppingToken);
        string url = $"http://localhost:{addresses.HttpPort}";
        long started = Stopwatch.GetTimestamp();
        logs.Say(options.Attach
            ? $"{plant.Name}: waiting for a gateway on wss://127.0.0.1:{addresses.EdgePort}/edge/v1 (page {url})"
            : $"{plant.Name}: starting the virtual plant, its OPC UA server and the gateway (page {url})");
        using var timer = new PeriodicTimer(Look);
        long told = started;
        while (readiness.Check().Missing.ToList() is { Count: > 0 } missing)
        {
            if (Stopwatch.GetElapsedTime(told) > Patience)
            {
                told = Stopwatch.GetTimestamp();
                logs.Say($"Not ready yet: {string.Join("; ", missing.Select(check => $"{check.Name}: {check.Why}"))}. Logs of the parts: {data["logs"]}");
            }

            await timer.WaitForNextTickAsync(stoppingToken);
        }

        logs.Say($"""
            DigitalTwin is ready ({Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s).
              Page   {url}
              API    {url}/api/v1/twins   (described in {url}/openapi/v1.json)
              CLI    ./twin ls{(addresses.HttpPort == 5080 ? "" : $" --url {url}")}
              Data   {data.Path}
            Ctrl-C ends it, and everything it has started.
            """);
    }
}
