using System.Collections.Concurrent;

namespace DigitalTwin.Edge.Link;

/// <param name="State"><c>connected</c>, <c>connecting</c>, <c>untrusted</c> or <c>failed</c>.</param>
/// <param name="Detail">One sentence for a person.</param>
/// <param name="ServerCertificateUntil">End of the certificate that the server showed at the newest connection; null before the first.</param>
/// <param name="GatewayCertificateUntil">End of the one that the gateway shows the server; null where the gateway does not tell.</param>
public sealed record EndpointState(string Name, string State, string Detail, DateTimeOffset? ServerCertificateUntil = null, DateTimeOffset? GatewayCertificateUntil = null);

/// <summary>A gateway as last heard.</summary>
/// <param name="Since">Wall time at which it connected, or was lost.</param>
/// <param name="Buffered">Samples it holds that are not acknowledged yet.</param>
/// <param name="Dropped">Samples it has dropped since its buffer was made.</param>
/// <param name="Tick">Newest tick counter of this boot; 0 before the first.</param>
/// <param name="TickedAt">Monotonic time stamp of the newest tick, of whatever boot; null before the first. Endpoints, buffered and dropped are as of then.</param>
public sealed record GatewayStatus(
    string Name, bool Connected, DateTimeOffset Since, string BootId, string BufferId,
    IReadOnlyList<EndpointState> Endpoints, long Buffered, long Dropped, long Tick, long? TickedAt = null)
{
    /// <summary>Of the dropped ones, those of class telemetry.</summary>
    public long DroppedTelemetry { get; init; }

    /// <summary>Of the dropped ones, those of class diagnostic; the others were of class state, or could not be read.</summary>
    public long DroppedDiagnostic { get; init; }

    /// <summary>How long the oldest sample that it has not sent has waited; null while it is not behind.</summary>
    public TimeSpan? Behind { get; init; }

    /// <summary>Until it is level again, at its pace of late; null where nobody knows.</summary>
    public TimeSpan? LevelIn { get; init; }

    public EasingState Easing { get; init; } = EasingState.None;
}

/// <summary>What a gateway has asked its servers to sample more slowly, so that its buffer need not drop what is sampled.</summary>
/// <param name="Level">0: nothing; 1: signals of class diagnostic; 2: of class telemetry too. State never is.</param>
/// <param name="Since">Wall time at which it came to that level; null before the first change.</param>
/// <param name="Why">What made it so; empty before the first change.</param>
/// <param name="Telemetry">The slowest sampling that the servers give such signals now, wall time; zero where none is eased.</param>
public sealed record EasingState(int Level, DateTimeOffset? Since, string Why, TimeSpan Telemetry, TimeSpan Diagnostic)
{
    public static readonly EasingState None = new(0, null, "", TimeSpan.Zero, TimeSpan.Zero);
}

/// <summary>Every gateway that has connected since the process started.</summary>
public sealed class Gateways(TimeProvider time)
{
    /// <summary>The end of the year 9999, in which certificates end that shall not.</summary>
    private const long LatestMicros = 253_402_300_799_999_999;

    private readonly ConcurrentDictionary<string, GatewayStatus> byName = new(StringComparer.Ordinal);

    public IReadOnlyList<GatewayStatus> All => [.. byName.Values.OrderBy(gateway => gateway.Name, StringComparer.Ordinal)];

    public bool AnyConnected => byName.Values.Any(gateway => gateway.Connected);

    /// <summary>The slowest sampling that any connected gateway has its servers use.</summary>
    internal (TimeSpan Telemetry, TimeSpan Diagnostic) Easing => byName.Values.Where(gateway => gateway.Connected).Select(gateway => gateway.Easing)
        .Aggregate((Telemetry: TimeSpan.Zero, Diagnostic: TimeSpan.Zero), (slowest, one) => (Longer(slowest.Telemetry, one.Telemetry), Longer(slowest.Diagnostic, one.Diagnostic)));

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    internal void Connected(GatewayHello hello) => byName[hello.Gateway] =
        byName.TryGetValue(hello.Gateway, out var before) && before.BufferId == hello.BufferId
            ? before with { Connected = true, Since = time.GetUtcNow(), BootId = hello.BootId, Tick = 0 }
            : new(hello.Gateway, true, time.GetUtcNow(), hello.BootId, hello.BufferId, [], 0, 0, 0);

    internal void Ticked(string name, Tick tick)
    {
        if (byName.TryGetValue(name, out var known))
            byName[name] = known with
            {
                Endpoints = [.. tick.Endpoints.Select(endpoint => new EndpointState(
                    endpoint.Name, endpoint.State, endpoint.Detail, Until(endpoint.ServerCertificateUntilUs), Until(endpoint.OwnCertificateUntilUs)))],
                Buffered = (long)Math.Min(tick.Buffered, long.MaxValue),
                Dropped = (long)Math.Min(tick.Dropped, long.MaxValue),
                DroppedTelemetry = (long)Math.Min(tick.DroppedTelemetry, long.MaxValue),
                DroppedDiagnostic = (long)Math.Min(tick.DroppedDiagnostic, long.MaxValue),
                Behind = Seconds(tick.BehindSeconds),
                LevelIn = Seconds(tick.LevelInSeconds),
                Easing = new((int)Math.Min(tick.EasingLevel, 2), Until(tick.EasingSinceUs), tick.EasingWhy, Sampling(tick.EasedTelemetryMs), Sampling(tick.EasedDiagnosticMs)),
                Tick = (long)Math.Min(tick.Counter, long.MaxValue),
                TickedAt = time.GetTimestamp(),
            };
    }

    private static TimeSpan Sampling(double ms) => ms is > 0 and < 1e9 ? TimeSpan.FromMilliseconds(ms) : TimeSpan.Zero;

    private static DateTimeOffset? Until(long micros) => micros is <= 0 or > LatestMicros ? null : DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    /// <summary>What is longer than thirty years is no word of a gateway that can be believed.</summary>
    private static TimeSpan? Seconds(double seconds) => seconds is > 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : null;

    internal void Lost(string name)
    {
        if (byName.TryGetValue(name, out var known)) byName[name] = known with { Connected = false, Since = time.GetUtcNow(), Behind = null, LevelIn = null };
    }
}
