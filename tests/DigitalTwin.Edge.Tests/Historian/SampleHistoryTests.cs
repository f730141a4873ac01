using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian;

namespace DigitalTwin.Edge.Tests.Historian;

public sealed class SampleHistoryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private SampleHistory Open() => SampleHistory.Open(folder.Path, TimeProvider.System, Made.SmallFiles);

    [Fact]
    public async Task What_is_stored_comes_back_as_it_was_after_a_restart()
    {
        await using (var history = Open()) await history.AppendAsync(Made.Samples(1, 5_000), "b", 5_000);

        await using var again = Open();
        Assert.Equal(Made.Samples(1, 5_000), await Made.AllOf(again));
        Assert.Equal(5_000ul, again.StoredSequence("b"));
    }

    [Fact]
    public async Task A_sample_sent_again_is_stored_once_and_counted()
    {
        await using var history = Open();
        await history.AppendAsync(Made.Samples(1, 100), "b", 100);
        await history.AppendAsync(Made.Samples(51, 100), "b", 150);

        Assert.Equal(Made.Samples(1, 150), await Made.AllOf(history));
        Assert.Equal((150, 50), history.Counts);
    }

    [Fact]
    public async Task Sequences_of_two_gateway_buffers_do_not_meet()
    {
        await using var history = Open();
        await Task.WhenAll(history.AppendAsync(Made.Samples(1, 10), "one", 10), history.AppendAsync(Made.Samples(1, 10), "two", 10));

        Assert.Equal(20, (await Made.AllOf(history)).Count);
        Assert.Equal((10ul, 10ul, 0ul), (history.StoredSequence("one"), history.StoredSequence("two"), history.StoredSequence("three")));
    }

    [Fact]
    public async Task A_gap_at_the_end_of_a_batch_is_part_of_what_is_stored()
    {
        await using (var history = Open()) await history.AppendAsync(Array.Empty<Sample>(), "b", 7);

        await using var again = Open();
        Assert.Equal(7ul, again.StoredSequence("b"));
    }

    [Fact]
    public async Task Moving_rows_to_files_neither_loses_nor_doubles_any()
    {
        await using (var history = Open())
        {
            await history.AppendAsync(Made.Samples(1, 30_000), "b", 30_000);   // five minutes across midnight
            Assert.InRange(await history.CompactAsync(), 20_000, 29_997);
            await history.AppendAsync(Made.Samples(30_001, 1_000), "b", 31_000);
            Assert.Equal(Made.Samples(1, 31_000), await Made.AllOf(history));
        }

        var names = Directory.GetFiles(Path.Combine(folder.Path, "samples")).Select(Path.GetFileName).ToList();
        Assert.Contains(names, name => name!.StartsWith("2026-03-01", StringComparison.Ordinal));
        Assert.Contains(names, name => name!.StartsWith("2026-03-02", StringComparison.Ordinal));
        await using var again = Open();
        Assert.Equal(Made.Samples(1, 31_000), await Made.AllOf(again));
    }

    [Fact]
    public async Task Moving_rows_while_samples_arrive_neither_loses_nor_doubles_any()
    {
        await using var history = Open();
        var appending = Task.Run(async () =>
        {
            for (var first = 1ul; first < 60_000; first += 500) await history.AppendAsync(Made.Samples(first, 500), "b", first + 499);
        });
        var moved = 0L;
        while (!appending.IsCompleted) moved += await history.CompactAsync();
        await appending;

        Assert.True(moved > 0);
        Assert.Equal(Made.Samples(1, 60_000), await Made.AllOf(history));
    }

    [Fact]
    public async Task A_file_that_was_not_committed_is_removed_at_start()
    {
        var samples = Path.Combine(folder.Path, "samples");
        await using (var history = Open()) await history.AppendAsync(Made.Samples(1, 10), "b", 10);
        File.WriteAllText(Path.Combine(samples, "2026-03-01-left-over.parquet"), "no parquet");
        File.WriteAllText(Path.Combine(samples, "2026-03-01-left-over.parquet.new"), "no parquet");

        await using var again = Open();
        Assert.Empty(Directory.GetFiles(samples));
        Assert.Equal(10, (await Made.AllOf(again)).Count);
    }

    [Fact]
    public async Task A_missing_file_is_named_at_start()
    {
        await using (var history = Open())
        {
            await history.AppendAsync(Made.Samples(1, 30_000), "b", 30_000);
            await history.CompactAsync();
        }
        var file = Directory.GetFiles(Path.Combine(folder.Path, "samples"))[0];
        File.Delete(file);

        Assert.Contains(Path.GetFileName(file), Assert.ThrowsAny<Exception>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_newest_sample_of_each_signal_is_known_however_old_it_is()
    {
        await using var history = Open();
        var old = new Sample("plant.a.line.cell1.retired", 4, null, 0, Made.T0.AddDays(-40), Made.T0, 1);
        await history.AppendAsync(new[] { old }, "other", 1);
        await history.AppendAsync(Made.Samples(1, 30_000), "b", 30_000);
        await history.CompactAsync();

        var newest = await history.NewestAsync();
        Assert.Equal([old, .. Made.Samples(29_998, 3)], newest.OrderBy(sample => sample.SourceTime));
    }

    [Fact]
    public async Task Rows_of_the_future_of_a_plant_that_was_set_back_hold_up_nothing()
    {
        await using var history = Open();
        var ahead = Made.Samples(1, 3_000).Select(sample => sample with { SourceTime = sample.SourceTime.AddHours(5) }).ToArray();
        await history.AppendAsync(ahead, "before", 3_000);
        await history.AppendAsync(Made.Samples(1, 30_000), "b", 30_000);

        Assert.InRange(await history.CompactAsync(), 20_000, 27_000);   // the last 30 s of the plant, 3,000 rows, stay at hand
        Assert.Equal(Made.Samples(29_998, 3), (await history.NewestAsync()).OrderBy(sample => sample.SourceTime));
    }

    [Fact]
    public async Task Of_two_samples_of_the_same_moment_the_later_sequence_is_the_newest()
    {
        await using var history = Open();
        var first = Made.SampleOf(3);
        await history.AppendAsync(new[] { first, first with { Number = 8, Sequence = 4 } }, "b", 4);

        Assert.Equal(8, Assert.Single(await history.NewestAsync()).Number);
    }
}
