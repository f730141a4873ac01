using System.Buffers;
using System.Globalization;
using System.Text.Json;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Persistence.Backups;

/// <summary>The lines of a backup: a header, one for each event, one for each wake, a trailer. All JSON objects, told apart by their first member.</summary>
internal static class BackupLine
{
    public const string Format = "digitaltwin-journal.v1";

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'";

    /// <param name="Epoch">The newest that was given out.</param>
    public sealed record Header(string Plant, int Schema, long Epoch, long Events);

    /// <param name="Digest">SHA-256 of all lines before it, their ends included.</param>
    public sealed record Trailer(long Events, long Wakes, long HeadOffset, string HeadHash, string Digest);

    public static void Write(Utf8JsonWriter json, Header header)
    {
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteString("plant", header.Plant);
        json.WriteNumber("schema", header.Schema);
        json.WriteNumber("epoch", header.Epoch);
        json.WriteNumber("events", header.Events);
        json.WriteEndObject();
    }

    /// <summary>The hash of the row before is that line's, and is not repeated.</summary>
    public static void Write(Utf8JsonWriter json, JournalRow row)
    {
        json.WriteStartObject();
        json.WriteNumber("offset", row.Offset);
        json.WriteString("entity", row.Entity);
        json.WriteNumber("seq", row.Seq);
        json.WriteString("name", row.Name);
        json.WriteString("at", Time(row.At));
        json.WriteString("recorded", Time(row.Recorded));
        if (IsOneLineOfJson(row.Payload.Span))
        {
            json.WritePropertyName("payload");
            json.WriteRawValue(row.Payload.Span, skipInputValidation: true);
        }
        else json.WriteBase64String("payloadBase64", row.Payload.Span);

        if (row.Epoch > 0) json.WriteNumber("epoch", row.Epoch);
        if (row.Command is { } command)
        {
            json.WriteString("command", command.Id);
            json.WriteNumber("body", command.Body);
        }

        json.WriteNumber("crc", row.Crc);
        json.WriteString("hash", Convert.ToHexStringLower(row.Hash.Span));
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, PendingWake wake)
    {
        json.WriteStartObject();
        json.WriteString("wake", wake.Entity.Value);
        json.WriteString("kind", wake.Kind);
        json.WriteString("due", Time(Microseconds.Of(wake.Due)));
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, Trailer trailer)
    {
        json.WriteStartObject();
        json.WriteNumber("end", trailer.Events);
        json.WriteNumber("wakes", trailer.Wakes);
        json.WriteNumber("headOffset", trailer.HeadOffset);
        json.WriteString("headHash", trailer.HeadHash);
        json.WriteString("digest", trailer.Digest);
        json.WriteEndObject();
    }

    public static bool IsTrailer(string text) => text.StartsWith("{\"end\":", StringComparison.Ordinal);

    /// <returns>A <see cref="Header"/>, <see cref="JournalRow"/>, <see cref="PendingWake"/> or <see cref="Trailer"/>.</returns>
    /// <param name="previous">Hash of the row before.</param>
    /// <exception cref="FormatException">It is none of them.</exception>
    public static object Read(string text, ReadOnlyMemory<byte> previous)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var line = document.RootElement;
            return line.EnumerateObject().First().Name switch
            {
                "format" when line.GetProperty("format").GetString() is var format && format != Format => throw new FormatException($"its format is {format}, not {Format}"),
                "format" => new Header(Text(line, "plant"), line.GetProperty("schema").GetInt32(), Number(line, "epoch"), Number(line, "events")),
                "offset" => Row(line, previous),
                "wake" => new PendingWake(new EntityId(Text(line, "wake")), Text(line, "kind"), Microseconds.From(Time(Text(line, "due")))),
                "end" => new Trailer(Number(line, "end"), Number(line, "wakes"), Number(line, "headOffset"), Text(line, "headHash"), Text(line, "digest")),
                var other => throw new FormatException($"a line begins with {other}"),
            };
        }
        catch (Exception unreadable) when (unreadable is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException(unreadable.Message, unreadable);
        }
    }

    private static JournalRow Row(JsonElement line, ReadOnlyMemory<byte> previous) => new(
        Number(line, "offset"),
        Text(line, "entity"),
        Number(line, "seq"),
        Text(line, "name"),
        Time(Text(line, "at")),
        Time(Text(line, "recorded")),
        line.TryGetProperty("payload", out var payload) ? System.Text.Encoding.UTF8.GetBytes(payload.GetRawText()) : line.GetProperty("payloadBase64").GetBytesFromBase64(),
        line.TryGetProperty("epoch", out var epoch) ? epoch.GetInt64() : 0,
        line.TryGetProperty("command", out _) ? new CommandTag(Text(line, "command"), Number(line, "body")) : null,
        Number(line, "crc"),
        previous,
        Convert.FromHexString(Text(line, "hash")));

    private static long Number(JsonElement line, string name) => line.GetProperty(name).GetInt64();

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString() ?? throw new FormatException($"its {name} is missing");

    private static string Time(long microseconds) => Microseconds.From(microseconds).ToString(TimeFormat, CultureInfo.InvariantCulture);

    private static long Time(string text) => Microseconds.Of(DateTimeOffset.ParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal));

    /// <summary>Whether the payload comes back byte for byte when it is written into the line as it is.</summary>
    private static bool IsOneLineOfJson(ReadOnlySpan<byte> payload)
    {
        if (payload is not [(byte)'{', .., (byte)'}'] || payload.IndexOfAny((byte)'\n', (byte)'\r') >= 0) return false;
        try
        {
            var reader = new Utf8JsonReader(payload);
            while (reader.Read()) { }
            return reader.BytesConsumed == payload.Length && System.Text.Unicode.Utf8.IsValid(payload);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
