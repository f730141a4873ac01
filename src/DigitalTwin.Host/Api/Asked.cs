using System.Globalization;
using DigitalTwin.Host.Twins.Projections;
using DigitalTwin.Host.Twins.Search;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DigitalTwin.Host.Api;

/// <summary>Reads query parameters and collects what is wrong with them, so that a caller hears of every fault at once.</summary>
public sealed class Asked
{
    // What lies outside is a mistake, and some arithmetic on it has no result.
    private static readonly DateTimeOffset Earliest = DateTimeOffset.UnixEpoch;
    private static readonly DateTimeOffset Latest = new(2500, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan LongestWindow = TimeSpan.FromDays(31);

    private readonly List<string> faults = [];

    public bool IsValid => faults.Count == 0;

    public ProblemHttpResult Problem => Problems.Invalid(string.Join(" ", faults));

    public DateTimeOffset? Time(string name, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time))
        {
            if (time >= Earliest && time < Latest)
                return time;
            faults.Add($"{name} '{text}' lies outside the years {Earliest.Year} to {Latest.Year - 1}.");
            return null;
        }

        faults.Add($"{name} '{text}' is not a time; write it like 2026-01-05T09:40:00Z.");
        return null;
    }

    public int Number(string name, string? text, int fallback, int least, int most)
    {
        if (string.IsNullOrEmpty(text))
            return fallback;
        if (int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most)
            return number;
        faults.Add($"{name} '{text}' is not a whole number from {least} to {most}.");
        return fallback;
    }

    public long? Cursor(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long cursor))
            return cursor;
        faults.Add($"cursor '{text}' is not one that this API gave out.");
        return null;
    }

    /// <summary>A moment given as <c>at</c> or as <c>offset</c>; null where neither is.</summary>
    public AskedMoment? Moment(string? at, string? offset)
    {
        Require(string.IsNullOrEmpty(at) || string.IsNullOrEmpty(offset), "Give at or offset, not both.");
        return Time("at", at) is { } time ? new AskedMoment(time, null) : Offset("offset", offset) is { } known ? new AskedMoment(null, known) : null;
    }

    /// <summary>A moment given as a time or as <c>offset:N</c>; null where there is none.</summary>
    public AskedMoment? MomentOf(string name, string? text) =>
        text?.StartsWith("offset:", StringComparison.Ordinal) == true ? Offset(name, text["offset:".Length..]) is { } offset ? new AskedMoment(null, offset) : null
        : Time(name, text) is { } time ? new AskedMoment(time, null) : null;

    private long? Offset(string name, string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long offset))
            return offset;
        faults.Add($"{name} '{text}' is not an offset: a whole number from 0.");
        return null;
    }

    public void RequireWindow(DateTimeOffset from, DateTimeOffset to)
    {
        Require(from < to, "from has to lie before to, and before the plant's present.");
        Require(to - from <= LongestWindow, $"The window is longer than {LongestWindow.TotalDays:0} days; ask for less.");
    }

    /// <returns>Null where there is none.</returns>
    public SearchExpression? Search(string name, string? text)
    {
        if (text is null)
            return null;
        SearchReading read = SearchText.Read(text);
        if (read is SearchReading.Invalid invalid)
            faults.AddRange(invalid.Faults.Select(fault => $"{name}: {fault}"));
        return (read as SearchReading.Valid)?.Expression;
    }

    public void OneOf(string name, string? text, params ReadOnlySpan<string> allowed)
    {
        if (text is not null && !allowed.Contains(text))
            faults.Add($"{name} '{text}' is none of {string.Join(", ", allowed)}.");
    }

    public void Require(bool holds, string fault)
    {
        if (!holds)
            faults.Add(fault);
    }
}
