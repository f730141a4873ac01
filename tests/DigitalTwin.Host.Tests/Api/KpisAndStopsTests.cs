using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Host.Tests.Cli;

namespace DigitalTwin.Host.Tests.Api;

/// <summary>
/// The early shift of a Monday (05:00 to 13:00 UTC, break 08:00 to 08:15: 465 min planned busy) at the constraint station, seen from Tuesday: it breaks
/// down for 45 min and is held for half a minute, and makes ten bodies of which one is scrap. So APT is 419.5 min.
/// </summary>
public sealed class KpisAndStopsTests : IAsyncLifetime, IDisposable
{
    private const string Monday = "from=2026-01-05T05:00:00Z&to=2026-01-05T13:00:00Z";
    private const string Breakdown = MadePlant.Last + "@20260105T060000000Z";
    private static readonly DateTimeOffset Five = MadePlant.Morning.AddHours(-1);

    private readonly TemporaryFolder folder = new();
    private HostUnderTest host = null!;
    private MadeGateway gateway = null!;

    public async Task InitializeAsync()
    {
        host = await HostUnderTest.StartAsync(folder.Path);
        gateway = await MadeGateway.LinkAsync(host);
        await gateway.TickAsync(Five);
        await gateway.ReportAllAsync(Five.AddMinutes(-1));
        const string cell = MadePlant.Last;
        await gateway.ReportAsync([
            Made.State(cell, Five, PackmlState.Execute),
            Made.State(cell, Five.AddMinutes(60), PackmlState.Aborted), new Made($"{cell}.fault", Five.AddMinutes(60), 4711),
            new Made($"{cell}.fault", Five.AddMinutes(104), 0), Made.State(cell, Five.AddMinutes(105), PackmlState.Execute),
            .. Bodies(cell),
            Made.State(cell, Five.AddMinutes(420), PackmlState.Held), Made.State(cell, Five.AddMinutes(420.5), PackmlState.Execute),
            Made.State(cell, Five.AddMinutes(500), PackmlState.Suspended)]);
        await gateway.TickAsync(Five.AddDays(1));
        await Wait.UntilAsync(async () => (await host.GetAsync("/api/v1/plant")).GetProperty("clock").GetProperty("plantTime").GetDateTimeOffset() >= Five.AddDays(1), "Tuesday");
    }

    private static IEnumerable<Made> Bodies(string cell)
    {
        for (int body = 1; body <= 10; body++)
        {
            DateTimeOffset at = Five.AddMinutes(120 + body);
            yield return new Made($"{cell}.vehicle", at.AddSeconds(-30), double.NaN, $"WB{body}");
            yield return new Made($"{cell}.produced", at, body);
            yield return body < 10 ? new Made($"{cell}.good", at, body) : new Made($"{cell}.scrap", at, 1);
            yield return new Made($"{cell}.vehicle", at.AddSeconds(1), double.NaN, "");
        }
    }

    [Fact]
    public async Task The_figures_of_a_shift_are_what_was_worked_out_by_hand()
    {
        JsonElement kpis = await host.GetAsync($"/api/v1/kpis?scope={MadePlant.Line}&by=shift&{Monday}");
        Assert.Equal(("line", MadePlant.Last, "shift", 60), (Text(kpis, "kind"), Text(kpis, "station"), Text(kpis, "by"), Number(kpis, "taktSeconds")));
        JsonElement shift = kpis.GetProperty("items").EnumerateArray().Single();
        Assert.Equal(("2026-01-05 early", "2026-01-05T05:00:00.000Z", "2026-01-05T13:00:00.000Z", false), (Text(shift, "label"), Text(shift, "from"), Text(shift, "to"), shift.GetProperty("open").GetBoolean()));
        Assert.Equal((480 * 60, 465 * 60, 419.5 * 60, 0, 0), (Number(shift, "shiftSeconds"), Number(shift, "plannedBusySeconds"), Number(shift, "actualProductionSeconds"), Number(shift, "plannedStopSeconds"), Number(shift, "notObservedSeconds")));
        Assert.Equal((10, 9, 1, 0.1, 0.9), (Number(shift, "produced"), Number(shift, "good"), Number(shift, "scrap"), Number(shift, "scrapRatio"), Number(shift, "firstTimeThrough")));
        Assert.Equal(9 / 465.0, Number(shift, "oee"), 12);
        Assert.Equal((10 / 7.75, 60, 60, 2790), (Number(shift, "jobsPerHour"), Number(shift, "jobsPerHourPlanned"), Number(shift, "taktSeconds"), Number(shift, "actualTaktSeconds")));
        Assert.Equal(["uncoded uncoded 2700 1", "micro-stop microStop 30 1"], Stops(shift));
        Assert.Equal("2026-01-05T13:10:00.000Z", Text(shift, "statedAt"));
        AssertNotRestated(shift);
        JsonElement oee = await host.GetAsync($"/api/v1/oee/{MadePlant.Line}/losses?{Monday}");
        Assert.Equal(Number(shift, "oee"), Number(oee.GetProperty("ratios"), "oee"), 12);
    }

    [Fact]
    public async Task A_stop_that_waits_for_a_reason_is_listed_and_gone_from_the_list_when_it_has_one()
    {
        JsonElement waiting = Assert.Single(await StopsAsync("coded=false"));
        Assert.Equal((Breakdown, MadePlant.Last, "2026-01-05T06:00:00.000Z", "2026-01-05T06:45:00.000Z"), (Text(waiting, "id"), Text(waiting, "station"), Text(waiting, "from"), Text(waiting, "to")));
        Assert.Equal((2700, 2700, "Aborted", 4711, "uncoded", "uncoded"), (Number(waiting, "seconds"), Number(waiting, "lostSeconds"), Text(waiting, "state"), Number(waiting, "fault"), Text(waiting, "reason"), Text(waiting, "category")));
        JsonElement coded = Assert.Single(await SayAsync($"{Breakdown}/code", new { reason = "tool-wear", note = "cap 4", by = "Meier" }));
        Assert.Equal((Breakdown, "tool-wear", "unplanned", "cap 4", "Meier"), (Text(coded, "id"), Text(coded, "reason"), Text(coded, "category"), Text(coded, "note"), Text(coded, "by")));
        Assert.Empty(await StopsAsync("coded=false"));
        Assert.Equal(Breakdown, Text(Assert.Single(await StopsAsync("coded=true")), "id"));
    }

    [Fact]
    public async Task A_code_given_on_Tuesday_restates_Mondays_shift_day_and_week_and_both_figures_stay()
    {
        await SayAsync($"{Breakdown}/code", new { reason = "maintenance-planned", note = "was on the plan", by = "Meier" });
        foreach (string by in new[] { "shift", "day", "week" })
        {
            JsonElement period = await MondayAsync(by);
            if (by == "week")
            {
                AssertNotRestated(period);   // it goes on, and nothing was stated
                Assert.Equal(("2026-W02", true), (Text(period, "label"), period.GetProperty("open").GetBoolean()));
                continue;
            }

            Assert.Equal((420 * 60, 45 * 60), (Number(period, "plannedBusySeconds"), Number(period, "plannedStopSeconds")));
            Assert.Equal(419.5 / 420, Number(period, "availability"), 12);
            JsonElement before = period.GetProperty("before");
            Assert.Equal(419.5 / 465, Number(before, "availability"), 12);
            Assert.Equal(["uncoded uncoded 2700 1", "micro-stop microStop 30 1"], Stops(before));
            JsonElement why = period.GetProperty("restatements").EnumerateArray().Single();
            Assert.Equal(("Meier", $"The stop {Breakdown} was coded as Planned maintenance: was on the plan."), (Text(why, "by"), Text(why, "why")));
            Assert.Equal(Text(why, "at"), Text(period, "restatedAt"));
            Assert.InRange(period.GetProperty("restatedAt").GetDateTimeOffset(), Five.AddDays(1), Five.AddDays(1).AddMinutes(10));
        }

        JsonElement waterfall = await host.GetAsync($"/api/v1/oee/{MadePlant.Line}/losses?{Monday}");
        Assert.Equal(420 * 60_000, Number(waterfall.GetProperty("times"), "plannedBusyMs"));
        await SayAsync($"{Breakdown}/undo", new { by = "Schulz" });
        AssertNotRestated(await MondayAsync("shift"));   // all is as it was stated
        Assert.Equal(["coded Meier", "undone Schulz"], (await StopsAsync("coded=false")).Single().GetProperty("revisions").EnumerateArray().Select(said => $"{Text(said, "action")} {Text(said, "by")}"));
    }

    [Fact]
    public async Task A_stop_is_split_and_each_part_coded_and_the_time_of_both_is_that_of_the_whole()
    {
        JsonElement[] parts = await SayAsync($"{Breakdown}/split", new { at = "2026-01-05T06:15:00Z", by = "Meier" });
        Assert.Equal([Breakdown, MadePlant.Last + "@20260105T061500000Z"], parts.Select(part => Text(part, "id")));
        await SayAsync($"{Breakdown}/code", new { reason = "tool-wear", by = "Meier" });
        await SayAsync($"{Text(parts[1], "id")}/code", new { reason = "waiting-for-maintenance", by = "Meier" });
        Assert.Equal(["waiting-for-maintenance organisation 1800 1", "tool-wear unplanned 900 1", "micro-stop microStop 30 1"], Stops(await MondayAsync("shift")));
        Assert.Equal(419.5 / 465, Number(await MondayAsync("shift"), "availability"), 12);
    }

    [Fact]
    public async Task What_is_said_wrongly_is_refused_with_a_sentence()
    {
        Assert.Contains("breakdown-mechanical", await RefusedAsync($"{Breakdown}/code", new { reason = "gremlins", by = "Meier" }, HttpStatusCode.BadRequest, "REASON_UNKNOWN"), StringComparison.Ordinal);
        await RefusedAsync($"{Breakdown}/code", new { reason = "tool-wear" }, HttpStatusCode.BadRequest, "BY_MISSING");
        await RefusedAsync($"{Breakdown}/undo", new { by = "Meier" }, HttpStatusCode.BadRequest, "NOTHING_TO_UNDO");
        Assert.Contains("06:00:00.000Z to 2026-01-05T06:45:00.000Z", await RefusedAsync($"{Breakdown}/split", new { at = "2026-01-05T07:00:00Z", by = "Meier" }, HttpStatusCode.BadRequest, "SPLIT_OUTSIDE"), StringComparison.Ordinal);
        await RefusedAsync($"{Breakdown}/split", new { by = "Meier" }, HttpStatusCode.BadRequest, "INVALID");
        foreach (string nothing in new[] { $"{MadePlant.Last}@20260105T060001000Z", $"{MadePlant.Last}", "nobody@20260105T060000000Z" })
            await RefusedAsync($"{nothing}/code", new { reason = "tool-wear", by = "Meier" }, HttpStatusCode.NotFound, "NOT_FOUND");
        foreach (string wrong in new[] { "/api/v1/kpis", $"/api/v1/kpis?scope={MadePlant.Line}&by=year", $"/api/v1/kpis?scope={MadePlant.Line}&format=xls", "/api/v1/stops?coded=maybe", "/api/v1/stops?cursor=7" })
            await host.RefusalAsync(wrong, HttpStatusCode.BadRequest, "INVALID");
        foreach (string unknown in new[] { "/api/v1/kpis?scope=leipzig", "/api/v1/stops?scope=dresden" })
            await host.RefusalAsync(unknown, HttpStatusCode.NotFound, "NOT_FOUND");
    }

    [Fact]
    public async Task Reports_that_come_a_day_late_restate_the_shift_and_the_reason_is_said()
    {
        await gateway.ReportAsync(new Made($"{MadePlant.Last}.scrap", Five.AddMinutes(300), 3));
        JsonElement shift = await MondayAsync("shift");
        Assert.Equal((3, 12), (Number(shift, "scrap"), Number(shift, "produced")));
        Assert.Equal((1, 10), (Number(shift.GetProperty("before"), "scrap"), Number(shift.GetProperty("before"), "produced")));
        JsonElement why = shift.GetProperty("restatements").EnumerateArray().Single();
        Assert.Equal((JsonValueKind.Null, $"1 reports of {MadePlant.Last} came late."), (why.GetProperty("by").ValueKind, Text(why, "why")));
    }

    [Fact]
    public async Task A_table_for_a_spreadsheet_has_a_line_for_the_figures_of_now_and_one_for_those_that_were_stated()
    {
        await SayAsync($"{Breakdown}/code", new { reason = "maintenance-planned", note = "a \"quoted\", note", by = "=Meier" });
        using var asked = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/kpis?scope={MadePlant.Line}&by=day&{Monday}") { Headers = { { "Accept", "text/csv" } } };
        using HttpResponseMessage answer = await host.Http.SendAsync(asked);
        Assert.Equal("text/csv; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        string table = await answer.Content.ReadAsStringAsync();
        string[] lines = table.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("scope,figures,from,to,label,open,oee,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith($"{MadePlant.Line},now,2026-01-05T05:00:00.000Z,2026-01-05T13:00:00.000Z,2026-01-05,no,", lines[1], StringComparison.Ordinal);
        Assert.StartsWith($"{MadePlant.Line},as stated,", lines[2], StringComparison.Ordinal);
        Assert.Contains(",25200,25170,2700,0,10,9,1,0.1,0.9,", lines[1], StringComparison.Ordinal);
        Assert.Contains(",27900,25170,0,0,10,9,1,0.1,0.9,", lines[2], StringComparison.Ordinal);
        Assert.EndsWith($",\"'=Meier: The stop {Breakdown} was coded as Planned maintenance: a \"\"quoted\"\", note.\"", lines[1], StringComparison.Ordinal);
        Assert.Equal(table, await host.Http.GetStringAsync($"/api/v1/kpis?scope={MadePlant.Line}&by=day&{Monday}&format=csv"));
    }

    [Fact]
    public async Task Twin_lists_codes_splits_and_takes_back_stops_and_shows_what_became_of_the_figures()
    {
        Run listed = await TwinAsync("stop", "ls", MadePlant.Last, "--uncoded", "--from", "2026-01-05T05:00Z", "--to", "2026-01-05T13:00Z");
        Assert.Equal((0, 2), (listed.ExitCode, listed.Lines.Count));
        Assert.StartsWith(Breakdown, listed.Lines[1], StringComparison.Ordinal);
        Run split = await TwinAsync("stop", "split", Breakdown, "--at", "2026-01-05T06:15Z", "--by", "Meier");
        Assert.Equal((0, 3), (split.ExitCode, split.Lines.Count));
        Run coded = await TwinAsync("stop", "code", Breakdown, "maintenance-planned", "--note", "on the plan", "--by", "Meier", "--json");
        Assert.Equal((0, "maintenance-planned"), (coded.ExitCode, Text(JsonDocument.Parse(coded.Output).RootElement.GetProperty("items")[0], "reason")));
        Run kpi = await TwinAsync("kpi", MadePlant.Line, "--from", "2026-01-05T05:00Z", "--to", "2026-01-05T13:00Z");
        Assert.Equal(0, kpi.ExitCode);
        Assert.Contains(kpi.Lines, line => line.StartsWith("2026-01-05 early  restated", StringComparison.Ordinal));
        Assert.Contains(kpi.Lines, line => line.StartsWith("2026-01-05 early  as stated", StringComparison.Ordinal));
        Assert.Contains(kpi.Lines, line => line.EndsWith($"Meier: The stop {Breakdown} was coded as Planned maintenance: on the plan.", StringComparison.Ordinal));
        Run csv = await TwinAsync("kpi", MadePlant.Line, "--from", "2026-01-05T05:00Z", "--to", "2026-01-05T13:00Z", "--csv");
        Assert.Equal((0, 3), (csv.ExitCode, csv.Lines.Count));
        Assert.Equal(0, (await TwinAsync("stop", "undo", Breakdown, "--by", "Meier")).ExitCode);
        Run again = await TwinAsync("stop", "undo", Breakdown, "--by", "Meier");
        Assert.Equal((2, true), (again.ExitCode, again.Errors.Contains("[NOTHING_TO_UNDO]", StringComparison.Ordinal)));
        Assert.Contains("no-orders", (await TwinAsync("stop", "reasons")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_people_said_about_stops_outlives_a_host_that_is_killed()
    {
        await SayAsync($"{Breakdown}/code", new { reason = "maintenance-planned", by = "Meier" });
        string before = (await MondayAsync("day")).GetRawText();
        host.Kill();
        await gateway.DisposeAsync();
        await host.DisposeAsync();
        host = await HostUnderTest.StartAsync(folder.Path);
        gateway = await MadeGateway.LinkAsync(host);
        await gateway.TickAsync(Five.AddDays(1));
        await Wait.UntilAsync(async () => (await host.GetAsync("/api/v1/plant")).GetProperty("clock").GetProperty("plantTime").GetDateTimeOffset() >= Five.AddDays(1), "Tuesday");
        Assert.Equal(before, (await MondayAsync("day")).GetRawText());
        await SayAsync($"{Breakdown}/undo", new { by = "Meier" });
        AssertNotRestated(await MondayAsync("day"));
    }

    public async Task DisposeAsync()
    {
        await gateway.DisposeAsync();
        await host.DisposeAsync();
    }

    public void Dispose() => folder.Dispose();

    private static void AssertNotRestated(JsonElement period) => Assert.Equal(
        (JsonValueKind.Null, JsonValueKind.Null, 0), (period.GetProperty("restatedAt").ValueKind, period.GetProperty("before").ValueKind, period.GetProperty("restatements").GetArrayLength()));

    private async Task<JsonElement> MondayAsync(string by) => (await host.GetAsync($"/api/v1/kpis?scope={MadePlant.Line}&by={by}&{Monday}")).GetProperty("items").EnumerateArray().Single();

    private async Task<JsonElement[]> StopsAsync(string more) => [.. (await host.GetAsync($"/api/v1/stops?scope={MadePlant.Line}&{Monday}&{more}")).GetProperty("items").EnumerateArray().Where(stop => Text(stop, "station") == MadePlant.Last)];

    private async Task<JsonElement[]> SayAsync(string path, object said)
    {
        using HttpResponseMessage answer = await host.Http.PostAsJsonAsync($"/api/v1/stops/{path}", said);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode}\n{text}\n{host.Said}");
        return [.. JsonDocument.Parse(text).RootElement.GetProperty("items").EnumerateArray()];
    }

    private async Task<string> RefusedAsync(string path, object said, HttpStatusCode status, string code)
    {
        using HttpResponseMessage answer = await host.Http.PostAsJsonAsync($"/api/v1/stops/{path}", said);
        JsonElement problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal((status, code), (answer.StatusCode, Text(problem, "code")));
        return Text(problem, "detail");
    }

    private Task<Run> TwinAsync(params string[] args) => TwinProcess.Run([.. args, "--url", host.Http.BaseAddress!.ToString()]);

    private static IEnumerable<string> Stops(JsonElement period) =>
        period.GetProperty("stops").EnumerateArray().Select(sum => $"{Text(sum, "reason")} {Text(sum, "category")} {Number(sum, "seconds")} {Number(sum, "count")}");

    private static string Text(JsonElement of, string member) => of.GetProperty(member).GetString()!;

    private static double Number(JsonElement of, string member) => of.GetProperty(member).GetDouble();
}
