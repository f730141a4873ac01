using System.Net;
using System.Text.Json;

namespace DigitalTwin.Host.Tests.Api;

public class ContextApiTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 5, 6, 0, 0, TimeSpan.Zero);
    private const string Vibration = $"{MadePlant.Robot}.vibration";
    private const string Window = "from=2026-01-05T06:00:00Z&to=2026-01-05T06:20:00Z";

    [Fact]
    public async Task Samples_belong_to_the_vehicle_of_their_own_time_also_late_ones_and_after_a_kill_and_never_to_one_that_nobody_saw()
    {
        using var folder = new TemporaryFolder();
        string known;
        await using (HostUnderTest host = await HostUnderTest.StartAsync(folder.Path))
        {
            await using MadeGateway gateway = await MadeGateway.LinkAsync(host);
            await gateway.TickAsync(At.AddMinutes(20));
            await gateway.ReportAllAsync(At.AddHours(-3));
            await gateway.ReportAsync(Body(At.AddHours(-2), "A"), new Made(Vibration, At.AddMinutes(1), 2), Body(At.AddMinutes(8), "C"), new Made(Vibration, At.AddMinutes(9), 7));
            await gateway.ReportAsync(Body(At.AddMinutes(4), "B"), new Made(Vibration, At.AddMinutes(5), 5), new Made(Vibration, At.AddMinutes(4.5), 3));   // late, both sides
            await gateway.GapAsync(At.AddMinutes(10), At.AddMinutes(15), "server-lost", $"{MadePlant.First}.vehicle");
            await gateway.ReportAsync(Body(At.AddMinutes(15), "D"), Body(At.AddMinutes(17), ""), new Made($"{MadePlant.Last}.vehicle", At.AddMinutes(18), double.NaN, "B"));

            JsonElement context = await host.GetAsync($"/api/v1/context?of={Vibration}&{Window}");
            Assert.Equal(
                ["A 06:00:00-06:04:00", "B 06:04:00-06:08:00", "C 06:08:00-06:10:00", " 06:10:00-06:15:00", "D 06:15:00-06:17:00", " 06:17:00-06:20:00"],
                context.GetProperty("items").EnumerateArray().Select(Span));
            Assert.All(context.GetProperty("items").EnumerateArray(), span => Assert.Equal((MadePlant.First, "early"), (span.GetProperty("station").GetString(), span.GetProperty("shift").GetString())));
            JsonElement series = (await host.GetAsync($"/api/v1/tags/history?ids={Vibration}&context=true&{Window}")).GetProperty("series")[0];
            Assert.Equal(context.GetProperty("items").GetRawText(), series.GetProperty("context").GetRawText());
            Assert.Equal(JsonValueKind.Null, (await host.GetAsync($"/api/v1/tags/history?ids={Vibration}&{Window}")).GetProperty("series")[0].GetProperty("context").ValueKind);

            JsonElement[] stays = [.. (await host.GetAsync($"/api/v1/context?vehicle=B&features=true&{Window}")).GetProperty("items").EnumerateArray()];
            Assert.Equal([MadePlant.First, MadePlant.Last], stays.Select(stay => stay.GetProperty("station").GetString()));
            Assert.Equal(["B 06:04:00-06:08:00", "B 06:18:00-06:20:00"], stays.Select(Span));
            JsonElement vibration = Assert.Single(stays[0].GetProperty("features").EnumerateArray());
            Assert.Equal((Vibration, 2, 3.0, 5.0), (vibration.GetProperty("signal").GetString(), vibration.GetProperty("count").GetInt32(), vibration.GetProperty("min").GetDouble(), vibration.GetProperty("max").GetDouble()));

            Assert.Contains("Give either of, a signal or a place, or vehicle", await host.RefusalAsync($"/api/v1/context?{Window}", HttpStatusCode.BadRequest, "INVALID"), StringComparison.Ordinal);
            Assert.Contains("'nowhere'", await host.RefusalAsync($"/api/v1/context?of=nowhere&{Window}", HttpStatusCode.NotFound, "NOT_FOUND"), StringComparison.Ordinal);
            known = context.GetRawText();
            host.Kill();
        }

        await using HostUnderTest again = await HostUnderTest.StartAsync(folder.Path);
        Assert.Equal(known, (await again.GetAsync($"/api/v1/context?of={Vibration}&{Window}")).GetRawText());
    }

    private static Made Body(DateTimeOffset at, string vehicle) => new($"{MadePlant.First}.vehicle", at, double.NaN, vehicle);

    private static string Span(JsonElement span) =>
        $"{span.GetProperty("vehicle").GetString()} {span.GetProperty("from").GetDateTimeOffset():HH:mm:ss}-{span.GetProperty("to").GetDateTimeOffset():HH:mm:ss}";
}
