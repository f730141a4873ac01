using System.Globalization;
using DigitalTwin.Historian.Engine;
using DigitalTwin.Historian.Files;
using DigitalTwin.Historian.Segments;

namespace DigitalTwin.Historian;

/// <summary>
/// Turns closed segments into Parquet files, one by one and in order, a file for each UTC day of plant time in the segment. The files are
/// synced and read back; then the checkpoint that names them is replaced, and from that moment the rows are in the files; then the
/// segment is deleted. A kill between any two of these steps leaves each row in one of the two, and the next start finds out in which.
/// </summary>
internal sealed class Converter : IAsyncDisposable
{
    private readonly string folder;
    private readonly DuckDatabase database;
    private readonly SampleFiles files;
    private readonly SegmentLog log;
    private readonly Shelf shelf;
    private readonly Upkeep upkeep;
    private readonly SemaphoreSlim oneAtATime = new(1);
    private readonly SemaphoreSlim closed = new(0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task background;

    public Converter(
        string folder, DuckDatabase database, SampleFiles files, SegmentLog log, Shelf shelf, Upkeep upkeep, HistorianOptions options, TimeProvider time, Action<string> report)
    {
        (this.folder, this.database, this.files, this.log, this.shelf, this.upkeep) = (folder, database, files, log, shelf, upkeep);
        background = Task.Run(() => RunAsync(options.RetryAfter, time, report));
    }

    /// <summary>A segment has been closed.</summary>
    public void Wake() => closed.Release();

    /// <returns>Rows moved.</returns>
    public Task<long> ConvertAsync(CancellationToken cancellation) => AloneAsync(() =>
    {
        var moved = 0L;
        while (!cancellation.IsCancellationRequested && shelf.Now.Segments is [{ IsClosed: true } oldest, ..])
        {
            Convert(oldest);
            moved += oldest.Rows;
        }
        return Task.FromResult(moved);
    }, cancellation);

    /// <summary>Merges days that are over, so long as no segment waits.</summary>
    /// <returns>Days merged.</returns>
    public Task<int> MergeAsync(CancellationToken cancellation) => AloneAsync(async () =>
    {
        var days = 0;
        while (shelf.Now.Segments is not [{ IsClosed: true }, ..] && await upkeep.MergeAsync(cancellation)) days++;
        return days;
    }, cancellation);

    /// <returns>Files let go of.</returns>
    public Task<int> RetainAsync(Retention retention, DateOnly today, CancellationToken cancellation) => AloneAsync(() => upkeep.RetainAsync(retention, today), cancellation);

    /// <summary>All that changes which files count goes one by one.</summary>
    private async Task<T> AloneAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        await oneAtATime.WaitAsync(cancellation);
        try
        {
            return await Task.Run(work, cancellation);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await background;
        await oneAtATime.WaitAsync();
        oneAtATime.Dispose();
        closed.Dispose();
        stop.Dispose();
    }

    private async Task RunAsync(TimeSpan retryAfter, TimeProvider time, Action<string> report)
    {
        try
        {
            while (true)
            {
                try
                {
                    await ConvertAsync(stop.Token);
                    await MergeAsync(stop.Token);
                    await closed.WaitAsync(stop.Token);
                }
                catch (Exception e) when (e is DuckDbException or IOException or UnauthorizedAccessException)
                {
                    report(shelf.Now.Segments is [{ IsClosed: true }, ..]
                        ? $"Samples could not be written to Parquet files and stay in their segment files: {e.Message}"
                        : $"The files of a day could not be merged and stay as they are: {e.Message}");
                    await Task.Delay(retryAfter, time, stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Convert(Segment segment)
    {
        var before = shelf.Now.Checkpoint;
        var frames = segment.Frames();
        var added = frames.Sum(frame => frame.Rows) == 0 ? [] : Written(segment, frames);
        var after = before.After(frames) with { Converted = segment.Number, Files = [.. before.Files, .. added] };
        after.Write(folder);   // the commit
        shelf.Replace(after);
        log.Remove(segment);
    }

    private List<SampleFile> Written(Segment segment, IReadOnlyList<Frame> frames)
    {
        using var connection = database.Connect();
        connection.Execute(SampleAppender.CreateTable("rows"));
        try
        {
            using (var appender = new SampleAppender(connection))
            {
                appender.Begin("rows");
                foreach (var frame in frames)
                    for (var row = 0; row < frame.Rows; row++) appender.Add(frame.Signals[row], frame.SampleAt(row, ""));
                appender.Flush();
            }
            return [.. Days(connection).SelectMany(day => Written(connection, segment, day))];
        }
        finally
        {
            connection.Execute("DROP TABLE rows");
        }
    }

    private static List<(DateTimeOffset Start, long Earliest, long Latest)> Days(DuckConnection connection)
    {
        using var result = connection.Query("""
            SELECT date_trunc('day', source_time) AS day, epoch_us(min(source_time)), epoch_us(max(source_time)) FROM rows GROUP BY day ORDER BY day
            """);
        var days = new List<(DateTimeOffset, long, long)>();
        while (result.Read()) days.Add((result.Time(0), result.Int64(1), result.Int64(2)));
        return days;
    }

    /// <summary>The file of a day's samples, and one of each tier made from it.</summary>
    private List<SampleFile> Written(DuckConnection connection, Segment segment, (DateTimeOffset Start, long Earliest, long Latest) day)
    {
        var name = new FileName(DateOnly.FromDateTime(day.Start.UtcDateTime), segment.Number, null, null);
        var rows = string.Create(CultureInfo.InvariantCulture,
            $"rows WHERE source_time >= make_timestamp({day.Earliest}) AND source_time <= make_timestamp({day.Latest})");
        return new DayFiles(connection, files).Write(name, rows);
    }
}
