using System.Diagnostics;

namespace DigitalTwin.Host.Tests;

/// <summary>Bounded waits for what other threads, processes and sockets do in their own time.</summary>
internal static class Wait
{
    /// <summary>A test that reaches it has failed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(10);

    public static Task UntilAsync(Func<bool> holds, string what) => UntilAsync(() => Task.FromResult(holds()), what);

    public static async Task UntilAsync(Func<Task<bool>> holds, string what)
    {
        long started = Stopwatch.GetTimestamp();
        using var timer = new PeriodicTimer(Look);
        while (!await holds())
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
                throw new TimeoutException($"Waited {Patience.TotalSeconds:0} s in vain for {what}.");
            await timer.WaitForNextTickAsync();
        }
    }
}
