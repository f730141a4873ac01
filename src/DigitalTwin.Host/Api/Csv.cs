using System.Globalization;

namespace DigitalTwin.Host.Api;

/// <summary>Cells of comma-separated values (RFC 4180).</summary>
internal static class Csv
{
    /// <summary>A spreadsheet takes what begins like a formula for one, whoever wrote it into a note.</summary>
    public static string Words(string words)
    {
        if (words.Length > 0 && "=+-@\t\r".Contains(words[0], StringComparison.Ordinal))
            words = "'" + words;
        return words.AsSpan().ContainsAny(",\"\r\n") ? $"\"{words.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : words;
    }

    public static string Micros(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
