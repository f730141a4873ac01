namespace DigitalTwin.Domain.Calendars;

/// <summary>A stretch of plant time: <paramref name="From"/> belongs to it, <paramref name="To"/> does not.</summary>
public readonly record struct Period(DateTimeOffset From, DateTimeOffset To)
{
    public bool Contains(DateTimeOffset instant) => From <= instant && instant < To;

    /// <returns>Null where the two have no time in common.</returns>
    public Period? Within(Period other)
    {
        var from = From > other.From ? From : other.From;
        var to = To < other.To ? To : other.To;
        return from < to ? new Period(from, to) : null;
    }

    /// <summary>Each end cut to its millisecond.</summary>
    public Period ToMilliseconds() => new(From.ToMillisecond(), To.ToMillisecond());
}

public static class Periods
{
    /// <summary>Length between the milliseconds that the ends fall into, so that the lengths of neighbours add up to the length of both.</summary>
    public static long Milliseconds(this Period period) => period.To.ToUnixTimeMilliseconds() - period.From.ToUnixTimeMilliseconds();

    public static DateTimeOffset ToMillisecond(this DateTimeOffset time) => DateTimeOffset.FromUnixTimeMilliseconds(time.ToUnixTimeMilliseconds());

    /// <param name="periods">In order, without overlap; so is the result.</param>
    public static IReadOnlyList<Period> Without(this IReadOnlyList<Period> periods, IEnumerable<Period> taken)
    {
        foreach (var hole in taken)
            periods = [.. periods.SelectMany(period => period.Within(hole) is { } common
                ? [.. new[] { new Period(period.From, common.From), new Period(common.To, period.To) }.Where(part => part.From < part.To)]
                : new[] { period })];
        return periods;
    }
}
