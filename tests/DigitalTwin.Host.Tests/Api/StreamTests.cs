using System.Diagnostics;
using System.Text.Json;
using DigitalTwin.Domain.Packml;

namespace DigitalTwin.Host.Tests.Api;

[Collection("host")]
public class StreamTests(ScenarioHost scenario)
{
    private static int second;

    private HostUnderTest Host => scenario.Host;

    /// <summary>Plant time that no test has used before.</summary>
    private static DateTimeOffset Next() => ScenarioHost.Announced.AddSeconds(Interlocked.Increment(ref second));

    [Fact]
    public async Task The_first_event_is_a_snapshot_with_an_id_and_a_heartbeat_follows_it()
    {
        await using Listening stream = await Listening.ToAsync(Host);
        Heard snapshot = (await stream.NextAsync())!, heartbeat = (await stream.NextAsync())!;
        Assert.Equal(("snapshot", snapshot.Data.GetProperty("offset").GetInt64()), (snapshot.Type, snapshot.Id!.Value));
        Assert.True(snapshot.Data.GetProperty("plant").GetProperty("plantTime").GetDateTimeOffset() >= ScenarioHost.Announced);
        string[] twins = [.. snapshot.Data.GetProperty("items").EnumerateArray().Select(twin => twin.GetProperty("id").GetString()!)];
        Assert.Equal(["leipzig", "leipzig.body", MadePlant.Line, MadePlant.First, MadePlant.Robot, MadePlant.Last], twins[..6]);
        Assert.Equal(("heartbeat", (long?)null), (heartbeat.Type, heartbeat.Id));
        Assert.Equal(["offset", "wall", "plantTime", "speed", "freshness"], heartbeat.Data.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Every_event_comes_once_in_order_and_without_a_hole()
    {
        await using Listening stream = await Listening.ToAsync(Host, "?topics=twin:leipzig");
        long last = (await stream.NextAsync("snapshot")).Id!.Value;
        await ToggleAsync(MadePlant.First, 20);
        for (int i = 0; i < 20; i++)
        {
            Heard delta = await stream.NextAsync("delta");
            Assert.Equal((++last, last), (delta.Id!.Value, delta.Data.GetProperty("offset").GetInt64()));
            JsonElement twin = delta.Data.GetProperty("twin"), happened = delta.Data.GetProperty("event");
            Assert.Equal(happened.GetProperty("entity").GetString(), twin.GetProperty("id").GetString());
            Assert.True(twin.GetProperty("offset").GetInt64() >= last, "the twin is not older than the event beside it");
        }
    }

    [Fact]
    public async Task Who_comes_back_with_the_last_id_gets_exactly_what_was_missed()
    {
        long seen;
        await using (Listening first = await Listening.ToAsync(Host, $"?topics=twin:{MadePlant.Robot}"))
        {
            await ToggleAsync(MadePlant.Robot, 2);
            await first.NextAsync("delta");
            seen = (await first.NextAsync("delta")).Id!.Value;
        }

        await ToggleAsync(MadePlant.Robot, 5);
        long[] missed = [.. (await Host.GetAsync($"/api/v1/twins/{MadePlant.Robot}/events?order=desc&limit=5")).GetProperty("items").EnumerateArray().Select(happened => happened.GetProperty("offset").GetInt64()).Order()];
        await using Listening again = await Listening.ToAsync(Host, $"?topics=twin:{MadePlant.Robot}", seen);
        Heard snapshot = (await again.NextAsync())!;
        Assert.Equal(("snapshot", seen), (snapshot.Type, snapshot.Id!.Value));
        Assert.Equal(missed[^1], Assert.Single(snapshot.Data.GetProperty("items").EnumerateArray()).GetProperty("offset").GetInt64());
        foreach (long offset in missed)
            Assert.Equal(offset, (await again.NextAsync("delta")).Id);
        await ToggleAsync(MadePlant.Robot, 1);
        Assert.True((await again.NextAsync("delta")).Id > missed[^1]);
    }

    [Fact]
    public async Task An_id_of_another_journal_begins_anew()
    {
        await using Listening stream = await Listening.ToAsync(Host, "", long.MaxValue);
        Heard snapshot = (await stream.NextAsync())!;
        Assert.Equal(snapshot.Data.GetProperty("offset").GetInt64(), snapshot.Id);
    }

    [Fact]
    public async Task Topics_choose_twins_with_what_is_below_them_and_values()
    {
        await using Listening station = await Listening.ToAsync(Host, $"?topics=twin:{MadePlant.First}");
        await using Listening values = await Listening.ToAsync(Host, $"?topics=plant,tags:{MadePlant.Robot}.vibration");
        JsonElement.ArrayEnumerator items = (await station.NextAsync("snapshot")).Data.GetProperty("items").EnumerateArray();
        Assert.Equal([MadePlant.First, MadePlant.Robot], items.Select(twin => twin.GetProperty("id").GetString()));
        Assert.Empty((await values.NextAsync("snapshot")).Data.GetProperty("items").EnumerateArray());

        DateTimeOffset at = Next();
        await scenario.Gateway.ReportAsync(
            new Made($"{MadePlant.Last}.mode", at, (double)(second % 2 == 0 ? UnitMode.Manual : UnitMode.Maintenance)), new Made($"{MadePlant.Robot}.vibration", at, 7.25));
        await ToggleAsync(MadePlant.Robot, 1);
        Assert.Equal(MadePlant.Robot, (await station.NextAsync("delta")).Data.GetProperty("event").GetProperty("entity").GetString());
        Heard heard;
        do
            heard = (await values.NextAsync())!;
        while (heard.Type == "heartbeat");
        Assert.Equal("tags", heard.Type);
        Assert.Null(heard.Id);
        Assert.Equal([$"{MadePlant.Robot}.vibration"], heard.Data.GetProperty("ids").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal((7.25, at.ToUnixTimeMilliseconds(), "good"), (heard.Data.GetProperty("v")[0].GetDouble(), heard.Data.GetProperty("t")[0].GetInt64(), heard.Data.GetProperty("q")[0].GetString()));
        Assert.InRange(heard.Data.GetProperty("age")[0].GetDouble(), 0, 20);
    }

    /// <summary>Values that come faster than frames are wanted are not queued: each frame has the newest, and the last one that came is seen.</summary>
    [Fact]
    public async Task Values_come_at_most_as_often_as_asked_for_and_the_newest_always()
    {
        const int hertz = 5;
        const double last = 19.5;
        await using Listening stream = await Listening.ToAsync(Host, $"?topics=tags:{MadePlant.Robot}.vibration&hz={hertz}");
        await stream.NextAsync("heartbeat");
        using var enough = new CancellationTokenSource();
        Task sending = SendAsync();
        var frames = new List<Heard>();
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(2))
            frames.Add(await stream.NextAsync("tags"));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await enough.CancelAsync();
        await sending;
        await scenario.Gateway.ReportAsync(new Made($"{MadePlant.Robot}.vibration", Next(), last));

        Assert.InRange(frames.Count, 2, (int)(seconds * hertz) + 2);
        Assert.Equal(frames.Select(Time).Distinct(), frames.Select(Time).Order());
        Heard newest = frames[^1];
        while (newest.Data.GetProperty("v")[0].GetDouble() != last)
            newest = await stream.NextAsync("tags");

        async Task SendAsync()
        {
            while (!enough.IsCancellationRequested)
                await scenario.Gateway.ReportAsync(new Made($"{MadePlant.Robot}.vibration", Next(), 2));
        }

        static long Time(Heard frame) => frame.Data.GetProperty("t")[0].GetInt64();
    }

    [Fact]
    public async Task A_value_that_is_ahead_of_a_backlog_is_seen_at_once_and_is_not_turned_back_while_the_backlog_comes()
    {
        const string signal = $"{MadePlant.Robot}.vibration";
        (DateTimeOffset first, DateTimeOffset second, DateTimeOffset now) = (Next(), Next(), Next());
        await using Listening stream = await Listening.ToAsync(Host, $"?topics=tags:{signal}");
        await stream.NextAsync("heartbeat");
        await scenario.Gateway.TellAheadAsync(new Made(signal, now, 9.75));
        Heard seen = await stream.NextAsync("tags");
        Assert.Equal((9.75, now.ToUnixTimeMilliseconds()), (seen.Data.GetProperty("v")[0].GetDouble(), seen.Data.GetProperty("t")[0].GetInt64()));

        await scenario.Gateway.ReportAsync(new Made(signal, first, 3.25));
        await scenario.Gateway.ReportAsync(new Made(signal, second, 3.5), new Made(signal, now, 9.75));
        Assert.Equal(9.75, (await Host.GetAsync($"/api/v1/tags?scope={MadePlant.Robot}")).GetProperty("items").EnumerateArray().Single(tag => tag.GetProperty("id").GetString() == signal).GetProperty("v").GetDouble());
        await scenario.Gateway.ReportAsync(new Made(signal, Next(), 4.5));
        Assert.Equal(4.5, (await stream.NextAsync("tags")).Data.GetProperty("v")[0].GetDouble());   // nothing came between
    }

    [Fact]
    public async Task A_quiet_stream_beats_every_five_seconds()
    {
        await using Listening stream = await Listening.ToAsync(Host, "?topics=plant");
        Heard first = await stream.NextAsync("heartbeat");
        await scenario.Gateway.TickAsync(first.Data.GetProperty("plantTime").GetDateTimeOffset().AddSeconds(1));   // plant time stands when nobody tells it
        Heard second = await stream.NextAsync("heartbeat");
        Assert.InRange(Stopwatch.GetElapsedTime(first.At, second.At).TotalSeconds, 4, 15);
        Assert.True(second.Data.GetProperty("plantTime").GetDateTimeOffset() > first.Data.GetProperty("plantTime").GetDateTimeOffset());
    }

    [Fact]
    public async Task Every_topic_that_is_not_understood_is_named()
    {
        string detail = await Host.RefusalAsync("/api/v1/stream?topics=alerts,twin:leipzig.roof,tags:x&hz=0", System.Net.HttpStatusCode.BadRequest, "INVALID");
        foreach (string what in new[] { "'alerts'", "'leipzig.roof'", "'x'", "hz '0'" })
            Assert.Contains(what, detail, StringComparison.Ordinal);
    }

    /// <summary>So many reports of a state, each another than the one before.</summary>
    private async Task ToggleAsync(string twin, int times)
    {
        string? state = (await Host.GetAsync($"/api/v1/twins/{twin}")).GetProperty("state").GetString();
        for (int i = 0; i < times; i++)
        {
            PackmlState next = state == nameof(PackmlState.Held) ? PackmlState.Unholding : PackmlState.Held;
            await scenario.Gateway.ReportAsync(Made.State(twin, Next(), next));
            state = next.ToString();
        }
    }
}
