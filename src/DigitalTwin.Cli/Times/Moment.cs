using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.RegularExpressions;

namespace DigitalTwin.Cli.Times;

/// <summary>A point in plant time as a person writes it: `2026-01-05T09:40Z`, `now`, or `-15m` before the plant's own now.</summary>
public abstract partial record Moment
{
    private Moment() { }

    public sealed record At(DateTimeOffset Time) : Moment;

    /// <param name="Span">Zero for <c>now</c>.</param>
    public sealed record BeforeNow(TimeSpan Span) : Moment;

    /// <param name="plantNow">The plant's clock: a virtual plant at 20× is not where the wall clock is.</param>
    public DateTimeOffset Resolve(DateTimeOffset plantNow) => this switch
    {
        At at => at.Time,
        BeforeNow before => plantNow - before.Span,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <returns>Null when the text is neither; a time without a zone is UTC.</returns>
    public static Moment? Parse(string text)
    {
        if (text == "now") return new BeforeNow(TimeSpan.Zero);
        var relative = Relative().Match(text);
        if (relative.Success && text.Length > 1)
        {
            var seconds = Part("d") * 86_400 + Part("h") * 3_600 + Part("m") * 60 + Part("s");
            return seconds <= 100 * 366 * 86_400.0 ? new BeforeNow(TimeSpan.FromSeconds(seconds)) : null;
        }
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        return IsoDate().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var time) ? new At(time) : null;

        double Part(string unit) => relative.Groups[unit] is { Success: true } group
            ? double.Parse(group.ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture)
            : 0;
    }

    /// <summary>For an option that takes a moment.</summary>
    public static Moment? Parse(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        var moment = Parse(text);
        if (moment is null) result.AddError($"'{text}' is no time: write ISO 8601 as 2026-01-05T09:40Z, or now, or -15m, -1h30m, -2d before now.");
        return moment;
    }

    [GeneratedRegex(@"^-(?:(?<d>\d+(?:\.\d+)?)d)?(?:(?<h>\d+(?:\.\d+)?)h)?(?:(?<m>\d+(?:\.\d+)?)m)?(?:(?<s>\d+(?:\.\d+)?)s)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Relative();

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}(T|$)", RegexOptions.CultureInvariant)]
    private static partial Regex IsoDate();
}
