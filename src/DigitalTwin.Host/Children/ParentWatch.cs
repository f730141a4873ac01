using System.Globalization;

namespace DigitalTwin.Host.Children;

/// <summary>Who started this process, and whether that was <c>dotnet run</c>.</summary>
public sealed record ParentProcess(int Id, bool IsDotnetRun)
{
    public static ParentProcess Now()
    {
        int id = CurrentId();
        try
        {
            string[] words = File.ReadAllText($"/proc/{id}/cmdline").Split('\0');
            return new(id, words.Length > 1 && Path.GetFileName(words[0]) == "dotnet" && words.Contains("run"));
        }
        catch (IOException)
        {
            return new(id, false);
        }
    }

    // /proc/self/stat: "pid (name) state ppid …"; the name may hold anything, also a bracket.
    internal static int CurrentId()
    {
        string stat = File.ReadAllText("/proc/self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }
}

/// <summary>
/// Ends the host when the <c>dotnet run</c> that started it is gone, also when that was killed and could tell nobody.
/// A host started any other way (a service manager, a shell that is closed later) has no such parent and is left alone.
/// </summary>
public sealed class ParentWatch(ParentProcess parent, IHostApplicationLifetime lifetime, ILogger<ParentWatch> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);

    /// <summary>Nobody waits for the end of this host any more; what it has acknowledged is on disk, so it may also fall.</summary>
    private static readonly TimeSpan EndWithin = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!parent.IsDotnetRun)
            return;
        using var timer = new PeriodicTimer(Period);
        while (ParentProcess.CurrentId() == parent.Id)
            await timer.WaitForNextTickAsync(stoppingToken);
        log.LogWarning("dotnet run is gone; the host ends with it.");
        new Thread(FallLater) { IsBackground = true }.Start();
        lifetime.StopApplication();
    }

    // A thread of its own: it has to come to its turn also where the pool is stuck.
    private static void FallLater()
    {
        Thread.Sleep(EndWithin);
        Environment.Exit(1);
    }
}
