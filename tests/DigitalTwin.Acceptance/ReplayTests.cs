using System.Globalization;
using System.Text.Json;
using DigitalTwin.Acceptance.Processes;

namespace DigitalTwin.Acceptance;

/// <summary>A recording instead of a plant, through OPC UA, gateway and link into history.</summary>
public class ReplayTests
{
    private const string Pump = "testfield.hydraulics.rigs.pump";
    private static readonly string Recordings = Path.Combine(Checkout.Root, "simulations/recordings");
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan PlayedWithin = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Every_row_of_a_recording_is_in_history_with_its_time_and_its_empty_cells_are_bad()
    {
        string data = Checkout.NewDataFolder();
        string plant = Path.Combine(Recordings, "pump.plant.json");
        using HostProcess host = await HostProcess.StartAsync(
            Running.Dotnet(Checkout.Host, "--data", data, "--urls", "http://127.0.0.1:0", "--plant", plant, "--attach"), data);
        int edge = JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(data, "run/ports.json"))).GetProperty("edge").GetInt32();
        using Running server = Running.Node(Checkout.OpcUaServer, "--data", data, "--port", "0", "--replay", Path.Combine(Recordings, "pump.csv"), "--map", Path.Combine(Recordings, "pump.map.json"), "--speed", "10");
        JsonElement ready = await server.ReadyAsync(ReadyWithin);
        using Running gateway = Running.Node(
            Checkout.Gateway, "--data", data, "--plant", plant, "--core", $"wss://127.0.0.1:{edge}/edge/v1",
            "--endpoint", $"recording=opc.tcp://127.0.0.1:{ready.GetProperty("port").GetInt32()}", "--trust", ready.GetProperty("certificate").GetString()!);

        string[][] rows = [.. File.ReadLines(Path.Combine(Recordings, "pump.csv")).Skip(1).Select(line => line.Split(';'))];
        DateTimeOffset first = Time(rows[0]);
        string window = $"from={first:yyyy-MM-ddTHH:mm:ssZ}&to={first.AddHours(1):yyyy-MM-ddTHH:mm:ssZ}";
        JsonElement[] series = [];
        await Wait.UntilAsync(async () =>
        {
            JsonElement history = await host.GetAsync($"/api/v1/tags/history?ids={Pump}.pressure,{Pump}.oilTemperature,{Pump}.current,{Pump}.program&{window}&points=20000");
            series = [.. history.GetProperty("series").EnumerateArray()];
            return series.All(signal => signal.GetProperty("raw").GetInt64() > rows.Length);
        }, PlayedWithin, () => $"history of {rows.Length} rows; it has {string.Join(", ", series.Select(signal => signal.GetProperty("raw")))}.\nServer:\n{server.Everything}\nGateway:\n{gateway.Everything}");

        for (int column = 1; column <= series.Length; column++)
        {
            JsonElement[] points = [.. series[column - 1].GetProperty("points").EnumerateArray()];
            // One mark after the last row: the recording has ended, so its last value is not current any more.
            Assert.Equal(rows.Length + 1, points.Length);
            Assert.Equal("uncertain", points[^1].GetProperty("q").GetString());
            for (int row = 0; row < rows.Length; row++)
                Assert.Equal(Expected(rows[row], column), Seen(points[row]));
        }

        Assert.Contains("4 values Bad", server.Errors, StringComparison.Ordinal);
    }

    private static (long Time, string Value, string Quality) Expected(string[] row, int column) =>
        (Time(row).ToUnixTimeMilliseconds(), row[column] switch
        {
            "" or "NaN" or "---" => "nothing",
            string text when column == 4 => text,
            string number => double.Parse(number.Replace(',', '.'), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
        }, row[column] is "" or "NaN" or "---" ? "bad" : "good");

    private static (long Time, string Value, string Quality) Seen(JsonElement point) =>
        (point.GetProperty("t").GetInt64(), point.GetProperty("v") switch
        {
            { ValueKind: JsonValueKind.Null } => "nothing",
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            var number => number.GetDouble().ToString(CultureInfo.InvariantCulture),
        }, point.GetProperty("q").GetString()!);

    private static DateTimeOffset Time(string[] row)
    {
        DateTime local = DateTime.ParseExact(row[0], "dd.MM.yyyy HH:mm:ss", CultureInfo.InvariantCulture);
        return new DateTimeOffset(local, TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin").GetUtcOffset(local)).ToUniversalTime();
    }
}
