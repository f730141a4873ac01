using System.Net;
using System.Text.Json;

namespace DigitalTwin.Host.Tests.Api;

public class LedgerApiTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 5, 6, 0, 0, TimeSpan.Zero);
    private const string Vibration = $"{MadePlant.Robot}.vibration";

    [Fact]
    public async Task Every_sample_is_stored_or_lost_for_a_reason_and_a_killed_host_still_knows()
    {
        using var folder = new TemporaryFolder();
        string known;
        await using (HostUnderTest host = await HostUnderTest.StartAsync(folder.Path))
        {
            await using MadeGateway gateway = await MadeGateway.LinkAsync(host);
            await gateway.TickAsync(At);
            await gateway.ReportAllAsync(At);
            await gateway.ReportAsync(new Made(Vibration, At.AddSeconds(1), 2), new Made(Vibration, At.AddSeconds(2), double.NaN), new Made(Vibration, At.AddSeconds(1.5), 3));
            gateway.Lose(Vibration, $"{MadePlant.First}.produced", Vibration);
            await gateway.ReportAsync(new Made(Vibration, At.AddSeconds(10), 4));
            await gateway.GapAsync(At.AddSeconds(10), At.AddHours(1), "server-lost", Vibration);
            Assert.Equal(3, (await host.GetAsync("/api/v1/ledger")).GetProperty("unattributed").GetInt32());
            await gateway.CountsAsync();
            await gateway.ReportAsync(new Made(Vibration, At.AddHours(1), 5));   // frames are taken in order: when this is acknowledged the counts are known

            JsonElement ledger = await host.GetAsync("/api/v1/ledger");
            Assert.Equal(0, ledger.GetProperty("unattributed").GetInt32());
            JsonElement[] lines = [.. ledger.GetProperty("items").EnumerateArray()];
            Assert.Equal(MadePlant.Definition.Signals.Select(signal => signal.Id).Order(StringComparer.Ordinal), lines.Select(line => line.GetProperty("signal").GetString()!));
            Assert.All(lines, line => Assert.Equal(0, line.GetProperty("unexplained").GetInt32()));

            JsonElement vibration = Assert.Single((await host.GetAsync($"/api/v1/ledger?scope={Vibration}")).GetProperty("items").EnumerateArray());
            TimeSpan period = MadePlant.Definition.Signals.Single(signal => signal.Id == Vibration).Period;
            long unseen = (long)Math.Ceiling(TimeSpan.FromSeconds(3590) / period) - 1;
            Assert.Equal(unseen, Count(vibration, "server-lost"));
            Assert.InRange(unseen, 1, long.MaxValue);
            Assert.Equal((8 + unseen, 8, 6, 5), (Figure(vibration, "expected"), Figure(vibration, "sampled"), Figure(vibration, "sent"), Figure(vibration, "stored")));
            Assert.Equal((1, 2), (Count(vibration, "not-finite"), Count(vibration, "sequence-hole")));
            JsonElement history = (await host.GetAsync($"/api/v1/tags/history?ids={Vibration}&from=2026-01-05T06:00:00Z&to=2026-01-05T08:00:00Z")).GetProperty("series")[0];
            Assert.Equal(Figure(vibration, "stored"), Figure(history, "raw"));
            JsonElement below = await host.GetAsync($"/api/v1/ledger?scope={MadePlant.Robot}");
            Assert.All(below.GetProperty("items").EnumerateArray(), line => Assert.StartsWith($"{MadePlant.Robot}.", line.GetProperty("signal").GetString(), StringComparison.Ordinal));
            Assert.Contains("no signal and no twin 'nowhere'", await host.RefusalAsync("/api/v1/ledger?scope=nowhere", HttpStatusCode.NotFound, "NOT_FOUND"), StringComparison.Ordinal);
            known = ledger.GetRawText();
            host.Kill();
        }

        await using HostUnderTest again = await HostUnderTest.StartAsync(folder.Path);
        Assert.Equal(known, (await again.GetAsync("/api/v1/ledger")).GetRawText());
    }

    private static long Figure(JsonElement line, string name) => line.GetProperty(name).GetInt64();

    private static long Count(JsonElement line, string reason) =>
        line.GetProperty("gaps").EnumerateArray().Single(gap => gap.GetProperty("reason").GetString() == reason).GetProperty("count").GetInt64();
}
