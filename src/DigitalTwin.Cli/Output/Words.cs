using System.Globalization;
using System.Text.Json;

namespace DigitalTwin.Cli.Output;

/// <summary>Values as a person reads them. What is absent is a dash, never an empty cell or a zero.</summary>
public static class Words
{
    public const string Absent = "–";

    public static string Time(DateTimeOffset? time) => time is { } known
        ? known.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        : Absent;

    public static string PreciseTime(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Number(double? number, string format = "0.###") =>
        number is { } known ? known.ToString(format, CultureInfo.InvariantCulture) : Absent;

    public static string Percent(double? ratio) => ratio is { } known ? $"{Number(100 * known, "0.0")} %" : Absent;

    /// <summary>Milliseconds as minutes, which is what shifts are talked about in.</summary>
    public static string Minutes(long milliseconds) => Number(milliseconds / 60_000.0, "0.00");

    public static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => Absent,
        JsonValueKind.Number => Number(value.GetDouble()),
        JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : Absent,
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Object => string.Join(' ', value.EnumerateObject().Select(member => $"{member.Name}={Value(member.Value)}")),
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(Value)),
        _ => value.ToString(),
    };

    public static string Value(JsonElement value, string? unit) =>
        Value(value) is var text && text != Absent && !string.IsNullOrEmpty(unit) ? $"{text} {unit}" : Value(value);

    /// <summary>An event's data beside a column of its time, which is not said twice.</summary>
    public static string EventData(JsonElement data) => data.ValueKind != JsonValueKind.Object
        ? Value(data)
        : string.Join(' ', data.EnumerateObject().Where(member => member.Name != "at").Select(member => $"{member.Name}={Value(member.Value)}"));

    /// <param name="seconds">Wall seconds.</param>
    public static string Age(double? seconds) => seconds switch
    {
        null => Absent,
        < 10 => $"{Number(seconds, "0.0")} s",
        < 120 => $"{Number(seconds, "0")} s",
        < 7_200 => $"{Number(seconds / 60, "0")} min",
        < 172_800 => $"{Number(seconds / 3_600, "0")} h",
        _ => $"{Number(seconds / 86_400, "0")} d",
    };
}
