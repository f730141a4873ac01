using System.Globalization;
using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Historian.Tests;

/// <summary>Appends for ever, while its segments turn into files, and says on standard output up to which sequence it has been told that all is durable.</summary>
internal static class AppendingProcess
{
    public const string Buffer = "buffer-1";
    private const int BatchSize = 700;

    public static async Task RunAsync(string folder)
    {
        await using var history = SampleHistory.Open(folder, TimeProvider.System, Made.SmallFiles);
        for (var next = history.StoredSequence(Buffer) + 1; ; next += BatchSize)
        {
            var batch = Enumerable.Range(0, BatchSize).Select(i => Made.SampleOf(next + (ulong)i)).ToArray();
            await history.AppendAsync(batch, Buffer, next + BatchSize - 1);
            Console.WriteLine((next + BatchSize - 1).ToString(CultureInfo.InvariantCulture));
        }
    }
}
