using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;
using DigitalTwin.VirtualPlant.Serving;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class ServingTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("virtual-plant-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    [Fact]
    public async Task A_client_that_does_not_read_is_dropped_and_never_makes_the_plant_wait()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var reader = new TcpClient();
        await reader.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var client = new Client(await listener.AcceptTcpClientAsync(), "slow");
        var running = client.Run(Channel.CreateBounded<(Client, WriteRequest)>(1).Writer);
        var line = new byte[1 << 20];
        var clock = Stopwatch.StartNew();
        for (var sent = 0; sent < 64; sent++)
            client.Send(line);
        Assert.True(client.Gone);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5));
        await running.WaitAsync(RealPlant.Patience);
    }

    [Fact]
    public async Task The_ports_of_other_processes_are_kept_and_a_lock_whose_owner_died_is_broken()
    {
        var folder = Directory.CreateDirectory(Path.Combine(data, "run")).FullName;
        var ports = Path.Combine(folder, "ports.json");
        File.WriteAllText(ports, """{"http":5080,"plant":1}""");
        File.WriteAllText(ports + ".lock", "");
        File.SetLastWriteTimeUtc(ports + ".lock", DateTime.UtcNow.AddSeconds(-6));
        await PortsFile.Publish(data, "plant", 4711, CancellationToken.None);
        var root = JsonDocument.Parse(File.ReadAllText(ports)).RootElement;
        Assert.Equal((5080, 4711), (root.GetProperty("http").GetInt32(), root.GetProperty("plant").GetInt32()));
        Assert.False(File.Exists(ports + ".lock"));
    }
}
