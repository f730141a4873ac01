using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Historian.Tests;

/// <summary>Samples that say from their sequence alone what they have to be.</summary>
internal static class Made
{
    public static readonly DateTimeOffset T0 = new(2026, 3, 1, 23, 58, 0, TimeSpan.Zero);

    public static readonly string[] Signals = ["plant.a.line.cell1.vibration", "plant.a.line.cell1.temperature", "plant.a.line.cell1.vehicle"];

    /// <summary>So small that a test sees many segments and files.</summary>
    public static HistorianOptions SmallFiles { get; } = new(RowsPerSegment: 4_000, MostSegmentsWaiting: 3, TimeSpan.FromHours(1), "256MB");

    /// <summary>Ten milliseconds of plant time a sample, the signals in turn; every seventh is not Good, every third signal a text.</summary>
    public static Sample SampleOf(ulong sequence)
    {
        var signal = Signals[sequence % 3];
        var status = sequence % 7 == 0 ? 0x8000_0000u : 0u;
        var at = T0.AddMilliseconds(10 * (double)sequence);
        return sequence % 3 == 2
            ? new(signal, double.NaN, $"vehicle-with-a-long-name-{sequence}", status, at, at.AddSeconds(1), sequence)
            : new(signal, sequence, null, status, at, at.AddSeconds(1), sequence);
    }

    public static Sample[] Samples(ulong first, int count) => [.. Enumerable.Range(0, count).Select(i => SampleOf(first + (ulong)i))];

    public static async Task<List<Sample>> AllOf(SampleHistory history)
    {
        var all = new List<Sample>();
        foreach (var signal in Signals) all.AddRange(await history.ReadAsync(signal, DateTimeOffset.UnixEpoch, T0.AddYears(10)));
        return [.. all.OrderBy(sample => sample.Sequence)];
    }
}
