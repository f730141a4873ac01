namespace DigitalTwin.Actors.Journals;

/// <summary>The journal's resolution of time; microseconds since 1970 UTC when stored.</summary>
public static class Microseconds
{
    public static DateTimeOffset Truncate(DateTimeOffset time) => From(Of(time));

    /// <summary>Rounds down, also before 1970.</summary>
    public static long Of(DateTimeOffset time)
    {
        var (whole, rest) = Math.DivRem(time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks, TimeSpan.TicksPerMicrosecond);
        return rest < 0 ? whole - 1 : whole;
    }

    public static DateTimeOffset From(long microseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
