using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DigitalTwin.Host.Tests.Api;

public class WaveformsApiTests
{
    private static readonly DateTimeOffset At = MadePlant.Morning;
    private const string Shape = $"{MadePlant.Robot}.shape";
    private const string Picture = $"{MadePlant.Robot}.picture";

    private static readonly byte[] Plant = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(MadePlant.File).Replace(
        "\"range\": [0, 25], \"period\": 60}]",
        "\"range\": [0, 25], \"period\": 60}, {\"name\": \"shape\", \"role\": \"measurement\", \"type\": \"waveform\", \"sampleRate\": 1000, \"unit\": \"mm/s\", \"node\": \"Shape\", \"period\": 60}, {\"name\": \"picture\", \"role\": \"measurement\", \"type\": \"image\", \"node\": \"Picture\", \"period\": 60}]",
        StringComparison.Ordinal));

    private static readonly byte[] Sine = MemoryMarshal.AsBytes<float>([.. Enumerable.Range(0, 1000).Select(i => (float)Math.Sin(2 * Math.PI * 50 * i / 1000))]).ToArray();

    private static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    [Fact]
    public async Task What_was_acknowledged_is_there_after_a_kill_with_its_features_and_its_bytes()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "plant.json"), Plant);
        byte[] png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 1, 64, 0, 0, 0, 240];
        await using (HostUnderTest host = await HostUnderTest.StartAsync(folder.Path))
        {
            await using MadeGateway gateway = await MadeGateway.LinkAsync(host, Plant);
            await gateway.TickAsync(At);
            await gateway.ReportAsync(Shape, At, "f32", Sine);
            await gateway.ReportAsync(new Made(Shape, At.AddMinutes(1), double.NaN, Status: 0x8008_0000));
            await gateway.ReportAsync(Shape, At.AddMinutes(2), "f32", Sine);
            await gateway.ReportAsync(Picture, At, "png", png);
            host.Kill();
        }

        await using HostUnderTest again = await HostUnderTest.StartAsync(folder.Path);
        JsonElement list = await again.GetAsync($"/api/v1/waveforms?signal={Shape}&from=2026-01-05T06:00:00Z&to=2026-01-05T07:00:00Z");
        Assert.Equal(["good", "bad", "good"], list.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("quality").GetString()));
        Assert.Equal(JsonValueKind.Null, list.GetProperty("items")[1].GetProperty("content").ValueKind);
        JsonElement content = list.GetProperty("items")[2].GetProperty("content");
        Assert.Equal((HashOf(Sine), 1000, 1000.0), (content.GetProperty("sha256").GetString()!, content.GetProperty("samples").GetInt32(), content.GetProperty("sampleRate").GetDouble()));
        Assert.Equal(50, content.GetProperty("dominantHertz").GetDouble(), 0.5);
        Assert.Equal(Math.Sqrt(0.5), content.GetProperty("rms").GetDouble(), 0.001);
        Assert.Equal(1, (await again.GetAsync($"/api/v1/waveforms?signal={Shape}&from=2026-01-05T06:00:00Z&to=2026-01-05T07:00:00Z&limit=1")).GetProperty("items").GetArrayLength());

        using HttpResponseMessage answer = await again.Http.GetAsync($"/api/v1/waveforms/{HashOf(Sine)}");
        Assert.Equal(Sine, await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(("application/octet-stream", $"\"{HashOf(Sine)}\""), (answer.Content.Headers.ContentType!.MediaType, answer.Headers.ETag!.Tag));
        Assert.Contains("immutable", answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.Contains($"{HashOf(Sine)}.f32", answer.Content.Headers.ContentDisposition!.ToString(), StringComparison.Ordinal);
        using var cached = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/waveforms/{HashOf(Sine)}");
        cached.Headers.IfNoneMatch.ParseAdd($"\"{HashOf(Sine)}\"");
        using HttpResponseMessage unchanged = await again.Http.SendAsync(cached);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);

        JsonElement pictures = await again.GetAsync($"/api/v1/waveforms?signal={Picture}&from=2026-01-05T05:00:00Z&to=2026-01-05T07:00:00Z");
        Assert.Equal((320, 240), (pictures.GetProperty("items")[0].GetProperty("content").GetProperty("width").GetInt32(), pictures.GetProperty("items")[0].GetProperty("content").GetProperty("height").GetInt32()));
        using HttpResponseMessage picture = await again.Http.GetAsync($"/api/v1/waveforms/{HashOf(png)}");
        Assert.Equal(("image/png", png.Length), (picture.Content.Headers.ContentType!.MediaType, (await picture.Content.ReadAsByteArrayAsync()).Length));

        JsonElement ledger = Assert.Single((await again.GetAsync($"/api/v1/ledger?scope={Shape}")).GetProperty("items").EnumerateArray());
        Assert.Equal((3, 0), (ledger.GetProperty("stored").GetInt32(), ledger.GetProperty("unexplained").GetInt32()));
        // Nothing of it is in the journal.
        Assert.DoesNotContain(HashOf(Sine), (await again.GetAsync($"/api/v1/twins/{MadePlant.Robot}/events")).GetRawText(), StringComparison.Ordinal);

        Assert.Contains("neither a waveform nor an image", await again.RefusalAsync($"/api/v1/waveforms?signal={MadePlant.Robot}.vibration", HttpStatusCode.BadRequest, "INVALID"), StringComparison.Ordinal);
        Assert.Contains("signal names one signal", await again.RefusalAsync("/api/v1/waveforms", HttpStatusCode.BadRequest, "INVALID"), StringComparison.Ordinal);
        Assert.Contains("There is no signal", await again.RefusalAsync("/api/v1/waveforms?signal=nowhere", HttpStatusCode.NotFound, "NOT_FOUND"), StringComparison.Ordinal);
        Assert.Contains("is no hash", await again.RefusalAsync("/api/v1/waveforms/..%2f..%2fcheckpoint", HttpStatusCode.BadRequest, "INVALID"), StringComparison.Ordinal);
        Assert.Contains("30 days", await again.RefusalAsync($"/api/v1/waveforms/{new string('0', 64)}", HttpStatusCode.NotFound, "NOT_FOUND"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contents_of_days_that_lie_too_far_back_go_and_their_features_stay()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(Path.Combine(folder.Path, "plant.json"), Plant);
        await using (HostUnderTest host = await HostUnderTest.StartAsync(folder.Path, null, "--waveform-days", "3"))
        {
            await using MadeGateway gateway = await MadeGateway.LinkAsync(host, Plant);
            await gateway.TickAsync(At);
            await gateway.ReportAsync(Shape, At, "f32", Sine);
            await gateway.ReportAsync(Shape, At.AddDays(4), "f32", [0, 0, 0x80, 0x3f]);
            await Wait.UntilAsync(async () =>
            {
                await gateway.TickAsync(At.AddDays(4));   // a plant whose clock is not heard has no days that are over
                return !Directory.Exists(Path.Combine(folder.Path, "historian", "waveforms", "2026-01-05"));
            }, "the old day is gone");
            Assert.Single(Directory.GetFiles(Path.Combine(folder.Path, "historian", "waveforms"), "*", SearchOption.AllDirectories));
            JsonElement list = await host.GetAsync($"/api/v1/waveforms?signal={Shape}&from=2026-01-05T06:00:00Z&to=2026-01-10T07:00:00Z");
            Assert.Equal(2, list.GetProperty("total").GetInt32());
            await host.RefusalAsync($"/api/v1/waveforms/{HashOf(Sine)}", HttpStatusCode.NotFound, "NOT_FOUND");
        }
    }
}
