using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Engine;
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
        var expected = Made.Samples(1, 30).Where(sample => sample.Signal == Signal).Select(sample => PointOf([sample]));
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

    /// <summary>Against a plain reading of the same samples, most of them in files, late ones among them, bucket by bucket.</summary>
    [Fact]
    public void A_bucket_keeps_extremes_ends_worst_quality_silence_and_counts()
    {
        using var folder = new TemporaryFolder();
        var run = 0;
        Prop.ForAll(Walks(200).ToArbitrary(), walk => HoldsAsync(Path.Combine(folder.Path, $"{run++}"), walk, Made.T0.AddSeconds(20), Made.T0.AddSeconds(170), TimeSpan.FromSeconds(30)).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    /// <summary>The same over hours: what the tiers say is what the samples say, also where late samples lie between those of an earlier file.</summary>
    [Theory]
    [InlineData(2)]    // from minutes
    [InlineData(30)]   // from quarters of an hour
    public void A_bucket_of_a_tier_is_the_one_of_its_samples(int minutes)
    {
        using var folder = new TemporaryFolder();
        var run = 0;
        var from = Made.T0.AddMinutes(-(Made.T0.Minute % minutes));
        Prop.ForAll(Walks(12 * 60 * minutes).ToArbitrary(), walk => HoldsAsync(Path.Combine(folder.Path, $"{run++}"), walk, from, from.AddMinutes(minutes * 8), TimeSpan.FromMinutes(minutes)).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    [Fact]
    public async Task A_day_of_a_signal_is_read_from_its_tiers_without_its_samples()
    {
        using var folder = new TemporaryFolder();
        await using var history = SampleHistory.Open(folder.Path, TimeProvider.System, Made.SmallFiles);
        await AppendAsync(history, [.. Enumerable.Range(0, 20_000).Select(second => new Sample(Signal, second % 100, null, 0, Made.T0.AddSeconds(second), Made.T0, (ulong)second + 1))], 500);
        await history.ConvertAsync();
        // Whoever reads a file of samples now fails.
        foreach (var path in Directory.GetFiles(Path.Combine(folder.Path, "samples")).Where(path => Path.GetFileName(path).Count(letter => letter == '.') == 1))
            File.WriteAllText(path, "no Parquet file");

        var series = Assert.Single(await history.HistoryAsync([Signal], Made.T0, Made.T0.AddHours(6), 360));
        Assert.Equal(20_000, series.Raw);
        Assert.Equal(334, series.Points.Count);
        Assert.All(series.Points.Take(333), point => Assert.Equal((60, 60, TimeSpan.FromSeconds(1)), (point.Count, point.Good, point.Silence)));
    }

    private static Gen<(int Second, int Value, int Status)[]> Walks(int seconds) =>
        (from second in Gen.Choose(0, seconds)
         from value in Gen.Choose(-50, 50)
         from status in Gen.Frequency((8, Gen.Constant(0)), (1, Gen.Constant(1)), (1, Gen.Constant(2)))
         select (second, value, status)).ArrayOf().Where(walk => walk.Length > 0);

    private static async Task<bool> HoldsAsync(string path, (int Second, int Value, int Status)[] walk, DateTimeOffset from, DateTimeOffset to, TimeSpan width)
    {
        var options = Made.SmallFiles with { RowsPerSegment = 7, MostSegmentsWaiting = 100 };
        await using var history = SampleHistory.Open(path, TimeProvider.System, options);
        var samples = walk.Select((row, i) => new Sample(
            Signal, row.Value, null, (uint)row.Status << 30, Made.T0.AddSeconds(row.Second), Made.T0, (ulong)i + 1)).ToArray();
        await AppendAsync(history, samples, 3);
        await history.ConvertAsync();

        var points = (int)((to - from) / width);
        var series = Assert.Single(await history.HistoryAsync([Signal], from, to, points));
        var inside = samples.Where(sample => sample.SourceTime >= from && sample.SourceTime < to)
            .OrderBy(sample => sample.SourceTime).ThenBy(sample => sample.Sequence).ToList();
        var groups = inside.Count <= points
            ? inside.Select(sample => new[] { sample })
            : inside.GroupBy(sample => (int)((sample.SourceTime - from) / width)).Select(bucket => bucket.ToArray());
        Assert.Equal(inside.Count, series.Raw);
        Assert.Equal(groups.Select(PointOf), series.Points);
        return true;
    }

    /// <param name="bucket">In order.</param>
    private static HistoryPoint PointOf(Sample[] bucket)
    {
        var numbers = bucket.Where(sample => !double.IsNaN(sample.Number)).Select(sample => sample.Number).DefaultIfEmpty(double.NaN).ToList();
        return new(
            Micros.Of(bucket[0].SourceTime), Micros.Of(bucket[^1].SourceTime), numbers[0], numbers[^1], numbers.Min(), numbers.Max(), double.IsNaN(numbers[0]) ? 0 : numbers.Sum(),
            bucket.LastOrDefault(sample => sample.Text is not null).Text, bucket.Max(sample => sample.Quality),
            bucket.Length, bucket.Count(sample => !double.IsNaN(sample.Number)), bucket.Count(sample => sample.Quality is Quality.Good),
            bucket.Zip(bucket.Skip(1), (one, next) => Micros.Of(next.SourceTime) - Micros.Of(one.SourceTime)).DefaultIfEmpty().Max());
    }

    private static async Task AppendAsync(SampleHistory history, Sample[] samples, int batch)
    {
        foreach (var few in samples.Chunk(batch)) await history.AppendAsync(few, "b", few[^1].Sequence);
    }
}
