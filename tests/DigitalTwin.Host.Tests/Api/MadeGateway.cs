using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Link;
using DigitalTwin.Edge.Pki;
using Google.Protobuf;

namespace DigitalTwin.Host.Tests.Api;

/// <param name="Text">Null for a number.</param>
internal sealed record Made(string Signal, DateTimeOffset At, double Number, string? Text = null, uint Status = 0)
{
    public const uint Bad = 0x8000_0000;
    public const uint Uncertain = 0x4000_0000;

    public static Made State(string twin, DateTimeOffset at, PackmlState state) => new($"{twin}.state", at, (double)state);
}

/// <summary>The other end of the edge link: a real WebSocket client over mutual TLS that sends values the test has made up.</summary>
internal sealed class MadeGateway : IAsyncDisposable
{
    private readonly string[] ids;

    private readonly ClientWebSocket socket = new();
    private readonly Channel<Frame> received = Channel.CreateUnbounded<Frame>();
    private ulong next;
    private ulong acknowledged;
    private ulong ticks;
    private readonly Dictionary<uint, ulong> numbered = [];

    public static ClientWebSocket Client(string data, ClientWebSocket? socket = null)
    {
        socket ??= new ClientWebSocket();
        string pki = Path.Combine(data, "pki");
        socket.Options.ClientCertificates.Add(Certificate(data));
        X509Certificate2 authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(pki, "ca.crt"));
        socket.Options.RemoteCertificateValidationCallback = (_, server, _, _) => EdgeTls.IsIssuedBy((X509Certificate2)server!, authority, DateTimeOffset.UtcNow);
        return socket;
    }

    public static X509Certificate2 Certificate(string data)
    {
        string pki = Path.Combine(data, "pki");
        return X509Certificate2.CreateFromPemFile(Path.Combine(pki, "gateway.crt"), Path.Combine(pki, "gateway.key"));
    }

    private MadeGateway(IEnumerable<string> signals) => ids = [.. signals];

    /// <param name="plant">Where the host runs another plant than <see cref="MadePlant"/>.</param>
    public static async Task<MadeGateway> LinkAsync(HostUnderTest host, byte[]? plant = null)
    {
        PlantDefinition definition = plant is null ? MadePlant.Definition : ((PlantReading.Valid)PlantFile.Read(plant)).Plant;
        var gateway = new MadeGateway(definition.Signals.Select(signal => signal.Id));
        Client(host.Data, gateway.socket);
        using var patience = new CancellationTokenSource(Wait.Patience);
        await gateway.socket.ConnectAsync(new Uri($"wss://127.0.0.1:{host.EdgePort}/edge/v1"), patience.Token);
        var hello = new GatewayHello { Gateway = PlantPki.GatewayName, BootId = "boot-1", BufferId = "buffer-1", PlantHash = Convert.ToHexStringLower(SHA256.HashData(plant ?? MadePlant.File)), FirstSequence = 1, NextSequence = 1 };
        hello.Signals.AddRange(gateway.ids.Select((id, number) => new Signal { Number = (uint)number, Id = id }));
        _ = gateway.ReadOnAsync();
        await gateway.SendAsync(new Frame { GatewayHello = hello });
        Frame core = await gateway.ReceiveAsync();
        gateway.next = core.CoreHello.StoredSequence + 1;
        return gateway;
    }

    /// <summary>Ends when the host has acknowledged: twins and history hold it.</summary>
    public async Task ReportAsync(params IEnumerable<Made> values)
    {
        await SendAsync(values);
        while (acknowledged < next - 1)
            await ReceiveAsync();
    }

    /// <summary>A first value for every signal, so that the host is ready.</summary>
    public Task ReportAllAsync(DateTimeOffset at) => ReportAsync(MadePlant.Definition.Signals.Select(signal => signal.Role switch
    {
        SignalRole.State => new Made(signal.Id, at, (double)PackmlState.Idle),
        SignalRole.Mode => new Made(signal.Id, at, (double)UnitMode.Production),
        SignalRole.Setpoint => new Made(signal.Id, at, 100),
        _ when signal.Type == SignalType.Text => new Made(signal.Id, at, double.NaN, ""),
        _ => new Made(signal.Id, at, 0),
    }));

    public async Task SendAsync(params IEnumerable<Made> values)
    {
        var frame = new Samples { FirstSequence = next, BaseSourceUs = Micros(MadePlant.Morning), BaseServerUs = Micros(DateTimeOffset.UtcNow) };
        uint row = 0;
        foreach (Made value in values)
        {
            uint number = (uint)Array.IndexOf(ids, value.Signal);
            numbered[number] = numbered.GetValueOrDefault(number) + 1;
            frame.Signal.Add(number);
            frame.SourceDtUs.Add(Micros(value.At) - frame.BaseSourceUs);
            frame.ServerDtUs.Add(0);
            frame.Value.Add(value.Number);
            if (value.Status != 0)
            {
                frame.StatusRow.Add(row);
                frame.StatusCode.Add(value.Status);
            }

            if (value.Text is not null)
            {
                frame.TextRow.Add(row);
                frame.Text.Add(value.Text);
            }

            row++;
        }

        next += row;
        await SendAsync(new Frame { Samples = frame });
    }

    /// <summary>A value ahead of older ones that wait here.</summary>
    public Task TellAheadAsync(Made value) => SendAsync(new Frame
    {
        Newest = new()
        {
            Rows = new() { BaseSourceUs = Micros(value.At), BaseServerUs = Micros(DateTimeOffset.UtcNow), Signal = { (uint)Array.IndexOf(ids, value.Signal) }, SourceDtUs = { 0 }, ServerDtUs = { 0 }, Value = { value.Number } },
            AgeMs = { 0 },
        },
    });

    /// <summary>Ends when the host has acknowledged.</summary>
    public async Task ReportAsync(string signal, DateTimeOffset at, string format, byte[] content)
    {
        uint number = (uint)Array.IndexOf(ids, signal);
        numbered[number] = numbered.GetValueOrDefault(number) + 1;
        await SendAsync(new Frame { Waveform = new() { Sequence = next++, Signal = number, SourceUs = Micros(at), ServerUs = Micros(DateTimeOffset.UtcNow), Format = format, Content = ByteString.CopyFrom(content) } });
        while (acknowledged < next - 1)
            await ReceiveAsync();
    }

    public Task TickAsync(DateTimeOffset plantTime, double speed = 1)
    {
        var tick = new Tick { Counter = ++ticks, BootId = "boot-1", PlantTimeUs = Micros(plantTime), Speed = speed, Buffered = 3, Dropped = 2, BehindSeconds = 83.5, LevelInSeconds = 41, EasingLevel = 1, EasingSinceUs = Micros(plantTime), EasingWhy = "its buffer is 61 % full", EasedDiagnosticMs = 500 };
        tick.Endpoints.Add(new EndpointStatus { Name = "body", State = "connected", Detail = "20 signals", ServerCertificateUntilUs = Micros(DateTimeOffset.UtcNow.AddDays(13)), OwnCertificateUntilUs = Micros(DateTimeOffset.UtcNow.AddDays(400)) });
        return SendAsync(new Frame { Tick = tick });
    }

    public async Task GapAsync(DateTimeOffset from, DateTimeOffset to, string reason, params string[] signals)
    {
        var gap = new Gap { Sequence = next++, FromUs = Micros(from), ToUs = Micros(to), Reason = reason };
        gap.Signal.Add(signals.Select(signal => (uint)Array.IndexOf(ids, signal)));
        await SendAsync(new Frame { Gap = gap });
        while (acknowledged < next - 1)
            await ReceiveAsync();
    }

    /// <summary>Numbers these values as if they had been sent.</summary>
    public void Lose(params IEnumerable<string> signals)
    {
        foreach (string signal in signals)
        {
            uint number = (uint)Array.IndexOf(ids, signal);
            numbered[number] = numbered.GetValueOrDefault(number) + 1;
            next++;
        }
    }

    /// <summary>Tells what it has numbered since it was linked, where that was with an empty buffer.</summary>
    public Task CountsAsync() => SendAsync(new Frame { Counts = new() { Sequence = next - 1, Since = 1, Signal = { numbered.Keys }, Sampled = { numbered.Values } } });

    public ValueTask DisposeAsync()
    {
        socket.Abort();
        socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private async Task SendAsync(Frame frame)
    {
        using var patience = new CancellationTokenSource(Wait.Patience);
        await socket.SendAsync(frame.ToByteArray(), WebSocketMessageType.Binary, true, patience.Token);
    }

    private async Task<Frame> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Wait.Patience);
        Frame frame = await received.Reader.ReadAsync(patience.Token);
        if (frame.Ack is { } ack)
            acknowledged = ack.Sequence;
        return frame;
    }

    /// <summary>Reads all the time: a link whose pings are not answered while nobody waits for a frame would be taken for dead.</summary>
    private async Task ReadOnAsync()
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult result = await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None);
                if (result.MessageType == WebSocketMessageType.Close)
                    throw new InvalidOperationException($"The host has ended the link: {socket.CloseStatusDescription}");
                received.Writer.TryWrite(Frame.Parser.ParseFrom(buffer.AsSpan(0, result.Count)));
            }
        }
        catch (Exception ended)
        {
            received.Writer.TryComplete(ended);
        }
    }
}
