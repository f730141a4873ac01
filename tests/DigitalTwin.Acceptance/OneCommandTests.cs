using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using DigitalTwin.Acceptance.Processes;

[assembly: System.Runtime.Versioning.SupportedOSPlatform("linux")]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace DigitalTwin.Acceptance;

/// <summary>What a newcomer gets from the one command, and what is left of it afterwards.</summary>
public class OneCommandTests
{
    private static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RefusedWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ToldWithin = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task One_command_brings_up_a_live_plant_and_ctrl_c_takes_everything_down()
    {
        string data = Checkout.NewDataFolder();
        using HostProcess host = await HostProcess.StartAsync(data);
        await host.ReadyAsync();
        IReadOnlyList<int> children = host.Running.Descendants();
        Assert.Equal(3, children.Count);

        host.Running.Interrupt();

        Assert.Equal(0, await host.Running.ExitAsync(GoneWithin));
        await NothingIsLeftOf(children);
    }

    [Fact]
    public async Task The_whole_plant_comes_up_by_the_README_s_options_with_a_server_for_each_area()
    {
        using HostProcess host = await HostProcess.StartAsync(Checkout.NewDataFolder(),
            "--plant", Path.Combine(Checkout.Root, "simulations/plants/leipzig.json"), "--physics", Path.Combine(Checkout.Root, "simulations/scenarios/whole-plant.json"));
        await host.ReadyAsync();
        string[] areas = ["stamping connected", "body connected", "paint connected", "store connected", "assembly connected", "crib connected"];
        // The gateway tells of its servers once a second.
        await Wait.UntilAsync(
            async () => areas.SequenceEqual((await host.GetAsync("/api/v1/connections")).GetProperty("endpoints").EnumerateArray().Select(endpoint => $"{endpoint.GetProperty("name")} {endpoint.GetProperty("state")}")),
            ToldWithin, () => string.Join(", ", areas));
    }

    [Fact]
    public async Task A_booth_that_the_tool_crib_has_no_nozzles_for_is_in_the_list_of_stops_with_the_fault_that_says_so()
    {
        string data = Checkout.NewDataFolder();
        string physics = Path.Combine(data, "no-nozzles.json");
        File.WriteAllText(physics, """
            {"layout": "leipzig", "timetable": {"breaks": [], "shiftStarts": []}, "paint": {"booth": {"bodiesOfNozzles": 1}},
             "crib": {"sprayNozzles": {"stockAtStart": 0, "reorderAt": 0, "perDelivery": 1, "leadHours": 1000, "lateShare": 0}}}
            """);
        using HostProcess host = await HostProcess.StartAsync(data, "--speed", "20", "--plant", Path.Combine(Checkout.Root, "simulations/plants/leipzig.json"), "--physics", physics);
        await host.ReadyAsync();
        string seen = "";
        await Wait.UntilAsync(
            async () =>
            {
                JsonElement stops = await host.GetAsync("/api/v1/stops?scope=leipzig.paint.topcoat.booth1");
                seen = stops.ToString();
                return stops.GetProperty("items").EnumerateArray().Any(stop => stop.GetProperty("state").GetString() == "Held" && stop.GetProperty("fault").ToString() == "5390");
            },
            TimeSpan.FromMinutes(2), () => $"booth 1 to stand for want of nozzles, not {seen}");
        Assert.Contains((await host.GetAsync("/api/v1/stop-reasons")).GetProperty("items").EnumerateArray(), reason => reason.GetProperty("code").GetString() == "tool-missing");
    }

    [Theory]
    [InlineData("edge-gateway/dist")]
    [InlineData("opcua-server/dist")]
    [InlineData("DigitalTwin.VirtualPlant.dll")]
    public async Task A_part_that_hangs_does_not_hold_up_ctrl_c(string part)
    {
        using HostProcess host = await HostProcess.StartAsync(Checkout.NewDataFolder());
        await host.ReadyAsync();
        IReadOnlyList<int> children = host.Running.Descendants();
        Running.Signal(Assert.Single(children, child => File.ReadAllText($"/proc/{child}/cmdline").Contains(part, StringComparison.Ordinal)), "STOP");

        host.Running.Interrupt();

        Assert.Equal(0, await host.Running.ExitAsync(GoneWithin));
        await NothingIsLeftOf(children);
        Assert.DoesNotContain("cut short", host.Running.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killing_the_host_leaves_no_process_behind()
    {
        using HostProcess host = await HostProcess.StartAsync(Checkout.NewDataFolder());
        await host.ReadyAsync();
        IReadOnlyList<int> children = host.Running.Descendants();
        Assert.Equal(3, children.Count);

        host.Running.Kill();

        await NothingIsLeftOf(children);
    }

    [Fact]
    public async Task Killing_dotnet_run_leaves_no_process_behind()
    {
        // Relative paths are the caller's: this one lies in the checkout, where `dotnet run` was called.
        string data = Path.Combine("artifacts", $"run-{Guid.NewGuid():n}");
        Running dotnetRun = Running.Start("dotnet",
        [
            "run", "--no-build", "--project", "src/DigitalTwin.Host", "-c", Configuration, "--",
            "--data", data, "--urls", "http://127.0.0.1:0", "--physics", "simulations/scenarios/robot-breakdown.json",
        ]);
        data = Path.Combine(Checkout.Root, data);
        using HostProcess host = await HostProcess.StartAsync(dotnetRun, data);
        await host.ReadyAsync();
        IReadOnlyList<int> started = dotnetRun.Descendants();
        Assert.True(started.Count >= 4, $"host, plant, OPC UA server and gateway were expected below dotnet run, not {started.Count}");

        dotnetRun.Kill();

        await NothingIsLeftOf(started);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0", "loopback")]
    [InlineData("http://192.0.2.1:5080", "loopback")]
    [InlineData("http://example.org:5080", "loopback")]
    [InlineData("ftp://localhost:5080", "http address")]
    public async Task An_address_that_others_could_reach_is_refused_while_there_are_no_accounts(string url, string reason)
    {
        using Running host = Running.Dotnet(Checkout.Host, "--data", Checkout.NewDataFolder(), "--urls", url);
        Assert.Equal(2, await host.ExitAsync(RefusedWithin));
        Assert.Contains(reason, host.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_port_is_named_with_the_cure()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using Running host = Running.Dotnet(Checkout.Host, "--data", Checkout.NewDataFolder(), "--urls", $"http://127.0.0.1:{port}", "--edge-port", "0", "--opcua-port", "0");
        Assert.Equal(1, await host.ExitAsync(RefusedWithin));
        Assert.Contains($":{port}", host.Errors, StringComparison.Ordinal);
        Assert.Contains("--urls http://localhost:PORT", host.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_OPC_UA_port_is_named_with_the_cure()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using Running host = Running.Dotnet(Checkout.Host, "--data", Checkout.NewDataFolder(), "--urls", "http://127.0.0.1:0", "--opcua-port", $"{port}");
        Assert.Equal(1, await host.ExitAsync(RefusedWithin));
        Assert.Contains($"opcua-server cannot start", host.Errors, StringComparison.Ordinal);
        Assert.Contains($"{port}", host.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", host.Everything, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_physics_file_that_is_not_there_is_refused()
    {
        using Running host = Running.Dotnet(Checkout.Host, "--data", Checkout.NewDataFolder(), "--urls", "http://127.0.0.1:0", "--physics", "/nowhere/physics.json");
        Assert.Equal(2, await host.ExitAsync(RefusedWithin));
        Assert.Contains("/nowhere/physics.json", host.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_named_with_the_cure()
    {
        using Running host = Running.Dotnet(Checkout.Host, "--data", "/proc/digitaltwin", "--urls", "http://127.0.0.1:0");
        Assert.Equal(1, await host.ExitAsync(RefusedWithin));
        Assert.Contains("/proc/digitaltwin cannot be written", host.Errors, StringComparison.Ordinal);
        Assert.Contains("--data DIR", host.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "Node.js was not found")]
    [InlineData("v18.19.1", "Node.js v18.19.1 is too old")]
    public async Task A_missing_or_too_old_Node_is_named_with_the_cure(string? version, string reason)
    {
        string programs = Directory.CreateTempSubdirectory("dt-path-").FullName;
        if (version is not null)
        {
            string node = Path.Combine(programs, "node");
            File.WriteAllText(node, $"#!/bin/sh\necho {version}\n");
            File.SetUnixFileMode(node, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        string dotnet = Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "/usr/bin/dotnet";
        using Running host = Running.Start(dotnet, [Checkout.Host, "--data", Checkout.NewDataFolder(), "--urls", "http://127.0.0.1:0"], new Dictionary<string, string> { ["PATH"] = programs });
        Assert.Equal(1, await host.ExitAsync(RefusedWithin));
        Assert.Contains(reason, host.Errors, StringComparison.Ordinal);
        Assert.Contains("Install Node.js 20 or newer", host.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_plant_file_is_refused_with_every_fault_and_its_place()
    {
        string file = Path.Combine(Checkout.NewDataFolder(), "plant.json");
        File.WriteAllText(file, File.ReadAllText(Checkout.PlantFile)
            .Replace("\"constraintStation\": \"cell5\"", "\"constraintStation\": \"cell9\"", StringComparison.Ordinal)
            .Replace("\"range\": [0, 25]", "\"range\": [25, 0]", StringComparison.Ordinal)
            .Replace("Europe/Berlin", "Europe/Leipzig", StringComparison.Ordinal));
        using Running host = Running.Dotnet(Checkout.Host, "--data", Checkout.NewDataFolder(), "--urls", "http://127.0.0.1:0", "--plant", file);
        Assert.Equal(2, await host.ExitAsync(RefusedWithin));
        Assert.Contains("$.timeZone", host.Errors, StringComparison.Ordinal);
        Assert.Contains("constraintStation", host.Errors, StringComparison.Ordinal);
        Assert.Contains("range", host.Errors, StringComparison.Ordinal);
    }

    private static string Configuration => Directory.GetParent(AppContext.BaseDirectory.TrimEnd('/'))!.Name;

    private static Task NothingIsLeftOf(IReadOnlyList<int> processes) => Wait.UntilAsync(
        () => !processes.Any(Running.IsAlive), GoneWithin, () => $"the end of {string.Join(", ", processes.Where(Running.IsAlive))}");
}
