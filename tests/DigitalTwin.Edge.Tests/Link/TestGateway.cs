using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using DigitalTwin.Edge.Link;
using DigitalTwin.Edge.Pki;
using DigitalTwin.Edge.Tests.Ingest;
using Google.Protobuf;

namespace DigitalTwin.Edge.Tests.Link;

/// <summary>A gateway's end of the link: a real WebSocket client with a client certificate.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    /// <summary>Bounds a wait for the other side; a test that reaches it has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket socket = new();
    private readonly byte[] buffer = new byte[64 << 10];

    public CoreHello Core { get; private set; } = new();
    public ulong Acknowledged { get; private set; }
    public long Credit { get; private set; }

    public static async Task<TestGateway> ConnectAsync(TestCore core, X509Certificate2? certificate = null)
    {
        var gateway = new TestGateway();
        using var own = X509Certificate2.CreateFromPemFile(Path.Combine(core.PkiFolder, "gateway.crt"), Path.Combine(core.PkiFolder, "gateway.key"));
        using var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(core.PkiFolder, "ca.crt"));
        gateway.socket.Options.ClientCertificates.Add(certificate ?? own);
        gateway.socket.Options.RemoteCertificateValidationCallback = (_, server, _, errors) =>
            (errors & System.Net.Security.SslPolicyErrors.RemoteCertificateNameMismatch) == 0
            && EdgeTls.IsIssuedBy((X509Certificate2)server!, authority, DateTimeOffset.UtcNow, "1.3.6.1.5.5.7.3.1");
        using var patience = new CancellationTokenSource(Patience);
        await gateway.socket.ConnectAsync(core.Url, patience.Token);
        return gateway;
    }

    /// <summary>Connects and greets; returns when the core has answered.</summary>
    public static async Task<TestGateway> LinkAsync(TestCore core, string bufferId = "buffer-1")
    {
        var gateway = await ConnectAsync(core);
        await gateway.GreetAsync(bufferId: bufferId);
        gateway.Core = (await gateway.ReceiveAsync())!.CoreHello;
        return gateway;
    }

    public Task GreetAsync(string name = PlantPki.GatewayName, string hash = TestCore.PlantHash, string bufferId = "buffer-1")
    {
        var hello = new GatewayHello { Gateway = name, BootId = "boot-1", BufferId = bufferId, PlantHash = hash, FirstSequence = 1, NextSequence = 1 };
        hello.Signals.AddRange(Plant.Numbers);
        return SendAsync(new Frame { GatewayHello = hello });
    }

    public Task SendAsync(Frame frame) => SendAsync(frame.ToByteArray());

    public async Task SendAsync(byte[] bytes)
    {
        using var patience = new CancellationTokenSource(Patience);
        await socket.SendAsync(bytes, WebSocketMessageType.Binary, true, patience.Token);
    }

    public Task SendAsync(ulong first, params Row[] rows) => SendAsync(new Frame { Samples = Plant.Frame(first, rows) });

    /// <returns>Null when the core has closed; <see cref="Closed"/> says why.</returns>
    public async Task<Frame?> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var result = await socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
        if (result.MessageType == WebSocketMessageType.Close) return null;
        var frame = Frame.Parser.ParseFrom(buffer.AsSpan(0, result.Count));
        if (frame.Credit is { } credit) Credit += credit.Samples;
        if (frame.Ack is { } ack) Acknowledged = ack.Sequence;
        return frame;
    }

    public (WebSocketCloseStatus? Status, string? Reason) Closed => (socket.CloseStatus, socket.CloseStatusDescription);

    public async Task WaitForAckAsync(ulong sequence)
    {
        while (Acknowledged < sequence)
            if (await ReceiveAsync() is null) throw new InvalidOperationException($"closed before the acknowledgement of {sequence}: {Closed}");
    }

    public async Task<(WebSocketCloseStatus? Status, string? Reason)> WaitForCloseAsync()
    {
        while (await ReceiveAsync() is not null) { }
        return Closed;
    }

    public void Drop() => socket.Abort();

    public ValueTask DisposeAsync()
    {
        socket.Abort();
        socket.Dispose();
        return ValueTask.CompletedTask;
    }
}
