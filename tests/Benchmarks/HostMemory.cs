using System.Globalization;
using DigitalTwin.Acceptance.Processes;

namespace DigitalTwin.Benchmarks;

/// <summary>What a host has in memory.</summary>
internal static class HostMemory
{
    public static long ResidentBytes(HostProcess host) => long.Parse(
        File.ReadLines($"/proc/{host.Running.Id}/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) * 1024;

    public static async Task<double> HeapBytesAsync(HostProcess host)
    {
        var metrics = await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        return metrics.Split('\n').Where(line => line.StartsWith("dotnet_gc_last_collection_heap_size_bytes{", StringComparison.Ordinal))
            .Sum(line => double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture));
    }
}
