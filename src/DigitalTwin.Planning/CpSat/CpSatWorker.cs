using System.ComponentModel;
using System.Diagnostics;
using Google.OrTools.Sat;
using Google.Protobuf;

namespace DigitalTwin.Planning.CpSat;

/// <summary>One worker process, and at most one solve in it. When it is no longer <see cref="IsFit"/>, its owner disposes of it.</summary>
internal sealed class CpSatWorker : IDisposable
{
    private readonly Process process;
    private readonly CpSatPoolOptions options;
    private readonly long started = Stopwatch.GetTimestamp();
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock gate = new();
    private Pending? current;
    private string? end;
    private string? lastError;
    private uint solves;

    private sealed record Pending(uint Id, Action<CpSatProgress>? Progress)
    {
        public TaskCompletionSource<CpSatAnswer> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private CpSatWorker(Process process, CpSatPoolOptions options)
    {
        this.process = process;
        this.options = options;
        process.ErrorDataReceived += (_, line) => lastError = line.Data ?? lastError;
        process.BeginErrorReadLine();
        // A thread of its own: it has to hear the answer also where searches hold all others.
        new Thread(Listen) { IsBackground = true, Name = $"cp-sat {process.Id}" }.Start();
    }

    public int ProcessId => process.Id;

    public bool IsFit
    {
        get { lock (gate) return end is null; }
    }

    /// <summary>It has done its share and goes in good standing.</summary>
    public bool IsWorn
    {
        get
        {
            try
            {
                process.Refresh();
                return solves >= options.SolvesBeforeRecycling || process.WorkingSet64 >= options.ResidentMegabytesBeforeRecycling * 1024L * 1024;
            }
            catch (InvalidOperationException)
            {
                return true; // it has just ended
            }
        }
    }

    /// <returns>Null where it cannot be started; <paramref name="reason"/> says why.</returns>
    public static CpSatWorker? Start(CpSatPoolOptions options, out string reason)
    {
        reason = "";
        if (!File.Exists(options.Script))
        {
            reason = $"the solver's worker {options.Script} is not there; build it with 'npm ci --ignore-scripts && npm run build -w src/solver'";
            return null;
        }
        string[] arguments = ["--max-old-space-size=256", options.Script, "--memory-megabytes", $"{options.MemoryMegabytes}"];
        try
        {
            var process = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
            return new(process, options);
        }
        catch (Win32Exception fault)
        {
            reason = $"Node.js cannot be started, which the solver's worker needs (version 20 or newer): {fault.Message}";
            return null;
        }
    }

    public async Task<CpSatAnswer> SolveAsync(ReadOnlyMemory<byte> model, ReadOnlyMemory<byte> parameters, CpSatDeadline deadline, Action<CpSatProgress>? progress)
    {
        if (!await deadline.WaitAsync(ready.Task))
        {
            if (Stopwatch.GetElapsedTime(started) > options.StartsWithin) End($"it did not start within {options.StartsWithin.TotalSeconds:0.#} s");
            return new CpSatAnswer.None(EndedFor() ?? "the solver's worker was still starting when time was up");
        }

        var pending = new Pending(++solves, progress);
        lock (gate)
        {
            if (end is not null) return new CpSatAnswer.None(end);
            current = pending;
        }
        // Not waited for: a worker that stands still does not read, and a model is larger than a pipe.
        _ = Task.Run(() => Send(WorkerFrames.Solve(pending.Id, deadline.Left, progress is not null, parameters.Span, model.Span)));
        if (!await deadline.WaitAsync(pending.Answer.Task))
        {
            if (deadline.IsCancelled) _ = Task.Run(() => Send(WorkerFrames.Cancel(pending.Id)));
            await Task.WhenAny(pending.Answer.Task, Task.Delay(options.Grace, CancellationToken.None));
            if (!pending.Answer.Task.IsCompleted) End($"it did not answer within {options.Grace.TotalSeconds:0.#} s after its time was up");
        }
        return await pending.Answer.Task;
    }

    /// <summary>It holds nothing that is worth waiting for, and one that hangs would not hear anything else.</summary>
    public void Dispose()
    {
        End("it was stopped");
        process.WaitForExit(TimeSpan.FromSeconds(1));
        process.Dispose();
    }

    private void Listen()
    {
        try
        {
            while (WorkerFrames.Read(process.StandardOutput.BaseStream) is { } report) Take(report);
            End("it ended");
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or ObjectDisposedException)
        {
            End($"it sent {fault.Message}");
        }
    }

    private void Take(WorkerReport report)
    {
        switch (report)
        {
            case WorkerReport.Ready:
                ready.TrySetResult();
                break;
            case WorkerReport.Progress told when About(told.Id) is { Progress: { } hear } pending:
                try
                {
                    hear(new(double.IsNaN(told.Objective) ? null : told.Objective, told.Bound));
                }
                catch (Exception fault)
                {
                    pending.Answer.TrySetException(fault); // the listener's own, so it gets it back
                    End($"who listened to it failed: {fault.Message}");
                }
                break;
            case WorkerReport.Answer told when About(told.Id) is { } pending:
                pending.Answer.TrySetResult(new CpSatAnswer.Response(WithoutTimes(told.Response)));
                break;
            case WorkerReport.Failed told:
                End(told.Reason);
                break;
        }
    }

    /// <exception cref="InvalidDataException">It is no response.</exception>
    private static byte[] WithoutTimes(byte[] response)
    {
        try
        {
            var read = CpSolverResponse.Parser.ParseFrom(response);
            (read.WallTime, read.UserTime) = (0, 0);
            return read.ToByteArray();
        }
        catch (InvalidProtocolBufferException fault)
        {
            throw new InvalidDataException($"what is no response: {fault.Message}", fault);
        }
    }

    private Pending? About(uint id)
    {
        lock (gate) return current is { } pending && pending.Id == id ? pending : null;
    }

    private void Send(byte[] frame)
    {
        try
        {
            lock (process)
            {
                process.StandardInput.BaseStream.Write(frame);
                process.StandardInput.BaseStream.Flush();
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException or InvalidOperationException)
        {
            End($"it does not listen: {fault.Message}");
        }
    }

    private void End(string reason)
    {
        Pending? waiting;
        lock (gate)
        {
            end ??= $"the solver's worker: {reason}{(lastError is { } line ? $" ({line})" : "")}";
            waiting = current;
        }
        waiting?.Answer.TrySetResult(new CpSatAnswer.None(end));
        ready.TrySetResult();
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended, or has been disposed of: there is nothing to kill.
        }
    }

    private string? EndedFor()
    {
        lock (gate) return end;
    }
}
