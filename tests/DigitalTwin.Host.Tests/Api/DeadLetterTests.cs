using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Domain.Units;
using DigitalTwin.Host.Startup;
using DigitalTwin.Host.Twins;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Host.Tests.Api;

/// <summary>Messages that a former life of the host could not handle, as its next one shows them.</summary>
public class DeadLetterTests
{
    [Fact]
    public async Task A_message_that_killed_its_twin_is_listed_after_a_restart_and_is_sent_again_once_the_fault_is_mended()
    {
        using var folder = new TemporaryFolder();
        await RecordAsync(folder, new UnitCommand.Desire("speedOverride", 71, "operator"), new UnitCommand.Desire("speedOverride", 72, "operator"), new UnitCommand.Desire("speedOverride", 73, "operator"));
        await using HostUnderTest host = await HostUnderTest.StartAsync(folder.Path);
        JsonElement[] letters = [.. (await host.GetAsync("/api/v1/dead-letters")).GetProperty("items").EnumerateArray()];
        Assert.Equal([$"{MadePlant.Line}-3", $"{MadePlant.Line}-2", $"{MadePlant.Line}-1"], letters.Select(letter => letter.GetProperty("id").GetString()));
        Assert.All(letters, letter => Assert.Equal((MadePlant.Robot, "machine", true), (letter.GetProperty("entity").GetString(), letter.GetProperty("kind").GetString(), letter.GetProperty("replayable").GetBoolean())));
        Assert.Contains("a bug of ours", letters[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("73", letters[0].GetProperty("payload").GetRawText(), StringComparison.Ordinal);

        JsonElement first = await host.GetAsync("/api/v1/dead-letters?limit=2");
        JsonElement rest = await host.GetAsync($"/api/v1/dead-letters?limit=2&cursor={first.GetProperty("next").GetString()}");
        Assert.Equal(($"{MadePlant.Line}-1", JsonValueKind.Null), (rest.GetProperty("items")[0].GetProperty("id").GetString(), rest.GetProperty("next").ValueKind));

        JsonElement replayed = await ReplayAsync(host, $"{MadePlant.Line}-2");
        Assert.Equal("accepted", replayed.GetProperty("outcome").GetString());
        await Wait.UntilAsync(async () => (await host.GetAsync($"/api/v1/twins/{MadePlant.Robot}")).GetProperty("desired").TryGetProperty("speedOverride", out JsonElement desired)
            && desired.GetProperty("v").GetDouble() == 72, "the twin to show what was sent again");
        Assert.Equal([$"{MadePlant.Line}-3", $"{MadePlant.Line}-1"], (await host.GetAsync("/api/v1/dead-letters")).GetProperty("items").EnumerateArray().Select(letter => letter.GetProperty("id").GetString()));
        await host.RefusalAsync($"/api/v1/dead-letters/{MadePlant.Line}-2/replay", HttpStatusCode.NotFound, "NOT_FOUND", HttpMethod.Post);
        await host.RefusalAsync("/api/v1/dead-letters?limit=none", HttpStatusCode.BadRequest, "INVALID");
    }

    private static async Task<JsonElement> ReplayAsync(HostUnderTest host, string id)
    {
        using HttpResponseMessage answer = await host.Http.PostAsync(new Uri($"/api/v1/dead-letters/{id}/replay", UriKind.Relative), null);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    /// <summary>The host's own machines on its own journal, with a decider that fails.</summary>
    private static async Task RecordAsync(TemporaryFolder folder, params UnitCommand[] commands)
    {
        using SqliteJournal journal = SqliteJournal.Open(new SqliteJournalOptions(folder["journal"], "leipzig"));
        await using var system = new EntitySystem(journal, new EntitySystemOptions { ShardOf = new LineShards(MadePlant.Definition).Of });
        Entities<UnitState, UnitCommand, UnitEvent> machines = system.Add(TwinBehaviors.Machine with { Decide = (_, _, _) => throw new InvalidOperationException("a bug of ours") });
        for (int told = 0; told < commands.Length; told++)
        {
            await machines.TellAsync(new EntityId(MadePlant.Robot), commands[told]);
            await Wait.UntilAsync(async () => (await system.DeadLetters.ListAsync()).Count == told + 1, "the dead letter");
        }
    }
}
