using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DigitalTwin.Host.Tests.Api;

/// <summary>The morning of <see cref="ScenarioHost"/>, looked back at.</summary>
[Collection("host")]
public class TimeTravelApiTests(ScenarioHost scenario)
{
    private HostUnderTest Host => scenario.Host;

    [Fact]
    public async Task A_station_is_shown_as_it_was_in_its_breakdown()
    {
        JsonElement then = await Host.GetAsync($"/api/v1/twins/{MadePlant.Last}?at=2026-01-05T06:03:20Z");
        Assert.Equal(("Aborted", "2026-01-05T06:03:01.000Z", 4711), (Text(then, "state"), Text(then, "stateSince"), then.GetProperty("fault").GetInt32()));
        Assert.Equal((2, 2, 0), Counts(then));
        Assert.Equal(9, then.GetProperty("reported").GetProperty("state").GetProperty("v").GetInt32());
        JsonElement now = await Host.GetAsync($"/api/v1/twins/{MadePlant.Last}");
        Assert.Equal(("Execute", 0, (4, 3, 1)), (Text(now, "state"), now.GetProperty("fault").GetInt32(), Counts(now)));
        // The same moment by its offset.
        long offset = (await Host.GetAsync("/api/v1/cuts?at=2026-01-05T06:03:20Z")).GetProperty("offset").GetInt64();
        Assert.Equal((offset, "2026-01-05T06:03:20.000Z"), (then.GetProperty("asOf").GetProperty("offset").GetInt64(), Text(then.GetProperty("asOf"), "at")));
        Assert.False(now.TryGetProperty("asOf", out _));
        JsonElement byOffset = await Host.GetAsync($"/api/v1/twins/{MadePlant.Last}?offset={offset}");
        Assert.Equal((Text(then, "state"), Text(then, "stateSince"), then.GetProperty("offset").GetInt64()), (Text(byOffset, "state"), Text(byOffset, "stateSince"), byOffset.GetProperty("offset").GetInt64()));
    }

    [Fact]
    public async Task A_measurement_of_the_past_comes_from_the_historian_and_is_absent_where_that_has_none()
    {
        await Wait.UntilAsync(async () => (await Vibration("2026-01-05T06:10:33.350Z")) is { ValueKind: JsonValueKind.Object }, "the samples to be stored");
        JsonElement peak = (await Vibration("2026-01-05T06:10:33.350Z"))!.Value;
        Assert.Equal((24.5, "2026-01-05T06:10:33.300Z", "good"), (peak.GetProperty("v").GetDouble(), Text(peak, "t"), Text(peak, "q")));
        Assert.Equal("bad", Text((await Vibration("2026-01-05T06:15:00Z"))!.Value, "q"));
        Assert.Null(await Vibration("2026-01-05T06:25:00Z"));

        async Task<JsonElement?> Vibration(string at) =>
            (await Host.GetAsync($"/api/v1/twins/{MadePlant.Robot}?at={at}")).GetProperty("reported").TryGetProperty("vibration", out JsonElement value) ? value : null;
    }

    [Fact]
    public async Task A_cut_is_every_twin_of_its_scope_at_one_offset()
    {
        JsonElement cut = await Host.GetAsync($"/api/v1/cuts?at=2026-01-05T06:03:20Z&scope={MadePlant.Line}");
        long offset = cut.GetProperty("offset").GetInt64();
        Assert.Equal("2026-01-05T06:03:20.000Z", Text(cut, "at"));
        Assert.Equal(offset, cut.GetProperty("shards").EnumerateObject().Max(shard => shard.Value.GetInt64()));
        Assert.Equal([MadePlant.Line], cut.GetProperty("shards").EnumerateObject().Select(shard => shard.Name));
        JsonElement[] items = [.. cut.GetProperty("items").EnumerateArray()];
        Assert.Equal([MadePlant.Line, MadePlant.First, MadePlant.Robot, MadePlant.Last], items.Select(twin => Text(twin, "id")));
        Assert.All(items, twin => Assert.True(twin.GetProperty("offset").GetInt64() <= offset));
        JsonElement whole = await Host.GetAsync("/api/v1/cuts");
        Assert.Contains(whole.GetProperty("items").EnumerateArray(), twin => Text(twin, "id") == $"{MadePlant.Line}.order-WB1");
        Assert.Empty((await Host.GetAsync("/api/v1/cuts?offset=0")).GetProperty("shards").EnumerateObject());
    }

    [Fact]
    public async Task What_changed_between_two_moments_is_told_field_by_field()
    {
        JsonElement diff = await Host.GetAsync($"/api/v1/diff?scope={MadePlant.Last}&from=2026-01-05T06:02:59Z&to=2026-01-05T06:03:20Z");
        Assert.Equal(
            [("fault", "0", "4711"), ("flags", "illegalTransition", ""), ("since", "2026-01-05T06:00:00.000Z", "2026-01-05T06:03:01.000Z"), ("state", "Execute", "Aborted")],
            diff.GetProperty("items").EnumerateArray().Select(change => (Text(change, "field")!, change.GetProperty("before").ToString(), change.GetProperty("after").ToString())).Order());
        long from = diff.GetProperty("from").GetProperty("offset").GetInt64(), to = diff.GetProperty("to").GetProperty("offset").GetInt64();
        Assert.Equal(diff.GetProperty("items").GetRawText(), (await Host.GetAsync($"/api/v1/diff?scope={MadePlant.Last}&from=offset:{from}&to=offset:{to}")).GetProperty("items").GetRawText());
        Assert.Empty((await Host.GetAsync($"/api/v1/diff?from=offset:{to}&to=offset:{to}")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task An_order_is_known_from_its_release_on()
    {
        const string order = MadePlant.Line + ".order-WB3";
        await Wait.UntilAsync(async () => (await Host.Http.GetAsync($"/api/v1/twins/{order}/events")).IsSuccessStatusCode, "the order");
        JsonElement[] events = [.. (await Host.GetAsync($"/api/v1/twins/{order}/events")).GetProperty("items").EnumerateArray()];
        long released = events[0].GetProperty("offset").GetInt64(), entered = events[1].GetProperty("offset").GetInt64();
        Assert.Contains("There was no twin", await Host.RefusalAsync($"/api/v1/twins/{order}?offset={released - 1}", HttpStatusCode.NotFound, "NOT_FOUND"), StringComparison.Ordinal);
        Assert.Equal("Released", Text(await Host.GetAsync($"/api/v1/twins/{order}?offset={released}"), "state"));
        JsonElement within = await Host.GetAsync($"/api/v1/twins/{order}?offset={entered}");
        Assert.Equal(("InProgress", MadePlant.First), (Text(within, "state"), Text(within, "station")));
    }

    [Theory]
    [InlineData($"/api/v1/twins/{MadePlant.Last}?at=2026-01-05T05:00:00Z", "lies before the first report, of 2026-01-05T05:59:00.000Z")]
    [InlineData($"/api/v1/twins/{MadePlant.Last}?at=2027-01-05T05:00:00Z", "lies in the future")]
    [InlineData($"/api/v1/twins/{MadePlant.Last}?offset=1000000000", "Offset 1000000000 is not one of this journal")]
    [InlineData($"/api/v1/twins/{MadePlant.Last}?offset=-1", "offset '-1' is not an offset")]
    [InlineData($"/api/v1/twins/{MadePlant.Last}?at=2026-01-05T06:00:00Z&offset=3", "Give at or offset, not both.")]
    [InlineData("/api/v1/cuts?at=soon", "at 'soon' is not a time")]
    [InlineData("/api/v1/diff", "from is missing")]
    [InlineData("/api/v1/diff?from=offset:x", "from 'x' is not an offset")]
    [InlineData("/api/v1/diff?from=2026-01-05T05:00:00Z", "from: 2026-01-05T05:00:00.000Z lies before the first report")]
    [InlineData("/api/v1/diff?from=offset:1&to=2027-01-05T05:00:00Z", "to: 2027-01-05T05:00:00.000Z lies in the future")]
    [InlineData("/api/v1/twins?where=stat%20%3D%20Idle", "where: At 1: There is no field 'stat'")]
    public async Task A_moment_that_is_none_is_refused_with_the_reason(string path, string reason) =>
        Assert.Contains(reason, await Host.RefusalAsync(path, HttpStatusCode.BadRequest, "INVALID"), StringComparison.Ordinal);

    [Theory]
    [InlineData("/api/v1/cuts?scope=leipzig.roof")]
    [InlineData("/api/v1/diff?scope=leipzig.roof&from=offset:1")]
    [InlineData("/api/v1/twins/leipzig.roof?offset=1")]
    public async Task A_scope_that_is_not_there_is_not_found(string path) => await Host.RefusalAsync(path, HttpStatusCode.NotFound, "NOT_FOUND");

    [Fact]
    public async Task Twins_are_found_by_a_search_page_by_page()
    {
        Assert.Equal([MadePlant.Last], await FoundAsync("state = Execute and kind = station and line = line1 and station = cell2"));
        Assert.Equal([MadePlant.First, MadePlant.Robot], await FoundAsync("station = cell1 and kind != workOrder"));
        Assert.Equal([MadePlant.Last], await FoundAsync("scrap > 0 and kind = station"));
        Assert.Equal([MadePlant.Robot], await FoundAsync("reported.vibration > 0 and desired.speedOverride = 100"));
        await Wait.UntilAsync(async () => (await FoundAsync("kind = workOrder")).Count == 30, "the orders of thirty bodies");
        Assert.Equal([.. (await FoundAsync("kind = workOrder")).Where(id => id!.Contains("WB2", StringComparison.Ordinal))], await FoundAsync("kind = workOrder and id ~ WB2", limit: 4));
        Assert.Empty(await FoundAsync("line = body-1"));
        JsonElement page = await Host.GetAsync("/api/v1/twins?limit=1");
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (page.GetProperty("behind").ValueKind, page.GetProperty("ordersLetGo").ValueKind));
        Assert.True(page.GetProperty("offset").GetInt64() > 50);
    }

    [Fact]
    public async Task Projections_are_listed_with_their_lag_and_made_anew_while_they_are_in_use()
    {
        JsonElement[] all = [.. (await Host.GetAsync("/api/v1/projections")).GetProperty("items").EnumerateArray()];
        Assert.Equal(["twins", "times"], all.Select(projection => Text(projection, "name")));
        await Wait.UntilAsync(async () => (await Host.GetAsync("/api/v1/projections")).GetProperty("items").EnumerateArray().All(one => one.GetProperty("behindEvents").GetInt64() == 0), "the projections to be up to the journal's head");
        foreach (string name in new[] { "twins", "times" })
        {
            using HttpResponseMessage answer = await Host.Http.PostAsync($"/api/v1/projections/{name}/rebuild", null);
            Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
            Assert.Equal(name, Text(await answer.Content.ReadFromJsonAsync<JsonElement>(), "name"));
            JsonElement rebuilt = default;
            await Wait.UntilAsync(async () => Text(rebuilt = (await Host.GetAsync("/api/v1/projections")).GetProperty("items").EnumerateArray().Single(one => Text(one, "name") == name).GetProperty("rebuilt"), "state") != "running", "the rebuild");
            Assert.Equal("done", Text(rebuilt, "state"));
            Assert.False(rebuilt.GetProperty("differed").GetBoolean(), rebuilt.ToString());
            Assert.Equal(rebuilt.GetProperty("target").GetInt64(), rebuilt.GetProperty("offset").GetInt64());
        }

        await Host.RefusalAsync("/api/v1/projections/plant/rebuild", HttpStatusCode.NotFound, "NOT_FOUND", HttpMethod.Post);
        await Host.RefusalAsync("/api/v1/projections/plant/rebuild", HttpStatusCode.NotFound, "NOT_FOUND", HttpMethod.Delete);
    }

    private async Task<IReadOnlyList<string?>> FoundAsync(string where, int limit = 500)
    {
        var found = new List<string?>();
        string? cursor = null;
        do
        {
            JsonElement page = await Host.GetAsync($"/api/v1/twins?where={Uri.EscapeDataString(where)}&limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}");
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(twin => Text(twin, "id")));
            cursor = Text(page, "next");
        }
        while (cursor is not null);
        return found;
    }

    private static (int Produced, int Good, int Scrap) Counts(JsonElement twin) =>
        (twin.GetProperty("counts").GetProperty("produced").GetInt32(), twin.GetProperty("counts").GetProperty("good").GetInt32(), twin.GetProperty("counts").GetProperty("scrap").GetInt32());

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
