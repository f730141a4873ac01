using System.Globalization;
using System.Text.RegularExpressions;
using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Historian.Files;

/// <summary>What of a day is kept and let go of together.</summary>
/// <param name="Area">Second part of the signals' ids, in letters that a file name may have.</param>
internal sealed partial record Shelfmark(SignalClass Class, string Area)
{
    public static Shelfmark Of(string signal, SignalClass kind) => new(kind, signal.Split('.') is [_, var area, _, ..] ? Strange().Replace(area, "_") : "plant");

    public override string ToString() => $"{Class.ToString().ToLowerInvariant()}-{Area}";

    [GeneratedRegex("[^A-Za-z0-9_]")]
    private static partial Regex Strange();
}

/// <summary>What the name of a Parquet file says about its rows.</summary>
/// <param name="Day">Of all source times, UTC.</param>
/// <param name="Segment">The newest segment whose rows are in it.</param>
/// <param name="Of">Null for rows of any class and area, as a segment has them.</param>
/// <param name="Tier">Null for the samples themselves.</param>
internal sealed partial record FileName(DateOnly Day, long Segment, Shelfmark? Of, Tier? Tier)
{
    /// <summary>How often its rows have been merged while their day ran: 0 as a segment became it, and once the day is over.</summary>
    public int Level { get; init; }

    /// <returns>Null for a file that the historian has not named.</returns>
    public static FileName? Parse(string name)
    {
        var parts = Form().Match(name);
        return parts.Success && DateOnly.TryParseExact(parts.Groups["day"].ValueSpan, "yyyy-MM-dd", out var day)
            ? new(day, long.Parse(parts.Groups["segment"].ValueSpan, CultureInfo.InvariantCulture),
                parts.Groups["class"].Success ? new(Enum.Parse<SignalClass>(parts.Groups["class"].ValueSpan, ignoreCase: true), parts.Groups["area"].Value) : null,
                Tier.All.FirstOrDefault(tier => tier.Name == parts.Groups["tier"].Value))
            { Level = parts.Groups["level"].Success ? int.Parse(parts.Groups["level"].ValueSpan, CultureInfo.InvariantCulture) : 0 }
            : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Day:yyyy-MM-dd}-{Segment:d10}{(Level == 0 ? "" : $"-x{Level}")}{(Of is null ? "" : $"-{Of}")}{(Tier is null ? "" : $".{Tier.Name}")}.parquet");

    [GeneratedRegex(@"^(?<day>\d{4}-\d{2}-\d{2})-(?<segment>\d{10,18})(-x(?<level>[1-9]))?(-(?<class>state|telemetry|diagnostic)-(?<area>\w+))?(\.(?<tier>1m|15m))?\.parquet$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
