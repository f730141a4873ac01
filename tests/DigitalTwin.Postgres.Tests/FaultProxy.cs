using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DigitalTwin.Postgres.Tests;

/// <summary>A network between a journal and its server that breaks where the test wants it.</summary>
public sealed class FaultProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly int server;
    private readonly List<TcpClient> sockets = [];
    private readonly Lock gate = new();
    private long bytesLeft = long.MaxValue;
    private bool cutsAnswers;
    private byte[]? freezeAfter;
    private volatile bool refusing;
    private readonly ManualResetEventSlim open = new(initialState: true);

    public FaultProxy(int server)
    {
        this.server = server;
        listener.Start();
        _ = Task.Run(Accept);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public string ConnectionString => TestServer.To(Port);

    /// <summary>A cut has happened since it was last asked for.</summary>
    public bool HasCut { get; private set; }

    /// <summary>New connections are dropped at once.</summary>
    public bool Refusing
    {
        get => refusing;
        set => refusing = value;
    }

    /// <summary>Set while something is held back.</summary>
    public ManualResetEventSlim Frozen { get; } = new();

    /// <summary>All connections break once so many bytes more have passed, to the server or from it.</summary>
    public void CutAfter(long bytes, bool answers)
    {
        lock (gate) (bytesLeft, cutsAnswers, HasCut) = (bytes, answers, false);
    }

    public void DoNotCut() => CutAfter(long.MaxValue, answers: false);

    /// <summary>From the request on that contains this text nothing passes to the server; the request itself does.</summary>
    public void FreezeAfter(string request)
    {
        lock (gate) freezeAfter = Encoding.ASCII.GetBytes(request);
    }

    public void Thaw()
    {
        lock (gate)
        {
            Frozen.Reset();
            open.Set();
        }
    }

    public void Dispose()
    {
        listener.Stop();
        open.Set();
        Break();
        listener.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var near = await listener.AcceptTcpClientAsync();
                if (refusing)
                {
                    near.Dispose();
                    continue;
                }

                var far = new TcpClient { NoDelay = true };
                near.NoDelay = true;
                lock (gate) sockets.AddRange([near, far]);
                try
                {
                    await far.ConnectAsync(IPAddress.Loopback, server);
                }
                catch (SocketException)
                {
                    near.Dispose();
                    continue;
                }

                Pump(near, far, answers: false);
                Pump(far, near, answers: true);
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Pump(TcpClient from, TcpClient to, bool answers) => new Thread(() =>
    {
        try
        {
            var buffer = new byte[64 * 1024];
            var (source, target) = (from.GetStream(), to.GetStream());
            for (int read; (read = source.Read(buffer)) > 0;)
            {
                if (!answers) open.Wait();
                var passing = Allowed(read, answers);
                target.Write(buffer, 0, passing);
                if (passing < read)
                {
                    Break();
                    return;
                }

                if (!answers) FreezeIfAsked(buffer.AsSpan(0, read));
            }
        }
        catch (Exception broken) when (broken is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut, or one end has gone.
        }

        from.Dispose();
        to.Dispose();
    })
    { IsBackground = true }.Start();

    private int Allowed(int read, bool answers)
    {
        lock (gate)
        {
            if (answers != cutsAnswers || bytesLeft == long.MaxValue) return read;
            var allowed = (int)Math.Min(read, bytesLeft);
            bytesLeft -= allowed;
            if (allowed == read) return read;
            bytesLeft = long.MaxValue;
            HasCut = true;
            return allowed;
        }
    }

    private void FreezeIfAsked(ReadOnlySpan<byte> request)
    {
        lock (gate)
        {
            if (freezeAfter is null || request.IndexOf(freezeAfter) < 0) return;
            freezeAfter = null;
            open.Reset();
            Frozen.Set();
        }
    }

    private void Break()
    {
        lock (gate)
        {
            foreach (var socket in sockets)
            {
                // Reset instead of an orderly end, as a broken network does.
                if (socket.Client is { } open) open.LingerState = new LingerOption(enable: true, 0);
                socket.Dispose();
            }

            sockets.Clear();
        }
    }
}
