using System.Text.RegularExpressions;
using DigitalTwin.Acceptance.Processes;
using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Acceptance;

/// <summary>What docs/connect-a-server.md says, done as it stands there: with the plant's own OPC UA server, and no host.</summary>
public sealed partial class ConnectAServerTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);

    private readonly string data = Checkout.NewDataFolder();
    private readonly List<Running> running = [];

    [Fact]
    public async Task A_server_becomes_a_definition_that_the_host_takes_once_it_is_trusted_with_the_command_that_was_printed()
    {
        int port = await StartServerAsync();
        string file = Path.Combine(data, "my-plant.json");
        (int refused, string said) = await TwinAsync("plant", "browse", $"opc.tcp://127.0.0.1:{port}", "--out", file, "--data", data, "--timeout", "60");
        Assert.Equal((4, false), (refused, File.Exists(file)));
        string[] next = NextCommand().Match(said).Groups[1].Value.Split(' ');
        Assert.Equal(["plant", "browse"], next[..2]);

        Assert.Equal(0, (await TwinAsync(next)).ExitCode);
        PlantDefinition made = Assert.IsType<PlantReading.Valid>(PlantFile.Read(File.ReadAllBytes(file))).Plant;
        SignalDefinition vibration = made.Signals.Single(signal => signal.Node == "nsu=urn:leipzig:body:line1;s=Cell3.Robot.Vibration");
        Assert.Equal(("plant.area.line.Cell3.Robot.Vibration", "mm/s", 0, 25), (vibration.Id, vibration.Unit, vibration.Low, vibration.High));

        Assert.Equal(0, (await TwinAsync("plant", "check", file, "--data", data, "--timeout", "60")).ExitCode);
        string[] check = ["plant", "check", Checkout.PlantFile, "--endpoint", $"body-line1=opc.tcp://127.0.0.1:{port}", "--data", data, "--timeout", "60"];
        (int same, said) = await TwinAsync(check);
        Assert.Equal((0, true), (same, said.Contains("279 nodes compared, 0 differences", StringComparison.Ordinal)));
    }

    public void Dispose()
    {
        foreach (Running part in running)
            part.Dispose();
    }

    private async Task<int> StartServerAsync()
    {
        Running plant = Keep(Running.Dotnet(Checkout.VirtualPlant, "--data", data, "--port", "0"));
        await plant.ReadyAsync(Bound);
        Running server = Keep(Running.Node(Checkout.OpcUaServer, "--data", data, "--port", "0"));
        return (await server.ReadyAsync(Bound)).GetProperty("port").GetInt32();
    }

    private async Task<(int ExitCode, string Said)> TwinAsync(params string[] arguments)
    {
        Running twin = Keep(Running.Dotnet(Checkout.Cli, arguments));
        return (await twin.ExitAsync(Bound), twin.Everything);
    }

    private Running Keep(Running part)
    {
        running.Add(part);
        return part;
    }

    [GeneratedRegex(@"then run: twin (.*) \[UNTRUSTED\]")]
    private static partial Regex NextCommand();
}
