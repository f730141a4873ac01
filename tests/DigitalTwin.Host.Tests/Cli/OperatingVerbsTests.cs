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
    public async Task A_connection_that_is_not_as_it_should_be_is_said_in_capitals_and_a_certificate_before_its_end()
    {
        Run run = await host.Twin("connections");
        string[][] rows = [.. run.Lines.Where(line => line.Length > 0).Select(Cells)];
        Assert.Equal(["gateway", "connected", "2026-01-05T08:40:00Z", "0.4 s", "120", "diagnostic to 5 s, telemetry to 2 s since 2026-01-05T08:39:00Z", "7: 5 diagnostic, 2 telemetry"], rows[1]);
        Assert.Equal(["old", "SILENT"], rows[2][..2]);
        Assert.Equal("9000: 83 s BEHIND, level in about 42 s", rows[2][4]);
        Assert.Equal(["spare", "NOT CONNECTED", "2026-01-05T08:41:00Z", "–"], rows[3][..4]);
        Assert.StartsWith("gateway has its servers sample less because its buffer is 80 % full, for 10 s.", rows[4][0], StringComparison.Ordinal);
        rows = [.. rows[..4], .. rows[5..]];
        Assert.Equal(["body", "connected", "gateway", "Basic256Sha256", "331/331", "0.2 s", "0.03 s", "331 signals"], rows[5]);
        Assert.Equal(["paint", "UNTRUSTED", "gateway", "Aes256_Sha256_RsaPss", "0/40", "–", "–", "it does not take our certificate"], rows[6]);
        Assert.Equal(["store", "NOT KNOWN", "–"], rows[7][..3]);
        Assert.Equal(["3649", "13 ENDS WITHIN 14 DAYS", "OVER"], rows[9..12].Select(row => row[2]));
        Assert.Equal(["body", "2026-02-03T08:40:00Z", "29 ENDS WITHIN 30 DAYS", "the OPC UA server's"], rows[12]);
        Assert.Equal(["body", "2026-01-07T08:40:00Z", "2 ENDS WITHIN 3 DAYS", "the gateway's, at this server"], rows[13]);
        Assert.Equal(14, rows.Length);   // nobody knows a certificate of the others
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
    [InlineData("connections", "certificates")]
    [InlineData("actor ls", "actors")]
    public async Task Json_is_the_answer_of_the_host_whole(string verb, string member)
    {
        Run run = await host.Twin([.. verb.Split(' '), "--json"]);
        using var document = JsonDocument.Parse(run.Output);
        Assert.True(document.RootElement.TryGetProperty(member, out _), run.Output);
    }

    private static string[] Cells(string line) => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
