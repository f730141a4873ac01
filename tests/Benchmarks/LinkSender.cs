using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using DigitalTwin.Edge.Link;
using DigitalTwin.Edge.Pki;
using Google.Protobuf;

namespace DigitalTwin.Benchmarks;

/// <summary>A gateway's end of the edge link: mutual TLS, hello, as many samples in flight as the core gives credit for.</summary>
internal sealed class LinkSender : IDisposable
{
    private readonly ClientWebSocket socket;
    private readonly SemaphoreSlim room = new(0);
    private readonly Lock gate = new();
    private TaskCompletionSource moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong acknowledged;
    private uint credit;

    private LinkSender(ClientWebSocket socket) => this.socket = socket;

    /// <param name="pki">Folder with the plant's CA and the gateway's certificate.</param>
    public static async Task<LinkSender> ConnectAsync(Uri core, string pki, string plantHash, IEnumerable<string> signals)
    {
        var socket = new ClientWebSocket();
        using var certificate = X509Certificate2.CreateFromPemFile(Path.Combine(pki, "gateway.crt"), Path.Combine(pki, "gateway.key"));
        var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(pki, "ca.crt"));
        socket.Options.ClientCertificates.Add(certificate);
        socket.Options.RemoteCertificateValidationCallback = (_, server, _, _) => EdgeTls.IsIssuedBy((X509Certificate2)server!, authority, DateTimeOffset.UtcNow);
        await socket.ConnectAsync(core, default);
        var hello = new GatewayHello { Gateway = PlantPki.GatewayName, BootId = "b", BufferId = "bench", PlantHash = plantHash, FirstSequence = 1, NextSequence = 1 };
        hello.Signals.AddRange(signals.Select((id, number) => new Signal { Number = (uint)number, Id = id }));
        var sender = new LinkSender(socket);
        await sender.SendAsync(new Frame { GatewayHello = hello }.ToByteArray());
        var buffer = new byte[4096];
        sender.credit = (await ReceiveAsync(socket, buffer)).CoreHello.Credit;
        _ = sender.ReceiveAsync(buffer);
        return sender;
    }

    public async Task SendAsync(ReadOnlyMemory<byte> frame) => await socket.SendAsync(frame, WebSocketMessageType.Binary, true, default);

    /// <summary>Waits for credit, then sends.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> frame, int samples)
    {
        while (!TryTake((uint)samples)) await room.WaitAsync();
        await SendAsync(frame);
    }

    /// <summary>Completes when the core holds everything up to this sequence.</summary>
    public async Task AcknowledgedAsync(ulong sequence)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (acknowledged >= sequence) return;
                next = moved.Task;
            }

            await next;
        }
    }

    public void Dispose()
    {
        socket.Abort();
        socket.Dispose();
    }

    private bool TryTake(uint samples)
    {
        lock (gate)
        {
            if (credit < samples) return false;
            credit -= samples;
            return true;
        }
    }

    private async Task ReceiveAsync(byte[] buffer)
    {
        try
        {
            while (true)
            {
                var frame = await ReceiveAsync(socket, buffer);
                lock (gate)
                {
                    if (frame.BodyCase == Frame.BodyOneofCase.Credit)
                    {
                        credit += frame.Credit.Samples;
                        room.Release();
                    }
                    else if (frame.BodyCase == Frame.BodyOneofCase.Ack)
                    {
                        acknowledged = frame.Ack.Sequence;
                        moved.SetResult();
                        moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    }
                }
            }
        }
        catch (Exception ended) when (ended is WebSocketException or ObjectDisposedException or OperationCanceledException)
        {
            lock (gate) moved.TrySetException(ended);   // who waits for an acknowledgement hears of it
        }
    }

    private static async Task<Frame> ReceiveAsync(ClientWebSocket socket, byte[] buffer)
    {
        var result = await socket.ReceiveAsync(buffer.AsMemory(), default);
        if (result.MessageType == WebSocketMessageType.Close) throw new WebSocketException($"the core has closed: {socket.CloseStatusDescription}");
        return Frame.Parser.ParseFrom(buffer.AsSpan(0, result.Count));
    }
}
