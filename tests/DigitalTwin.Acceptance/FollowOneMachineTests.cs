using System.Text.Json;
using DigitalTwin.Acceptance.Processes;

namespace DigitalTwin.Acceptance;

/// <summary>One breakdown and its repair, seen the same way from everywhere that a person could look.</summary>
public class FollowOneMachineTests
{
    private const string Robot = "leipzig.body.line1.cell3.robot";
    private const double BreaksAfterSeconds = 75;
    private static readonly TimeSpan BrokenAndBackWithin = TimeSpan.FromSeconds(180);

    // PackML: abort, clear, reset, start.
    private static readonly string[] Story = ["Execute", "Aborting", "Aborted", "Clearing", "Stopped", "Resetting", "Idle", "Starting", "Execute"];

    [FactInChromium]
    public async Task A_robot_that_breaks_down_is_followed_on_the_api_on_the_page_and_in_the_cli()
    {
        (HostProcess host, Parts parts) = await Parts.StartAsync(speed: 1, $$"""[{"machine": "Cell3.Robot", "at": {{BreaksAfterSeconds}}, "durationSeconds": 6}]""");
        using Parts allParts = parts;
        using HostProcess theHost = host;
        await using var api = new StreamRecorder(host.Url, $"twin:{Robot}");
        using Running cli = Running.Dotnet(Checkout.Cli, "watch", Robot, "-o", "jsonl", "--url", host.Url);
        using Page page = await Page.OpenAsync($"{host.Url}/twins/{Robot}", "twin-state");
        await Wait.UntilAsync(async () => (await host.GetAsync($"/api/v1/twins/{Robot}")).GetProperty("state").GetString() == "Execute", BrokenAndBackWithin, () => "the robot to work before it breaks");

        await Wait.UntilAsync(() => Follows(Story, OnTheApi()) && Follows(Story, InTheCli()) && Follows(Story, OnThePage()), BrokenAndBackWithin, () =>
            $"the whole story.\nAPI:  {string.Join(" ", OnTheApi())}\nCLI:  {string.Join(" ", InTheCli())}\nPage: {string.Join(" ", OnThePage())}\nPage errors: {string.Join('\n', page.Errors)}");

        Assert.All(api.Events.Values.Where(IsStateChange), change => Assert.True(change.GetProperty("data").GetProperty("legal").GetBoolean()));
        JsonElement faults = await host.GetAsync($"/api/v1/twins/{Robot}/events?limit=1000");
        string[] names = [.. faults.GetProperty("items").EnumerateArray().Select(happened => happened.GetProperty("name").GetString()!)];
        Assert.Contains("unit.fault-raised.v1", names);
        Assert.Contains("unit.fault-cleared.v1", names);

        IReadOnlyList<string> OnTheApi() => States(api.Events.OrderBy(happened => happened.Key).Select(happened => happened.Value));
        IReadOnlyList<string> OnThePage() => [.. page.Saw("twin-state").Select(seen => seen.Text)];
        IReadOnlyList<string> InTheCli() => States(cli.Output.Where(line => line.StartsWith('{')).Select(line => JsonSerializer.Deserialize<JsonElement>(line))
            .Where(line => line.GetProperty("event").GetString() == "delta").Select(line => line.GetProperty("data").GetProperty("event")));
    }

    private static List<string> States(IEnumerable<JsonElement> events)
    {
        var states = new List<string>();
        foreach (JsonElement change in events.Where(IsStateChange))
        {
            if (states.Count == 0)
                states.Add(change.GetProperty("data").GetProperty("from").GetString()!);
            states.Add(change.GetProperty("data").GetProperty("to").GetString()!);
        }

        return states;
    }

    private static bool IsStateChange(JsonElement happened) => happened.GetProperty("name").GetString() == "unit.state-changed.v1";

    /// <summary>Whether the states contain the story without anything in between.</summary>
    private static bool Follows(string[] story, IReadOnlyList<string> states) =>
        Enumerable.Range(0, Math.Max(0, states.Count - story.Length + 1)).Any(start => story.SequenceEqual(states.Skip(start).Take(story.Length)));
}
