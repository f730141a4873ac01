using DigitalTwin.Cli.Output;

namespace DigitalTwin.Cli.Verbs;

/// <summary>A path with those parameters that were given.</summary>
internal static class Query
{
    public static string Path(string path, params (string Name, string? Value)[] parameters)
    {
        var given = parameters.Where(parameter => parameter.Value is not null).Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}");
        return string.Join('?', new[] { path, string.Join('&', given) }.Where(part => part.Length > 0));
    }

    public static string? Time(DateTimeOffset? time) => time is { } known ? Words.PreciseTime(known) : null;
}
