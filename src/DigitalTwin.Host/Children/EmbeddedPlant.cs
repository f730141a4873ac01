using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Host.Startup;

namespace DigitalTwin.Host.Children;

/// <summary>
/// The one-command plant: virtual plant, OPC UA server and edge gateway as child processes, started in this order because
/// each needs to know where the one before it listens. What crosses between them is what would cross between machines.
/// </summary>
public sealed partial class EmbeddedPlant(LaunchOptions options, DataFolder data, PlantDefinition plant, HostAddresses addresses, IHostApplicationLifetime lifetime, ILoggerFactory logs) : BackgroundService
{
    private const int OldestNode = 20;
    private static readonly string[] Exits = ["--exit-with-stdin"];

    private volatile int plantPort;
    private volatile ServedEndpoints served = new(options.OpcUaPort);

    /// <exception cref="StartupException">Node.js is missing or too old.</exception>
    public static void CheckNode()
    {
        const string cure = "Install Node.js 20 or newer (Debian: apt-get install nodejs), or start with --attach to run the gateway elsewhere.";
        string version;
        try
        {
            using Process node = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true })!;
            version = node.StandardOutput.ReadToEnd().Trim();
        }
        catch (Win32Exception fault)
        {
            throw new StartupException(1, $"Node.js was not found on PATH; the gateway and the plant's OPC UA server need it. {cure}", fault);
        }

        Match major = Major().Match(version);
        if (!major.Success || int.Parse(major.Groups[1].Value, CultureInfo.InvariantCulture) < OldestNode)
            throw new StartupException(1, $"Node.js {version} is too old; the gateway and the plant's OPC UA server need {OldestNode} or newer. {cure}");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Ctrl-C reaches the children too: from that moment on, one that ends is not to be started again.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        await RunAsync(ending.Token);
    }

    private async Task RunAsync(CancellationToken stop)
    {
        await addresses.Known.WaitAsync(stop);
        var plantReady = new TaskCompletionSource();
        var serverReady = new TaskCompletionSource<string>();
        Task[] children =
        [
            Child("virtual-plant", "dotnet").RunAsync(PlantArguments, ready =>
            {
                plantPort = ready.GetProperty("port").GetInt32();
                plantReady.TrySetResult();
            }, stop),
            RunAfter(plantReady.Task, () => Child("opcua-server", "node").RunAsync(ServerArguments, ready =>
            {
                served = ServedEndpoints.Told(ready);
                serverReady.TrySetResult(ready.GetProperty("certificate").GetString()!);
            }, stop), stop),
            RunAfter(serverReady.Task, () => Child("edge-gateway", "node").RunAsync(() => GatewayArguments(serverReady.Task.Result), _ => { }, stop), stop),
        ];
        // They end when told to; one that ends before cannot be started at all, and the others would wait for it for ever.
        await await Task.WhenAny(children);
        await Task.WhenAll(children);
    }

    private IEnumerable<string> PlantArguments() =>
    [
        PlantAssembly(), "--data", data.Path, "--port", Text(plantPort), "--speed", options.Speed.ToString(CultureInfo.InvariantCulture),
        "--seed", options.Seed.ToString(CultureInfo.InvariantCulture),
        .. options.Physics is { } physics ? ["--physics", physics.FullName] : Array.Empty<string>(), .. Exits,
    ];

    private IEnumerable<string> ServerArguments() =>
        [Installation.File("simulations/opcua-server/dist/main.js"), "--data", data.Path, .. served.ServerArguments(), "--plant-port", Text(plantPort), .. Exits];

    private IEnumerable<string> GatewayArguments(string serverCertificate) =>
    [
        Installation.File("src/edge-gateway/dist/main.js"), "--data", data.Path, "--plant", options.Plant.FullName,
        "--core", $"wss://127.0.0.1:{Text(addresses.EdgePort)}/edge/v1",
        .. served.GatewayArguments(plant.Endpoints),
        "--trust", serverCertificate, .. Exits,
    ];

    // Built beside this assembly, in the same configuration: …/bin/Debug/net10.0/.
    private static string PlantAssembly()
    {
        string output = Path.GetRelativePath(Installation.File("src/DigitalTwin.Host"), AppContext.BaseDirectory);
        string built = Path.Combine(Installation.File("simulations/DigitalTwin.VirtualPlant"), output, "DigitalTwin.VirtualPlant.dll");
        return File.Exists(built) ? built : Path.Combine(AppContext.BaseDirectory, "DigitalTwin.VirtualPlant.dll");
    }

    private static async Task RunAfter(Task first, Func<Task> run, CancellationToken stop)
    {
        try
        {
            await first.WaitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        await run();
    }

    private ChildProcess Child(string name, string file) => new(name, file, data["logs"], logs.CreateLogger(name));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^v(\d+)\.")]
    private static partial Regex Major();
}
