using System.Buffers;
using System.Text.Json;
using DigitalTwin.VirtualPlant.Nodes;

namespace DigitalTwin.VirtualPlant.Serving;

/// <summary>A client's wish to set a node.</summary>
/// <param name="Value">Null when it is no number.</param>
internal readonly record struct WriteRequest(long Request, int Node, double? Value);

/// <summary>The lines of the plant socket: JSON, one message a line, times in microseconds since 1970 UTC.</summary>
internal static class Wire
{
    public static byte[] Hello(string name, double speed, IReadOnlyList<Node> nodes) => Line(json =>
    {
        json.WriteString("type", "plant");
        json.WriteString("name", name);
        json.WriteNumber("speed", speed);
        json.WriteStartArray("nodes");
        foreach (var node in nodes)
            Describe(json, node);
        json.WriteEndArray();
    });

    private static void Describe(Utf8JsonWriter json, Node node)
    {
        json.WriteStartObject();
        json.WriteString("endpoint", node.Place.Endpoint);
        json.WriteString("ns", node.Place.NamespaceUri);
        json.WriteString("id", node.Id);
        json.WriteString("dataType", node.Type.ToString());
        if (node.Unit is { } unit)
        {
            json.WriteStartObject("unit");
            json.WriteString("symbol", unit.Symbol);
            json.WriteString("code", unit.Code);
            json.WriteEndObject();
        }
        if (node.Range is { } range)
        {
            json.WriteStartArray("range");
            json.WriteNumberValue(range.Low);
            json.WriteNumberValue(range.High);
            json.WriteEndArray();
        }
        json.WriteBoolean("writable", node.Write is not null);
        json.WriteString("description", node.Description);
        json.WriteEndObject();
    }

    public static byte[] Values(IReadOnlyList<Node> nodes, IEnumerable<Announcement> announcements) => Line(json =>
    {
        json.WriteString("type", "values");
        json.WriteStartArray("v");
        foreach (var (node, value, at) in announcements)
        {
            json.WriteStartArray();
            json.WriteNumberValue(node);
            if (nodes[node].Make is { } make)
                json.WriteBase64StringValue(make(value.Text!));
            else if (nodes[node].Type == NodeType.String)
                json.WriteStringValue(value.Text);
            else if (nodes[node].Type == NodeType.Double)
                json.WriteNumberValue(value.Number);
            else
                json.WriteNumberValue((long)value.Number);
            json.WriteNumberValue(at);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    });

    public static byte[] Clock(long plant, long wall, double speed, IReadOnlyList<string> cutOff) => Line(json =>
    {
        json.WriteString("type", "clock");
        json.WriteNumber("plant", plant);
        json.WriteNumber("wall", wall);
        json.WriteNumber("speed", speed);
        if (cutOff.Count == 0)
            return;
        json.WriteStartArray("cut");
        foreach (var endpoint in cutOff)
            json.WriteStringValue(endpoint);
        json.WriteEndArray();
    });

    public static byte[] Written(long request, WriteOutcome outcome) => Line(json =>
    {
        json.WriteString("type", "written");
        json.WriteNumber("request", request);
        json.WriteNumber("status", outcome is WriteOutcome.Refused refused ? refused.Status : 0);
        if (outcome is WriteOutcome.Refused { Reason: var reason })
            json.WriteString("reason", reason);
    });

    private static byte[] Line(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <returns>Null when the line is no write request.</returns>
    public static WriteRequest? TryRead(ReadOnlySequence<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var message = document.RootElement;
            if (message.ValueKind != JsonValueKind.Object
                || !message.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String || !type.ValueEquals("write"u8)
                || !message.TryGetProperty("request", out var request) || request.ValueKind != JsonValueKind.Number || !request.TryGetInt64(out var number)
                || !message.TryGetProperty("node", out var node) || node.ValueKind != JsonValueKind.Number || !node.TryGetInt32(out var index))
                return null;
            return new WriteRequest(number, index, message.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
