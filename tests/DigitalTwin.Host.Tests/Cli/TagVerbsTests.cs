using System.Diagnostics;
using DigitalTwin.Cli.Output;

namespace DigitalTwin.Host.Tests.Cli;

public sealed class TagVerbsTests(ContractHost host) : IClassFixture<ContractHost>, IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder folder = new();

    private string File => Path.Combine(folder.Path, "robot.csv");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Newest_values_are_a_table_with_age_and_what_was_never_seen_is_a_dash()
    {
        var run = await host.Twin("tag", "read", Recorded.Robot);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"/api/v1/tags?scope={Recorded.Robot}", host.Asked);
        Assert.Matches(@"vibration +3\.4 +mm/s +stale +2026-01-05T09:39:00Z +61\.0 s", run.Lines[1]);
        Assert.Matches(@"program +– +– +stale +– +–", run.Lines[2]);
        Assert.Equal(2, (await host.Twin("tag", "read", "-o", "jsonl")).Lines.Count);
    }

    [Fact]
    public async Task A_trend_draws_extremes_and_leaves_a_gap_empty()
    {
        var run = await host.Twin("tag", "trend", "gap", "--from", "2026-01-05T09:00Z", "--to", "2026-01-05T10:00Z");
        Assert.Equal(0, run.ExitCode);
        string[] chart = run.Output.Split('\n')[1..10];
        // The second point reaches from the lowest to the highest, from it to the third there is nothing.
        Assert.All(chart[..8], line => Assert.Equal('█', line[2 + 36]));
        Assert.All(chart[..8], line => Assert.Equal(new string(' ', 34), line.PadRight(90)[(2 + 37)..(2 + 71)]));
        Assert.Equal('!', chart[8][2 + 36]);
        Assert.Contains(new string('g', 34), chart[8], StringComparison.Ordinal);
        Assert.EndsWith("  9", chart[0].TrimEnd(), StringComparison.Ordinal);
        Assert.Contains("max 9 at 2026-01-05T09:30:00.000Z", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 gap, the longest of 1799 s, 75.0 % good", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trend_as_a_table_has_a_line_for_each_point()
    {
        var run = await host.Twin("tag", "trend", "gap", "--from", "2026-01-05T09:00Z", "--to", "2026-01-05T10:00Z", "--csv");
        Assert.Equal("signal,time,last,min,max,mean,unit,quality,samples,good,gapSeconds", run.Lines[0]);
        Assert.Equal($"{Recorded.Robot}.vibration,2026-01-05T09:30:00.000Z,9,1,9,2,mm/s,bad,900,0.5,", run.Lines[2]);
        Assert.Equal($"{Recorded.Robot}.vibration,2026-01-05T09:59:59.000Z,5,5,5,5,mm/s,uncertain,1,0,1799", run.Lines[3]);
    }

    [Fact]
    public void A_flat_series_is_drawn_in_the_middle_and_a_series_without_numbers_not_at_all()
    {
        var flat = TrendChart.Draw([new(0, 7, 7, 7, "good", false), new(0.9, 7, 7, 7, "good", false)], 4, 4);
        Assert.Equal(["      7", "▄▄▄▄", "    ", "      7", "    "], flat);
        var none = TrendChart.Draw([new(0.5, null, null, null, "bad", false)], 4, 2);
        Assert.Equal(["      –", "      –", "  ! "], none);
    }

    [Fact]
    public async Task An_export_is_a_file_when_it_is_whole()
    {
        var run = await host.Twin("tag", "export", Recorded.Robot, File);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(Recorded.Export, await System.IO.File.ReadAllTextAsync(File));
        Assert.Equal([File], Directory.GetFiles(folder.Path));
        Assert.Equal(Recorded.Export, (await host.Twin("tag", "export", Recorded.Robot)).Output);
    }

    [Fact]
    public async Task A_file_that_ends_with_parquet_is_one()
    {
        var run = await host.Twin("tag", "export", Recorded.Robot, $"{File}.parquet");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("0.0 MB in", run.Errors, StringComparison.Ordinal);
        Assert.Equal("PAR1\n\nPAR1", await System.IO.File.ReadAllTextAsync($"{File}.parquet"));
        Assert.StartsWith("signal,", (await host.Twin("tag", "export", Recorded.Robot, "--format", "csv")).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await host.Twin("tag", "export", Recorded.Robot, "--format", "xlsx")).ExitCode);
    }

    [Fact]
    public async Task An_export_that_breaks_leaves_the_file_of_before()
    {
        await System.IO.File.WriteAllTextAsync(File, "of before");
        var run = await host.Twin("tag", "export", "breaks", File);
        Assert.Equal(7, run.ExitCode);
        Assert.Equal("of before", await System.IO.File.ReadAllTextAsync(File));
        Assert.Equal([File], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task An_export_that_is_stopped_leaves_no_half_file()
    {
        using var twin = TwinProcess.Start("tag", "export", "hangs", File, "--url", host.Url);
        using var bound = new CancellationTokenSource(Bound);
        while (!System.IO.File.Exists($"{File}.part")) await Task.Delay(20, bound.Token);
        using (var interrupt = Process.Start("kill", ["-INT", $"{twin.Id}"])) await interrupt.WaitForExitAsync(bound.Token);
        await twin.WaitForExitAsync(bound.Token);
        Assert.Equal(1, twin.ExitCode);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
