using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DigitalTwin.Host.Tests.Cli;

namespace DigitalTwin.Host.Tests.Api;

/// <summary>What people note about a Monday morning, over HTTP and with `twin`.</summary>
public sealed class NotesTests : IAsyncLifetime, IDisposable
{
    private const string Monday = "from=2026-01-05T05:00:00Z&to=2026-01-05T13:00:00Z";
    private readonly TemporaryFolder folder = new();
    private HostUnderTest host = null!;
    private MadeGateway gateway = null!;

    public async Task InitializeAsync()
    {
        host = await HostUnderTest.StartAsync(folder.Path);
        gateway = await MadeGateway.LinkAsync(host);
        await gateway.TickAsync(MadePlant.Morning.AddHours(4));
        await Wait.UntilAsync(async () => (await host.GetAsync("/api/v1/plant")).GetProperty("clock").GetProperty("plantTime").GetDateTimeOffset() >= MadePlant.Morning.AddHours(4), "ten o'clock");
    }

    [Fact]
    public async Task A_note_is_kept_as_it_was_written_is_found_from_every_place_above_and_is_gone_when_it_is_taken_back()
    {
        const string words = "<img src=x onerror=alert(1)> riecht nach \"Öl\"";
        JsonElement note = await AnswerAsync(await host.Http.PostAsJsonAsync("/api/v1/notes", new { place = MadePlant.Robot, at = "2026-01-05T06:15:00Z", text = words, by = "Meier" }));
        Assert.Equal(($"{MadePlant.Robot}.notes-2026-01.1", MadePlant.Robot, words, "Meier", "2026-01-05T06:15:00.000Z"), (Text(note, "id"), Text(note, "place"), Text(note, "text"), Text(note, "by"), Text(note, "about")));
        foreach (string scope in new[] { MadePlant.Robot, MadePlant.First, MadePlant.Line, "leipzig" })
            Assert.Equal(words, Text(Assert.Single(await NotesAsync($"scope={scope}&{Monday}")), "text"));
        Assert.Empty(await NotesAsync($"scope={MadePlant.Last}&{Monday}"));
        Assert.Empty(await NotesAsync("from=2026-01-05T07:00:00Z&to=2026-01-05T08:00:00Z"));
        JsonElement taken = await AnswerAsync(await host.Http.PostAsJsonAsync($"/api/v1/notes/{Text(note, "id")}/withdraw", new { by = "Schulz" }));
        Assert.Equal("Schulz", Text(taken, "withdrawnBy"));
        Assert.Empty(await NotesAsync(Monday));
        Assert.Equal("Schulz", Text(Assert.Single(await NotesAsync($"withdrawn=true&{Monday}")), "withdrawnBy"));
    }

    [Fact]
    public async Task A_note_of_nowhere_or_about_what_is_to_come_is_refused_with_a_sentence()
    {
        await RefusedAsync("/api/v1/notes", new { place = "leipzig", text = "x", by = "Meier" }, HttpStatusCode.NotFound, "NOT_FOUND");
        await RefusedAsync("/api/v1/notes", new { place = MadePlant.Robot, text = " ", by = "Meier" }, HttpStatusCode.BadRequest, "NOTE_EMPTY");
        await RefusedAsync("/api/v1/notes", new { place = MadePlant.Robot, text = "x" }, HttpStatusCode.BadRequest, "BY_MISSING");
        await RefusedAsync("/api/v1/notes", new { place = MadePlant.Robot, at = "2026-01-07T06:15:00Z", text = "x", by = "Meier" }, HttpStatusCode.BadRequest, "NOTE_AHEAD");
        await RefusedAsync("/api/v1/notes", new { place = MadePlant.Robot, at = "soon", text = "x", by = "Meier" }, HttpStatusCode.BadRequest, "INVALID");
        foreach (string id in new[] { "7", $"{MadePlant.Robot}.notes-2026-01", "leipzig.notes-2026-01.1" })
            await RefusedAsync($"/api/v1/notes/{id}/withdraw", new { by = "Meier" }, HttpStatusCode.NotFound, "NOT_FOUND");
        await RefusedAsync($"/api/v1/notes/{MadePlant.Robot}.notes-2026-01.1/withdraw", new { by = "Meier" }, HttpStatusCode.BadRequest, "NOTE_UNKNOWN");
    }

    [Fact]
    public async Task Twin_writes_a_note_lists_it_and_takes_it_back()
    {
        Run added = await TwinAsync("note", "add", MadePlant.Robot, "coolant smells", "--at", "2026-01-05T06:15Z", "--by", "Meier");
        Assert.Equal((0, 2), (added.ExitCode, added.Lines.Count));
        Run listed = await TwinAsync("note", "ls", MadePlant.Line, "--from", "2026-01-05T05:00Z", "--to", "2026-01-05T13:00Z");
        Assert.Equal(0, listed.ExitCode);
        Assert.Contains("coolant smells", listed.Lines[1], StringComparison.Ordinal);
        Assert.Equal(0, (await TwinAsync("note", "withdraw", $"{MadePlant.Robot}.notes-2026-01.1", "--by", "Schulz")).ExitCode);
        Assert.Contains("taken back by Schulz", (await TwinAsync("note", "ls", "--withdrawn", "--from", "2026-01-05T05:00Z", "--to", "2026-01-05T13:00Z")).Output, StringComparison.Ordinal);
    }

    private async Task<JsonElement[]> NotesAsync(string query) => [.. (await host.GetAsync($"/api/v1/notes?{query}")).GetProperty("items").EnumerateArray()];

    private static async Task<JsonElement> AnswerAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return await answer.Content.ReadFromJsonAsync<JsonElement>();
        }
    }

    private async Task RefusedAsync(string path, object body, HttpStatusCode status, string code)
    {
        using HttpResponseMessage answer = await host.Http.PostAsJsonAsync(path, body);
        JsonElement problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((status, code), (answer.StatusCode, Text(problem, "code")));
    }

    private static string? Text(JsonElement item, string name) => item.GetProperty(name).GetString();

    private Task<Run> TwinAsync(params string[] args) => TwinProcess.Run([.. args, "--url", host.Http.BaseAddress!.ToString()]);

    public async Task DisposeAsync()
    {
        await gateway.DisposeAsync();
        await host.DisposeAsync();
    }

    public void Dispose() => folder.Dispose();
}
