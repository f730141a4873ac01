using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Link;
using DigitalTwin.Edge.Pki;

namespace DigitalTwin.Host.Api;

public sealed record ConnectionsView(IReadOnlyList<GatewayLinkView> Gateways, IReadOnlyList<EndpointLinkView> Endpoints, IReadOnlyList<CertificateView> Certificates);

/// <param name="Since">Wall time at which it connected, or was lost.</param>
/// <param name="TickAge">Wall seconds since its newest tick, which comes each second; null before the first. What it holds and has dropped is as of then.</param>
/// <param name="Buffered">Samples that it holds and that are not acknowledged.</param>
/// <param name="Dropped">Samples that it has dropped since its buffer was made.</param>
/// <param name="DroppedTelemetry">Of those, the ones of class telemetry.</param>
/// <param name="DroppedDiagnostic">And those of class diagnostic; the others were of class state, or could not be read.</param>
/// <param name="Behind">Wall seconds that the oldest sample which it has not sent has waited; null while it is not behind, or away.</param>
/// <param name="LevelIn">Wall seconds until it has sent what waits, at its pace of late; null where nobody knows.</param>
public sealed record GatewayLinkView(string Name, bool Connected, DateTimeOffset Since, double? TickAge, long Buffered, long Dropped, long DroppedTelemetry, long DroppedDiagnostic, double? Behind, double? LevelIn, EasingView Easing);

/// <summary>What the gateway has its servers sample more slowly, so that its buffer need not drop what is sampled; the ledger says since when, by signal.</summary>
/// <param name="Level">0: nothing; 1: signals of class diagnostic; 2: of class telemetry too. State never is.</param>
/// <param name="Since">Wall time at which it came to that level; null before the first change.</param>
/// <param name="Why">What made it so; null before the first change.</param>
/// <param name="TelemetrySeconds">How far apart samples of that class are at the slowest, wall time, as the servers have answered; 0 where none is eased.</param>
public sealed record EasingView(int Level, DateTimeOffset? Since, string? Why, double TelemetrySeconds, double DiagnosticSeconds)
{
    public static EasingView Of(EasingState easing) => new(easing.Level, easing.Since, easing.Why.Length == 0 ? null : easing.Why, easing.Telemetry.TotalSeconds, easing.Diagnostic.TotalSeconds);
}

/// <summary>An OPC UA server that the plant definition names, as the gateway that reads it tells of it.</summary>
/// <param name="SecurityPolicy">The only one that is used with it, by the plant definition; the mode is always SignAndEncrypt.</param>
/// <param name="Gateway">Who tells of it; null where none does, and then nobody knows its state.</param>
/// <param name="Detail">One sentence for a person.</param>
/// <param name="Signals">How much of what comes over it is seen.</param>
/// <param name="ValueAge">Wall seconds since the newest value came; null where none came since the host started.</param>
/// <param name="Lag">
/// Wall seconds from the server's time stamp of that value to its receipt here: link, buffer and any difference of the two clocks, so it may be below zero.
/// </param>
/// <param name="ServerCertificate">The one that the server showed at the newest connection; null before the first.</param>
/// <param name="GatewayCertificate">The one that the gateway shows this server; not the one of the link to the host.</param>
public sealed record EndpointLinkView(
    string Name, string SecurityPolicy, string? Gateway, string? State, string? Detail, Freshness Signals, double? ValueAge, double? Lag, ExpiryView? ServerCertificate, ExpiryView? GatewayCertificate);

/// <param name="DaysLeft">Below zero once it is over.</param>
/// <param name="WithinDays">30, 14 or 3: it ends within so many days; 0 once it is over, null while there is more time.</param>
public sealed record ExpiryView(DateTimeOffset NotAfter, double DaysLeft, int? WithinDays)
{
    private static readonly int[] Warnings = [3, 14, 30];

    public static ExpiryView? Of(DateTimeOffset? notAfter, DateTimeOffset now) => notAfter is { } end ? Of(end, now) : null;

    public static ExpiryView Of(DateTimeOffset notAfter, DateTimeOffset now)
    {
        double left = (notAfter - now).TotalDays;
        return new(notAfter, left, left <= 0 ? 0 : Warnings.Where(days => left <= days).Select(days => (int?)days).FirstOrDefault());
    }
}

/// <param name="Name">ca, core or gateway: what it is for, and its file in the folder <c>pki</c>.</param>
/// <param name="DaysLeft">Below zero once it is over.</param>
/// <param name="WithinDays">As of <see cref="ExpiryView"/>.</param>
public sealed record CertificateView(string Name, string Subject, DateTimeOffset NotAfter, double DaysLeft, int? WithinDays);

/// <summary>The way of the values from the plant's servers into this host, hop by hop.</summary>
public static class ConnectionEndpoints
{
    public static void MapConnections(this IEndpointRouteBuilder api) => api.MapGet("/connections", (PlantDefinition plant, Gateways gateways, LiveValues live, PlantPki pki, TimeProvider time) =>
    {
        // Where two tell of the same server, the one that is there is right.
        GatewayStatus[] known = [.. gateways.All.OrderByDescending(gateway => gateway.Connected)];
        DateTimeOffset now = time.GetUtcNow();
        return new ConnectionsView(
            [.. gateways.All.Select(gateway => new GatewayLinkView(
                gateway.Name, gateway.Connected, gateway.Since, gateway.TickedAt is { } at ? time.GetElapsedTime(at).TotalSeconds : null, gateway.Buffered, gateway.Dropped,
                gateway.DroppedTelemetry, gateway.DroppedDiagnostic, gateway.Behind?.TotalSeconds, gateway.LevelIn?.TotalSeconds, EasingView.Of(gateway.Easing)))],
            [.. plant.Endpoints.Select(endpoint => View(endpoint, plant, known, live, time))],
            [.. pki.Certificates.Select(certificate => View(certificate.Name, certificate.Subject, ExpiryView.Of(certificate.NotAfter, now)))]);
    }).WithName("connections").WithSummary("Gateways, the servers behind them, and the certificates of the link: state, lag, buffer, easing, drops, expiry");

    private static CertificateView View(string name, string subject, ExpiryView expiry) => new(name, subject, expiry.NotAfter, expiry.DaysLeft, expiry.WithinDays);

    private static EndpointLinkView View(EndpointDefinition endpoint, PlantDefinition plant, IEnumerable<GatewayStatus> gateways, LiveValues live, TimeProvider time)
    {
        LineDefinition[] lines = [.. plant.Lines.Where(line => line.Endpoint == endpoint.Name)];
        LiveValue[] values = [.. live.All.Where(value => lines.Any(line => TwinDirectory.IsBelow(value.Signal.Id, line.Id)))];
        LiveValue? newest = values.Where(value => value.Age is not null).MinBy(value => value.Age);
        // Read anew, right before the clock: its age is as of that moment.
        double? lag = newest is not null && live.Find(newest.Signal.Id) is { Age: { } age, Sample: { } sample } ? (time.GetUtcNow() - age - sample.ServerTime).TotalSeconds : null;
        (string? gateway, EndpointState? told) = gateways
            .Select(gateway => (gateway.Name, State: gateway.Endpoints.FirstOrDefault(state => state.Name == endpoint.Name))).FirstOrDefault(found => found.State is not null);
        int stale = values.Count(value => value.Quality == ShownQuality.Stale), bad = values.Count(value => value.Quality == ShownQuality.Bad);
        return new(
            endpoint.Name, endpoint.SecurityPolicy, gateway, told?.State, told?.Detail, new Freshness(values.Length, values.Length - stale - bad, stale, bad), newest?.Age?.TotalSeconds, lag,
            ExpiryView.Of(told?.ServerCertificateUntil, time.GetUtcNow()), ExpiryView.Of(told?.GatewayCertificateUntil, time.GetUtcNow()));
    }
}
