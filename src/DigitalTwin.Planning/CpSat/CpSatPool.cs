using System.Diagnostics;

namespace DigitalTwin.Planning.CpSat;

/// <summary>
/// Worker processes with CP-SAT in them, owned by the process that plans and gone with it: they end when their standard input does.
/// The first is started when it is first needed, or by <see cref="Warm"/>, and from then on one is kept ready. One that dies or hangs costs
/// the solve that was in it, and is replaced; where they keep failing, requests are answered at once with that, until the pause is over.
/// For any thread.
/// </summary>
public sealed class CpSatPool(CpSatPoolOptions options) : ICpSatSolver, IDisposable
{
    private readonly SemaphoreSlim free = new(options.Workers);
    private readonly Lock gate = new();
    private readonly List<CpSatWorker> idle = [];
    private readonly HashSet<CpSatWorker> all = [];
    private int failuresOnEnd;
    private long pauseEnds;
    private string lastFailure = "";
    private bool disposed;

    /// <summary>Of the workers that live, for tests and diagnosis.</summary>
    public IReadOnlyList<int> ProcessIds
    {
        get { lock (gate) return [.. all.Select(worker => worker.ProcessId)]; }
    }

    /// <summary>Has a worker start, so that it is ready by the time that it is needed. Does not wait for it.</summary>
    public void Warm() => _ = Task.Run(() =>
    {
        lock (gate)
        {
            if (idle.Count == 0 && all.Count < options.Workers && Start(out _) is { } worker) idle.Add(worker);
        }
    });

    public Task<CpSatAnswer> SolveAsync(ReadOnlyMemory<byte> model, ReadOnlyMemory<byte> parameters, TimeSpan deadline, Action<CpSatProgress>? progress, CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        // Not on the caller's thread, which may be in the middle of a search: a process takes tens of milliseconds to start.
        return Task.Run(() => SolveWithinAsync(model, parameters, deadline, progress, cancel), CancellationToken.None);
    }

    public void Dispose()
    {
        CpSatWorker[] last;
        lock (gate)
        {
            disposed = true;
            last = [.. all];
            all.Clear();
            idle.Clear();
        }
        foreach (var worker in last) worker.Dispose();
        // The semaphore has no handle to give back, and a solve that is just ending still releases it.
    }

    private async Task<CpSatAnswer> SolveWithinAsync(ReadOnlyMemory<byte> model, ReadOnlyMemory<byte> parameters, TimeSpan limit, Action<CpSatProgress>? progress, CancellationToken cancel)
    {
        using var deadline = new CpSatDeadline(limit, cancel);
        var turn = free.WaitAsync(CancellationToken.None);
        if (!await deadline.WaitAsync(turn))
        {
            _ = turn.ContinueWith(_ => free.Release(), TaskScheduler.Default); // it comes, and nobody needs it
            return new CpSatAnswer.None("all of the solver's workers were busy until time was up");
        }
        try
        {
            if (Take(out var reason) is not { } worker) return new CpSatAnswer.None(reason);
            try
            {
                var answer = await worker.SolveAsync(model, parameters, deadline, progress);
                if (answer is CpSatAnswer.Response) Succeeded();
                return answer;
            }
            finally
            {
                GiveBack(worker);
            }
        }
        finally
        {
            free.Release();
        }
    }

    private CpSatWorker? Take(out string reason)
    {
        lock (gate)
        {
            reason = "";
            while (idle.Count > 0)
            {
                var worker = idle[^1];
                idle.RemoveAt(idle.Count - 1);
                if (worker.IsFit) return worker;
                Bury(worker); // it died while nobody needed it
            }
            return Start(out reason);
        }
    }

    private void GiveBack(CpSatWorker worker)
    {
        lock (gate)
        {
            if (disposed) return;
            if (!worker.IsFit)
            {
                Failed("a worker ended or hung");
                Bury(worker);
                return;
            }
            if (!worker.IsWorn)
            {
                idle.Add(worker);
                return;
            }
            Bury(worker);
        }
        Warm();
    }

    private CpSatWorker? Start(out string reason)
    {
        reason = disposed ? "the planner is about to end" : lastFailure;
        if (disposed || Stopwatch.GetTimestamp() < pauseEnds) return null;
        if (CpSatWorker.Start(options, out reason) is not { } worker)
        {
            Failed(reason);
            return null;
        }
        all.Add(worker);
        return worker;
    }

    private void Succeeded()
    {
        lock (gate) failuresOnEnd = 0;
    }

    private void Failed(string reason)
    {
        failuresOnEnd++;
        if (failuresOnEnd < 2) return;
        var pause = options.FirstPause * Math.Pow(2, Math.Min(failuresOnEnd - 2, 20));
        if (pause > options.LongestPause) pause = options.LongestPause;
        pauseEnds = Stopwatch.GetTimestamp() + (long)(pause.TotalSeconds * Stopwatch.Frequency);
        lastFailure = $"the solver rests for {pause.TotalSeconds:0.#} s after {failuresOnEnd} failures on end, the last one: {reason}";
    }

    private void Bury(CpSatWorker worker)
    {
        all.Remove(worker);
        // Its end may take a moment, for which nobody has to wait.
        _ = Task.Run(worker.Dispose);
    }
}
