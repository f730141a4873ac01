using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace DigitalTwin.VirtualPlant.Tests;

public sealed class ProcessTests : IDisposable
{
    private readonly string data = Directory.CreateTempSubdirectory("virtual-plant-").FullName;

    public void Dispose() => Directory.Delete(data, recursive: true);

    private string[] Arguments(params string[] more) => ["--data", data, "--port", "0", "--speed", "20", .. more];

    [Fact]
    public async Task A_client_gets_every_node_then_every_value_then_news_and_the_clock()
    {
        await using var plant = await RealPlant.Start(Arguments());
        Assert.Equal(plant.Port, JsonDocument.Parse(File.ReadAllText(Path.Combine(data, "run", "ports.json"))).RootElement.GetProperty("plant").GetInt32());
        using var client = await plant.Connect();
        Assert.Equal(("plant", "Leipzig", 20), (client.Hello.GetProperty("type").GetString(), client.Hello.GetProperty("name").GetString(), client.Hello.GetProperty("speed").GetInt32()));
        var vibration = client.Hello.GetProperty("nodes").EnumerateArray().Single(node => node.GetProperty("id").GetString() == "Cell1.Robot.Vibration");
        Assert.Equal(("urn:leipzig:body:line1", "Double", "C16", false),
            (vibration.GetProperty("ns").GetString(), vibration.GetProperty("dataType").GetString(), vibration.GetProperty("unit").GetProperty("code").GetString(), vibration.GetProperty("writable").GetBoolean()));
        await client.Next();
        Assert.Equal(client.Nodes.Order(), client.Newest.Keys.Order());
        var first = client.PlantTime;
        await client.Until(message => message.GetProperty("type").GetString() == "clock");
        await client.Until(_ => client.PlantTime > first + 5_000_000);
    }

    [Fact]
    public async Task A_write_is_obeyed_or_refused_with_a_reason()
    {
        await using var plant = await RealPlant.Start(Arguments());
        using var client = await plant.Connect();
        await client.Write(7, "Cell2.Robot.SpeedOverride", "95");
        Assert.Equal(0u, (await Answer(7)).GetProperty("status").GetUInt32());
        await client.Until(_ => client.Newest["Cell2.Robot.SpeedOverride"].GetDouble() == 95);
        await client.Write(8, "Cell2.Robot.SpeedOverride", "120");
        var refused = await Answer(8);
        Assert.Equal((WriteOutcome.BadOutOfRange, "Cell2.Robot.SpeedOverride takes 50 to 110, not 120"), (refused.GetProperty("status").GetUInt32(), refused.GetProperty("reason").GetString()));
        await client.Write(9, "Cell2.Robot.SpeedOverride", "\"fast\"");
        Assert.Equal(WriteOutcome.BadTypeMismatch, (await Answer(9)).GetProperty("status").GetUInt32());

        Task<JsonElement> Answer(int request) =>
            client.Until(message => message.GetProperty("type").GetString() == "written" && message.GetProperty("request").GetInt32() == request);
    }

    [Fact]
    public async Task Killed_and_started_again_it_goes_on_and_no_counter_goes_back()
    {
        var roundTheClock = Path.Combine(data, "physics.json");   // a test that starts in a break would see nothing produced
        File.WriteAllText(roundTheClock, """{"timetable": {"breaks": [], "shiftStarts": []}}""");
        var seen = new Dictionary<string, double>();
        long time = 0;
        for (var life = 0; life < 3; life++)
        {
            await using var plant = await RealPlant.Start(Arguments("--physics", roundTheClock));
            using var client = await plant.Connect();
            await client.Next();
            Assert.True(client.PlantTime >= time, $"the plant's clock went back from {time} to {client.PlantTime}");
            Assert.True(time == 0 || client.PlantTime < time + 10_000_000, "the plant's clock stood still while it was down");
            Assert.True(life == 0 || client.Newest["Cell1.Robot.SpeedOverride"].GetDouble() == 90, "an accepted write was forgotten");
            foreach (var (node, count) in seen)
                Assert.True(client.Newest[node].GetDouble() >= count, $"{node} went back from {count} to {client.Newest[node]}");
            if (life == 0)
            {
                await client.Write(1, "Cell1.Robot.SpeedOverride", "90");
                await client.Until(message => message.GetProperty("type").GetString() == "written");
            }
            var enough = client.PlantTime + 50_000_000;
            await client.Until(_ => client.PlantTime > enough);
            await plant.Kill();
            try
            {
                while (true)
                    await client.Next();   // what was published before the kill counts
            }
            catch (Exception end) when (end is IOException or JsonException or SocketException)
            {
                // The connection broke, perhaps in the middle of a line.
            }
            foreach (var (node, value) in client.Newest.Where(item => item.Key.EndsWith("Count", StringComparison.Ordinal) || item.Key.EndsWith("Energy", StringComparison.Ordinal)))
                seen[node] = value.GetDouble();
            time = client.PlantTime;
        }
        Assert.True(seen["Cell5.ProducedCount"] >= 1);
    }

    [Fact]
    public async Task Nothing_is_published_before_the_checkpoint_holds_it()
    {
        await using var plant = await RealPlant.Start(Arguments());
        using var client = await plant.Connect();
        for (var line = 0; line < 60; line++)
        {
            await client.Next();
            var checkpoint = File.ReadAllText(Path.Combine(data, "plant", "checkpoint.json"));
            var stored = JsonDocument.Parse(checkpoint[checkpoint.IndexOf('\n', StringComparison.Ordinal)..]).RootElement.GetProperty("Memory").GetProperty("Site").GetProperty("Time").GetInt64();
            Assert.True(stored >= client.PlantTime, $"published up to {client.PlantTime}, stored up to {stored}");
        }
    }

    [Fact]
    public async Task It_ends_when_standard_input_closes()
    {
        await using var plant = await RealPlant.Start(Arguments("--exit-with-stdin"));
        plant.CloseInput();
        Assert.Equal(0, (await plant.End()).ExitCode);
    }

    [Fact]
    public async Task It_ends_cleanly_when_told_to_and_not_when_standard_input_closes_without_the_option()
    {
        await using var plant = await RealPlant.Start(Arguments());
        plant.CloseInput();
        using var client = await plant.Connect();
        await client.Until(message => message.GetProperty("type").GetString() == "clock");
        plant.Terminate();
        Assert.Equal(0, (await plant.End()).ExitCode);
    }

    [Fact]
    public async Task A_client_that_sends_nonsense_is_dropped_and_the_others_stay()
    {
        await using var plant = await RealPlant.Start(Arguments());
        using var good = await plant.Connect();
        using var bad = await plant.Connect();
        await bad.Send("hello?");
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
                await bad.Next();
        });
        await good.Until(message => message.GetProperty("type").GetString() == "clock");
    }

    [Theory]
    [InlineData("--speed must be from 1 to 20", "--speed", "21")]
    [InlineData("--speed must be from 1 to 20", "--speed", "0.5")]
    [InlineData("--port must be from 0 to 65535", "--port", "70000")]
    [InlineData("is wrong: gun: must be an object; robot.colour: is unknown", "--physics", "wrong.json")]
    [InlineData("cannot be read", "--physics", "missing.json")]
    public async Task Wrong_options_are_refused_with_a_sentence(string sentence, string option, string value)
    {
        File.WriteAllText(Path.Combine(data, "wrong.json"), """{"gun": 1, "robot": {"colour": "red"}}""");
        await using var plant = RealPlant.Launch("--data", data, option, value.EndsWith(".json", StringComparison.Ordinal) ? Path.Combine(data, value) : value);
        var (exitCode, errors) = await plant.End();
        Assert.Equal(2, exitCode);
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_in_use_a_busy_port_and_another_seed_are_refused_with_a_sentence()
    {
        await using (var plant = await RealPlant.Start(Arguments()))
        {
            await Refused(1, "stop the plant that runs there", Arguments());
            await Refused(1, $"cannot listen on port {plant.Port}", "--data", Path.Combine(data, "other"), "--port", $"{plant.Port}");
            using var client = await plant.Connect();
            await client.Next();
        }
        await Refused(2, "was built with seed 1, not 2: start it with --seed 1", Arguments("--seed", "2"));

        static async Task Refused(int exitCode, string sentence, params string[] arguments)
        {
            await using var second = RealPlant.Launch(arguments);
            var end = await second.End();
            Assert.Equal(exitCode, end.ExitCode);
            Assert.Contains(sentence, end.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task It_listens_on_loopback_alone()
    {
        await using var plant = await RealPlant.Start(Arguments());
        var listeners = System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(end => end.Port == plant.Port);
        Assert.Equal([IPAddress.Loopback], listeners.Select(end => end.Address));
    }
}
