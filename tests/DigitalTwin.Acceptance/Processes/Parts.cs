using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace DigitalTwin.Acceptance.Processes;

/// <summary>Plant, OPC UA server and gateway as processes of their own, as <c>--attach</c> wants them.</summary>
public sealed class Parts : IDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);

    /// <summary>The plant's breaks follow the clock on the wall; without them it makes something whenever the tests run.</summary>
    private const string NoBreaks = """ "timetable": {"breaks": [], "shiftStarts": []} """;

    private readonly List<Running> running = [];

    private Parts(string data) => Data = data;

    public string Data { get; }

    public int HttpPort { get; } = FreePort();

    public int EdgePort { get; } = FreePort();

    public int OpcUaPort { get; } = FreePort();

    public int PlantPort { get; private set; }

    public Running Plant { get; private set; } = null!;

    public Running Gateway { get; private set; } = null!;

    /// <summary>Starts the host, then the parts in the order in which each finds the one before it.</summary>
    /// <param name="breakdowns">JSON list of scripted breakdowns.</param>
    public static async Task<(HostProcess Host, Parts Parts)> StartAsync(double speed, string breakdowns = "[]")
    {
        var parts = new Parts(Checkout.NewDataFolder());
        HostProcess? host = null;
        try
        {
            host = await parts.StartHostAsync();
            string file = Path.Combine(parts.Data, "physics.json");
            File.WriteAllText(file, $$"""{"scriptedBreakdowns": {{breakdowns}}, {{NoBreaks}}}""");
            parts.Plant = parts.Keep(Running.Dotnet(Checkout.VirtualPlant, "--data", parts.Data, "--port", "0", "--speed", $"{speed}", "--physics", file));
            parts.PlantPort = (await parts.Plant.ReadyAsync(ReadyWithin)).GetProperty("port").GetInt32();
            Running server = parts.Keep(Running.Node(Checkout.OpcUaServer, "--data", parts.Data, "--port", $"{parts.OpcUaPort}", "--plant-port", $"{parts.PlantPort}"));
            JsonElement ready = await server.ReadyAsync(ReadyWithin);
            parts.Gateway = parts.Keep(Running.Node(
                Checkout.Gateway, "--data", parts.Data, "--plant", Checkout.PlantFile, "--core", $"wss://127.0.0.1:{parts.EdgePort}/edge/v1",
                "--endpoint", $"body-line1=opc.tcp://127.0.0.1:{parts.OpcUaPort}", "--trust", ready.GetProperty("certificate").GetString()!));
            await host.ReadyAsync();
            return (host, parts);
        }
        catch
        {
            host?.Dispose();
            parts.Dispose();
            throw;
        }
    }

    public Task<HostProcess> StartHostAsync() => HostProcess.AttachAsync(Data, HttpPort, EdgePort);

    public void Dispose()
    {
        foreach (Running part in running)
            part.Dispose();
    }

    private Running Keep(Running part)
    {
        running.Add(part);
        return part;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
