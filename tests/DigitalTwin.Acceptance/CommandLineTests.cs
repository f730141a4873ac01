using System.Text.Json;
using DigitalTwin.Acceptance.Processes;

namespace DigitalTwin.Acceptance;

/// <summary>A plant at twenty times its pace that has recorded something to look back at.</summary>
public sealed class FastPlant : IAsyncLifetime
{
    private const long EventsToLookBackAt = 300;
    private static readonly TimeSpan RecordedWithin = TimeSpan.FromSeconds(90);

    private Parts parts = null!;

    public HostProcess Host { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        (Host, parts) = await Parts.StartAsync(speed: 20);
        await Wait.UntilAsync(async () => (await Host.GetAsync("/api/v1/journal")).GetProperty("headOffset").GetInt64() > EventsToLookBackAt, RecordedWithin, () => $"{EventsToLookBackAt} events");
    }

    public Task DisposeAsync()
    {
        Host?.Dispose();
        parts?.Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>The verbs that look at the engine and at the past, as a person runs them, against a host that works meanwhile.</summary>
public class CommandLineTests(FastPlant plant) : IClassFixture<FastPlant>
{
    private const string Line = "leipzig.body.line1";
    private const string Robot = "leipzig.body.line1.cell3.robot";
    private static readonly TimeSpan AnsweredWithin = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_search_lists_the_twins_of_which_it_holds_and_no_others()
    {
        string[] search = ["ls", "--where", "kind = station and line = line1 and good >= 0"];
        JsonElement[] found = Items(await JsonAsync(search));
        Assert.NotEmpty(found);
        Assert.All(found, twin => Assert.Equal(("station", Line), (Text(twin, "kind"), Text(twin, "parent"))));
        string[][] rows = await TableAsync(search);
        Assert.Equal(["ID", "KIND", "STATE", "SINCE", "VEHICLE", "GOOD", "SCRAP", "DATA", "FLAGS"], rows[0]);
        Assert.Equal(found.Select(twin => Text(twin, "id")), rows.Skip(1).Select(row => row[0]));
    }

    [Fact]
    public async Task A_machine_is_shown_as_it_was_at_a_time_and_at_an_offset()
    {
        JsonElement now = await JsonAsync("get", Robot);
        JsonElement then = await JsonAsync("get", Robot, "--at", "-20s"), first = await JsonAsync("get", Robot, "--offset", "100");
        Assert.All([now, then, first], twin => Assert.Equal(Robot, Text(twin, "id")));
        Assert.InRange(first.GetProperty("offset").GetInt64(), 0, 100);
        Assert.False(now.TryGetProperty("asOf", out _));
        Assert.Equal(100, first.GetProperty("asOf").GetProperty("offset").GetInt64());
        Assert.InRange(then.GetProperty("asOf").GetProperty("offset").GetInt64(), 100, long.MaxValue);
        Assert.InRange(then.GetProperty("offset").GetInt64(), first.GetProperty("offset").GetInt64(), long.MaxValue);
        string[][] rows = await TableAsync("get", Robot, "--offset", "100");
        Assert.Contains(rows, row => row is ["id", Robot]);
        Assert.Contains(rows, row => row is ["as of", var moment] && moment.EndsWith("(offset 100)", StringComparison.Ordinal));
        Assert.Contains(rows, row => row is ["offset", var offset] && offset == first.GetProperty("offset").GetRawText());
    }

    [Fact]
    public async Task What_changed_since_the_first_events_is_told_of_a_line_that_produces()
    {
        string[] since = ["diff", Line, "--from", "offset:10", "--to", "offset:300"];
        JsonElement diff = await JsonAsync(since);
        Assert.Equal((10, 300), (diff.GetProperty("from").GetProperty("offset").GetInt64(), diff.GetProperty("to").GetProperty("offset").GetInt64()));
        Assert.NotEmpty(Items(diff));
        Assert.All(Items(diff), change => Assert.StartsWith(Line, Text(change, "id"), StringComparison.Ordinal));
        string[][] rows = await TableAsync(since);
        Assert.Equal(["TWIN", "FIELD", "BEFORE", "AFTER"], rows[0]);
        Assert.StartsWith($"{Items(diff).Length} changes from ", rows[^1][0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_projection_that_is_made_anew_while_the_plant_runs_had_been_right()
    {
        JsonElement rebuilt = (await JsonAsync("projection", "rebuild", "twins")).GetProperty("rebuilt");
        Assert.Equal("done", Text(rebuilt, "state"));
        Assert.False(rebuilt.GetProperty("differed").GetBoolean(), rebuilt.ToString());
        Assert.Contains("nothing differed", (await TableAsync("projection", "rebuild", "twins"))[0][0], StringComparison.Ordinal);
        Assert.Equal(["twins", "times"], Items(await JsonAsync("projection", "ls")).Select(projection => Text(projection, "name")));
        Assert.Equal(["NAME", "twins", "times"], (await TableAsync("projection", "ls")).Select(row => row[0]));
    }

    [Fact]
    public async Task A_plant_without_trouble_has_no_dead_letters()
    {
        Assert.Empty(Items(await JsonAsync("log", "dead-letters")));
        Assert.Equal("No message was left unhandled.", (await TableAsync("log", "dead-letters"))[0][0]);
    }

    [Fact]
    public async Task Each_line_is_a_shard_that_the_host_holds()
    {
        JsonElement shard = Assert.Single(Items(await JsonAsync("shard", "ls")), one => Text(one, "shard") == Line);
        Assert.True(shard.GetProperty("mine").GetBoolean());
        Assert.True(shard.GetProperty("epoch").GetInt64() > 0);
        Assert.True(shard.GetProperty("expiresInSeconds").GetDouble() > 0);
        Assert.Contains(await TableAsync("shard", "ls"), row => row is [Line, var owner, .., "yes"] && owner == Text(shard, "owner"));
    }

    [Fact]
    public async Task Every_actor_in_memory_is_listed_with_what_it_has_handled()
    {
        JsonElement robot = Assert.Single((await JsonAsync("actor", "ls")).GetProperty("actors").EnumerateArray(), actor => Text(actor, "id") == Robot);
        Assert.Equal(("running", Line), (Text(robot, "state"), Text(robot, "shard")));
        Assert.True(robot.GetProperty("processed").GetInt64() > 0);
        Assert.Contains(await TableAsync("actor", "ls"), row => row is [Robot, "machine", "running", ..]);
    }

    [Fact]
    public async Task A_journal_that_is_backed_up_while_the_host_writes_to_it_is_restored_whole_elsewhere()
    {
        string copies = Checkout.NewDataFolder(), file = Path.Combine(copies, "journal.backup"), second = Path.Combine(copies, "second.backup"), restored = Path.Combine(copies, "restored");
        long before = (await JsonAsync("journal", "stat")).GetProperty("headOffset").GetInt64();
        JsonElement backup = await JsonAsync("journal", "backup", file, "--data", plant.Host.Data);
        Assert.InRange(backup.GetProperty("headOffset").GetInt64(), before, long.MaxValue);
        Assert.Contains("backup of plant leipzig", Assert.Single(await TableAsync("journal", "backup", second, "--data", plant.Host.Data))[0], StringComparison.Ordinal);
        Assert.InRange((await JsonAsync("journal", "stat", "--data", plant.Host.Data)).GetProperty("events").GetInt64(), backup.GetProperty("events").GetInt64(), long.MaxValue);

        JsonElement made = await JsonAsync("journal", "restore", file, "--data", restored);
        JsonElement verdict = await JsonAsync("journal", "verify", "--data", restored);
        Assert.True(verdict.GetProperty("whole").GetBoolean(), verdict.ToString());
        Assert.Equal(backup.GetProperty("events").GetInt64(), verdict.GetProperty("events").GetInt64());
        Assert.Equal([Text(backup, "headHash"), Text(backup, "headHash")], [Text(made, "headHash"), Text(verdict, "headHash")]);
        Assert.Contains(": whole, ", (await TableAsync("journal", "verify", "--data", restored))[^1][0], StringComparison.Ordinal);
        Assert.Contains($"{Text(backup, "events")} events", (await TableAsync("journal", "stat", "--data", restored))[0][0], StringComparison.Ordinal);
        Assert.StartsWith("store sqlite", (await TableAsync("journal", "stat"))[1][0], StringComparison.Ordinal);
    }

    private async Task<JsonElement> JsonAsync(params string[] verb) => JsonSerializer.Deserialize<JsonElement>(string.Join('\n', await TwinAsync([.. verb, "-o", "json"])));

    /// <summary>Rows of cells: columns stand two blanks apart, and a cell has single ones at most.</summary>
    private async Task<string[][]> TableAsync(params string[] verb) =>
        [.. (await TwinAsync(verb)).Where(line => line.Length > 0).Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private async Task<IReadOnlyList<string>> TwinAsync(IEnumerable<string> verb)
    {
        using Running cli = Running.Dotnet(Checkout.Cli, [.. verb, "--url", plant.Host.Url, "--timeout", "30"]);
        int exit = await cli.ExitAsync(AnsweredWithin);
        Assert.True(exit == 0, $"twin {string.Join(' ', verb)} ended with {exit}:\n{cli.Everything}");
        return cli.Output;
    }

    private static JsonElement[] Items(JsonElement answer) => [.. answer.GetProperty("items").EnumerateArray()];

    private static string Text(JsonElement element, string name) => element.GetProperty(name).ToString();
}
