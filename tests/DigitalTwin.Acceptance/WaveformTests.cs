using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using DigitalTwin.Acceptance.Processes;

namespace DigitalTwin.Acceptance;

/// <summary>A press that shakes, through OPC UA, gateway and link into a file and history.</summary>
public class WaveformTests
{
    private const string Signal = "leipzig.stamping.presses.press1.vibrationWaveform";
    private static readonly TimeSpan KeptWithin = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_waveform_is_kept_bit_for_bit_as_the_plant_made_it_and_its_features_are_those_of_its_numbers()
    {
        string data = Checkout.NewDataFolder();
        string physics = Path.Combine(data, "round-the-clock.json");
        File.WriteAllText(physics, """{"layout": "leipzig", "timetable": {"breaks": [], "shiftStarts": []}, "trouble": {"sensorFaultHours": 1000000}}""");
        using HostProcess host = await HostProcess.StartAsync(data, "--speed", "20", "--plant", Path.Combine(Checkout.Root, "simulations/plants/leipzig.json"), "--physics", physics);
        await host.ReadyAsync();
        using var recorder = new PlantRecorder(JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(data, "run/ports.json"))).GetProperty("plant").GetInt32());

        Dictionary<DateTimeOffset, JsonElement> kept = [];
        (DateTimeOffset At, byte[] Content)[] both = [];
        await Wait.UntilAsync(async () =>
        {
            var made = recorder.Waveforms.Where(waveform => waveform.Key.Node == "Press1.VibrationWaveform").ToDictionary(waveform => waveform.Key.At, waveform => waveform.Value);
            if (made.Count == 0)
                return false;
            JsonElement list = await host.GetAsync($"/api/v1/waveforms?signal={Signal}&from={made.Keys.Min():yyyy-MM-ddTHH:mm:ss}Z&to={made.Keys.Max().AddHours(1):yyyy-MM-ddTHH:mm:ss}Z");
            kept = list.GetProperty("items").EnumerateArray().Where(item => item.GetProperty("content").ValueKind == JsonValueKind.Object)
                .ToDictionary(item => item.GetProperty("time").GetDateTimeOffset(), item => item.GetProperty("content"));
            both = [.. made.Where(waveform => kept.ContainsKey(waveform.Key)).Select(waveform => (waveform.Key, waveform.Value))];
            return both.Length >= 3;
        }, KeptWithin, () => $"three waveforms of a press; the plant made {recorder.Waveforms.Count}, kept are those of {string.Join(", ", kept.Keys)}");

        foreach ((DateTimeOffset at, byte[] made) in both)
        {
            string hash = Convert.ToHexStringLower(SHA256.HashData(made));
            Assert.Equal(hash, kept[at].GetProperty("sha256").GetString());
            Assert.Equal(made, await host.Http.GetByteArrayAsync($"/api/v1/waveforms/{hash}"));
            double[] values = [.. MemoryMarshal.Cast<byte, float>(made).ToArray().Select(value => (double)value)];
            double mean = values.Average();
            Assert.Equal((values.Length, 4096.0), (kept[at].GetProperty("samples").GetInt32(), kept[at].GetProperty("sampleRate").GetDouble()));
            Assert.Equal(Math.Sqrt(values.Average(value => (value - mean) * (value - mean))), kept[at].GetProperty("rms").GetDouble(), 0.001);
            Assert.Equal(values.Max(value => Math.Abs(value - mean)), kept[at].GetProperty("peak").GetDouble(), 0.001);
        }
        Assert.Equal(both.Length, both.Select(waveform => Convert.ToHexString(SHA256.HashData(waveform.Content))).Distinct().Count());
    }
}
