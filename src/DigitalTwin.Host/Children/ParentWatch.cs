using System.Globalization;

namespace DigitalTwin.Host.Children;

/// <summary>
/// Ends the host when the <c>dotnet run</c> that started it is gone, also when that was killed and could tell nobody.
/// A host started any other way (a service manager, a shell that is closed later) has no such parent and is left alone.
/// </summary>
public sealed class ParentWatch(IHostApplicationLifetime lifetime, ILogger<ParentWatch> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>Nobody waits for the end of this host any more; what it has acknowledged is on disk, so it may also fall.</summary>
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        int parent = ParentId();
        if (!IsDotnetRun(parent))
            return;
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (ParentId() == parent)
                continue;
            log.LogWarning("dotnet run is gone; the host ends with it.");
            new Thread(FallLater) { IsBackground = true }.Start();
            lifetime.StopApplication();
            return;
        }
    }

    // A thread of its own: it has to come to its turn also where the pool is stuck.
    private static void FallLater()
    {
        Thread.Sleep(EndWithin);
        Environment.Exit(1);
    }

    private static bool IsDotnetRun(int process)
    {
        try
        {
            string[] words = File.ReadAllText($"/proc/{process}/cmdline").Split('\0');
            return words.Length > 1 && Path.GetFileName(words[0]) == "dotnet" && words.Contains("run");
        }
        catch (IOException)
        {
            return false;
        }
    }

    // /proc/self/stat: "pid (name) state ppid …"; the name may hold anything, also a bracket.
    private static int ParentId()
    {
        string stat = File.ReadAllText("/proc/self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }
}
