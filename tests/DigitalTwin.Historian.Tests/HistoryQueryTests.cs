using DigitalTwin.Domain.Plant;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.Historian.Tests;

public sealed class HistoryQueryTests
{
    private const string Signal = "plant.a.line.cell1.vibration";

    [Fact]
    public async Task Few_samples_come_as_they_are()
    {
        using var folder = new TemporaryFolder();
        await using var history = SampleHistory.Open(folder.Path, TimeProvider.System, Made.SmallFiles);
        await history.AppendAsync(Made.Samples(1, 30), "b", 30);

        var series = await history.HistoryAsync(Made.Signals, Made.T0, Made.T0.AddDays(1), 100);

        Assert.Equal(Made.Signals, series.Select(one => one.Signal));
        Assert.All(series, one => Assert.Equal(10, one.Raw));
        var expected = Made.Samples(1, 30).Where(sample => sample.Signal == Signal)
            .Select(sample => new HistoryPoint(sample.SourceTime, sample.Number, sample.Number, sample.Number, null, sample.Quality, 1));
        Assert.Equal(expected, series[0].Points);
        Assert.Equal("vehicle-with-a-long-name-2", series[2].Points[0].Text);
    }

    [Fact]
    public async Task A_signal_without_history_has_no_points()
    {
        using var folder = new TemporaryFolder();
        await using var history = SampleHistory.Open(folder.Path, TimeProvider.System);
        var series = Assert.Single(await history.HistoryAsync(["'; DROP TABLE samples; --"], Made.T0, Made.T0.AddDays(1), 10));
        Assert.Equal((0, 0), (series.Raw, series.Points.Count));
    }

    /// <summary>Against a plain reading of the same samples, most of them in files, late ones among them.</summary>
    [Fact]
    public void A_bucket_keeps_extremes_newest_value_worst_quality_and_count()
    {
        using var folder = new TemporaryFolder();
        var run = 0;
        Prop.ForAll(Walks().ToArbitrary(), walk =>
        {
            var path = Path.Combine(folder.Path, $"{run++}");
            using var done = new ManualResetEventSlim();
            return HoldsAsync(path, walk).GetAwaiter().GetResult();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    private static Gen<(int Second, int Value, int Status)[]> Walks() =>
        (from second in Gen.Choose(0, 200)
         from value in Gen.Choose(-50, 50)
         from status in Gen.Frequency((8, Gen.Constant(0)), (1, Gen.Constant(1)), (1, Gen.Constant(2)))
         select (second, value, status)).ArrayOf().Where(walk => walk.Length > 0);

    private static async Task<bool> HoldsAsync(string path, (int Second, int Value, int Status)[] walk)
    {
        var options = Made.SmallFiles with { RowsPerSegment = 7, MostSegmentsWaiting = 100 };
        await using var history = SampleHistory.Open(path, TimeProvider.System, options);
        var samples = walk.Select((row, i) => new Sample(
            Signal, row.Value, null, (uint)row.Status << 30, Made.T0.AddSeconds(row.Second), Made.T0, (ulong)i + 1)).ToArray();
        foreach (var few in samples.Chunk(3)) await history.AppendAsync(few, "b", few[^1].Sequence);
        await history.ConvertAsync();

        const int points = 5;
        var (from, to) = (Made.T0.AddSeconds(20), Made.T0.AddSeconds(170));
        var series = Assert.Single(await history.HistoryAsync([Signal], from, to, points));
        var inside = samples.Where(sample => sample.SourceTime >= from && sample.SourceTime < to)
            .OrderBy(sample => sample.SourceTime).ThenBy(sample => sample.Sequence).ToList();
        var groups = inside.Count <= points
            ? inside.Select(sample => new[] { sample })
            : inside.GroupBy(sample => (int)((sample.SourceTime - from).TotalSeconds / 30)).Select(bucket => bucket.ToArray());
        var expected = groups.Select(bucket => new HistoryPoint(
            bucket[^1].SourceTime, bucket[^1].Number, bucket.Min(sample => sample.Number), bucket.Max(sample => sample.Number), null,
            bucket.Max(sample => sample.Quality), bucket.Length));
        Assert.Equal(inside.Count, series.Raw);
        Assert.Equal(expected, series.Points);
        return true;
    }
}
