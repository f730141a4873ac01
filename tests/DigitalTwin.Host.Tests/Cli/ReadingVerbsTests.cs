using System.Text.Json;

namespace DigitalTwin.Host.Tests.Cli;

public sealed class ReadingVerbsTests(ContractHost host) : IClassFixture<ContractHost>
{
    [Fact]
    public async Task Ls_shows_every_page_and_cuts_no_column_when_redirected()
    {
        var run = await host.Twin("ls", "leipzig.body.line1", "--kind", "machine", "--depth", "2");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["ID", "KIND", "STATE", "SINCE", "VEHICLE", "GOOD", "SCRAP", "DATA", "FLAGS"], Cells(run.Lines[0]));
        Assert.Equal([Recorded.Robot, "machine", "Aborted", "2026-01-05T09:38:12Z", "BODY-000123", "40", "1", "1 stale, 1 bad", "illegal-transition"], Cells(run.Lines[1]));
        Assert.Equal(
            ["leipzig.body.line1.cell3.a-gun-with-a-name-that-is-longer-than-a-terminal-of-eighty-columns-would-show-in-one-line", "machine", "Execute", "2026-01-05T09:39:12Z", "–", "–", "–", "–", "–"],
            Cells(run.Lines[2]));
        Assert.Equal(3, run.Lines.Count);
        Assert.Contains("/api/v1/twins?parent=leipzig.body.line1&kind=machine&depth=2", host.Asked);
        Assert.Contains("/api/v1/twins?parent=leipzig.body.line1&kind=machine&depth=2&cursor=page%202", host.Asked);
    }

    [Fact]
    public async Task Wide_shows_more_columns_of_the_same_rows()
    {
        var run = await host.Twin("ls", "-o", "wide");
        Assert.Equal(["NAME", "MODE", "FAULT", "PRODUCED", "OFFSET"], Cells(run.Lines[0])[9..]);
        Assert.Equal(["Robot 3", "Production", "1207", "41", "812"], Cells(run.Lines[1])[9..]);
    }

    [Theory]
    [InlineData("ls")]
    [InlineData("get", Recorded.Robot)]
    [InlineData("history", Recorded.Robot + ".vibration")]
    [InlineData("events", Recorded.Robot)]
    [InlineData("actor", "hierarchy")]
    [InlineData("oee", "show", "leipzig.body.line1.cell3")]
    [InlineData("status")]
    [InlineData("get", "nowhere")]
    public async Task Nothing_redirected_carries_a_colour_code(params string[] verb)
    {
        var run = await host.Twin(verb);
        Assert.NotEmpty(run.Output + run.Errors);
        Assert.DoesNotContain('\u001b', run.Output + run.Errors);
    }

    [Theory]
    [InlineData("ls", "items")]
    [InlineData("get leipzig.body.line1.cell3.robot", "reported")]
    [InlineData("history leipzig.body.line1.cell3.robot.vibration", "series")]
    [InlineData("events leipzig.body.line1.cell3.robot", "items")]
    [InlineData("actor hierarchy", "actors")]
    [InlineData("oee show leipzig.body.line1.cell3", "steps")]
    [InlineData("status", "clock")]
    [InlineData("diff --from -15m", "items")]
    [InlineData("tariff", "spans")]
    [InlineData("tag ledger", "unattributed")]
    [InlineData("tag waveform ls leipzig.body.line1.cell3.robot.shape", "items")]
    [InlineData("tag context --vehicle B1", "items")]
    [InlineData("projection ls", "items")]
    [InlineData("projection rebuild twins", "rebuilt")]
    public async Task Json_is_the_answer_of_the_host_whole(string verb, string member)
    {
        var words = verb.Split(' ');
        var (asked, brief) = (await host.Twin([.. words, "--json"]), await host.Twin([.. words, "-o", "json"]));
        Assert.Equal(0, asked.ExitCode);
        Assert.Equal(asked.Output, brief.Output);
        using var document = JsonDocument.Parse(asked.Output);
        Assert.True(document.RootElement.TryGetProperty(member, out _), asked.Output);
    }

    [Fact]
    public async Task Jsonl_is_one_object_a_line()
    {
        var run = await host.Twin("ls", "-o", "jsonl");
        Assert.Equal([812, 813], run.Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("offset").GetInt32()));
    }

    [Fact]
    public async Task Tariff_says_what_holds_now_the_agreed_peak_and_a_bar_for_each_price()
    {
        var run = await host.Twin("tariff", "--from", "2026-01-05T06:00Z", "--to", "2026-01-05T11:00Z");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("/api/v1/tariff?from=2026-01-05T06%3A00%3A00.000Z&to=2026-01-05T11%3A00%3A00.000Z", host.Asked);
        Assert.Contains("now 0.178 EUR/kWh until 2026-01-05T07:00:00Z", run.Output, StringComparison.Ordinal);
        Assert.Contains("agreed peak 900 kW over a quarter of an hour, at 96 EUR a kW", run.Output, StringComparison.Ordinal);
        Assert.Equal([16, 24], run.Output.Split('\n').Select(line => line.Count(letter => letter == '█')).Where(length => length > 0));
    }

    [Fact]
    public async Task Tag_ledger_accounts_for_every_signal_and_explains_each_reason_in_a_sentence()
    {
        var run = await host.Twin("tag", "ledger", Recorded.Robot);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"/api/v1/ledger?scope={Recorded.Robot}", host.Asked);
        Assert.Equal(["SIGNAL", "FROM", "TO", "EXPECTED", "SAMPLED", "SENT", "STORED", "LOST", "UNEXPLAINED"], Cells(run.Lines[0]));
        Assert.Equal([$"{Recorded.Robot}.state", "2026-01-05T06:00:00Z", "2026-01-05T06:10:00Z", "120", "101", "94", "93", "27", "0"], Cells(run.Lines[1]));
        Assert.Equal([$"{Recorded.Robot}.vibration", "–", "–", "2", "2", "0", "0", "1", "1"], Cells(run.Lines[2]));
        Assert.Contains("server-lost: 20 samples of 2 signals, 2026-01-05T06:01:00Z to 2026-01-05T06:01:30Z. The gateway had no session with the OPC UA server, which kept no values for it.", run.Lines);
        Assert.Contains("eased: 1 signal, sampled each 5 s at the slowest, 2026-01-05T06:04:00Z to now. The gateway asked the server for less, so less was expected.", run.Lines);
        Assert.Contains("4 more sequences are lost", run.Errors, StringComparison.Ordinal);
        Assert.Contains("1 signal has samples that nothing explains", run.Errors, StringComparison.Ordinal);
        Assert.Equal(3, (await host.Twin("tag", "ledger", "nowhere")).ExitCode);
    }

    [Fact]
    public async Task Tag_waveform_lists_features_and_writes_a_content_to_a_file_that_is_not_there_yet()
    {
        var run = await host.Twin("tag", "waveform", "ls", $"{Recorded.Robot}.shape");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["TIME", "QUALITY", "SAMPLES", "RATE HZ", "RMS", "PEAK", "CREST", "KURTOSIS", "DOMINANT HZ", "HASH"], Cells(run.Lines[0]));
        Assert.Equal(["2026-01-05T06:01:00Z", "good", "4096", "4096", "1.72", "6.5", "3.78", "3.1", "29.2", "9f86d081884c7d65"], Cells(run.Lines[1]));
        Assert.Equal(["2026-01-05T06:02:00Z", "bad", "–", "–", "–", "–", "–", "–", "–", "–"], Cells(run.Lines[2]));
        Assert.Contains("1 older ones are not shown", run.Errors, StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        var file = Path.Combine(folder.Path, "waveform.f32");
        Assert.Equal(0, (await host.Twin("tag", "waveform", "get", "9f86", file)).ExitCode);
        Assert.Equal([1, 2, 3, 4], await File.ReadAllBytesAsync(file));
        Assert.Equal(2, (await host.Twin("tag", "waveform", "get", "9f86", file)).ExitCode);
        Assert.Equal(3, (await host.Twin("tag", "waveform", "get", "gone", file + "2")).ExitCode);
        Assert.False(File.Exists(file + "2"));
    }

    [Fact]
    public async Task Tag_context_shows_each_stay_of_a_vehicle_and_what_was_measured_in_it()
    {
        var run = await host.Twin("tag", "context", "--vehicle", "B1", "--features", "--from", "2026-01-05T06:00Z");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(host.Asked, path => path.StartsWith("/api/v1/context?vehicle=B1&features=true&from=2026-01-05T06", StringComparison.Ordinal));
        Assert.Equal(["leipzig.body.line1.cell3", "2026-01-05T06:10:00Z", "2026-01-05T06:11:00Z", "B1", "leipzig.body.line1.order-B1", "–", "Kim", "early"], Cells(run.Lines[1]));
        Assert.Contains(run.Lines, line => Cells(line) is ["leipzig.body.line1.cell3", $"{Recorded.Robot}.vibration", "60", "1.5", "4.5", "2", "mm/s"]);
    }

    [Fact]
    public async Task Get_shows_reported_beside_desired_with_quality_and_age()
    {
        var run = await host.Twin("get", Recorded.Robot);
        Assert.Equal(0, run.ExitCode);
        var rows = run.Lines.Select(Cells).ToList();
        Assert.Contains(rows, row => row is ["state", "Aborted"]);
        Assert.Contains(rows, row => row is ["counts", "41 produced = 40 good + 1 scrap"]);
        Assert.Contains(rows, row => row is ["vibration", "3.215 mm/s", "–", "good", "0.4 s", "2026-01-05T09:39:59Z"]);
        Assert.Contains(rows, row => row is ["motorTemperature", "71.5 °C", "–", "stale", "95 s", "2026-01-05T09:39:01Z"]);
        Assert.Contains(rows, row => row is ["speedOverride", "–", "100 %", "–", "–", "–"]);
        Assert.Contains(rows, row => row is ["current", "–", "–", "bad", "–", "–"]);
    }

    [Fact]
    public async Task Ls_passes_a_search_on_as_it_was_written()
    {
        Assert.Equal(0, (await host.Twin("ls", "--where", "state = Aborted and line = line1")).ExitCode);
        Assert.Contains("/api/v1/twins?where=state%20%3D%20Aborted%20and%20line%20%3D%20line1", host.Asked);
    }

    [Fact]
    public async Task Get_shows_the_past_by_time_and_by_offset()
    {
        foreach (var (option, value, asked) in new[] { ("--at", "-15m", "at=2026-01-05T09%3A25%3A00.000Z"), ("--at", "2026-01-05T09:00Z", "at=2026-01-05T09%3A00%3A00.000Z"), ("--offset", "812", "offset=812") })
        {
            Assert.Equal(0, (await host.Twin("get", Recorded.Robot, option, value)).ExitCode);
            Assert.Contains($"/api/v1/twins/{Recorded.Robot}?{asked}", host.Asked);
        }
    }

    [Fact]
    public async Task Diff_shows_twin_field_before_and_after()
    {
        var run = await host.Twin("diff", "leipzig.body.line1", "--from", "-15m", "--to", "offset:813");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(["TWIN", "FIELD", "BEFORE", "AFTER"], Cells(run.Lines[0]));
        Assert.Equal([Recorded.Robot, "state", "Execute", "Aborted"], Cells(run.Lines[1]));
        Assert.Equal([Recorded.Robot, "fault", "–", "1207"], Cells(run.Lines[2]));
        Assert.Equal("2 changes from 2026-01-05T09:25:00Z (offset 800) to 2026-01-05T09:40:00Z (offset 813)", run.Lines[3]);
        Assert.Contains("/api/v1/diff?scope=leipzig.body.line1&from=2026-01-05T09%3A25%3A00.000Z&to=offset%3A813", host.Asked);
    }

    [Fact]
    public async Task What_is_behind_says_so_whichever_way_it_is_asked_for()
    {
        const string behind = "twin: This is 9000 events, 7.5 s behind what is recorded.";
        foreach (var verb in new[] { "ls --kind workOrder", "ls --kind workOrder -o jsonl", $"get {Recorded.Robot} --at -15m", "diff --from -15m" })
            Assert.Contains(behind, (await host.Twin(verb.Split(' '))).Errors, StringComparison.Ordinal);
        foreach (var verb in new[] { "ls --kind workOrder --json", $"get {Recorded.Robot} --at -15m --json", "diff --from -15m --json" })
        {
            var run = await host.Twin(verb.Split(' '));
            Assert.Equal("", run.Errors);
            Assert.Equal(9000, JsonDocument.Parse(run.Output).RootElement.GetProperty("behind").GetProperty("events").GetInt32());
        }

        Assert.Equal("", (await host.Twin("ls")).Errors + (await host.Twin("get", Recorded.Robot)).Errors + (await host.Twin("diff", "leipzig", "--from", "-15m")).Errors);
    }

    [Fact]
    public async Task A_twin_of_the_past_can_be_told_from_one_of_now()
    {
        Assert.Contains("as of    2026-01-05T09:25:00Z (offset 805)", (await host.Twin("get", Recorded.Robot, "--at", "-15m")).Lines);
        Assert.DoesNotContain("as of", (await host.Twin("get", Recorded.Robot)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Orders_that_are_no_longer_at_hand_are_not_left_out_in_silence()
    {
        Assert.Contains("finished, and heard of last before offset 500, are not listed", (await host.Twin("ls", "--kind", "workOrder")).Errors, StringComparison.Ordinal);
        Assert.Contains("heard of last before offset 500, are not compared", (await host.Twin("diff", "--from", "-15m")).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rebuild_that_somebody_else_has_cancelled_has_not_been_done()
    {
        var asked = await host.Twin("projection", "rebuild", "times");
        Assert.Equal(1, asked.ExitCode);
        Assert.Contains("times was not made anew: somebody has cancelled the rebuild.", asked.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await host.Twin("projection", "rebuild", "times", "--cancel")).ExitCode);
    }

    [Fact]
    public async Task Projections_show_how_far_they_are_behind_and_a_rebuild_says_what_differed()
    {
        var list = await host.Twin("projection", "ls");
        Assert.Equal(["twins", "1", "behind", "800", "813", "13 events, 6.3 s", "2026-01-05T08:40:00Z rebuilt from 790 events in 1.3 s; IT DIFFERED and was replaced"], Cells(list.Lines[1]));
        var rebuilt = await host.Twin("projection", "rebuild", "twins");
        Assert.Equal(0, rebuilt.ExitCode);
        Assert.Equal(["twins: rebuilt from 790 events in 1.3 s; IT DIFFERED and was replaced", "unit:robot: a, not b"], rebuilt.Lines);
        Assert.Equal(3, (await host.Twin("projection", "rebuild", "plant")).ExitCode);
    }

    [Fact]
    public async Task A_relative_time_counts_back_from_the_clock_of_the_plant_not_of_the_wall()
    {
        var run = await host.Twin("history", $"{Recorded.Robot}.vibration", $"{Recorded.Robot}.current", "--from", "-15m", "--points", "20");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(
            $"/api/v1/tags/history?ids={Recorded.Robot}.vibration%2C{Recorded.Robot}.current&from=2026-01-05T09%3A25%3A00.000Z&to=2026-01-05T09%3A40%3A00.000Z&points=20",
            host.Asked);
        Assert.Equal([$"{Recorded.Robot}.vibration", "2026-01-05T09:20:00.000Z", "3.1", "2.9", "3.3", "mm/s", "good"], Cells(run.Lines[1]));
        Assert.Contains("current has no sample", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_are_the_newest_ones_and_read_downwards_in_time()
    {
        var run = await host.Twin("events", Recorded.Robot, "--limit", "2", "--from", "2026-01-05T09:00Z");
        Assert.Equal(["810", "812"], run.Lines.Skip(1).Select(line => Cells(line)[1]));
        Assert.EndsWith("machine.state-changed.v1  from=Aborting to=Aborted legal=true", run.Lines[2], StringComparison.Ordinal);
        Assert.Contains($"/api/v1/twins/{Recorded.Robot}/events?from=2026-01-05T09%3A00%3A00.000Z&order=desc&limit=2", host.Asked);
    }

    [Fact]
    public async Task The_hierarchy_hangs_each_actor_below_its_place()
    {
        var run = await host.Twin("actor", "hierarchy");
        Assert.Equal("leipzig  (3 actors)", run.Lines[0]);
        Assert.Equal("└── leipzig.body.line1  line  mailbox 2  processed 77", run.Lines[1]);
        Assert.Equal("└── cell3  station  mailbox 0  processed 90  ×3 restarted  RESTARTING", run.Lines[2]);
        Assert.Equal("└── robot  machine  mailbox 0  processed 1204", run.Lines[3]);
    }

    [Fact]
    public async Task The_waterfall_shows_its_sum_and_draws_each_loss_where_it_falls()
    {
        var run = await host.Twin("oee", "show", "leipzig.body.line1.cell3");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("planned busy 15900000 ms − losses 2314300 ms + gains 176000 ms = 13761700 ms", run.Lines);
        Assert.Contains("availability 90.0 %  effectiveness 101.2 %  quality 95.0 %  OEE 86.6 %", run.Lines);
        var breakdown = run.Lines.Single(line => line.Contains("breakdown", StringComparison.Ordinal));
        Assert.Matches(@"^− breakdown +25\.00 +░{4,5}$", breakdown);
    }

    [Fact]
    public async Task A_waterfall_that_does_not_add_up_is_an_error()
    {
        var run = await host.Twin("oee", "show", "broken");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("THE PARTS DO NOT ADD UP", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_says_that_a_gateway_is_away()
    {
        var run = await host.Twin("status");
        Assert.Contains(run.Lines, line => line.StartsWith("gateway", StringComparison.Ordinal) && line.Contains("NOT CONNECTED", StringComparison.Ordinal) && line.Contains("120 buffered", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.EndsWith("329 of 331 signals fresh, 2 stale, 0 bad", StringComparison.Ordinal));
    }

    // Columns stand two blanks apart; a cell has single blanks at most.
    private static string[] Cells(string line) => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
