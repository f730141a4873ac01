using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Files;

namespace DigitalTwin.Historian.Tests;

/// <summary>Files of a day merged by class and area, and let go of.</summary>
public sealed class UpkeepTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private static readonly HistorianOptions Options = Made.SmallFiles with
    {
        ClassOf = signal => signal.EndsWith("vehicle", StringComparison.Ordinal) ? SignalClass.State : signal.EndsWith("vibration", StringComparison.Ordinal) ? SignalClass.Diagnostic : SignalClass.Telemetry,
        Retention = new(new(100, 100, 100), new(2, 4, 6), new(1, 1, 2)),
        RetryAfter = TimeSpan.FromDays(1),
    };

    public void Dispose() => folder.Dispose();

    private SampleHistory Open() => SampleHistory.Open(folder.Path, TimeProvider.System, Options);

    private string[] Files(string pattern) => [.. Directory.GetFiles(Path.Combine(folder.Path, "samples"), pattern).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Fact]
    public async Task A_day_that_is_over_becomes_one_file_for_each_class_and_area_and_its_points_stay()
    {
        await using var history = Open();
        await AppendAsync(history, 1, 36_000);   // two minutes of one day, four of the next
        await history.ConvertAsync();
        await history.MergeAsync();

        Assert.Equal(
            ["2026-03-01-0000000003-diagnostic-a.parquet", "2026-03-01-0000000003-state-a.parquet", "2026-03-01-0000000003-telemetry-a.parquet"],
            Files("2026-03-01*").Where(name => !name.Contains("m.", StringComparison.Ordinal)));
        Assert.Equal(9, Files("2026-03-01*").Length);
        Assert.Equal(Made.Samples(1, 36_000), await Made.AllOf(history));
        var points = (await history.HistoryAsync([Made.Signals[1]], Made.T0, Made.T0.AddMinutes(4), 4))[0].Points;
        Assert.Equal([2_000, 2_000, 2_000, 2_000], points.Select(point => point.Count));
        Assert.Equal([1, 6_001, 12_001, 18_001], points.Select(point => (int)point.First));
    }

    /// <summary>72 segments of one day, and one that is still open: 64 of them become one file in two steps, the other 8 one.</summary>
    [Fact]
    public async Task A_day_that_runs_has_few_files_however_many_segments_it_came_in()
    {
        await using var history = SampleHistory.Open(folder.Path, TimeProvider.System, Options with { RowsPerSegment = 500 });
        await AppendAsync(history, 12_000, 36_500);
        await history.ConvertAsync();
        await history.MergeAsync();

        Assert.Equal(["2026-03-02-0000000064-x2.parquet", "2026-03-02-0000000072-x1.parquet"], Files("2026-03-02*").Where(name => !name.Contains("m.", StringComparison.Ordinal)));
        Assert.Equal(6, Files("2026-03-02*").Length);
        Assert.Equal(Made.Samples(12_000, 36_500), await Made.AllOf(history));
        var points = (await history.HistoryAsync([Made.Signals[0]], Made.T0.AddMinutes(2), Made.T0.AddMinutes(8), 6))[0].Points;
        Assert.Equal([2_000, 2_000, 2_000, 2_000, 2_000, 2_000], points.Select(point => point.Count));
        Assert.Equal([12_000, 18_000, 24_000, 30_000, 36_000, 42_000], points.Select(point => (int)point.First));
    }

    /// <summary>Samples of two days, some of them late by up to minutes, come while files are made of them and merged, and the host is started anew now and then.</summary>
    [Fact]
    public async Task However_merging_and_late_samples_meet_each_question_has_each_sample_once()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var options = Options with { RowsPerSegment = 300 };
        var history = SampleHistory.Open(folder.Path, TimeProvider.System, options);
        try
        {
            var (expected, sequence, merges) = (new List<Sample>(), 0ul, 0);
            for (var step = 0; step < 60; step++)
            {
                var batch = Enumerable.Range(0, random.Next(50, 400)).Select(_ => Made.SampleOf(++sequence))
                    .Select(sample => random.Next(20) == 0 ? sample with { SourceTime = sample.SourceTime.AddSeconds(-random.Next(200)) } : sample with { SourceTime = sample.SourceTime.AddSeconds(60) }).ToArray();
                expected.AddRange(batch);
                await history.AppendAsync(batch, "b", sequence);
                switch (random.Next(12))
                {
                    case 0:
                        await history.DisposeAsync();
                        history = SampleHistory.Open(folder.Path, TimeProvider.System, options);
                        break;
                    case 1 or 2:
                        await history.ConvertAsync();
                        var asked = Made.AllOf(history);   // while files are exchanged
                        merges += await history.MergeAsync();
                        Assert.True(expected.SequenceEqual(await asked), $"seed {seed}, step {step}: a question during a merge");
                        break;
                }
                if (step % 20 != 19) continue;
                Assert.True(expected.SequenceEqual(await Made.AllOf(history)), $"seed {seed}, step {step}: the samples");
                foreach (var answer in await history.HistoryAsync(Made.Signals, Made.T0.AddHours(-1), Made.T0.AddHours(1), 120))
                    Assert.True(expected.Count(sample => sample.Signal == answer.Signal) == answer.Points.Sum(point => point.Count), $"seed {seed}, step {step}: the points of {answer.Signal}");
            }
            Assert.True(merges > 0, $"seed {seed}: nothing was merged, so nothing was shown");
        }
        finally
        {
            await history.DisposeAsync();
        }
    }

    [Fact]
    public async Task Late_samples_come_into_the_file_of_their_day()
    {
        await using var history = Open();
        await AppendAsync(history, 1, 36_000);
        await history.ConvertAsync();
        await history.MergeAsync();
        var late = new Sample(Made.Signals[1], -7, null, 0, Made.T0.AddSeconds(30.001), Made.T0.AddHours(1), 36_001);
        await history.AppendAsync(new[] { late }, "b", 36_001);
        foreach (var batch in Made.Samples(36_002, 24_000).Chunk(500)) await history.AppendAsync(batch, "b", batch[^1].Sequence);
        await history.ConvertAsync();
        await history.MergeAsync();

        Assert.Single(Files("2026-03-01*-telemetry-a.parquet"));
        Assert.NotEqual("2026-03-01-0000000003-telemetry-a.parquet", Files("2026-03-01*-telemetry-a.parquet")[0]);
        Assert.Equal("2026-03-01-0000000003-state-a.parquet", Files("2026-03-01*-state-a.parquet")[0]);
        Assert.Equal([.. Made.Samples(1, 36_000), late, .. Made.Samples(36_002, 24_000)], await Made.AllOf(history));
        Assert.Equal(-7, (await history.HistoryAsync([Made.Signals[1]], Made.T0, Made.T0.AddMinutes(4), 4))[0].Points[0].Min);
    }

    /// <summary>As a kill would: nothing is done after the step, and the next start finds the folder as it is then.</summary>
    [Theory]
    [InlineData("written down", 1)]
    [InlineData("written", 1)]
    [InlineData("committed", 1)]
    [InlineData("deleted one", 1)]
    [InlineData("deleted one", 4)]
    public Task A_merge_killed_at_any_step_neither_loses_nor_doubles_any_row(string step, int times) => KilledAsync(step, times, Options);

    /// <summary>The first merges are of the running days: 24 segments of the one, 48 of the other.</summary>
    [Theory]
    [InlineData("written down", 1)]
    [InlineData("written", 2)]
    [InlineData("committed", 3)]
    [InlineData("deleted one", 5)]
    public Task A_merge_of_a_running_day_killed_at_any_step_neither_loses_nor_doubles_any_row(string step, int times) => KilledAsync(step, times, Options with { RowsPerSegment = 500 });

    private async Task KilledAsync(string step, int times, HistorianOptions options)
    {
        var left = times;
        var killed = false;
        var trial = SampleHistory.Trial.None with
        {
            Reached = reached =>
            {
                if (killed || (reached == step && --left == 0))
                {
                    killed = true;
                    throw new IOException("killed");
                }
            },
        };
        await using (var history = SampleHistory.Open(folder.Path, options, trial))
        {
            await AppendAsync(history, 1, 36_000);
            await history.ConvertAsync();
            await Assert.ThrowsAsync<IOException>(async () =>
            {
                while (!killed) await history.MergeAsync();
                throw new IOException("in the background");
            });
        }

        await using var again = Open();
        Assert.Equal(Made.Samples(1, 36_000), await Made.AllOf(again));
        var points = (await again.HistoryAsync([Made.Signals[1]], Made.T0, Made.T0.AddMinutes(4), 4))[0];
        Assert.Equal(8_000, points.Raw);
        await again.ConvertAsync();
        await again.MergeAsync();
        Assert.Equal(9, Files("2026-03-01*").Length);
        Assert.Equal(Made.Samples(1, 36_000), await Made.AllOf(again));
    }

    [Fact]
    public async Task What_happened_is_kept_when_fine_detail_has_gone_and_points_stand_for_samples_that_have()
    {
        await using var history = Open();
        await AppendAsync(history, 1, 36_000);
        var later = Made.Samples(36_001, 36_000).Select(sample => sample with { SourceTime = sample.SourceTime.AddDays(3) }).ToArray();
        foreach (var batch in later.Chunk(500)) await history.AppendAsync(batch, "b", batch[^1].Sequence);
        await history.ConvertAsync();
        await history.MergeAsync();

        Assert.Equal(0, await history.RetainAsync(Made.T0.AddDays(-300)));   // a clock that is far behind loses nothing
        Assert.True(await history.RetainAsync(Made.T0.AddDays(3000)) > 0);   // nor does one far ahead: counted from the newest day
        Assert.Equal(["2026-03-01-0000000003-telemetry-a.15m.parquet", "2026-03-01-0000000003-telemetry-a.1m.parquet"], Files("2026-03-01*-telemetry-a*"));
        Assert.Equal(3, Files("2026-03-01*-state-a*").Length);
        Assert.Empty(Files("2026-03-01*-diagnostic-a*"));
        Assert.Equal(4_000, (await history.ReadAsync(Made.Signals[2], Made.T0, Made.T0.AddMinutes(2))).Count);
        // Asked for in seconds, it comes in minutes, since no more is left.
        var stood = (await history.HistoryAsync([Made.Signals[1]], Made.T0, Made.T0.AddMinutes(2), 120))[0];
        Assert.Equal((4_000, 2), (stood.Raw, stood.Points.Count));
    }

    private static async Task AppendAsync(SampleHistory history, ulong first, int count)
    {
        foreach (var batch in Made.Samples(first, count).Chunk(500)) await history.AppendAsync(batch, "b", batch[^1].Sequence);
    }
}
