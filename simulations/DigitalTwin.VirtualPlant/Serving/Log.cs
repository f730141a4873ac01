using System.Globalization;

namespace DigitalTwin.VirtualPlant.Serving;

/// <summary>One line on standard error per thing worth knowing; standard output carries the ready line alone.</summary>
internal static class Log
{
    public static void Info(string text) => Write("info", text);
    public static void Warn(string text) => Write("warn", text);

    private static void Write(string level, string text) =>
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-ddTHH:mm:ss.fffZ} {level} {text}"));
}
