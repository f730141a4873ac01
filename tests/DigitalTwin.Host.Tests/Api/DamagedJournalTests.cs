using System.Diagnostics;
using System.Net;
using System.Text.Json;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Host.Tests.Cli;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Host.Tests.Api;

/// <summary>What an operator sees of a journal that is not what it was.</summary>
public class DamagedJournalTests
{
    private static readonly DateTimeOffset At = MadePlant.Morning;

    [Fact]
    public async Task After_a_kill_every_acknowledged_event_is_there_and_plant_time_is_not_behind_it()
    {
        using var folder = new TemporaryFolder();
        await using (HostUnderTest host = await HostUnderTest.StartAsync(folder.Path))
        {
            await using MadeGateway gateway = await MadeGateway.LinkAsync(host);
            for (int i = 0; i < 20; i++)
                await gateway.ReportAsync(Made.State(MadePlant.Robot, At.AddSeconds(i), i % 2 == 0 ? PackmlState.Held : PackmlState.Unholding));
            host.Kill();
        }

        await using HostUnderTest again = await HostUnderTest.StartAsync(folder.Path);
        JsonElement events = (await again.GetAsync($"/api/v1/twins/{MadePlant.Robot}/events")).GetProperty("items");
        Assert.Equal(20, events.EnumerateArray().Count(happened => happened.GetProperty("name").GetString() == "unit.state-changed.v1"));
        Assert.True((await again.GetAsync("/api/v1/plant")).GetProperty("clock").GetProperty("plantTime").GetDateTimeOffset() >= At.AddSeconds(19));
    }

    /// <summary>Twins record before history stores, so a death in between leaves the journal ahead; this is the extreme of it.</summary>
    [Fact]
    public async Task Plant_time_is_not_behind_the_journal_where_history_is()
    {
        using var folder = new TemporaryFolder();
        await RecordAsync(folder);
        Directory.Delete(folder["historian"], recursive: true);
        await using HostUnderTest host = await HostUnderTest.StartAsync(folder.Path);
        Assert.Equal(At.AddSeconds(1), (await host.GetAsync("/api/v1/plant")).GetProperty("clock").GetProperty("plantTime").GetDateTimeOffset());
    }

    [Fact]
    public async Task A_row_that_has_rotted_is_named_where_its_twin_is_asked_for_and_the_plant_goes_on()
    {
        using var folder = new TemporaryFolder();
        await RecordAsync(folder);
        long rotten = Rot(folder);
        // What was made of the row while it was whole would hide that it has rotted.
        Directory.Delete(folder["projections"], recursive: true);

        await using HostUnderTest host = await HostUnderTest.StartAsync(folder.Path);
        Assert.Contains($"row {rotten} of {MadePlant.Robot} is corrupt", host.Said, StringComparison.Ordinal);
        JsonElement robot = await host.GetAsync($"/api/v1/twins/{MadePlant.Robot}");
        Assert.Contains("journalDamaged", robot.GetProperty("flags").EnumerateArray().Select(flag => flag.GetString()));
        string why = await host.RefusalAsync($"/api/v1/twins/{MadePlant.Robot}/events", HttpStatusCode.InternalServerError, "FAILED");
        Assert.Contains($"row {rotten} of {MadePlant.Robot} is corrupt", why, StringComparison.Ordinal);
        JsonElement actor = (await host.GetAsync("/api/v1/actors")).GetProperty("actors").EnumerateArray().Single(one => one.GetProperty("id").GetString() == MadePlant.Robot);
        Assert.Equal("stopped", actor.GetProperty("state").GetString());

        await using MadeGateway gateway = await MadeGateway.LinkAsync(host);
        await gateway.ReportAsync(Made.State(MadePlant.Robot, At.AddMinutes(1), PackmlState.Execute), Made.State(MadePlant.First, At.AddMinutes(1), PackmlState.Execute));
        Assert.Equal("Execute", (await host.GetAsync($"/api/v1/twins/{MadePlant.First}")).GetProperty("state").GetString());

        using (HttpResponseMessage answer = await host.Http.GetAsync("/health/ready"))
        {
            JsonElement[] checks = [.. JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync()).GetProperty("checks").EnumerateArray()];
            // Its twin stands still alone: the host is as ready as the other checks say.
            bool others = checks.Where(check => check.GetProperty("name").GetString() != "twins").All(check => check.GetProperty("ok").GetBoolean());
            Assert.Equal(others ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            string stopped = checks.Single(check => check.GetProperty("name").GetString() == "twins").GetProperty("why").GetString()!;
            Assert.StartsWith($"1 stopped for good: {MadePlant.Robot}. ", stopped, StringComparison.Ordinal);
            Assert.Contains($"row {rotten} of {MadePlant.Robot} is corrupt", stopped, StringComparison.Ordinal);
        }

        // Nobody can resume across it: who was away since before gets a snapshot, and from there on every event.
        await using Listening stream = await Listening.ToAsync(host, "", 1);
        Heard snapshot = (await stream.NextAsync())!;
        Assert.Equal(snapshot.Data.GetProperty("offset").GetInt64(), snapshot.Id);
        await gateway.ReportAsync(Made.State(MadePlant.First, At.AddMinutes(2), PackmlState.Holding));
        Assert.Equal(MadePlant.First, (await stream.NextAsync("delta")).Data.GetProperty("event").GetProperty("entity").GetString());
    }

    /// <summary>At 20× a twin hears of thousands a minute: each kept would be an event, and push what others could not take out of the list.</summary>
    [Fact]
    public async Task What_a_stopped_twin_should_have_heard_is_kept_so_far_as_twenty_and_is_sent_again_once_it_is_mended()
    {
        using var folder = new TemporaryFolder();
        await RecordAsync(folder);
        long rotten = Rot(folder);
        Directory.Delete(folder["projections"], recursive: true);
        await using (HostUnderTest host = await HostUnderTest.StartAsync(folder.Path))
        {
            await using MadeGateway gateway = await MadeGateway.LinkAsync(host);
            for (int i = 0; i < 25; i++)
                await gateway.ReportAsync(Made.State(MadePlant.Robot, At.AddSeconds(10 + i), i % 2 == 0 ? PackmlState.Execute : PackmlState.Holding));
            JsonElement[] letters = await LettersAsync(host);
            Assert.Equal(Enumerable.Range(1, 20).Select(number => $"{MadePlant.Line}-{number}").Reverse(), letters.Select(letter => letter.GetProperty("id").GetString()));
            Assert.All(letters, letter => Assert.Equal((MadePlant.Robot, "machine", true), (letter.GetProperty("entity").GetString(), letter.GetProperty("kind").GetString(), letter.GetProperty("replayable").GetBoolean())));
            Assert.Empty((await host.GetAsync("/api/v1/dead-letters")).GetProperty("unread").EnumerateArray());
            Assert.Contains($"row {rotten} of {MadePlant.Robot} is corrupt", letters[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
            Run listed = await TwinProcess.Run("log", "dead-letters", "--limit", "2", "--url", host.Http.BaseAddress!.ToString());
            Assert.Contains("unit.observe.v1", listed.Output, StringComparison.Ordinal);
            string metrics = await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
            Assert.Contains("digitaltwin_dead_letters_total{stored=\"true\"} 20", metrics, StringComparison.Ordinal);
            Assert.Contains("digitaltwin_dead_letters_total{stored=\"false\"} 5", metrics, StringComparison.Ordinal);
            Assert.Equal(0, await host.StopAsync());
        }

        Rot(folder, ("Idle", "Held"));
        Directory.Delete(folder["projections"], recursive: true);
        await using HostUnderTest again = await HostUnderTest.StartAsync(folder.Path);
        Assert.Equal(20, (await LettersAsync(again)).Length);
        using HttpResponseMessage replayed = await again.Http.PostAsync(new Uri($"/api/v1/dead-letters/{MadePlant.Line}-1/replay", UriKind.Relative), null);
        Assert.Contains("accepted", await replayed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await Wait.UntilAsync(async () => (await again.GetAsync($"/api/v1/twins/{MadePlant.Robot}")).GetProperty("state").GetString() == "Execute", "the twin to have heard of it");
        Assert.Equal(19, (await LettersAsync(again)).Length);
    }

    [Fact]
    public async Task A_journal_that_a_newer_version_has_written_is_refused_with_a_sentence_and_left_as_it_is()
    {
        using var folder = new TemporaryFolder();
        await RecordAsync(folder);
        using (SqliteJournal journal = SqliteJournal.Open(new SqliteJournalOptions(folder["journal"], "leipzig")))
        {
            long seq = journal.ReadEntity(new EntityId(MadePlant.Robot), 0, 1000)[^1].Seq;
            journal.Append([new Append(journal.Acquire(new("all"), "test", TimeSpan.FromMinutes(1)).Lease!, new EntityId(MadePlant.Robot), seq, [new NewEvent("unit.repainted.v1", At, "{}"u8.ToArray())])], At, new AppendResult[1]);
        }

        JournalReport before = JournalVerifier.Verify(folder["journal"]);
        using Process process = HostUnderTest.Launch(folder.Path);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string told = (await process.StandardError.ReadToEndAsync().WaitAsync(Wait.Patience)).TrimEnd();
        await process.WaitForExitAsync().WaitAsync(Wait.Patience);
        await output;
        Assert.Equal(1, process.ExitCode);
        Assert.StartsWith($"The journal in {folder.Path} cannot be read: This version does not know the event 'unit.repainted.v1'", told, StringComparison.Ordinal);
        Assert.EndsWith("Run the version that wrote it, or a newer one.", told, StringComparison.Ordinal);
        Assert.Single(told.Split('\n'));
        JournalReport after = JournalVerifier.Verify(folder["journal"]);
        Assert.Equal((before.Events, before.HeadHash, true), (after.Events, after.HeadHash, after.Whole));
    }

    private static async Task<JsonElement[]> LettersAsync(HostUnderTest host) => [.. (await host.GetAsync("/api/v1/dead-letters")).GetProperty("items").EnumerateArray()];

    private static async Task RecordAsync(TemporaryFolder folder)
    {
        await using HostUnderTest host = await HostUnderTest.StartAsync(folder.Path);
        await using MadeGateway gateway = await MadeGateway.LinkAsync(host);
        await gateway.ReportAsync(Made.State(MadePlant.Robot, At, PackmlState.Held), Made.State(MadePlant.First, At, PackmlState.Idle));
        await gateway.ReportAsync(Made.State(MadePlant.First, At.AddSeconds(1), PackmlState.Starting));
        Assert.Equal(0, await host.StopAsync());
    }

    /// <returns>Offset of the row in which one letter is another now.</returns>
    private static long Rot(TemporaryFolder folder) => Rot(folder, ("Held", "Idle"));

    private static long Rot(TemporaryFolder folder, (string From, string To) letters)
    {
        using var connection = new SqliteConnection($"Data Source={folder["journal/journal.db"]};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = """
            UPDATE events SET payload = CAST(replace(CAST(payload AS TEXT), $from, $to) AS BLOB)
            WHERE entity = $robot AND name = 'unit.state-changed.v1' RETURNING offset
            """;
        command.Parameters.AddWithValue("$robot", MadePlant.Robot);
        command.Parameters.AddWithValue("$from", letters.From);
        command.Parameters.AddWithValue("$to", letters.To);
        return (long)command.ExecuteScalar()!;
    }
}
