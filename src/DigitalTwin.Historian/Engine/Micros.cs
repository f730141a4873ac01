namespace DigitalTwin.Historian.Engine;

/// <summary>DuckDB's TIMESTAMP: microseconds since 1970-01-01 UTC.</summary>
internal static class Micros
{
    public static long Of(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToTime(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    /// <summary>The whole multiple of a width that is not after it.</summary>
    public static long Down(long micros, long width) => micros - ((micros % width + width) % width);

    public static long Up(long micros, long width) => Down(micros + width - 1, width);
}
