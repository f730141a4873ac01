using System.Diagnostics;
using System.Text.Json;
using DigitalTwin.Host.Startup;

namespace DigitalTwin.Host.Children;

/// <summary>
/// One process that this host started and that ends with it: the child watches its standard input, which closes whatever
/// way the host ends. When it ends by itself it is started again, after a pause that grows while it keeps failing.
/// </summary>
public sealed class ChildProcess(string name, string file, string logFolder, ILogger log)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Healthy = TimeSpan.FromSeconds(60);

    /// <summary>Our children end within 0.9 s. Node.js itself can hang for ever in its exit (nodejs/node#54918, seen here under load), after the child has done all it had to.</summary>
    private static readonly TimeSpan StopWait = TimeSpan.FromSeconds(1.5);

    // Exit codes by which our own programs say that they refuse to start. Anything else (a signal, a crash) is worth another attempt.
    private const int Failed = 1;
    private const int BadOptions = 2;

    /// <summary>A port may still be held for a moment by a process that was killed.</summary>
    private const int Attempts = 3;

    private int refusals;
    private bool wasReady;
    private string? lastError;

    /// <summary>Runs the child until cancelled; calls <paramref name="ready"/> with each ready line it prints.</summary>
    /// <param name="arguments">Asked anew for each start, so that a port once given is kept.</param>
    /// <exception cref="StartupException">It has never started and goes on refusing (a busy port, a wrong file): more attempts would end the same way. The message is its own.</exception>
    public async Task RunAsync(Func<IEnumerable<string>> arguments, Action<JsonElement> ready, CancellationToken stop)
    {
        TimeSpan pause = FirstPause;
        while (!stop.IsCancellationRequested)
        {
            long started = Stopwatch.GetTimestamp();
            int exitCode = await RunOnceAsync(arguments(), line =>
            {
                wasReady = true;
                ready(line);
            }, stop);
            if (stop.IsCancellationRequested)
                return;
            if (!wasReady && (exitCode == BadOptions || exitCode == Failed && ++refusals == Attempts))
                throw new StartupException(exitCode, $"{name} cannot start: {lastError} Its log: {LogPath}");
            pause = Stopwatch.GetElapsedTime(started) > Healthy ? FirstPause : pause;
            try
            {
                await Task.Delay(pause, stop);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            log.LogWarning("{Child} had ended and is started again. Its log: {Log}", name, LogPath);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    private string LogPath => Path.Combine(logFolder, name + ".log");

    private async Task<int> RunOnceAsync(IEnumerable<string> arguments, Action<JsonElement> ready, CancellationToken stop)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        await using var lines = new StreamWriter(LogPath, append: true) { AutoFlush = true };
        process.ErrorDataReceived += (_, line) =>
        {
            lastError = line.Data ?? lastError;
            Write(lines, line.Data);
        };
        process.OutputDataReceived += (_, line) =>
        {
            Write(lines, line.Data);
            TakeReady(line.Data, ready);
        };
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        try
        {
            await process.WaitForExitAsync(stop);
        }
        catch (OperationCanceledException)
        {
            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(StopWait);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                log.LogWarning("{Child} did not end within {Wait:0.#} s of being asked; it is killed.", name, StopWait.TotalSeconds);
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        return process.HasExited ? process.ExitCode : 0;
    }

    // These run as handlers of the process's output, where an exception would end the host.
    private void TakeReady(string? line, Action<JsonElement> ready)
    {
        if (line is not ['{', ..])
            return;
        try
        {
            ready(JsonSerializer.Deserialize<JsonElement>(line));
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            log.LogWarning("{Child} said '{Line}', which is not a line that it is ready: {Reason}", name, line, fault.Message);
        }
    }

    private void Write(StreamWriter lines, string? line)
    {
        if (line is null)
            return;
        try
        {
            lock (lines)
                lines.WriteLine(line);
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            log.LogWarning("{Child}: {Line} (its log cannot be written: {Reason})", name, line, fault.Message);
        }
    }
}
