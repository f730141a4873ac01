using System.Globalization;
using System.Text.Json;
using DigitalTwin.Acceptance.Processes;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian;
using DigitalTwin.Persistence.Sqlite;
using Xunit.Abstractions;

namespace DigitalTwin.Acceptance;

/// <summary>The host is killed again and again under a fast plant; a recorder beside it knows what was acknowledged and what really happened.</summary>
public class HostKilledTests(ITestOutputHelper output)
{
    private const int Kills = 10;
    private static readonly TimeSpan CaughtUpWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan EndedWithin = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Ten_kills_lose_no_acknowledged_event_no_count_and_no_sample()
    {
        int seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        (HostProcess host, Parts parts) = await Parts.StartAsync(speed: 20);
        using Parts allParts = parts;
        using var plant = new PlantRecorder(parts.PlantPort);
        await using var stream = new StreamRecorder(host.Url, "twin:leipzig");
        for (int kill = 1; kill <= Kills; kill++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(500, 5000))); // a random moment
            host.Running.Kill();
            await host.Running.ExitAsync(EndedWithin);
            int shown = stream.Events.Count;
            host.Dispose();
            host = await parts.StartHostAsync();
            output.WriteLine($"kill {kill}: {shown} events had been acknowledged; journal resumed at {(await host.GetAsync("/api/v1/journal")).GetProperty("headOffset").GetInt64()}");
        }

        // The plant stops; what it counted until then has to arrive, through gateway buffer and all.
        Running.Signal(parts.Plant.Id, "TERM");
        await parts.Plant.ExitAsync(EndedWithin);
        await plant.Ended;
        IReadOnlyDictionary<string, double> truth = plant.Counters;
        Assert.True(truth.Values.Sum() > 0, "the plant counted nothing, so this shows nothing");
        string[] wrong = [];
        await Wait.UntilAsync(async () => (wrong = await DifferencesAsync(host, truth)).Length == 0, CaughtUpWithin, () => $"the twins' counts to equal the plant's: {string.Join("; ", wrong)}");
        await Wait.UntilAsync(async () => (await host.GetAsync("/api/v1/plant")).GetProperty("gateways")[0].GetProperty("buffered").GetInt64() == 0, CaughtUpWithin, () => "the gateway's buffer to drain");

        Assert.Empty(stream.Contradictions);
        host.Running.Interrupt();
        Assert.Equal(0, await host.Running.ExitAsync(EndedWithin));
        host.Dispose();

        await EveryAcknowledgedEventIsThereAsync(parts.Data, stream.Events);
        await EverySampleIsThereAsync(parts.Data);
    }

    private static async Task<string[]> DifferencesAsync(HostProcess host, IReadOnlyDictionary<string, double> truth)
    {
        JsonElement twins = await host.GetAsync("/api/v1/twins?limit=1000&depth=5");
        var counts = twins.GetProperty("items").EnumerateArray().Where(twin => twin.GetProperty("counts").ValueKind == JsonValueKind.Object)
            .ToDictionary(twin => twin.GetProperty("id").GetString()!, twin => twin.GetProperty("counts"));
        return [.. truth.Select(counter =>
        {
            string[] parts = counter.Key.Split('.');
            string id = parts[0] == "Line" ? "leipzig.body.line1" : $"leipzig.body.line1.{parts[0].ToLowerInvariant()}";
            string name = parts[1].Replace("Count", "", StringComparison.Ordinal).ToLowerInvariant();
            double told = counts.TryGetValue(id, out JsonElement twin) ? twin.GetProperty(name).GetInt64() : 0;
            return told == counter.Value ? null : $"{counter.Key} is {counter.Value}, its twin says {told}";
        }).OfType<string>()];
    }

    private async Task EveryAcknowledgedEventIsThereAsync(string data, IReadOnlyDictionary<long, JsonElement> acknowledged)
    {
        using Running verify = Running.Dotnet(Checkout.Cli, "journal", "verify", "--data", data, "-o", "json");
        Assert.Equal(0, await verify.ExitAsync(TimeSpan.FromMinutes(1)));
        JsonElement verdict = JsonSerializer.Deserialize<JsonElement>(string.Join('\n', verify.Output));
        output.WriteLine($"journal: {verdict.GetRawText()}; acknowledged and recorded: {acknowledged.Count}");
        Assert.True(verdict.GetProperty("whole").GetBoolean());
        Assert.True(verdict.GetProperty("events").GetInt64() >= acknowledged.Keys.Max());

        using SqliteJournal journal = SqliteJournal.Open(new SqliteJournalOptions(Path.Combine(data, "journal"), "leipzig"));
        var stored = new Dictionary<long, StoredEvent>();
        for (long offset = 0; journal.ReadAll(offset, 1000) is { Count: > 0 } page; offset = page[^1].Offset)
        {
            foreach (StoredEvent happened in page)
                stored[happened.Offset] = happened;
        }

        Assert.All(acknowledged, shown =>
        {
            Assert.True(stored.TryGetValue(shown.Key, out StoredEvent? kept), $"event {shown.Key} was acknowledged and is gone");
            Assert.Equal(shown.Value.GetProperty("entity").GetString(), kept.Entity.Value);
            Assert.Equal(shown.Value.GetProperty("seq").GetInt64(), kept.Seq);
            Assert.Equal(shown.Value.GetProperty("name").GetString(), kept.Name);
        });
        // A resumed stream has no holes: between the first and the last event that it showed it showed all.
        Assert.Equal(acknowledged.Keys.Max() - acknowledged.Keys.Min() + 1, acknowledged.Count);
    }

    /// <summary>The gateway numbers samples and gaps without a hole, so each number has to be a stored sample or a reported gap.</summary>
    private async Task EverySampleIsThereAsync(string data)
    {
        PlantDefinition plant = ((PlantReading.Valid)PlantFile.Read(File.ReadAllBytes(Checkout.PlantFile))).Plant;
        await using SampleHistory history = SampleHistory.Open(Path.Combine(data, "historian"), TimeProvider.System);
        var sequences = new List<ulong>();
        foreach (SignalDefinition signal in plant.Signals)
            sequences.AddRange((await history.ReadAsync(signal.Id, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue.AddYears(-7000))).Select(sample => sample.Sequence));
        sequences.Sort();
        int gaps = GapsReported(data);
        output.WriteLine($"{sequences.Count} samples stored, {gaps} gap(s) reported, highest sequence {sequences[^1].ToString(CultureInfo.InvariantCulture)}");
        Assert.Equal(sequences.Count, sequences.Distinct().Count());
        ulong missing = sequences[^1] - (ulong)sequences.Count;
        Assert.True(missing <= (ulong)gaps, $"{missing} of {sequences[^1]} numbers are neither a stored sample nor a reported gap ({gaps})");
    }

    private static int GapsReported(string data)
    {
        using SqliteJournal journal = SqliteJournal.Open(new SqliteJournalOptions(Path.Combine(data, "journal"), "leipzig"));
        int gaps = 0;
        for (long offset = 0; journal.ReadAll(offset, 1000) is { Count: > 0 } page; offset = page[^1].Offset)
            gaps += page.Count(happened => happened.Name == "unit.gap-observed.v1");
        return gaps;
    }
}
