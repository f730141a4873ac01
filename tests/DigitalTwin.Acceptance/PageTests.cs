using System.Text.Json;
using System.Text.RegularExpressions;
using DigitalTwin.Acceptance.Processes;
using Xunit.Abstractions;

namespace DigitalTwin.Acceptance;

/// <summary>The page in Chromium over a live plant.</summary>
public class PageTests(ITestOutputHelper output)
{
    private const string Robot = "leipzig.body.line1.cell3.robot";

    private const string Trend = "[data-testid='chart-vibration'] [data-points]:not([data-points='0']) canvas";

    // The signal's declared period is 1 s of plant time; the plant runs at 1×.
    private static readonly TimeSpan TwicePeriod = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan BackWithin = TimeSpan.FromSeconds(45);

    [TheoryInChromium]
    [InlineData("edge-gateway")]
    [InlineData("opcua-server")]
    public async Task Killing_a_part_turns_values_stale_within_twice_their_period_and_they_come_back_by_themselves(string part)
    {
        string data = Checkout.NewDataFolder();
        using HostProcess host = await HostProcess.StartAsync(data);
        await host.ReadyAsync();
        using Page page = await Page.OpenAsync($"{host.Url}/twins/{Robot}", "value-vibration");
        await Wait.UntilAsync(() => page.Saw("value-vibration") is [.., { Quality: "good" }], BackWithin, () => $"a good value on the page; it said\n{page.Said}");
        int victim = host.Running.Descendants().Single(process => File.ReadAllText($"/proc/{process}/cmdline").Contains($"{part}/dist/main.js", StringComparison.Ordinal));

        int seenBefore = page.Saw("value-vibration").Count;
        DateTimeOffset killed = DateTimeOffset.UtcNow;
        Running.Signal(victim, "KILL");

        await Wait.UntilAsync(() => page.Saw("value-vibration").Skip(seenBefore).Any(seen => seen.Quality == "stale"), BackWithin, () => "the value to turn stale");
        TimeSpan stale = page.Saw("value-vibration").Skip(seenBefore).First(seen => seen.Quality == "stale").At - killed;
        int staleAt = page.Saw("value-vibration").Count;
        await Wait.UntilAsync(() => page.Saw("value-vibration").Skip(staleAt).Any(seen => seen.Quality == "good"), BackWithin, () => $"the value to come back; the host said\n{host.Running.Everything}");
        output.WriteLine($"{part} killed: stale after {stale.TotalSeconds:0.00} s");
        Assert.InRange(stale, TimeSpan.Zero, TwicePeriod);

        string reason = part == "edge-gateway" ? "gateway-restart" : "server-lost";
        await Wait.UntilAsync(async () => (await host.GetAsync($"/api/v1/twins/{Robot}/events?order=desc&limit=100")).GetRawText().Contains(reason, StringComparison.Ordinal),
            BackWithin, () => $"the gap '{reason}' to be reported");
    }

    [FactInChromium]
    public async Task A_stop_that_waits_for_a_reason_is_given_one_on_the_page_without_a_mouse_and_the_command_line_knows()
    {
        using HostProcess host = await HostProcess.StartAsync(Checkout.NewDataFolder(), "--speed", "20", "--physics", Path.Combine(Checkout.Root, "simulations/scenarios/robot-breakdown.json"));
        await host.ReadyAsync();
        using Page page = await Page.OpenAsync($"{host.Url}/oee/leipzig.body.line1");
        string stop = "";
        // Of the constraint: the line's figures and the list of its stops are this station's.
        await Wait.UntilAsync(async () =>
        {
            JsonElement[] waiting = [.. (await host.GetAsync("/api/v1/stops?scope=leipzig.body.line1.cell5&coded=false")).GetProperty("items").EnumerateArray()];
            stop = waiting.FirstOrDefault(each => each.GetProperty("to").ValueKind == JsonValueKind.String) is { ValueKind: JsonValueKind.Object } over ? over.GetProperty("id").GetString()! : "";
            return stop != "";
        }, TimeSpan.FromMinutes(3), () => "the robot to break down and to be repaired");

        string code = $"[data-testid='stop-queue'] [data-id='{stop}'] button";
        await page.WaitForAsync(code);
        await page.PressAsync(code);
        await page.FillAsync("dialog select", "tool-wear");
        await page.FillAsync("dialog textarea", "gun cap");
        await page.FillAsync("dialog input", "Meier");
        foreach ((int width, int height) in new[] { (1280, 800), (1920, 1080) })
        {
            await page.SizeAsync(width, height);
            Assert.Empty(await page.AxeAsync());
        }

        await page.PressAsync("dialog input");
        await page.WaitForAsync($"[data-testid='stop-list'] [data-id='{stop}'][data-reason='tool-wear']");
        JsonElement coded = (await host.GetAsync("/api/v1/stops?scope=leipzig.body.line1&coded=true")).GetProperty("items").EnumerateArray().Single(each => each.GetProperty("id").GetString() == stop);
        Assert.Equal(("tool-wear", "gun cap", "Meier"), (coded.GetProperty("reason").GetString(), coded.GetProperty("note").GetString(), coded.GetProperty("by").GetString()));
        await page.PressAsync("button[aria-pressed]:has-text('Breakdowns')");
        await page.WaitForAsync("[data-testid='pareto'] [data-reason='tool-wear']");
        Assert.Empty(page.Errors);
    }

    [FactInChromium]
    public async Task A_fault_of_a_machine_of_the_whole_plant_is_on_the_overview_within_two_seconds_and_one_step_away()
    {
        const string robot = "leipzig.body.line2.cell3.robot";
        string data = Checkout.NewDataFolder();
        string physics = Path.Combine(data, "broken.json");
        File.WriteAllText(physics, """{"layout": "leipzig", "scriptedBreakdowns": [{"machine": "Line2.Cell3.Robot", "at": 45, "durationSeconds": 600}]}""");
        using HostProcess host = await HostProcess.StartAsync(data, "--plant", Path.Combine(Checkout.Root, "simulations/plants/leipzig.json"), "--physics", physics);
        await host.ReadyAsync();
        using Page page = await Page.OpenAsync(host.Url, "exceptions");
        JsonElement[] events = [];
        await Wait.UntilAsync(async () =>
        {
            events = [.. (await host.GetAsync($"/api/v1/twins/{robot}/events?limit=100")).GetProperty("items").EnumerateArray()
                .Where(each => each.GetProperty("data").TryGetProperty("to", out JsonElement to) && to.GetString() is "Aborting" or "Aborted")];
            return events.Length > 0 && page.Saw("exceptions").Any(seen => IsRobot(seen.Text));
        }, TimeSpan.FromMinutes(2), () => $"the robot to break down, on the page as in the journal; the page said\n{page.Said}");
        // At 1x plant time and wall time run alike.
        double ahead = (await host.GetAsync("/api/v1/plant")).GetProperty("clock").GetProperty("offsetSeconds").GetDouble();
        TimeSpan visible = page.Saw("exceptions").First(seen => IsRobot(seen.Text)).At - events[0].GetProperty("at").GetDateTimeOffset().AddSeconds(-ahead);
        output.WriteLine($"visible after {visible.TotalSeconds:0.00} s");
        Assert.InRange(visible, TimeSpan.FromSeconds(-0.1), TimeSpan.FromSeconds(2));

        foreach ((int width, int height) in new[] { (1280, 800), (1920, 1080) })
        {
            await page.SizeAsync(width, height);
            Assert.Empty(await page.AxeAsync());
        }

        await page.PressAsync("[data-testid='exception'][data-reason='aborted']");
        await page.WaitForAsync("[data-testid='twin-state']:has-text('Aborted')");
        await page.GoToAsync($"{host.Url}/connections?scope=leipzig.body.line2");
        await page.WaitForAsync("[data-testid='ledger-verdict'][data-missing='0'][data-surplus='0']");
        await page.WaitForAsync($"[data-testid='ledger-line'][data-id='{robot}.vibration']");
        Assert.Empty(await page.AxeAsync());
        Assert.Empty(page.Errors);

        static bool IsRobot(string text) => text.Contains("leipzig.body.line2.cell3", StringComparison.Ordinal) && text.Contains("Abort", StringComparison.Ordinal);
    }

    /// <summary>Set DT_IMAGES=docs/images to take the pictures of the README anew, of a plant that has run for a while.</summary>
    [FactInChromium]
    public async Task Each_page_shows_the_live_plant_without_an_error_and_passes_the_accessibility_check()
    {
        string? wanted = Environment.GetEnvironmentVariable("DT_IMAGES");
        string images = Path.Combine(Checkout.Root, wanted ?? "artifacts/images");
        int goodBodies = wanted is null ? 5 : 60;
        Directory.CreateDirectory(images);
        using HostProcess host = await HostProcess.StartAsync(Checkout.NewDataFolder(), "--speed", "20");
        await host.ReadyAsync();
        using Page page = await Page.OpenAsync(host.Url);
        // Something to look at.
        await Wait.UntilAsync(async () => (await host.GetAsync("/api/v1/twins/leipzig.body.line1")).GetProperty("counts").GetProperty("good").GetInt64() >= goodBodies, TimeSpan.FromMinutes(8), () => $"{goodBodies} good bodies");

        string before = (await host.GetAsync("/api/v1/plant")).GetProperty("clock").GetProperty("plantTime").GetDateTimeOffset().AddMinutes(-1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
        foreach ((string name, string path, string shows) in new[]
        {
            ("overview", "/", "[data-testid='tile-leipzig.body.line1.cell8']"),
            ("machine", $"/twins/{Robot}", Trend),
            ("oee", "/oee/leipzig.body.line1", "[data-testid='sums']"),
            ("past", $"/twins/{Robot}?at={before}", Trend),
            ("values", "/values", $"[data-testid='live-{Robot}.vibration'][data-quality='good']"),
            ("find", "/find?where=kind%20%3D%20machine", "[data-testid='found']"),
            ("connections", "/connections", "[data-testid='certificate-core']"),
            ("engine", "/engine", "[data-testid='actor']"),
        })
        {
            await page.GoToAsync(host.Url + path);
            await page.WaitForAsync(shows);
            await page.WaitForAsync("[data-testid='freshness']");
            await page.ScreenshotAsync(Path.Combine(images, $"{name}.png"));
            Assert.Empty(await page.AxeAsync());
        }

        Assert.Empty(page.Errors);
        Assert.InRange(await FirstLoadAsync(host), 1, 200_000);
    }

    /// <summary>Bytes of script that a browser is sent before the first page can stand.</summary>
    private async Task<long> FirstLoadAsync(HostProcess host)
    {
        string html = await host.Http.GetStringAsync("/");
        long sent = 0;
        foreach (Match script in Regex.Matches(html, "\"(/assets/[^\"]+\\.js)\""))
        {
            using var asked = new HttpRequestMessage(HttpMethod.Get, script.Groups[1].Value) { Headers = { { "Accept-Encoding", "gzip" } } };
            using HttpResponseMessage answer = await host.Http.SendAsync(asked);
            Assert.Equal(["gzip"], answer.Content.Headers.ContentEncoding);
            sent += (await answer.Content.ReadAsByteArrayAsync()).Length;
        }

        output.WriteLine($"first load: {sent} bytes of script");
        return sent;
    }
}
