using System.Diagnostics;
using System.Text.Json;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.TestKit;
using DigitalTwin.Domain.Units;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Host.Children;
using DigitalTwin.Host.Telemetry;
using DigitalTwin.Host.Tests.Api;
using DigitalTwin.Host.Twins;
using Microsoft.Extensions.Logging;

namespace DigitalTwin.Host.Tests.Telemetry;

/// <summary>What is written with <c>--log json</c>, line by line.</summary>
[Collection("console")]
public sealed class JsonLogTests
{
    [Fact]
    public async Task Every_line_of_a_host_is_one_object_from_the_first_to_the_last()
    {
        using var folder = new TemporaryFolder();
        string said;
        await using (HostUnderTest host = await HostUnderTest.StartAsync(folder.Path, null, "--log", "json"))
        {
            await using MadeGateway gateway = await MadeGateway.LinkAsync(host);
            await gateway.ReportAllAsync(MadePlant.Morning);
            await host.GetAsync("/health/ready");
            await Wait.UntilAsync(() => host.Said.Contains("is ready", StringComparison.Ordinal), "the announcement");
            Assert.Equal(0, await host.StopAsync());
            said = host.Said;
        }

        JsonElement[] lines = Lines(said);
        Assert.NotEmpty(lines);
        Assert.All(lines, line =>
        {
            Assert.True(line.GetProperty("time").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(-5));
            Assert.Equal(("information", "host"), (line.GetProperty("level").GetString(), line.GetProperty("category").GetString()));
        });
    }

    [Fact]
    public async Task Why_a_host_does_not_start_is_an_object_too()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["plant.json"], """{"format": "digitaltwin.plant/1", "id": "le ipzig"}""");
        using Process process = HostUnderTest.Launch(folder.Path, "--log", "json");
        string said = await process.StandardOutput.ReadToEndAsync().WaitAsync(Wait.Patience);
        await process.WaitForExitAsync().WaitAsync(Wait.Patience);
        Assert.Equal(2, process.ExitCode);
        JsonElement line = Assert.Single(Lines(said));
        Assert.Equal("critical", line.GetProperty("level").GetString());
        Assert.Contains("le ipzig", line.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_carries_its_own_names_and_those_of_its_scopes_flat_beside_each_other()
    {
        JsonElement line = Assert.Single(Lines(Written(logs =>
        {
            ILogger log = logs.CreateLogger("made");
            using (log.BeginScope(new Dictionary<string, object> { ["Order"] = "order-7", ["count"] = 99 }))
                log.LogError(new IOException("disk \"full\"\nreally"), "{Entity} has {Count} of {Share}", "leipzig.body", 3, 0.5);
        })));
        Assert.Equal("leipzig.body has 3 of 0.5", line.GetProperty("message").GetString());
        Assert.Equal(("error", "made", "leipzig.body", 3, 0.5, "order-7"), (
            line.GetProperty("level").GetString(), line.GetProperty("category").GetString(), line.GetProperty("entity").GetString(),
            line.GetProperty("count").GetInt32(), line.GetProperty("share").GetDouble(), line.GetProperty("order").GetString()));
        Assert.StartsWith("System.IO.IOException: disk \"full\"\nreally", line.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_inside_of_a_trace_names_it()
    {
        using var activity = new Activity("asked").SetIdFormat(ActivityIdFormat.W3C).Start();
        JsonElement line = Assert.Single(Lines(Written(logs => logs.CreateLogger("made").LogWarning("slow"))));
        Assert.Equal(activity.TraceId.ToHexString(), line.GetProperty("traceId").GetString());
    }

    [Fact]
    public async Task What_is_written_of_an_entity_names_it_its_kind_and_the_trace_of_the_command_it_failed_on()
    {
        string trace = "";
        JsonElement[] lines = Lines(await WrittenAsync(async logs =>
        {
            var actors = new ActorLog(logs);
            await using var system = new EntitySystem(new MemoryJournal(), new EntitySystemOptions { OnFault = actors.Fault, OnDeadLetter = actors.DeadLetter, OnNotice = actors.Notice });
            Entities<UnitState, UnitCommand, UnitEvent> machines = system.Add(TwinBehaviors.Machine with { Decide = (_, _, _) => throw new InvalidOperationException("a bug of ours") });
            using var asking = new Activity("asking").SetIdFormat(ActivityIdFormat.W3C).Start();
            trace = asking.TraceId.ToHexString();
            await machines.AskAsync(new EntityId(MadePlant.Robot), new UnitCommand.Desire("speed", 5, "test"), Wait.Patience);
            await machines.TellAsync(new EntityId(MadePlant.Robot), new UnitCommand.Desire("speed", 6, "test"));
            await Wait.UntilAsync(async () => (await system.DeadLetters.ListAsync()).Count == 1, "the dead letter");
        }));
        JsonElement[] actors = [.. lines.Where(line => line.GetProperty("category").GetString() == "actors")];
        Assert.Equal(["error", "warning", "error"], actors.Select(line => line.GetProperty("level").GetString()));
        Assert.All(actors, line => Assert.Equal(
            (MadePlant.Robot, "machine", trace), (line.GetProperty("entity").GetString(), line.GetProperty("kind").GetString(), line.GetProperty("correlation").GetString())));
        Assert.All(actors, line => Assert.Contains("a bug of ours", line.GetProperty("message").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_observation_that_its_twin_refused_names_the_twin_its_kind_and_the_trace()
    {
        JsonElement line = Assert.Single(Lines(await WrittenAsync(async logs =>
        {
            await using var system = new EntitySystem(new MemoryJournal());
            var inbox = new TwinInbox(new TwinEntities(system, MadePlant.Definition), logs.CreateLogger<TwinInbox>());
            string signal = $"{MadePlant.Robot}.state";
            await inbox.DeliverAsync([new Observation.Reported(MadePlant.Signal(signal), new Sample(signal, 99, null, 0, MadePlant.Morning, MadePlant.Morning, 1))], CancellationToken.None);
        })));
        Assert.Equal((MadePlant.Robot, "machine", 32), (line.GetProperty("entity").GetString(), line.GetProperty("kind").GetString(), line.GetProperty("correlation").GetString()?.Length));
        Assert.Contains("99", line.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_child_process_writes_goes_to_its_own_file_and_what_is_said_of_it_names_it()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        string logFile = folder["noisy.log"];
        string written = await WrittenAsync(async logs =>
        {
            Task child = new ChildProcess("noisy", "sh", folder.Path, logs.CreateLogger("noisy")).RunAsync(
                () => ["-c", "echo '{half a line'; echo 'WARN a part is loose' >&2; exec cat"], _ => { }, stop.Token);
            await Wait.UntilAsync(() => File.Exists(logFile) && File.ReadAllText(logFile).Contains("a part is loose", StringComparison.Ordinal), "the child's log");
            await stop.CancelAsync();
            await child.WaitAsync(Wait.Patience);
        });
        Assert.All(Lines(written), line => Assert.Equal(("noisy", "noisy"), (line.GetProperty("category").GetString(), line.GetProperty("child").GetString())));
        Assert.DoesNotContain("a part is loose", written, StringComparison.Ordinal);
        Assert.Contains("{half a line", File.ReadAllText(logFile), StringComparison.Ordinal);
    }

    private static JsonElement[] Lines(string text) =>
        [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

    private static string Written(Action<ILoggerFactory> log) => WrittenAsync(logs =>
    {
        log(logs);
        return Task.CompletedTask;
    }).GetAwaiter().GetResult();

    private static async Task<string> WrittenAsync(Func<ILoggerFactory, Task> log)
    {
        TextWriter before = Console.Out;
        using var written = new StringWriter();
        Console.SetOut(written);
        try
        {
            using var logs = new HostLogs(LogFormat.Json);
            await log(logs.Factory);
        }
        finally
        {
            Console.SetOut(before);
        }

        return written.ToString();
    }
}

[CollectionDefinition("console", DisableParallelization = true)]
public class SharedConsole;
