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
}
