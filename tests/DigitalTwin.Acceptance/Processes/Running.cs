using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace DigitalTwin.Acceptance.Processes;

/// <summary>A real process, with all it prints; killed with its children when the test is over.</summary>
public sealed class Running : IDisposable
{
    private readonly Process process;
    private readonly ConcurrentQueue<string> output = new();
    private readonly ConcurrentQueue<string> errors = new();

    private Running(Process process) => this.process = process;

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public IReadOnlyList<string> Output => [.. output];

    public string Everything => string.Join('\n', output.Concat(errors));

    public string Errors => string.Join('\n', errors);

    public static Running Dotnet(string assembly, params IEnumerable<string> arguments) => Start("dotnet", [assembly, .. arguments]);

    public static Running Node(string script, params IEnumerable<string> arguments) => Start("node", [script, .. arguments]);

    public static Running Start(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Checkout.Root };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var running = new Running(new Process { StartInfo = start });
        running.process.OutputDataReceived += (_, line) => Keep(running.output, line.Data);
        running.process.ErrorDataReceived += (_, line) => Keep(running.errors, line.Data);
        running.process.Start();
        running.process.BeginOutputReadLine();
        running.process.BeginErrorReadLine();
        return running;
    }

    public async Task<int> ExitAsync(TimeSpan within)
    {
        using var limit = new CancellationTokenSource(within);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} did not end within {within.TotalSeconds} s. It said:\n{Everything}");
        }

        return process.ExitCode;
    }

    /// <summary>The JSON line by which a part says that it is ready.</summary>
    public async Task<JsonElement> ReadyAsync(TimeSpan within)
    {
        JsonElement ready = default;
        await Wait.UntilAsync(() =>
        {
            if (output.FirstOrDefault(candidate => candidate.StartsWith('{')) is not { } line)
                return HasExited ? throw new InvalidOperationException($"It ended before it was ready:\n{Everything}") : false;
            ready = JsonSerializer.Deserialize<JsonElement>(line);
            return true;
        }, within, () => $"a ready line of {string.Join(' ', process.StartInfo.ArgumentList)}; it said:\n{Everything}");
        return ready;
    }

    public void WriteLine(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
    }

    public void CloseInput() => process.StandardInput.Close();

    public void Kill() => Signal(Id, "KILL");

    public void Interrupt() => Signal(Id, "INT");

    public static void Signal(int processId, string signal)
    {
        using Process kill = Process.Start("kill", ["-" + signal, processId.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Ids of this process's children and theirs.</summary>
    public IReadOnlyList<int> Descendants() => [.. DescendantsOf(Id)];

    public static bool IsAlive(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            foreach (int child in Descendants())
                Signal(child, "KILL");
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        process.Dispose();
    }

    private static IEnumerable<int> DescendantsOf(int parent)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(folder, "stat"));
            }
            catch (IOException)
            {
                continue;
            }

            if (int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) != parent)
                continue;
            int child = int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);
            yield return child;
            foreach (int below in DescendantsOf(child))
                yield return below;
        }
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
            lines.Enqueue(line);
    }
}
