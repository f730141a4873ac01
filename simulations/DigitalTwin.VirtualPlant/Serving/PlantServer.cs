using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using DigitalTwin.VirtualPlant.Nodes;
using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Production;

namespace DigitalTwin.VirtualPlant.Serving;

/// <summary>Runs the plant at its speed and serves it on a loopback socket: one loop owns plant, checkpoint and the list of clients.</summary>
internal sealed class PlantServer(Plant plant, PhysicsParameters physics, double speed, int port, CheckpointFile checkpoints, TruthFile truth) : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(50);
    /// <summary>After a stall the plant catches up in bites of this size, so that a line of values stays small.</summary>
    private const long LongestBite = 10_000_000;
    private const int MostClients = 32;

    private readonly TcpListener listener = new(IPAddress.Loopback, port);
    private readonly Channel<Client> joining = Channel.CreateUnbounded<Client>();
    private readonly Channel<(Client, WriteRequest)> requests = Channel.CreateBounded<(Client, WriteRequest)>(256);
    private readonly List<Client> clients = [];
    private readonly List<Announcement> announcements = [];
    private readonly List<(Client Client, byte[] Line)> replies = [];
    private readonly byte[] hello = Wire.Hello(physics.Name, speed, plant.Nodes);
    private readonly string fingerprint = CheckpointFile.Fingerprint(physics);

    /// <returns>The port it listens on.</returns>
    public int Listen()
    {
        try
        {
            listener.Start();
        }
        catch (SocketException fault)
        {
            throw new Refusal($"the plant cannot listen on port {port} ({fault.Message}): end what listens there, or choose another with --port (0 takes a free one)");
        }
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async Task Run(CancellationToken stop)
    {
        var accepting = Accept(stop);
        var origin = plant.Time + Site.ScanMicros;   // before it was killed it may have told a time up to a scan after its last one
        var clock = Stopwatch.StartNew();
        var nextClock = TimeSpan.Zero;
        using var timer = new PeriodicTimer(Tick);
        try
        {
            do
            {
                var target = origin + (long)(clock.Elapsed.TotalMicroseconds * speed);
                var wall = (long)(DateTime.UtcNow - DateTime.UnixEpoch).TotalMicroseconds;
                while (!Step(target))
                    stop.ThrowIfCancellationRequested();
                if (clock.Elapsed >= nextClock)
                {
                    nextClock = TimeSpan.FromSeconds(Math.Floor(clock.Elapsed.TotalSeconds) + 1);
                    Broadcast(Wire.Clock(target, wall, speed, plant.CutOff));
                }
                Admit();
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException)
        {
            // Told to end: everything published is in the checkpoint already.
        }
        listener.Stop();
        await accepting;
    }

    /// <summary>Obeys, advances, remembers, and only then tells.</summary>
    /// <returns>Whether the plant has reached the target.</returns>
    private bool Step(long target)
    {
        while (requests.Reader.TryRead(out var item))
            replies.Add((item.Item1, Wire.Written(item.Item2.Request, plant.Write(item.Item2.Node, item.Item2.Value))));
        var bite = Math.Min(target, plant.Time + LongestBite);
        plant.Advance(bite, announcements);
        truth.Append(plant.Truths);
        if (announcements.Count > 0 || replies.Count > 0)
            checkpoints.Write(new Checkpoint(plant.Site.Seed, fingerprint, plant.Memory));
        if (announcements.Count > 0)
            Broadcast(Wire.Values(plant.Nodes, announcements));
        foreach (var (client, line) in replies)
            client.Send(line);
        announcements.Clear();
        replies.Clear();
        return bite == target;
    }

    private void Broadcast(byte[] line)
    {
        clients.RemoveAll(client => client.Gone);
        foreach (var client in clients)
            client.Send(line);
    }

    /// <summary>New clients get the newest value of everything, and from then on each tick, with none missing between.</summary>
    private void Admit()
    {
        while (joining.Reader.TryRead(out var client))
        {
            client.Send(hello);
            client.Send(Wire.Values(plant.Nodes, plant.Newest.OrderBy(announcement => announcement.At)));
            clients.Add(client);
        }
    }

    private async Task Accept(CancellationToken stop)
    {
        for (var number = 1; !stop.IsCancellationRequested; number++)
        {
            try
            {
                var connection = await listener.AcceptTcpClientAsync(stop);
                if (clients.Count >= MostClients)
                {
                    Log.Warn($"a client is refused: {MostClients} are connected");
                    connection.Dispose();
                    continue;
                }
                var client = new Client(connection, $"{number} ({connection.Client.RemoteEndPoint})");
                _ = client.Run(requests.Writer);
                joining.Writer.TryWrite(client);
            }
            catch (SocketException fault) when (!stop.IsCancellationRequested)
            {
                Log.Warn($"a client could not be accepted: {fault.Message}");
                await Task.Delay(Tick, CancellationToken.None);   // out of file handles, perhaps: others may free some
            }
            catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;   // the plant ends
            }
        }
    }

    public void Dispose()
    {
        listener.Dispose();
        foreach (var client in clients)
            client.Dispose();
    }
}
