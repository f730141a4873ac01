using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Historian.Tests;

public sealed class SampleHistoryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Samples => Path.Combine(folder.Path, "samples");
    private string Segments => Path.Combine(folder.Path, "segments");

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
            await AppendAsync(history, 1, 30_000);   // five minutes across midnight
            await history.ConvertAsync();
            Assert.Single(Directory.GetFiles(Segments));
            await AppendAsync(history, 30_001, 1_000);
            Assert.Equal(Made.Samples(1, 31_000), await Made.AllOf(history));
        }

        var names = Directory.GetFiles(Samples).Select(Path.GetFileName).ToList();
        Assert.Contains(names, name => name!.StartsWith("2026-03-01", StringComparison.Ordinal));
        Assert.Contains(names, name => name!.StartsWith("2026-03-02", StringComparison.Ordinal));
        await using var again = Open();
        Assert.Equal(Made.Samples(1, 31_000), await Made.AllOf(again));
    }

    [Fact]
    public async Task Moving_rows_while_samples_arrive_neither_loses_nor_doubles_any()
    {
        await using var history = Open();
        var appending = AppendAsync(history, 1, 60_000);
        while (!appending.IsCompleted)
        {
            var seen = await history.ReadAsync(Made.Signals[1], DateTimeOffset.UnixEpoch, Made.T0.AddYears(10));
            Assert.True(seen.Select((sample, i) => sample.Sequence == 3 * (ulong)i + 1).All(isNext => isNext));
        }
        await appending;
        await history.ConvertAsync();

        Assert.NotEmpty(Directory.GetFiles(Samples));
        Assert.Equal(Made.Samples(1, 60_000), await Made.AllOf(history));
    }

    /// <summary>The folder as a kill leaves it at each step of a conversion: the file is there, the checkpoint is there, the segment is gone.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_conversion_killed_between_its_steps_neither_loses_nor_doubles_any_row(bool withCheckpoint)
    {
        using var before = new TemporaryFolder();
        await using (var history = Open()) await AppendAsync(history, 1, 3_000);   // less than a segment: not converted until the next start
        foreach (var path in Directory.GetFiles(Segments)) File.Copy(path, Path.Combine(before.Path, Path.GetFileName(path)));

        await using (var history = Open()) await history.ConvertAsync();
        Assert.NotEmpty(Directory.GetFiles(Samples));
        foreach (var path in Directory.GetFiles(before.Path)) File.Copy(path, Path.Combine(Segments, Path.GetFileName(path)), overwrite: true);
        if (!withCheckpoint) File.Delete(Path.Combine(folder.Path, "checkpoint"));

        await using var again = Open();
        Assert.Equal(Made.Samples(1, 3_000), await Made.AllOf(again));
        await again.ConvertAsync();
        Assert.Equal(Made.Samples(1, 3_000), await Made.AllOf(again));
        Assert.Equal(3_000ul, again.StoredSequence("b"));
    }

    [Fact]
    public async Task A_file_that_is_none_of_ours_is_left_alone_and_told_of()
    {
        Directory.CreateDirectory(Samples);
        var foreign = Path.Combine(Samples, "somebody's notes.parquet");
        File.WriteAllText(foreign, "no parquet");
        File.WriteAllText(Path.Combine(Samples, "2026-03-01-0000000007.parquet.new"), "half a file");
        var told = new List<string>();
        await using var history = SampleHistory.Open(folder.Path, TimeProvider.System, Made.SmallFiles, told.Add);

        Assert.Equal([foreign], Directory.GetFiles(Samples));
        Assert.Contains(foreign, Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_refused_with_what_to_do()
    {
        await using (var history = Open())
        {
            await AppendAsync(history, 1, 9_000);
            await history.ConvertAsync();
        }
        var checkpoint = Path.Combine(folder.Path, "checkpoint");
        var bytes = File.ReadAllBytes(checkpoint);
        bytes[^9] ^= 4;
        File.WriteAllBytes(checkpoint, bytes);

        Assert.Contains("Put the folder back from a copy", Assert.Throws<IOException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_process_is_kept_out_and_told_why()
    {
        await using var history = Open();
        Assert.Contains("End the process that has it open", Assert.Throws<IOException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_history_of_an_earlier_version_is_refused_and_not_touched()
    {
        Directory.CreateDirectory(Samples);
        File.WriteAllText(Path.Combine(folder.Path, "hot.duckdb"), "");
        File.WriteAllText(Path.Combine(Samples, "2026-03-01-0190.parquet"), "");
        Assert.Contains("earlier version", Assert.Throws<IOException>(Open).Message, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(Samples));
    }

    /// <summary>Files cannot be written, so segments pile up: after a few of them the historian takes in no more, and goes on when they can be.</summary>
    [Fact]
    public async Task Segments_that_cannot_be_converted_hold_back_what_comes_after_them()
    {
        var faults = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var history = SampleHistory.Open(folder.Path, TimeProvider.System, Made.SmallFiles, fault => faults.TrySetResult(fault));
        Directory.Delete(Samples);
        var appending = AppendAsync(history, 1, 40_000);
        Assert.Contains("stay in their segment files", await faults.Task.WaitAsync(TimeSpan.FromSeconds(30)), StringComparison.Ordinal);
        while (history.Counts.Stored < 16_000) await Task.Yield();   // three segments that wait, one too many, and none after it
        Assert.False(appending.IsCompleted);

        Directory.CreateDirectory(Samples);
        while (!appending.IsCompleted) await history.ConvertAsync();
        await appending;
        Assert.Equal(Made.Samples(1, 40_000), await Made.AllOf(history));
    }

    [Fact]
    public async Task A_missing_file_is_named_at_start()
    {
        await using (var history = Open())
        {
            await AppendAsync(history, 1, 30_000);
            await history.ConvertAsync();
        }
        var file = Directory.GetFiles(Samples)[0];
        File.Delete(file);

        Assert.Contains(Path.GetFileName(file), Assert.ThrowsAny<Exception>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_newest_sample_of_each_signal_is_known_however_old_it_is()
    {
        await using var history = Open();
        var old = new Sample("plant.a.line.cell1.retired", 4, null, 0, Made.T0.AddDays(-40), Made.T0, 1);
        await history.AppendAsync(new[] { old }, "other", 1);
        await AppendAsync(history, 1, 30_000);
        await history.ConvertAsync();

        var newest = await history.NewestAsync();
        Assert.Equal([old, .. Made.Samples(29_998, 3)], newest.OrderBy(sample => sample.SourceTime));
    }

    [Fact]
    public async Task A_plant_that_was_set_back_has_the_newest_sample_that_came_last()
    {
        await using (var history = Open())
        {
            var ahead = Made.Samples(1, 3_000).Select(sample => sample with { SourceTime = sample.SourceTime.AddHours(5) }).ToArray();
            await history.AppendAsync(ahead, "before", 3_000);
            await AppendAsync(history, 1, 30_000);
            await history.ConvertAsync();
        }
        await using var again = Open();
        Assert.Equal(Made.Samples(29_998, 3), (await again.NewestAsync()).OrderBy(sample => sample.SourceTime));
    }

    [Fact]
    public async Task Of_two_samples_of_the_same_moment_the_later_sequence_is_the_newest()
    {
        await using var history = Open();
        var first = Made.SampleOf(3);
        await history.AppendAsync(new[] { first, first with { Number = 8, Sequence = 4 } }, "b", 4);

        Assert.Equal(8, Assert.Single(await history.NewestAsync()).Number);
    }

    private static async Task AppendAsync(SampleHistory history, ulong first, int count)
    {
        foreach (var batch in Made.Samples(first, count).Chunk(500)) await history.AppendAsync(batch, "b", batch[^1].Sequence);
    }
}
