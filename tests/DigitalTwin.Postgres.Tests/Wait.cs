using System.Diagnostics;

namespace DigitalTwin.Postgres.Tests;

internal static class Wait
{
    /// <summary>For what a real process or server does in its own time.</summary>
    public static void Until(Func<bool> condition, TimeSpan limit, string otherwise)
    {
        for (var clock = Stopwatch.StartNew(); !condition(); Thread.Sleep(10))
        {
            if (clock.Elapsed > limit) throw new TimeoutException(otherwise);
        }
    }
}
