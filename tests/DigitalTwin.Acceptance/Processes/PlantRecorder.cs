using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace DigitalTwin.Acceptance.Processes;

/// <summary>Reads the virtual plant's own counters from its socket: what really happened, past everything that is under test; and the waveforms that it has made.</summary>
public sealed class PlantRecorder : IDisposable
{
    private readonly TcpClient client = new();
    private readonly Lock gate = new();
    private readonly Dictionary<string, double> counters = [];
    private readonly Dictionary<(string Node, DateTimeOffset At), byte[]> waveforms = [];
    private readonly Task reading;

    public PlantRecorder(int port)
    {
        client.Connect(IPAddress.Loopback, port);
        reading = Task.Run(ReadAsync);
    }

    /// <summary>Newest value of each counter, by node: <c>Cell3.GoodCount</c>.</summary>
    public IReadOnlyDictionary<string, double> Counters
    {
        get
        {
            lock (gate)
                return new Dictionary<string, double>(counters);
        }
    }

    /// <summary>Each waveform by node, <c>Press1.VibrationWaveform</c>, and source time.</summary>
    public IReadOnlyDictionary<(string Node, DateTimeOffset At), byte[]> Waveforms
    {
        get
        {
            lock (gate)
                return new Dictionary<(string, DateTimeOffset), byte[]>(waveforms);
        }
    }

    /// <summary>Ends when the plant has ended; the counters are then final.</summary>
    public Task Ended => reading;

    public void Dispose() => client.Dispose();

    private async Task ReadAsync()
    {
        using var lines = new StreamReader(client.GetStream());
        Dictionary<int, string> counted = [], shaped = [];
        try
        {
            while (await lines.ReadLineAsync() is { } line)
            {
                JsonElement said = JsonSerializer.Deserialize<JsonElement>(line);
                if (said.GetProperty("type").GetString() == "plant")
                {
                    (string Id, int Index)[] nodes = [.. said.GetProperty("nodes").EnumerateArray().Select((node, index) => (node.GetProperty("id").GetString()!, index))];
                    counted = nodes.Where(node => node.Id.EndsWith("Count", StringComparison.Ordinal)).ToDictionary(node => node.Index, node => node.Id);
                    shaped = nodes.Where(node => node.Id.EndsWith("Waveform", StringComparison.Ordinal)).ToDictionary(node => node.Index, node => node.Id);
                }
                else if (said.GetProperty("type").GetString() == "values")
                    Keep(said.GetProperty("v"), counted, shaped);
            }
        }
        catch (IOException)
        {
            // the plant was killed
        }
    }

    private void Keep(JsonElement values, Dictionary<int, string> counted, Dictionary<int, string> shaped)
    {
        lock (gate)
        {
            foreach (JsonElement value in values.EnumerateArray())
            {
                if (counted.TryGetValue(value[0].GetInt32(), out string? node))
                    counters[node] = value[1].GetDouble();
                if (shaped.TryGetValue(value[0].GetInt32(), out string? shape))
                    waveforms[(shape, DateTimeOffset.UnixEpoch.AddMicroseconds(value[2].GetInt64()))] = value[1].GetBytesFromBase64();
            }
        }
    }
}
