using System.Text.Json.Serialization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Link;
using DigitalTwin.Host.Twins.Projections;

namespace DigitalTwin.Host.Telemetry;

public sealed record ReadinessView(IReadOnlyList<CheckView> Checks)
{
    /// <summary>A twin that has stopped stands still alone; its plant is not to go without a host because of it.</summary>
    [JsonIgnore]
    public IEnumerable<CheckView> Missing => Checks.Where(check => !check.Ok && check.Name != Readiness.Twins);
}

/// <param name="Why">What is missing; null when it is all right.</param>
public sealed record CheckView(string Name, bool Ok, string? Why)
{
    /// <param name="why">Null: it is all right.</param>
    public static CheckView Of(string name, string? why) => new(name, why is null, why);
}

/// <summary>Whether the host can be relied on: journal open, gateway linked, every signal seen once, shards held, what is shown not behind what is recorded. And which twins have stopped.</summary>
public sealed class Readiness(EntitySystem system, Heartbeat heart, Gateways gateways, LiveValues live, ProjectionSet projections)
{
    internal const string Twins = "twins";
    private const int Named = 3;

    public ReadinessView Check() => new(
    [
        CheckView.Of("journal", system.JournalHealth.Why ?? heart.WhyJournalHangs),
        CheckView.Of("gateway", gateways.AnyConnected ? null : "no gateway is linked"),
        CheckView.Of("signals", Unseen([.. live.All.Where(value => value.Age is null).Select(value => value.Signal.Id)])),
        CheckView.Of("shards", Lost([.. system.Shards.Where(shard => !shard.Mine)])),
        CheckView.Of(Twins, Stopped([.. system.List().Where(status => status.State == EntityLifecycle.Stopped)])),
        CheckView.Of("projections", projections.Lag() is { IsBehind: true } lag ? $"the twins that are shown are {lag.Events} events and {lag.Seconds:0.0} s behind the journal" : null),
    ]);

    private string? Unseen(string[] signals) => signals.Length == 0 ? null : $"{signals.Length} of {live.Count} signals were not seen yet: {Names(signals)}";

    private static string? Lost(ShardStatus[] lost) => lost.Length == 0 ? null
        : $"not run by this host: {Names([.. lost.Select(shard => shard.Shard.Value)])}. {lost[0].Why ?? "The shard is being asked for"}";

    private static string? Stopped(EntityStatus[] stopped) => stopped.Length == 0 ? null
        : $"{stopped.Length} stopped for good: {Names([.. stopped.Select(status => status.Id.Value)])}. {stopped[0].Why}";

    private static string Names(string[] all) => string.Join(", ", all.Take(Named)) + (all.Length > Named ? ", …" : "");
}
