using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace DigitalTwin.Acceptance.Processes;

/// <summary>Reads the virtual plant's own counters from its socket: what really happened, past everything that is under test.</summary>
public sealed class PlantRecorder : IDisposable
{
    private readonly TcpClient client = new();
    private readonly Lock gate = new();
    private readonly Dictionary<string, double> counters = [];
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

    /// <summary>Ends when the plant has ended; the counters are then final.</summary>
    public Task Ended => reading;

    public void Dispose() => client.Dispose();

    private async Task ReadAsync()
    {
        using var lines = new StreamReader(client.GetStream());
        Dictionary<int, string> counted = [];
        try
        {
            while (await lines.ReadLineAsync() is { } line)
            {
                JsonElement said = JsonSerializer.Deserialize<JsonElement>(line);
                if (said.GetProperty("type").GetString() == "plant")
                    counted = said.GetProperty("nodes").EnumerateArray().Select((node, index) => (Id: node.GetProperty("id").GetString()!, index))
                        .Where(node => node.Id.EndsWith("Count", StringComparison.Ordinal)).ToDictionary(node => node.index, node => node.Id);
                else if (said.GetProperty("type").GetString() == "values")
                    Keep(said.GetProperty("v"), counted);
            }
        }
        catch (IOException)
        {
            // the plant was killed
        }
    }

    private void Keep(JsonElement values, Dictionary<int, string> counted)
    {
        lock (gate)
        {
            foreach (JsonElement value in values.EnumerateArray())
            {
                if (counted.TryGetValue(value[0].GetInt32(), out string? node))
                    counters[node] = value[1].GetDouble();
            }
        }
    }
}
