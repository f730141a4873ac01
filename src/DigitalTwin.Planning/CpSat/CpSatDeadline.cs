using System.Diagnostics;

namespace DigitalTwin.Planning.CpSat;

/// <summary>When a request is to be over: a time, or earlier when it is cancelled.</summary>
internal sealed class CpSatDeadline(TimeSpan limit, CancellationToken cancel) : IDisposable
{
    /// <summary>What a timer takes.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private readonly long began = Stopwatch.GetTimestamp();
    private readonly CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancel);

    public bool IsCancelled => cancel.IsCancellationRequested;

    public TimeSpan Left => limit - Stopwatch.GetElapsedTime(began) is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero;

    /// <returns>False: the time was up, or the request cancelled, before <paramref name="work"/> was done.</returns>
    public async Task<bool> WaitAsync(Task work)
    {
        if (work.IsCompleted) return true;
        over.CancelAfter(Left < Longest ? Left : Longest);
        await work.WaitAsync(over.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return work.IsCompleted;
    }

    public void Dispose() => over.Dispose();
}
