using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Ledger;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DigitalTwin.Edge.Link;

/// <param name="PlantHash">SHA-256 (hex) of the plant definition; a gateway that runs another one is refused. Null: any.</param>
/// <param name="Credit">Samples that a gateway may have in flight.</param>
public sealed record EdgeLinkOptions(string? PlantHash = null, uint Credit = 50_000);

/// <summary>The core's end of the links to all gateways.</summary>
public sealed partial class EdgeLink(
    EdgeLinkOptions options, LiveValues live, PlantClock clock, Gateways gateways, Rejections rejections,
    SampleStore store, ITwinInbox twins, LossLedger ledger, ILogger<EdgeLink> log, IHostApplicationLifetime? lifetime = null)
{
    // One connection per gateway name: the newer one takes over when the older one has drained.
    private readonly ConcurrentDictionary<string, Connection> current = new(StringComparer.Ordinal);
    private readonly string bootId = Guid.NewGuid().ToString("n");

    public LinkCounters Counters { get; } = new();

    internal EdgeLinkOptions Options => options;
    internal LiveValues Live => live;
    internal PlantClock Clock => clock;
    internal Gateways Gateways => gateways;
    internal Rejections Rejections => rejections;
    internal SampleStore Store => store;
    internal ITwinInbox Twins => twins;
    internal LossLedger Ledger => ledger;
    internal ILogger Log => log;
    internal string BootId => bootId;
    internal bool IsEnding => lifetime?.ApplicationStopping.IsCancellationRequested == true;

    /// <summary>Maps the link at <c>/edge/v1</c>. The application needs <c>UseWebSockets</c>, and a listener with <c>UseEdgeLinkTls</c>.</summary>
    public IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints) => endpoints.Map("/edge/v1", ServeAsync).ExcludeFromDescription();

    /// <summary>Takes the place of the gateway's older connection, if any, once that one has stored all it had taken in.</summary>
    internal async Task TakeOverAsync(string gateway, Connection connection)
    {
        Connection? older = null;
        current.AddOrUpdate(gateway, connection, (_, existing) =>
        {
            older = existing;
            return connection;
        });
        if (older is not null) await older.ReplaceAsync();
    }

    internal bool Leave(string gateway, Connection connection) => current.TryRemove(new(gateway, connection));

    private async Task ServeAsync(HttpContext context)
    {
        if (context.Connection.ClientCertificate is not { } certificate)
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync("The edge link takes only gateways with a client certificate of this plant, on its own TLS port.");
            return;
        }
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            await context.Response.WriteAsync("The edge link is a WebSocket.");
            return;
        }
        // Pings find a peer that is gone without a word.
        using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            KeepAliveInterval = TimeSpan.FromSeconds(2),
            KeepAliveTimeout = TimeSpan.FromSeconds(5),
        });
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            context.RequestAborted, lifetime?.ApplicationStopping ?? CancellationToken.None);
        await new Connection(this, socket, certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false)).RunAsync(ending.Token);
    }
}
