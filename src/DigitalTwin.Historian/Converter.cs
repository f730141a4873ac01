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
    /// <summary>Merging the running day spares whoever asks about it some waiting; it may not make samples wait. So it begins only while conversion needs less than this share of the time.</summary>
    private const double BusiestForMerging = 0.25;

    private readonly string folder;
    private readonly DuckDatabase database;
    private readonly SampleFiles files;
    private readonly SegmentLog log;
    private readonly Shelf shelf;
    private readonly Upkeep upkeep;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim converting = new(1);
    private readonly SemaphoreSlim merging = new(1);
    private readonly SemaphoreSlim closed = new(0);
    private readonly SemaphoreSlim converted = new(0);
    private readonly CancellationTokenSource stop = new();
    private readonly Task background;
    private long lastEnded;
    private double busy;   // share of the time since the conversion before; read by the other loop

    public Converter(
        string folder, DuckDatabase database, SampleFiles files, SegmentLog log, Shelf shelf, Upkeep upkeep, HistorianOptions options, TimeProvider time, Action<string> report)
    {
        (this.folder, this.database, this.files, this.log, this.shelf, this.upkeep, this.time) = (folder, database, files, log, shelf, upkeep, time);
        lastEnded = time.GetTimestamp();
        background = Task.WhenAll(
            Task.Run(() => RepeatAsync(ConvertAsync, closed, options.RetryAfter, why => report($"Samples could not be written to Parquet files and stay in their segment files: {why}"))),
            Task.Run(() => RepeatAsync(MergeWhatIsDueAsync, converted, options.RetryAfter, why => report($"The files of a day could not be merged and stay as they are: {why}"))));
    }

    /// <summary>A segment has been closed.</summary>
    public void Wake() => closed.Release();

    /// <returns>Rows moved.</returns>
    public Task<long> ConvertAsync(CancellationToken cancellation) => AloneAsync(converting, () =>
    {
        var moved = 0L;
        while (!cancellation.IsCancellationRequested && shelf.Now.Segments is [{ IsClosed: true } oldest, ..])
        {
            var began = time.GetTimestamp();
            Convert(oldest);
            var ended = time.GetTimestamp();
            Volatile.Write(ref busy, (double)(ended - began) / Math.Max(1, ended - lastEnded));
            lastEnded = ended;
            moved += oldest.Rows;
            converted.Release();
        }
        return Task.FromResult(moved);
    }, cancellation);

    /// <summary>Merges what there is to merge, of running days too.</summary>
    /// <returns>Merges made.</returns>
    public Task<int> MergeAsync(CancellationToken cancellation) => MergeAsync(() => true, cancellation);

    /// <returns>Files let go of.</returns>
    public Task<int> RetainAsync(Retention retention, DateOnly today, CancellationToken cancellation) => AloneAsync(merging, () => upkeep.RetainAsync(retention, today), cancellation);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await background;
        await converting.WaitAsync();
        await merging.WaitAsync();
        foreach (var its in (SemaphoreSlim[])[converting, merging, closed, converted]) its.Dispose();
        stop.Dispose();
    }

    private Task<int> MergeWhatIsDueAsync(CancellationToken cancellation) => MergeAsync(() => Volatile.Read(ref busy) < BusiestForMerging, cancellation);

    private Task<int> MergeAsync(Func<bool> runningToo, CancellationToken cancellation) => AloneAsync(merging, async () =>
    {
        var merges = 0;
        while (shelf.Now.Segments is not [{ IsClosed: true }, ..] && (await upkeep.MergeAsync(cancellation) || (runningToo() && await upkeep.MergeRunningAsync(cancellation)))) merges++;
        return merges;
    }, cancellation);

    /// <summary>Segments are converted one by one, and files exchanged one after the other; the two go side by side.</summary>
    private static async Task<T> AloneAsync<T>(SemaphoreSlim turn, Func<Task<T>> work, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            return await Task.Run(work, cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task RepeatAsync<T>(Func<CancellationToken, Task<T>> work, SemaphoreSlim wake, TimeSpan retryAfter, Action<string> report)
    {
        try
        {
            while (true)
            {
                try
                {
                    await work(stop.Token);
                    await wake.WaitAsync(stop.Token);
                }
                catch (Exception e) when (e is DuckDbException or IOException or UnauthorizedAccessException)
                {
                    report(e.Message);
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
        var frames = segment.Frames();
        var added = frames.Sum(frame => frame.Rows) == 0 ? [] : Written(segment, frames);
        shelf.Commit(folder, before => before.After(frames) with { Converted = segment.Number, Files = [.. before.Files, .. added] });
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
