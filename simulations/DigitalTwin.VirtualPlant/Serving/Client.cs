using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;

namespace DigitalTwin.VirtualPlant.Serving;

/// <summary>One connection. The plant hands it lines and never waits for it; a client that does not keep up is dropped.</summary>
internal sealed class Client : IDisposable
{
    /// <summary>Half a minute of the whole plant at speed 20.</summary>
    private const int MostBytesWaiting = 32 << 20;
    private const int LongestLine = 64 << 10;

    private readonly TcpClient connection;
    private readonly NetworkStream stream;
    private readonly Channel<byte[]> outgoing = Channel.CreateUnbounded<byte[]>(new() { SingleReader = true });   // bounded by bytes below
    private readonly CancellationTokenSource end = new();
    private long waiting;

    public Client(TcpClient connection, string name)
    {
        Name = name;
        this.connection = connection;
        connection.NoDelay = true;
        stream = connection.GetStream();
    }

    public string Name { get; }
    public bool Gone => end.IsCancellationRequested;

    /// <summary>Never blocks.</summary>
    public void Send(byte[] line)
    {
        if (Gone)
            return;
        if (Interlocked.Add(ref waiting, line.Length) > MostBytesWaiting)
            Drop($"it has not read {MostBytesWaiting} bytes of values");
        else
            outgoing.Writer.TryWrite(line);
    }

    /// <summary>Sends and receives until the client is gone.</summary>
    public async Task Run(ChannelWriter<(Client, WriteRequest)> requests)
    {
        var sending = SendAll();
        try
        {
            await ReceiveAll(requests);
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The peer went away or was dropped: both end this connection and nothing else.
        }
        finally
        {
            await end.CancelAsync();
            await sending;
            connection.Dispose();
        }
    }

    private async Task SendAll()
    {
        try
        {
            await foreach (var line in outgoing.Reader.ReadAllAsync(end.Token))
            {
                await stream.WriteAsync(line, end.Token);
                Interlocked.Add(ref waiting, -line.Length);
            }
        }
        catch (Exception fault) when (fault is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            await end.CancelAsync();
        }
    }

    private async Task ReceiveAll(ChannelWriter<(Client, WriteRequest)> requests)
    {
        var reader = PipeReader.Create(stream);
        while (true)
        {
            var read = await reader.ReadAsync(end.Token);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } newline)
            {
                if (Wire.TryRead(buffer.Slice(0, newline)) is not { } request)
                {
                    Drop("it sent a line that is no write request");
                    return;
                }
                await requests.WriteAsync((this, request), end.Token);
                buffer = buffer.Slice(buffer.GetPosition(1, newline));
            }
            if (buffer.Length > LongestLine)
                Drop($"it sent a line of more than {LongestLine} bytes");
            if (read.IsCompleted || Gone)
                return;
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private void Drop(string why)
    {
        Log.Warn($"client {Name} is dropped: {why}");
        end.Cancel();
    }

    public void Dispose()
    {
        end.Cancel();
        connection.Dispose();
    }
}
