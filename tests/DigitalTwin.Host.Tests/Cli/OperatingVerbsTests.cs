using System.Text.Json;

namespace DigitalTwin.Host.Tests.Cli;

/// <summary>What an operator of the engine asks for.</summary>
public sealed class OperatingVerbsTests(ContractHost host) : IClassFixture<ContractHost>
{
    [Fact]
    public async Task Dead_letters_are_listed_with_their_reason_and_wide_with_what_they_said()
    {
        Run run = await host.Twin("log", "dead-letters"), wide = await host.Twin("log", "dead-letters", "-o", "wide");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["leipzig.body.line1-7", "2026-01-05T09:38:12Z", Recorded.Robot, "unit.observe.v1", "could not decide on it"], Cells(run.Lines[1]));
        Assert.Equal(["yes", "could not decide on it", "signal=state number=99"], Cells(wide.Lines[1])[4..]);
        Assert.Equal(["no", "too large", "Observe { state }"], Cells(wide.Lines[2])[4..]);
        Assert.Contains("/api/v1/dead-letters?limit=1000", host.Asked);
    }

    [Fact]
    public async Task Dead_letters_that_cannot_be_read_now_are_said_to_be_missing()
    {
        const string Why = "The dead letters of leipzig cannot be read now: no answer";
        Run table = await host.Twin("log", "dead-letters"), json = await host.Twin("log", "dead-letters", "--json");
        Assert.Equal($"twin: {Why}", table.Errors.Trim());
        Assert.Equal("", json.Errors);
        using var document = JsonDocument.Parse(json.Output);
        Assert.Equal(Why, document.RootElement.GetProperty("unread")[0].GetString());
    }

    [Fact]
    public async Task A_replay_ends_well_only_when_the_message_was_taken()
    {
        Run taken = await host.Twin("log", "dead-letters", "replay", "leipzig.body.line1-7"), refused = await host.Twin("log", "dead-letters", "replay", "leipzig.body.line1-6");
        Assert.Equal((0, "leipzig.body.line1-7: accepted"), (taken.ExitCode, taken.Lines[0]));
        Assert.Equal((1, "leipzig.body.line1-6: refused, OLD: it was superseded"), (refused.ExitCode, refused.Lines[0]));
    }

    [Fact]
    public async Task A_shard_is_listed_with_who_runs_it_and_a_lease_that_has_run_out_is_said_in_capitals()
    {
        Run run = await host.Twin("shard", "ls");
        Assert.Equal(["leipzig", "box-1-77aa", "3", "RUN OUT", "no"], Cells(run.Lines[1]));
        Assert.Equal(["leipzig.body.line1", "box-2-88bb", "12", "13.9 s", "yes"], Cells(run.Lines[2]));
    }

    [Fact]
    public async Task Actors_that_do_not_run_are_listed_first()
    {
        Run run = await host.Twin("actor", "ls");
        Assert.Equal(["leipzig.body.line1.cell3", "station", "RESTARTING", "0", "90", "3", "–"], Cells(run.Lines[1]));
        Assert.Equal("leipzig.body.line1", Cells(run.Lines[2])[0]);
    }

    [Theory]
    [InlineData("log dead-letters", "items")]
    [InlineData("log dead-letters replay leipzig.body.line1-7", "outcome")]
    [InlineData("shard ls", "items")]
    [InlineData("actor ls", "actors")]
    public async Task Json_is_the_answer_of_the_host_whole(string verb, string member)
    {
        Run run = await host.Twin([.. verb.Split(' '), "--json"]);
        using var document = JsonDocument.Parse(run.Output);
        Assert.True(document.RootElement.TryGetProperty(member, out _), run.Output);
    }

    private static string[] Cells(string line) => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
