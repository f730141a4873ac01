using DigitalTwin.Actors.Entities;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Link;

namespace DigitalTwin.Host.Telemetry;

public sealed record ReadinessView(IReadOnlyList<CheckView> Checks);

/// <param name="Why">What is missing; null when it is all right.</param>
public sealed record CheckView(string Name, bool Ok, string? Why);

/// <summary>Whether the host can be relied on: journal open, gateway linked, every signal seen once.</summary>
public sealed class Readiness(EntitySystem system, Gateways gateways, LiveValues live)
{
    private const int Named = 3;

    public ReadinessView Check()
    {
        string[] unseen = [.. live.All.Where(value => value.Age is null).Select(value => value.Signal.Id)];
        return new(
        [
            new("journal", system.JournalHealth.Ok, system.JournalHealth.Why),
            new("gateway", gateways.AnyConnected, gateways.AnyConnected ? null : "no gateway is linked"),
            new("signals", unseen.Length == 0, unseen.Length == 0 ? null
                : $"{unseen.Length} of {live.Count} signals were not seen yet: {string.Join(", ", unseen.Take(Named))}{(unseen.Length > Named ? ", …" : "")}"),
        ]);
    }
}
