using System.Text.Json;

namespace DigitalTwin.Host.Tests.Api;

[Collection("host")]
public class HistoryAndOeeTests(ScenarioHost scenario)
{
    private const string Window = "from=2026-01-05T06:00:00Z&to=2026-01-05T06:10:00Z";

    private HostUnderTest Host => scenario.Host;

    [Fact]
    public async Task History_is_thinned_on_the_server_and_keeps_every_peak()
    {
        JsonElement history = await Host.GetAsync($"/api/v1/tags/history?ids={MadePlant.Robot}.vibration,{MadePlant.Last}.vehicle&from=2026-01-05T06:10:00Z&to=2026-01-05T06:12:00Z&points=50");
        Assert.Equal(("2026-01-05T06:10:00.000Z", "2026-01-05T06:12:00.000Z"), (history.GetProperty("from").GetString(), history.GetProperty("to").GetString()));
        JsonElement[] series = [.. history.GetProperty("series").EnumerateArray()];
        Assert.Equal([$"{MadePlant.Robot}.vibration", $"{MadePlant.Last}.vehicle"], series.Select(one => one.GetProperty("id").GetString()));
        Assert.Equal(("mm/s", 1000), (series[0].GetProperty("unit").GetString(), series[0].GetProperty("raw").GetInt32()));
        JsonElement[] points = [.. series[0].GetProperty("points").EnumerateArray()];
        Assert.InRange(points.Length, 40, 50);
        Assert.Equal(24.5, points.Max(point => point.GetProperty("max").GetDouble()));
        Assert.Equal(2.0, points.Min(point => point.GetProperty("min").GetDouble()));
        Assert.All(points, point => Assert.Equal("good", point.GetProperty("q").GetString()));
        Assert.Equal(points.Select(Time).Order(), points.Select(Time));
        Assert.Equal((0, 0), (series[1].GetProperty("raw").GetInt32(), series[1].GetProperty("points").GetArrayLength()));
    }

    [Fact]
    public async Task Few_samples_come_as_they_are_with_their_quality_and_no_number_where_there_was_none()
    {
        JsonElement series = (await Host.GetAsync($"/api/v1/tags/history?ids={MadePlant.Robot}.vibration&from=2026-01-05T06:14:00Z&to=2026-01-05T06:20:00Z")).GetProperty("series")[0];
        JsonElement bad = series.GetProperty("points")[0], uncertain = series.GetProperty("points")[1];
        Assert.Equal((2, 2), (series.GetProperty("raw").GetInt32(), series.GetProperty("points").GetArrayLength()));
        Assert.Equal((new DateTimeOffset(2026, 1, 5, 6, 15, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), "bad"), (Time(bad), bad.GetProperty("q").GetString()));
        foreach (string member in new[] { "v", "min", "max" })
            Assert.Equal(JsonValueKind.Null, bad.GetProperty(member).ValueKind);
        Assert.Equal((3.5, "uncertain"), (uncertain.GetProperty("v").GetDouble(), uncertain.GetProperty("q").GetString()));
    }

    /// <summary>By hand: a sample each 0.1 s to 06:11:39.9, then nothing until 06:15:00, which is 200.1 s; and a minute to the next.</summary>
    [Fact]
    public async Task A_point_after_a_silence_says_so_and_one_of_many_samples_what_they_were()
    {
        JsonElement series = (await Host.GetAsync($"/api/v1/history/{MadePlant.Robot}.vibration?from=2026-01-05T06:10:00Z&to=2026-01-05T06:20:00Z&points=600")).GetProperty("series")[0];
        JsonElement[] points = [.. series.GetProperty("points").EnumerateArray()];
        Assert.Equal((1002, 102), (series.GetProperty("raw").GetInt32(), points.Length));
        Assert.All(points[..100], point => Assert.False(point.TryGetProperty("gap", out _)));
        Assert.Equal(200_100, points[100].GetProperty("gap").GetInt64());
        Assert.False(points[101].TryGetProperty("gap", out _));   // a signal of a minute may be silent for one and a half
        Assert.False(points[100].TryGetProperty("n", out _));
        Assert.Equal((10, 2.0, 1.0), (points[0].GetProperty("n").GetInt32(), points[0].GetProperty("first").GetDouble(), points[0].GetProperty("good").GetDouble()));
        Assert.Equal(2.45, points[0].GetProperty("mean").GetDouble(), 12);
    }

    [Fact]
    public async Task Points_of_a_quarter_of_an_hour_keep_quality_and_gaps()
    {
        JsonElement series = (await Host.GetAsync($"/api/v1/history/{MadePlant.Robot}.vibration?from=2026-01-05T06:00:00Z&to=2026-01-05T06:30:00Z&points=2")).GetProperty("series")[0];
        JsonElement[] points = [.. series.GetProperty("points").EnumerateArray()];
        Assert.Equal([(1000, "good"), (2, "bad")], points.Select(point => (point.GetProperty("n").GetInt32(), point.GetProperty("q").GetString()!)));
        Assert.False(points[0].TryGetProperty("gap", out _));
        Assert.Equal((200_100, 0.0), (points[1].GetProperty("gap").GetInt64(), points[1].GetProperty("good").GetDouble()));
    }

    [Fact]
    public async Task Newest_values_come_with_quality_unit_and_age()
    {
        JsonElement[] tags = [.. (await Host.GetAsync($"/api/v1/tags?scope={MadePlant.Robot}")).GetProperty("items").EnumerateArray()];
        Assert.All(tags, tag => Assert.StartsWith(MadePlant.Robot, tag.GetProperty("id").GetString(), StringComparison.Ordinal));
        JsonElement vibration = tags.Single(tag => tag.GetProperty("id").GetString() == $"{MadePlant.Robot}.vibration");
        // Other tests of this plant report it too: whatever came last is the newest of its history.
        JsonElement newest = (await Host.GetAsync($"/api/v1/history/{MadePlant.Robot}.vibration?from=2026-01-05T06:10:00Z&to=2026-01-05T18:00:00Z&points=20000")).GetProperty("series")[0].GetProperty("points").EnumerateArray().Last();
        Assert.Equal(
            (newest.GetProperty("v").GetDouble(), "mm/s", Time(newest)),
            (vibration.GetProperty("v").GetDouble(), vibration.GetProperty("unit").GetString(), vibration.GetProperty("t").GetDateTimeOffset().ToUnixTimeMilliseconds()));
        Assert.True(vibration.GetProperty("age").GetDouble() >= 0);
        Assert.NotEmpty(await Host.RefusalAsync("/api/v1/tags?scope=leipzig.roof", System.Net.HttpStatusCode.NotFound, "NOT_FOUND"));
    }

    [Fact]
    public async Task An_export_holds_every_sample_by_signal_and_time()
    {
        string[] lines = (await Host.Http.GetStringAsync(new Uri($"/api/v1/tags/export?scope={MadePlant.Robot}.vibration&from=2026-01-05T06:10:00Z&to=2026-01-05T06:20:00Z", UriKind.Relative))).Split("\r\n");
        Assert.Equal("signal,time,value,unit,quality,status,serverTime", lines[0]);
        Assert.Equal(1004, lines.Length);
        Assert.StartsWith($"{MadePlant.Robot}.vibration,2026-01-05T06:10:33.300000Z,24.5,mm/s,good,00000000,", lines[334], StringComparison.Ordinal);
        Assert.StartsWith($"{MadePlant.Robot}.vibration,2026-01-05T06:15:00.000000Z,,mm/s,bad,", lines[1001], StringComparison.Ordinal);
        Assert.NotEmpty(await Host.RefusalAsync("/api/v1/tags/export", System.Net.HttpStatusCode.BadRequest, "INVALID"));
        Assert.NotEmpty(await Host.RefusalAsync("/api/v1/tags/export?scope=leipzig.roof", System.Net.HttpStatusCode.NotFound, "NOT_FOUND"));
    }

    [Fact]
    public async Task The_tariff_is_told_for_now_and_over_a_window_and_ends_where_prices_change()
    {
        JsonElement tariff = await Host.GetAsync("/api/v1/tariff?from=2026-01-05T05:00:00Z&to=2026-01-05T12:00:00Z");
        Assert.Equal(
            ["2026-01-05T05:00:00.000Z - 0.18", "2026-01-05T07:00:00.000Z peak 0.27", "2026-01-05T11:00:00.000Z - 0.18"],
            tariff.GetProperty("spans").EnumerateArray().Select(span => FormattableString.Invariant($"{span.GetProperty("from").GetString()} {span.GetProperty("window").GetString() ?? "-"} {span.GetProperty("pricePerKwh").GetDouble()}")));
        Assert.Equal(("EUR", 900, 96), (tariff.GetProperty("currency").GetString(), tariff.GetProperty("peakLimitKw").GetDouble(), tariff.GetProperty("peakPricePerKw").GetDouble()));
        Assert.True(tariff.GetProperty("current").GetProperty("from").GetDateTimeOffset() <= tariff.GetProperty("now").GetDateTimeOffset());
        Assert.NotEmpty(await Host.RefusalAsync("/api/v1/tariff?from=2026-01-05T05:00:00Z&to=2026-03-05T12:00:00Z", System.Net.HttpStatusCode.BadRequest, "INVALID"));
    }

    /// <summary>That it holds the same samples is shown where it is made.</summary>
    [Fact]
    public async Task An_export_comes_as_parquet_too()
    {
        using HttpResponseMessage answer = await Host.Http.GetAsync(new Uri($"/api/v1/tags/export?scope={MadePlant.Robot}.vibration&from=2026-01-05T06:10:00Z&to=2026-01-05T06:20:00Z&format=parquet", UriKind.Relative));
        Assert.Equal("application/vnd.apache.parquet", answer.Content.Headers.ContentType?.MediaType);
        byte[] file = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal(("PAR1", "PAR1"), (System.Text.Encoding.ASCII.GetString(file[..4]), System.Text.Encoding.ASCII.GetString(file[^4..])));
        Assert.NotEmpty(await Host.RefusalAsync($"/api/v1/tags/export?scope={MadePlant.Robot}&format=xlsx", System.Net.HttpStatusCode.BadRequest, "INVALID"));
    }

    [Fact]
    public async Task Texts_have_a_history_too()
    {
        JsonElement points = (await Host.GetAsync($"/api/v1/tags/history?ids={MadePlant.First}.vehicle&from=2026-01-05T06:20:00Z&to=2026-01-05T06:20:20Z")).GetProperty("series")[0].GetProperty("points");
        Assert.Equal(["WB1", ""], points.EnumerateArray().Select(point => point.GetProperty("v").GetString()));
    }

    /// <summary>
    /// By hand: 600 s planned; production 180 + 158.75 + 59 + 50 = 447.75 s; breakdown 70 s; stopped 11.5 s; starved 60.75 s; not observed 10 s.
    /// Four bodies at 60 s are 240 s, so 207.75 s of speed loss; one of scrap is 60 s; three good ones are 180 s.
    /// </summary>
    [Fact]
    public async Task Oee_of_a_station_is_what_was_worked_out_by_hand_and_its_parts_add_up()
    {
        JsonElement oee = await Host.GetAsync($"/api/v1/oee/{MadePlant.Last}/losses?{Window}");
        Assert.Equal(("station", JsonValueKind.Null), (oee.GetProperty("kind").GetString(), oee.GetProperty("constraintStation").ValueKind));
        Assert.Equal("ISO 22400-2:2014", oee.GetProperty("definition").GetProperty("standard").GetString());
        Assert.Equal(
            ["plannedBusy 600000", "breakdown -70000", "held 0", "starvedOrBlocked -60750", "stopped -11500", "notObserved -10000", "other 0", "speed -207750", "speedGain 0", "scrap -60000", "effective 180000"],
            Steps(oee).Select(step => $"{step.Key} {step.Signed}"));
        AssertAddsUp(oee);
        JsonElement ratios = oee.GetProperty("ratios"), quantities = oee.GetProperty("quantities"), times = oee.GetProperty("times");
        Assert.Equal(447_750 / 600_000.0, ratios.GetProperty("availability").GetDouble(), 12);
        Assert.Equal(240_000 / 447_750.0, ratios.GetProperty("effectiveness").GetDouble(), 12);
        Assert.Equal(0.75, ratios.GetProperty("quality").GetDouble(), 12);
        Assert.Equal(0.3, ratios.GetProperty("oee").GetDouble(), 12);
        Assert.Equal((4, 3, 1), (quantities.GetProperty("produced").GetInt32(), quantities.GetProperty("good").GetInt32(), quantities.GetProperty("scrap").GetInt32()));
        Assert.Equal((600_000, 447_750, 60_000), (times.GetProperty("plannedBusyMs").GetInt32(), times.GetProperty("actualProductionMs").GetInt32(), times.GetProperty("plannedRunTimePerItemMs").GetInt32()));
    }

    /// <summary>By hand: two bodies at 60 s in 91 s of production are a gain of 29 s.</summary>
    [Fact]
    public async Task Faster_than_planned_is_a_gain_of_its_own()
    {
        JsonElement oee = await Host.GetAsync($"/api/v1/oee/{MadePlant.Last}/losses?from=2026-01-05T06:01:00Z&to=2026-01-05T06:02:31Z");
        Assert.Equal(["plannedBusy 91000", "speedGain 29000", "effective 120000"], Steps(oee).Where(step => step.Signed != 0).Select(step => $"{step.Key} {step.Signed}"));
        AssertAddsUp(oee);
        Assert.True(oee.GetProperty("ratios").GetProperty("effectiveness").GetDouble() > 1);
    }

    [Fact]
    public async Task The_line_is_its_constraint_station()
    {
        JsonElement line = await Host.GetAsync($"/api/v1/oee/{MadePlant.Line}/losses?{Window}"), station = await Host.GetAsync($"/api/v1/oee/{MadePlant.Last}/losses?{Window}");
        Assert.Equal(("line", MadePlant.Last), (line.GetProperty("kind").GetString(), line.GetProperty("constraintStation").GetString()));
        Assert.Equal("line: OEE of its constraint station", line.GetProperty("definition").GetProperty("rule").GetString());
        Assert.Equal(Steps(station), Steps(line));
    }

    [Fact]
    public async Task Without_a_window_it_is_the_running_shift_from_when_the_station_was_first_seen_up_to_now()
    {
        JsonElement oee = await Host.GetAsync($"/api/v1/oee/{MadePlant.Last}/losses");
        JsonElement shift = oee.GetProperty("shift");
        Assert.Equal(("early", "2026-01-05T05:00:00.000Z", "2026-01-05T13:00:00.000Z"), (shift.GetProperty("name").GetString(), shift.GetProperty("from").GetString(), shift.GetProperty("to").GetString()));
        Assert.Equal("2026-01-05T05:59:00.000Z", oee.GetProperty("from").GetString());
        Assert.InRange(oee.GetProperty("to").GetDateTimeOffset(), ScenarioHost.Announced, ScenarioHost.Announced.AddMinutes(10));
        Assert.Equal(4, oee.GetProperty("quantities").GetProperty("produced").GetInt32());
        Assert.Equal(-10_000, Steps(oee).Single(step => step.Key == "notObserved").Signed);
        AssertAddsUp(oee);
    }

    [Fact]
    public async Task A_break_is_no_planned_time()
    {
        JsonElement oee = await Host.GetAsync($"/api/v1/oee/{MadePlant.Last}/losses?from=2026-01-04T05:00:00Z&to=2026-01-05T05:00:00Z");
        Assert.Equal((0, JsonValueKind.Null), (oee.GetProperty("times").GetProperty("plannedBusyMs").GetInt32(), oee.GetProperty("ratios").GetProperty("oee").ValueKind));
        Assert.Equal(JsonValueKind.Null, oee.GetProperty("shift").ValueKind);
        JsonElement friday = await Host.GetAsync($"/api/v1/oee/{MadePlant.Last}/losses?from=2026-01-02T05:00:00Z&to=2026-01-02T13:00:00Z");
        Assert.Equal((8 * 60 - 15) * 60_000, friday.GetProperty("times").GetProperty("plannedBusyMs").GetInt32());
        Assert.Equal("early", friday.GetProperty("shift").GetProperty("name").GetString());
    }

    private static void AssertAddsUp(JsonElement oee)
    {
        (string Key, long Signed)[] steps = [.. Steps(oee)];
        Assert.Equal(steps[^1].Signed, steps[..^1].Sum(step => step.Signed));
    }

    /// <summary>Losses below zero, all else above.</summary>
    private static IEnumerable<(string Key, long Signed)> Steps(JsonElement oee) => oee.GetProperty("steps").EnumerateArray()
        .Select(step => (step.GetProperty("key").GetString()!, step.GetProperty("kind").GetString() == "loss" ? -step.GetProperty("ms").GetInt64() : step.GetProperty("ms").GetInt64()));

    private static long Time(JsonElement point) => point.GetProperty("t").GetInt64();
}
