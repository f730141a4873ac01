namespace DigitalTwin.Edge.Tests;

/// <summary>Time that moves when a test says so; wall and monotonic together.</summary>
internal sealed class VirtualTime : TimeProvider
{
    private DateTimeOffset now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    public override DateTimeOffset GetUtcNow() => now;
    public override long GetTimestamp() => now.UtcTicks;

    public void Advance(TimeSpan by) => now += by;
    public void Advance(double seconds) => Advance(TimeSpan.FromSeconds(seconds));
}
