using System.Diagnostics;
using System.Net;
using System.Text.Json;
using DigitalTwin.Domain.Packml;

namespace DigitalTwin.Host.Tests.Api;

public class LifeOfAHostTests
{
    /// <summary>Far ahead of the wall: a plant that ran fast.</summary>
    private static readonly DateTimeOffset At = new(2031, 7, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task It_says_what_is_missing_until_it_is_ready_and_ends_its_streams_when_it_ends_and_knows_everything_when_it_comes_back()
    {
        using var folder = new TemporaryFolder();
        string states, events;
        await using (HostUnderTest host = await HostUnderTest.StartAsync(folder.Path))
        {
            await AssertMissing(host, "gateway", "signals");
            await using MadeGateway gateway = await MadeGateway.LinkAsync(host);
            await gateway.TickAsync(At);
            await AssertMissing(host, "signals");
            await gateway.ReportAllAsync(At);
            await gateway.ReportAsync(
                new Made($"{MadePlant.First}.produced", At.AddSeconds(1), 7), new Made($"{MadePlant.First}.good", At.AddSeconds(1), 6),
                new Made($"{MadePlant.First}.produced", At.AddSeconds(2), 2), new Made($"{MadePlant.First}.vehicle", At.AddSeconds(2), double.NaN, "WB9"),
                Made.State(MadePlant.First, At.AddSeconds(3), PackmlState.Aborting), new Made($"{MadePlant.Robot}.vibration", At.AddSeconds(4), 11.5));
            await host.GetAsync("/health/ready");
            await Wait.UntilAsync(async () => (await host.GetAsync($"/api/v1/twins/{MadePlant.Line}")).GetProperty("state").GetString() == "Aborted", "the line to hear of it");
            (states, events) = await KnownAsync(host);

            await using Listening one = await Listening.ToAsync(host), another = await Listening.ToAsync(host, "?topics=plant");
            await one.NextAsync("heartbeat");
            await another.NextAsync("heartbeat");
            long asked = Stopwatch.GetTimestamp();
            Task<int> ending = host.StopAsync();
            Assert.Null(await EndAsync(one));
            Assert.Null(await EndAsync(another));
            Assert.InRange(Stopwatch.GetElapsedTime(asked).TotalSeconds, 0, 5);
            Assert.Equal(0, await ending);
        }

        await using HostUnderTest again = await HostUnderTest.StartAsync(folder.Path);
        Assert.Equal((states, events), await KnownAsync(again));
        JsonElement vibration = (await again.GetAsync($"/api/v1/twins/{MadePlant.Robot}")).GetProperty("reported").GetProperty("vibration");
        Assert.Equal((11.5, "stale", JsonValueKind.Null), (vibration.GetProperty("v").GetDouble(), vibration.GetProperty("q").GetString(), vibration.GetProperty("age").ValueKind));
        JsonElement counts = (await again.GetAsync($"/api/v1/twins/{MadePlant.First}")).GetProperty("counts");
        Assert.Equal((9, 6), (counts.GetProperty("produced").GetInt32(), counts.GetProperty("good").GetInt32()));
        JsonElement plant = await again.GetAsync("/api/v1/plant");
        Assert.True(plant.GetProperty("clock").GetProperty("plantTime").GetDateTimeOffset() >= At.AddSeconds(4), $"{plant}");
        Assert.Equal(MadePlant.Definition.Signals.Count(), plant.GetProperty("freshness").GetProperty("stale").GetInt32());
        await AssertMissing(again, "gateway", "signals");
        // Nobody has heard of the station since: its last state is not carried on as if it were seen.
        JsonElement spans = (await again.GetAsync($"/api/v1/twins/{MadePlant.First}/states")).GetProperty("items");
        JsonElement unseen = spans[spans.GetArrayLength() - 1];
        Assert.Equal((JsonValueKind.Null, At.AddSeconds(3)), (unseen.GetProperty("state").ValueKind, unseen.GetProperty("from").GetDateTimeOffset()));

        await using MadeGateway back = await MadeGateway.LinkAsync(again);
        await back.TickAsync(At.AddMinutes(1));
        await back.ReportAllAsync(At.AddMinutes(1));
        await again.GetAsync("/health/ready");
    }

    [Fact]
    public async Task No_variable_or_file_of_the_environment_opens_another_port()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "appsettings.json"), """{"Kestrel": {"Endpoints": {"Open": {"Url": "http://127.0.0.1:0"}}}}""");
        await using HostUnderTest host = await HostUnderTest.StartAsync(folder.Path, ("Kestrel__Endpoints__Open__Url", "http://127.0.0.1:0"));
        Assert.Equal(2, host.ListeningPorts().Count);
    }

    [Fact]
    public async Task A_second_host_on_the_folder_a_wrong_plant_file_and_a_wrong_option_are_refused_with_a_sentence()
    {
        using var folder = new TemporaryFolder();
        await using HostUnderTest first = await HostUnderTest.StartAsync(folder.Path);
        (int exitCode, string told) = await RefusedAsync(folder.Path);
        Assert.Equal(1, exitCode);
        Assert.Equal($"Another host is running on the data folder {folder.Path}; stop it, or name another folder with --data DIR.", told);

        using var other = new TemporaryFolder();
        File.WriteAllText(other["plant.json"], """{"format": "digitaltwin.plant/1", "id": "le ipzig", "name": "Leipzig", "timeZone": "Europe/Atlantis", "endpoints": [], "areas": []}""");
        (exitCode, told) = await RefusedAsync(other.Path);
        Assert.Equal(2, exitCode);
        Assert.Contains("nothing was started", told, StringComparison.Ordinal);
        Assert.Contains("Atlantis", told, StringComparison.Ordinal);
        Assert.Contains("le ipzig", told, StringComparison.Ordinal);

        (exitCode, told) = await RefusedAsync(other.Path, "--speed", "99");
        Assert.Equal(2, exitCode);
        Assert.StartsWith("--speed 99 is outside 1 to 20", told, StringComparison.Ordinal);

        using var third = new TemporaryFolder();
        (exitCode, told) = await RefusedAsync(third.Path, "--edge-port", $"{first.EdgePort}");
        Assert.Equal(1, exitCode);
        Assert.Contains($"{first.EdgePort}", told, StringComparison.Ordinal);
        Assert.Contains("--edge-port PORT", told, StringComparison.Ordinal);
        Assert.Single(told.Split('\n'));
    }

    /// <summary>What twins and their events look like, whatever is fresh at the moment.</summary>
    private static async Task<(string States, string Events)> KnownAsync(HostUnderTest host)
    {
        JsonElement twins = (await host.GetAsync("/api/v1/twins")).GetProperty("items");
        string[] members = ["id", "state", "stateSince", "mode", "fault", "desired", "currentVehicle", "counts", "offset"];
        string states = string.Join('\n', twins.EnumerateArray().Select(twin => string.Join(' ', members.Select(member => twin.GetProperty(member).ToString()))));
        JsonElement events = await host.GetAsync($"/api/v1/twins/{MadePlant.First}/events");
        JsonElement journal = await host.GetAsync("/api/v1/journal");
        return (states, $"{events}\n{journal.GetProperty("headOffset")} {journal.GetProperty("headHash")}");
    }

    private static async Task AssertMissing(HostUnderTest host, params string[] missing)
    {
        await host.GetAsync("/health/live");
        using HttpResponseMessage answer = await host.Http.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        JsonElement[] checks = [.. JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync()).GetProperty("checks").EnumerateArray()];
        Assert.Equal(missing, checks.Where(check => !check.GetProperty("ok").GetBoolean()).Select(check => check.GetProperty("name").GetString()));
        Assert.All(checks, check => Assert.Equal(check.GetProperty("ok").GetBoolean(), check.GetProperty("why").ValueKind == JsonValueKind.Null));
    }

    private static async Task<Heard?> EndAsync(Listening stream)
    {
        Heard? heard;
        do
            heard = await stream.NextAsync();
        while (heard is not null);
        return heard;
    }

    private static async Task<(int ExitCode, string Told)> RefusedAsync(string data, params string[] more)
    {
        using Process process = HostUnderTest.Launch(data, more);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string told = await process.StandardError.ReadToEndAsync().WaitAsync(Wait.Patience);
        await process.WaitForExitAsync().WaitAsync(Wait.Patience);
        await output;
        return (process.ExitCode, told.TrimEnd());
    }
}
