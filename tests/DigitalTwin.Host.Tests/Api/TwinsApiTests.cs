using System.Net;
using System.Text.Json;

namespace DigitalTwin.Host.Tests.Api;

[Collection("host")]
public class TwinsApiTests(ScenarioHost scenario)
{
    private static readonly string[] Places = ["leipzig", "leipzig.body", MadePlant.Line, MadePlant.First, MadePlant.Robot, MadePlant.Last];

    private HostUnderTest Host => scenario.Host;

    [Fact]
    public async Task Every_place_is_listed_above_what_it_contains_with_its_kind_and_parent()
    {
        Assert.Equal(Places, Ids(await AllAsync("?kind=plant", "?kind=area", "?kind=line", "?kind=station", "?kind=machine")).Order(StringComparer.Ordinal));
        JsonElement[] places = [.. (await AllAsync("?depth=5")).Where(twin => twin.GetProperty("kind").GetString() != "workOrder")];
        Assert.Equal(Places, Ids(places));
        Assert.Equal(["plant", "area", "line", "station", "machine", "station"], places.Select(twin => twin.GetProperty("kind").GetString()));
        Assert.Equal([null, "leipzig", "leipzig.body", MadePlant.Line, MadePlant.First, MadePlant.Line], places.Select(twin => twin.GetProperty("parent").GetString()));
    }

    [Fact]
    public async Task Depth_counts_levels_below_the_parent()
    {
        Assert.Equal(["leipzig"], Ids(await AllAsync("?depth=1")));
        Assert.Empty(await AllAsync("?depth=0"));
        Assert.Equal(["leipzig.body"], Ids(await AllAsync("?parent=leipzig&depth=1")));
        Assert.Equal([MadePlant.Robot], Ids(await AllAsync($"?parent={MadePlant.First}")));
        Assert.Equal([MadePlant.First, MadePlant.Last], Ids(await AllAsync($"?parent={MadePlant.Line}&depth=1&kind=station")));
    }

    [Fact]
    public async Task A_list_is_paged_by_cursor_until_it_is_exhausted()
    {
        await Wait.UntilAsync(async () => (await AllAsync("?kind=workOrder")).Count == 30, "the orders of thirty bodies");
        string[] whole = [.. Ids(await AllAsync($"?parent={MadePlant.Line}"))];
        Assert.Equal(33, whole.Length);
        Assert.Equal(whole, Ids(await AllAsync($"?parent={MadePlant.Line}&limit=7")));
        Assert.Equal(whole, Ids(await AllAsync($"?parent={MadePlant.Line}&limit=11")));
        // By id, highest first: a page does not depend on which order moved meanwhile.
        Assert.Equal($"{MadePlant.Line}.order-WB9", Assert.Single((await Host.GetAsync("/api/v1/twins?kind=workOrder&limit=1")).GetProperty("items").EnumerateArray()).GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_station_shows_state_counts_and_what_is_reported_with_time_quality_and_unit()
    {
        JsonElement twin = await Host.GetAsync($"/api/v1/twins/{MadePlant.Last}");
        Assert.Equal(("station", "Weld cell 2", MadePlant.Line), (Text(twin, "kind"), Text(twin, "name"), Text(twin, "parent")));
        Assert.Equal(("Execute", "Production", 0), (Text(twin, "state"), Text(twin, "mode"), twin.GetProperty("fault").GetInt32()));
        // The signal was lost at 06:09:00 and came back with the same state: it is in it since before.
        Assert.Equal("2026-01-05T06:08:01.000Z", Text(twin, "stateSince"));
        JsonElement counts = twin.GetProperty("counts");
        Assert.Equal((4, 3, 1), (counts.GetProperty("produced").GetInt32(), counts.GetProperty("good").GetInt32(), counts.GetProperty("scrap").GetInt32()));
        JsonElement produced = twin.GetProperty("reported").GetProperty("produced");
        Assert.Equal((4.0, "2026-01-05T06:09:30.000Z", "good"), (produced.GetProperty("v").GetDouble(), Text(produced, "t"), Text(produced, "q")));
        Assert.Equal(JsonValueKind.Null, produced.GetProperty("unit").ValueKind);
        Assert.InRange(produced.GetProperty("age").GetDouble(), 0, 90);
        Assert.Equal(90, produced.GetProperty("staleAfter").GetDouble());
        Assert.Equal(JsonValueKind.Null, twin.GetProperty("currentVehicle").ValueKind);
        Assert.True(twin.GetProperty("offset").GetInt64() > 0);
    }

    [Fact]
    public async Task A_machine_shows_what_is_desired_beside_what_is_reported()
    {
        JsonElement twin = await Host.GetAsync($"/api/v1/twins/{MadePlant.Robot}");
        JsonElement vibration = twin.GetProperty("reported").GetProperty("vibration"), desired = twin.GetProperty("desired").GetProperty("speedOverride");
        Assert.Equal((3.5, "uncertain", "mm/s"), (vibration.GetProperty("v").GetDouble(), Text(vibration, "q"), Text(vibration, "unit")));
        Assert.Equal((100.0, "%", "plant definition"), (desired.GetProperty("v").GetDouble(), Text(desired, "unit"), Text(desired, "by")));
        Assert.Equal(JsonValueKind.Null, twin.GetProperty("counts").ValueKind);
        Assert.Equal(JsonValueKind.Null, twin.GetProperty("mode").ValueKind);
    }

    [Fact]
    public async Task Events_come_oldest_or_newest_first_page_by_page_and_within_a_window()
    {
        string path = $"/api/v1/twins/{MadePlant.Last}/events";
        List<JsonElement> upwards = await PagesAsync(path, "limit=7"), downwards = await PagesAsync(path, "limit=5&order=desc");
        Assert.Equal(Seqs(upwards), Enumerable.Range(1, upwards.Count).Select(seq => (long)seq));
        Assert.Equal(Seqs(upwards), Seqs(downwards).Reverse());

        List<JsonElement> window = await PagesAsync(path, "from=2026-01-05T06:03:00Z&to=2026-01-05T06:04:00.000Z");
        Assert.Equal(["unit.state-changed.v1", "unit.fault-raised.v1", "unit.state-changed.v1"], window.Select(happened => Text(happened, "name")));
        JsonElement first = window[0];
        Assert.Equal((MadePlant.Last, "2026-01-05T06:03:00.000Z", "Aborting"), (Text(first, "entity"), Text(first, "at"), Text(first.GetProperty("data"), "to")));
        Assert.True(first.GetProperty("recorded").GetDateTimeOffset() > DateTimeOffset.UtcNow.AddMinutes(-5));
        Assert.Empty(await PagesAsync(path, "from=2026-01-06T00:00:00Z"));
    }

    [Fact]
    public async Task The_states_of_a_station_fill_the_window_and_say_where_nothing_was_seen()
    {
        JsonElement spans = (await Host.GetAsync($"/api/v1/twins/{MadePlant.Last}/states?from=2026-01-05T06:02:00Z&to=2026-01-05T06:10:00Z")).GetProperty("items");
        (string?, string?)[] told = [.. spans.EnumerateArray().Select(span => (Text(span, "state"), Text(span, "from")))];
        Assert.Equal(("Execute", "2026-01-05T06:02:00.000Z"), told[0]);
        Assert.Equal(["Execute", "Aborting", "Aborted", "Clearing", "Stopped", "Resetting", "Idle", "Starting", "Execute", "Suspending", "Suspended", "Unsuspending", "Execute", null, "Execute"], told.Select(span => span.Item1));
        Assert.Equal("2026-01-05T06:10:00.000Z", Text(spans[spans.GetArrayLength() - 1], "to"));
        Assert.All(Enumerable.Range(1, told.Length - 1), i => Assert.Equal(Text(spans[i - 1], "to"), Text(spans[i], "from")));
    }

    /// <summary>A gap is recorded when it is over; a window that ends inside of it must not look observed.</summary>
    [Fact]
    public async Task A_window_that_ends_within_a_gap_ends_unseen()
    {
        DateTimeOffset at = ScenarioHost.Announced.AddMinutes(-2);
        await scenario.Gateway.ReportAsync(Made.State(MadePlant.First, at, Domain.Packml.PackmlState.Starting), Made.State(MadePlant.First, at.AddSeconds(1), Domain.Packml.PackmlState.Execute));
        await scenario.Gateway.GapAsync(at.AddSeconds(10), at.AddSeconds(60), "server-lost", $"{MadePlant.First}.state");
        await scenario.Gateway.ReportAsync(Made.State(MadePlant.First, at.AddSeconds(60), Domain.Packml.PackmlState.Execute));
        JsonElement spans = (await Host.GetAsync($"/api/v1/twins/{MadePlant.First}/states?from=2026-01-05T06:28:05Z&to=2026-01-05T06:28:30Z")).GetProperty("items");
        Assert.Equal(["Execute", null], spans.EnumerateArray().Select(span => Text(span, "state")));
    }

    [Fact]
    public async Task Every_fault_of_a_request_is_listed()
    {
        string detail = await Host.RefusalAsync("/api/v1/twins?depth=-1&limit=0&cursor=x&kind=spaceship", HttpStatusCode.BadRequest, "INVALID");
        foreach (string what in new[] { "depth '-1'", "limit '0'", "cursor 'x'", "kind 'spaceship'" })
            Assert.Contains(what, detail, StringComparison.Ordinal);
        detail = await Host.RefusalAsync($"/api/v1/twins/{MadePlant.Last}/events?from=then&to=0001-01-01&limit=1001&order=up&cursor=-3", HttpStatusCode.BadRequest, "INVALID");
        foreach (string what in new[] { "from 'then'", "to '0001-01-01'", "limit '1001'", "order 'up'", "cursor '-3'" })
            Assert.Contains(what, detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/twins?cursor=leipzig.roof")]
    [InlineData($"/api/v1/twins/{MadePlant.Last}/states?from=2026-01-05T07:00:00Z&to=2026-01-05T06:00:00Z")]
    [InlineData($"/api/v1/twins/{MadePlant.Last}/states?from=2020-01-05T07:00:00Z")]
    [InlineData($"/api/v1/twins/{MadePlant.Last}/states?to=9999-12-31T23:59:59Z")]
    [InlineData($"/api/v1/twins/{MadePlant.Line}/states")]
    [InlineData($"/api/v1/oee/{MadePlant.Last}/losses?to=0001-01-01T00:00:00Z")]
    [InlineData("/api/v1/tags/history")]
    [InlineData($"/api/v1/tags/history?ids={MadePlant.Robot}.vibration&points=0")]
    [InlineData("/api/v1/stream?topics=alerts")]
    [InlineData("/api/v1/stream?topics=tags:leipzig.roof")]
    [InlineData("/api/v1/stream?hz=51")]
    public async Task What_cannot_be_asked_is_refused(string path) => Assert.NotEmpty(await Host.RefusalAsync(path, HttpStatusCode.BadRequest, "INVALID"));

    [Theory]
    [InlineData("/api/v1/twins/leipzig.roof")]
    [InlineData("/api/v1/twins/leipzig.roof/events")]
    [InlineData("/api/v1/twins/leipzig.roof/states")]
    [InlineData("/api/v1/twins?parent=leipzig.roof")]
    [InlineData("/api/v1/tags/history?ids=leipzig.roof.state")]
    [InlineData($"/api/v1/oee/{MadePlant.Robot}/losses")]
    [InlineData($"/api/v1/oee/{MadePlant.Line}.order-WB1/losses")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v1/oees/leipzig.body.line1")]
    [InlineData("/api/v2/twins")]
    public async Task What_is_not_there_is_not_found(string path) => Assert.NotEmpty(await Host.RefusalAsync(path, HttpStatusCode.NotFound, "NOT_FOUND"));

    [Fact]
    public async Task A_signal_says_its_unit_its_range_and_what_its_numbers_mean()
    {
        JsonElement[] signals = [.. (await Host.GetAsync($"/api/v1/signals?scope={MadePlant.First}")).GetProperty("items").EnumerateArray()];
        Assert.Equal(10, signals.Length);
        JsonElement vibration = signals.Single(signal => Text(signal, "id") == $"{MadePlant.Robot}.vibration");
        Assert.Equal(("mm/s", 0, 25, "measurement"), (Text(vibration, "unit"), vibration.GetProperty("low").GetDouble(), vibration.GetProperty("high").GetDouble(), Text(vibration, "role")));
        JsonElement mode = signals.Single(signal => Text(signal, "id") == $"{MadePlant.First}.mode");
        Assert.Equal("Manual", Text(mode.GetProperty("texts"), "3"));
        Assert.Empty(vibration.GetProperty("texts").EnumerateObject());
        await Host.RefusalAsync("/api/v1/signals?scope=leipzig.nowhere", HttpStatusCode.NotFound, "NOT_FOUND");
    }

    private async Task<IReadOnlyList<JsonElement>> AllAsync(params string[] queries)
    {
        var all = new List<JsonElement>();
        foreach (string query in queries)
            all.AddRange(await PagesAsync("/api/v1/twins", query[1..]));
        return all;
    }

    private async Task<List<JsonElement>> PagesAsync(string path, string query)
    {
        var all = new List<JsonElement>();
        string? cursor = null;
        do
        {
            JsonElement page = await Host.GetAsync($"{path}?{query}{(cursor is null ? "" : $"&cursor={cursor}")}");
            all.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = Text(page, "next");
        }
        while (cursor is not null);
        return all;
    }

    private static IEnumerable<string> Ids(IEnumerable<JsonElement> twins) => twins.Select(twin => Text(twin, "id")!);

    private static IEnumerable<long> Seqs(IEnumerable<JsonElement> events) => events.Select(happened => happened.GetProperty("seq").GetInt64());

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
