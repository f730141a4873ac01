using System.Text.Json;

namespace DigitalTwin.Host.Tests.Cli;

public sealed class WatchTests(ContractHost host) : IClassFixture<ContractHost>
{
    [Fact]
    public async Task Redirected_each_event_is_a_line_and_a_broken_stream_is_resumed_after_the_last_offset()
    {
        var run = await host.Twin("watch", Recorded.Robot, "--count", "3");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            [
                $"2026-01-05T09:38:12Z  snapshot  {Recorded.Robot}  Aborted",
                $"2026-01-05T09:39:59.204Z  {Recorded.Robot}.vibration=24.25 mm/s (uncertain)",
                $"2026-01-05T09:40:01.000Z  id=813  {Recorded.Robot}  machine.state-changed.v1  from=Aborted to=Clearing",
            ],
            run.Lines);
        Assert.Contains("trying to resume", run.Errors, StringComparison.Ordinal);
        Assert.Contains("resumed after '812'", host.Asked);
        Assert.Contains($"/api/v1/stream?topics=twin%3A{Recorded.Robot}", host.Asked);
    }

    [Fact]
    public async Task With_json_each_event_is_an_object_on_its_line_heartbeats_too()
    {
        var run = await host.Twin("watch", Recorded.Robot, "-n", "3", "-o", "json");
        var events = run.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(["snapshot", "heartbeat", "tags"], events.Select(happened => happened.GetProperty("event").GetString()));
        Assert.Equal(["812", null, null], events.Select(happened => happened.GetProperty("id").GetString()));
        Assert.Equal(24.25, events[2].GetProperty("data").GetProperty("v")[0].GetDouble());
    }

    [Fact]
    public async Task Watching_a_twin_that_does_not_exist_ends_with_3() =>
        Assert.Equal(3, (await host.Twin("watch", Recorded.Robot, "leipzig.nowhere")).ExitCode);
}
