using System.Globalization;
using System.Text.RegularExpressions;

namespace DigitalTwin.Historian.Files;

/// <summary>What the name of a Parquet file says about its rows.</summary>
/// <param name="Day">Of all source times, UTC.</param>
/// <param name="Segment">The newest segment whose rows are in it.</param>
/// <param name="Tier">Null for the samples themselves.</param>
internal sealed partial record FileName(DateOnly Day, long Segment, Tier? Tier)
{
    /// <returns>Null for a file that the historian has not named.</returns>
    public static FileName? Parse(string name)
    {
        var parts = Form().Match(name);
        return parts.Success && DateOnly.TryParseExact(parts.Groups["day"].ValueSpan, "yyyy-MM-dd", out var day)
            ? new(day, long.Parse(parts.Groups["segment"].ValueSpan, CultureInfo.InvariantCulture), Tier.All.FirstOrDefault(tier => tier.Name == parts.Groups["tier"].Value))
            : null;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Day:yyyy-MM-dd}-{Segment:d10}{(Tier is null ? "" : $".{Tier.Name}")}.parquet");

    [GeneratedRegex(@"^(?<day>\d{4}-\d{2}-\d{2})-(?<segment>\d{10,18})(\.(?<tier>1m|15m))?\.parquet$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
