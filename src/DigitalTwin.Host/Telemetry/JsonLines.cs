using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace DigitalTwin.Host.Telemetry;

/// <summary>
/// One flat JSON object a line: <c>time</c>, <c>level</c>, <c>category</c>, <c>message</c>, then what the entry and its scopes name, then <c>exception</c>.
/// The console's own JSON formatter nests the names two levels deep, where a search for one entity has to know which scope set it.
/// </summary>
internal sealed class JsonLines() : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "lines";

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var bytes = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(bytes, Readable))
        {
            var written = new HashSet<string>(StringComparer.Ordinal);
            json.WriteStartObject();
            Member("time", DateTime.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), (json, written));
            Member("level", logEntry.LogLevel.ToString().ToLowerInvariant(), (json, written));
            Member("category", logEntry.Category, (json, written));
            Member("message", logEntry.Formatter(logEntry.State, logEntry.Exception), (json, written));
            Members(logEntry.State, (json, written));
            scopeProvider?.ForEachScope(Members, (json, written));
            if (logEntry.Exception is { } failure)
                Member("exception", failure.ToString(), (json, written));
            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(bytes.WrittenSpan));
    }

    private static void Members(object? named, (Utf8JsonWriter Json, HashSet<string> Written) line)
    {
        if (named is not IEnumerable<KeyValuePair<string, object?>> members)
            return;
        foreach ((string name, object? value) in members)
        {
            if (name is not ("{OriginalFormat}" or "Text"))
                Member(char.ToLowerInvariant(name[0]) + name[1..], value, line);
        }
    }

    /// <summary>The first to use a name has it: the entry before its scopes, an outer scope before an inner one.</summary>
    private static void Member(string name, object? value, (Utf8JsonWriter Json, HashSet<string> Written) line)
    {
        if (!line.Written.Add(name))
            return;
        line.Json.WritePropertyName(name);
        switch (value)
        {
            case null: line.Json.WriteNullValue(); break;
            case bool truth: line.Json.WriteBooleanValue(truth); break;
            case int number: line.Json.WriteNumberValue(number); break;
            case long number: line.Json.WriteNumberValue(number); break;
            case double number when double.IsFinite(number): line.Json.WriteNumberValue(number); break;
            default: line.Json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture)); break;
        }
    }
}
