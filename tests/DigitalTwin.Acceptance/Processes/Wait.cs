using System.Diagnostics;

namespace DigitalTwin.Acceptance.Processes;

/// <summary>Bounded waits for what real processes do in their own time.</summary>
public static class Wait
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static Task UntilAsync(Func<bool> holds, TimeSpan within, Func<string> what) => UntilAsync(() => Task.FromResult(holds()), within, what);

    public static async Task UntilAsync(Func<Task<bool>> holds, TimeSpan within, Func<string> what)
    {
        long started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Look);
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(started) > within)
                throw new TimeoutException($"After {within.TotalSeconds} s still waiting for {what()}");
            await timer.WaitForNextTickAsync();
        }
    }
}
