using System.Diagnostics;
using DigitalTwin.Planning.CpSat;

namespace DigitalTwin.Planning.Tests.CpSat;

/// <summary>This assembly as a process of its own: a planner in the middle of a solve, to be killed.</summary>
public static class PlannerProcess
{
    public static async Task Main()
    {
        // It ends with its input: whoever has started it is gone then, and nobody is left to kill it.
        _ = Task.Run(() =>
        {
            Console.In.ReadToEnd();
            Environment.Exit(0);
        });
        using var pool = RealPool.New();
        var solve = await pool.BusyAsync(TimeSpan.FromMinutes(2));
        Console.WriteLine(string.Join(' ', pool.ProcessIds));
        await solve;
    }

    internal static Process Start() =>
        Process.Start(new ProcessStartInfo("dotnet", [typeof(PlannerProcess).Assembly.Location]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
}
