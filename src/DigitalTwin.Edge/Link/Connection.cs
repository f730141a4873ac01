using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using DigitalTwin.Edge.Ingest;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace DigitalTwin.Edge.Link;

/// <summary>
/// One gateway's connection: hello, then frames into the ingest stages and answers out of them, until either side ends it. When it ends,
/// what was taken in is stored before the next connection of the same gateway gets its hello, so the resume point is exact.
/// </summary>
internal sealed partial class Connection(EdgeLink link, WebSocket socket, string certificateName)
{
    private const int FramesToSend = 256;
    private const int LongestFrame = 16 << 20;   // a hello that names 100,000 signals
    private static readonly TimeSpan HelloWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CloseWithin = TimeSpan.FromSeconds(1);

    private readonly Channel<Frame> outgoing = Channel.CreateBounded<Frame>(new BoundedChannelOptions(FramesToSend) { SingleReader = true });
    private readonly TaskCompletionSource replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task receiver = Task.CompletedTask;
    private Task sender = Task.CompletedTask;
    private byte[] buffer = new byte[64 << 10];

    /// <summary>Ends this connection in favour of a newer one; returns when all it had taken in is stored.</summary>
    public Task ReplaceAsync()
    {
        replaced.TrySetResult();
        return drained.Task;
    }

    /// <param name="stopping">The core goes down, or the request is gone.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        string? name = null;
        var (status, reason) = (WebSocketCloseStatus.NormalClosure, "");
        try
        {
            var hello = await ReceiveHelloAsync(stopping);
            await link.TakeOverAsync(name = hello.Gateway, this);
            await ServeAsync(hello, stopping);
        }
        catch (Exception e)
        {
            (status, reason) = Why(e);
            if (!link.IsEnding) LogEnded(link.Log, name ?? certificateName, reason.Length == 0 ? e.Message : reason);
        }
        drained.SetResult();
        if (name is not null && link.Leave(name, this)) link.Gateways.Lost(name);
        await CloseAsync(status, reason);
    }

    private async Task<GatewayHello> ReceiveHelloAsync(CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(HelloWithin);
        var hello = (await ReceiveAsync(patience.Token))?.GatewayHello ?? throw Refused("the first frame has to be a GatewayHello");
        if (hello.Gateway != certificateName) throw Refused($"gateway '{hello.Gateway}' came with the certificate of '{certificateName}'");
        if (hello.BufferId.Length is 0 or > 100) throw Refused("buffer_id has to have 1 to 100 characters");
        if (link.Options.PlantHash is { } hash && !hash.Equals(hello.PlantHash, StringComparison.OrdinalIgnoreCase))
            throw Refused("other plant definition than the core's; start the gateway with the same --plant file");
        return hello;
    }

    private async Task ServeAsync(GatewayHello hello, CancellationToken stopping)
    {
        var stored = link.Store.Stored(hello.BufferId);
        var intake = new Intake(hello.Signals, stored, link.Live, link.Rejections, link.Clock, link.Counters);
        link.Ledger.Resume(hello.BufferId, stored);
        var pipeline = new IngestPipeline(intake, link.Store, link.Twins, link.Ledger, hello.BufferId, AnswerAsync);
        link.Gateways.Connected(hello);
        LogConnected(link.Log, hello.Gateway, stored, hello.FirstSequence, hello.NextSequence);
        outgoing.Writer.TryWrite(new() { CoreHello = new() { BootId = link.BootId, StoredSequence = stored, Credit = link.Options.Credit, TakesNewest = true } });

        // The stages know nothing of the socket: when it is gone, what was taken in is stored all the same.
        var stages = pipeline.RunAsync(CancellationToken.None);
        sender = SendAsync();
        receiver = ReceiveFramesAsync(hello.Gateway, pipeline, new(hello.Signals, link.Live, link.Store.Keep), new(hello.Signals, link.Live));
        var stop = Task.Delay(Timeout.Infinite, stopping);
        try
        {
            var first = await Task.WhenAny(receiver, sender, stages, replaced.Task, stop);
            if (first == replaced.Task) throw new EndedException(WebSocketCloseStatus.PolicyViolation, "a newer connection of the same gateway took over");
            if (first == stop) throw new EndedException(WebSocketCloseStatus.EndpointUnavailable, "the core ends the connection");
            await first;
        }
        finally
        {
            pipeline.Complete();
            await stages;
        }
    }

    /// <summary>Reads until the gateway closes. Once the stages take no more, what still comes is read and left to be sent again.</summary>
    private async Task ReceiveFramesAsync(string name, IngestPipeline pipeline, ContentIntake contents, NewestIntake newest)
    {
        var decoder = new SamplesDecoder();
        while (await ReceiveBytesAsync(CancellationToken.None) is { } length)
        {
            link.Counters.AddFrame();
            var samples = ColumnPool.Rent();
            if (decoder.TryRead(buffer.AsSpan(0, length), samples, out var first))
            {
                link.Counters.AddSamples(samples.Count);
                await pipeline.TryWriteAsync(samples, first);
                continue;
            }
            var frame = Parsed(length);
            switch (frame.BodyCase)
            {
                case Frame.BodyOneofCase.Samples:
                    decoder.Read(frame.Samples, samples);
                    link.Counters.AddSamples(samples.Count);
                    await pipeline.TryWriteAsync(samples, frame.Samples.FirstSequence);
                    continue;
                case Frame.BodyOneofCase.Waveform:
                    decoder.Read(contents.Keep(frame.Waveform), samples);
                    link.Counters.AddSamples(samples.Count);
                    await pipeline.TryWriteAsync(samples, frame.Waveform.Sequence);
                    continue;
                case Frame.BodyOneofCase.Thinned:
                    if (frame.Thinned.Rows is { } rows) decoder.Read(rows, samples);
                    link.Counters.AddSamples(samples.Count);
                    await pipeline.TryWriteAsync(samples, frame);
                    continue;
                case Frame.BodyOneofCase.Gap or Frame.BodyOneofCase.Counts:
                    await pipeline.TryWriteAsync(frame);
                    break;
                case Frame.BodyOneofCase.Newest:
                    if (frame.Newest.Rows is { } ahead) decoder.ReadUnnumbered(ahead, samples);
                    newest.Show(samples, frame.Newest.AgeMs);   // at once: in the stages it would wait behind what it is ahead of
                    break;
                case Frame.BodyOneofCase.Tick:
                    Take(name, frame.Tick);
                    break;
                case Frame.BodyOneofCase.CommandReport:
                    break;   // no command was sent: commands come with the guard pipeline
                default:
                    throw new MalformedFrameException($"a gateway does not send {frame.BodyCase}");
            }
            ColumnPool.Return(samples);
        }
    }

    private void Take(string name, Tick tick)
    {
        if (tick.PlantTimeUs != 0)   // the gateway ticks before the plant has told it the time
        {
            if (!(tick.Speed is > 0 and < 1e6) || tick.PlantTimeUs is < 0 or >= 253_402_300_800_000_000)
                throw new MalformedFrameException("a tick carries a plant time after 1970 and a speed above 0, or neither");
            link.Clock.Announce(DateTimeOffset.UnixEpoch.AddTicks(tick.PlantTimeUs * TimeSpan.TicksPerMicrosecond), tick.Speed, tick.ClockStands);
        }
        link.Gateways.Ticked(name, tick);
        var easing = link.Gateways.Easing;
        link.Live.Ease(easing.Telemetry, easing.Diagnostic);
    }

    /// <summary>Stages answer through here. Once the socket is gone there is nobody to answer, and storing goes on.</summary>
    private async ValueTask AnswerAsync(Frame frame, CancellationToken cancellation)
    {
        try
        {
            await outgoing.Writer.WriteAsync(frame, cancellation);
        }
        catch (ChannelClosedException)
        {
        }
    }

    private async Task SendAsync()
    {
        await foreach (var frame in outgoing.Reader.ReadAllAsync())
            await socket.SendAsync(frame.ToByteArray(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
    }

    private async Task<Frame?> ReceiveAsync(CancellationToken cancellation) => await ReceiveBytesAsync(cancellation) is { } length ? Parsed(length) : null;

    /// <returns>Length of the frame in the buffer; null when the gateway has closed.</returns>
    private async ValueTask<int?> ReceiveBytesAsync(CancellationToken cancellation)
    {
        var length = 0;
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
            if (result.MessageType == WebSocketMessageType.Close) return null;
            if (result.MessageType != WebSocketMessageType.Binary) throw new MalformedFrameException("frames are binary");
            length += result.Count;
            if (result.EndOfMessage) return length;
            if (length < buffer.Length) continue;
            if (length >= LongestFrame) throw new MalformedFrameException($"a frame is longer than {LongestFrame} bytes");
            Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    private Frame Parsed(int length)
    {
        try
        {
            return Frame.Parser.ParseFrom(buffer.AsSpan(0, length));
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new MalformedFrameException($"a frame of {length} bytes is no edge.proto Frame: {e.Message}");
        }
    }

    private (WebSocketCloseStatus, string) Why(Exception e)
    {
        switch (e)
        {
            case EndedException ended:
                return (ended.Status, ended.Message);
            case MalformedFrameException:
                link.Counters.AddMalformed();
                return (WebSocketCloseStatus.InvalidPayloadData, e.Message);
            case WebSocketException or OperationCanceledException:
                return (WebSocketCloseStatus.EndpointUnavailable, "");   // the connection is gone: nobody reads a reason
            default:
                return (WebSocketCloseStatus.InternalServerError, $"the core could not store: {e.Message}");
        }
    }

    /// <summary>
    /// Says why and waits a moment for the other side to close too. A pending receive is not cancelled before: that would tear the
    /// connection down, and the reason with it.
    /// </summary>
    private async Task CloseAsync(WebSocketCloseStatus status, string reason)
    {
        using var patience = new CancellationTokenSource(CloseWithin);
        try
        {
            outgoing.Writer.TryComplete();
            await sender.WaitAsync(patience.Token);
            await socket.CloseOutputAsync(status, Fitting(reason), patience.Token);
            await receiver.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (socket.State == WebSocketState.CloseSent) await socket.ReceiveAsync(buffer, patience.Token);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            // Gone, or silent for too long; there is nobody to tell.
        }
        socket.Abort();
        await receiver.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await sender.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>RFC 6455, 5.5: a close frame has room for 123 bytes of reason.</summary>
    private static string Fitting(string reason)
    {
        while (Encoding.UTF8.GetByteCount(reason) > 123) reason = reason[..^1];
        return reason;
    }

    private EndedException Refused(string reason)
    {
        link.Counters.AddRefused();
        return new(WebSocketCloseStatus.PolicyViolation, reason);
    }

    private sealed class EndedException(WebSocketCloseStatus status, string reason) : Exception(reason)
    {
        public WebSocketCloseStatus Status => status;
    }

    [LoggerMessage(1, LogLevel.Information, "gateway {Gateway} connected; stored up to {Stored}, it holds {First} to before {Next}")]
    private static partial void LogConnected(ILogger log, string gateway, ulong stored, ulong first, ulong next);

    [LoggerMessage(2, LogLevel.Warning, "connection of gateway {Gateway} ended: {Reason}")]
    private static partial void LogEnded(ILogger log, string gateway, string reason);
}
