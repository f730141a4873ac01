using System.Globalization;
using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Historian;

/// <summary>
/// Moves older rows from the hot table to Parquet files, one UTC day and a bounded number of rows a step. A step is one transaction over
/// one snapshot: copy the rows to a temporary file, sync and rename it, enter it in <c>files</c>, delete the same rows, commit. Before the
/// commit the rows count in the table, after it in the file. The newest row of each signal stays, so a restart reads the table alone.
/// </summary>
internal sealed class Compactor : IAsyncDisposable
{
    /// <summary>Rows that came late for a day that has moved: below so many they wait in the table, where they are found as well.</summary>
    private const int FewestLateRows = 1_000;

    /// <summary>Rows that a reader of one signal has to decode at least. Larger groups pack a little better.</summary>
    private const int RowsPerGroup = 20_480;

    /// <summary>Some seconds of a plant: few enough to be quick, many enough that no signal with a wrong clock is in the middle.</summary>
    private const int RowsThatTellTheTime = 1_000;

    private const string Movable = $"samples s JOIN {SampleHistory.Newest} newest ON s.signal = newest.signal AND s.rowid < newest.last";

    private readonly DuckDatabase database;
    private readonly SampleFiles files;
    private readonly HistorianOptions options;
    private readonly Func<CancellationToken, Task> checkpoint;
    private readonly SemaphoreSlim oneAtATime = new(1);
    private readonly CancellationTokenSource stop = new();
    private readonly Task background;

    /// <param name="checkpoint">Gives the room of the rows that were moved back, in the table and in its log.</param>
    public Compactor(
        DuckDatabase database, SampleFiles files, HistorianOptions options, Func<CancellationToken, Task> checkpoint, TimeProvider time, Action<string> report)
    {
        (this.database, this.files, this.options, this.checkpoint) = (database, files, options, checkpoint);
        background = Task.Run(async () =>
        {
            using var timer = new PeriodicTimer(options.CompactEvery, time);
            try
            {
                while (await timer.WaitForNextTickAsync(stop.Token)) await TryCompactAsync(report);
            }
            catch (OperationCanceledException)
            {
            }
        });
    }

    public async Task<long> CompactAsync(CancellationToken cancellation)
    {
        await oneAtATime.WaitAsync(cancellation);
        try
        {
            using var connection = database.Connect();
            var moved = 0L;
            while (!cancellation.IsCancellationRequested && await Task.Run(() => Step(connection), cancellation) is > 0 and var rows)
            {
                moved += rows;
                await checkpoint(cancellation);
            }
            return moved;
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
        stop.Dispose();
    }

    private async Task TryCompactAsync(Action<string> report)
    {
        try
        {
            await CompactAsync(stop.Token);
        }
        catch (Exception e) when (e is DuckDbException or IOException or UnauthorizedAccessException)
        {
            report($"Samples could not be moved to Parquet files and stay in the hot table: {e.Message}");
        }
    }

    /// <returns>Rows moved; 0 when there is nothing to do.</returns>
    private long Step(DuckConnection connection)
    {
        string? temporary = null;
        try
        {
            return connection.InTransaction(() =>
            {
                if (Next(connection) is not { } piece) return 0;
                var name = SampleFiles.NewName(Micros.ToTime(piece.From));
                temporary = name + ".new";
                var where = string.Create(CultureInfo.InvariantCulture,
                    $"s.source_time >= make_timestamp({piece.From}) AND s.source_time <= make_timestamp({piece.To})");
                var copied = connection.Execute($"""
                    COPY (SELECT s.* FROM {Movable} WHERE {where} ORDER BY s.signal, s.source_time, s.sequence)
                    TO {files.Quoted(temporary)} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {RowsPerGroup})
                    """);
                files.Publish(temporary, name);
                temporary = null;   // from here on the commit decides; a file that it does not name is removed at start
                connection.Execute("INSERT INTO files VALUES (?, make_timestamp(?), make_timestamp(?), ?)", name, piece.From, piece.To, copied);
                var deleted = connection.Execute($"""
                    DELETE FROM samples AS s USING {SampleHistory.Newest} AS newest
                    WHERE s.signal = newest.signal AND s.rowid < newest.last AND {where}
                    """);
                if (copied != deleted) throw new DuckDbException($"{copied} rows were copied and {deleted} deleted; nothing is moved");
                return copied;
            });
        }
        catch
        {
            if (temporary is not null) files.Delete(temporary);
            throw;
        }
    }

    /// <summary>The oldest day with enough rows to move, cut to the size of a file. Both ends belong to it.</summary>
    private (long From, long To)? Next(DuckConnection connection)
    {
        if (Cutoff(connection) is not { } cutoff) return null;
        using var days = connection.Query($"""
            SELECT epoch_us(date_trunc('day', s.source_time)) AS day, count(*) AS rows, epoch_us(min(s.source_time)), epoch_us(max(s.source_time))
            FROM {Movable} WHERE s.source_time < make_timestamp(?) GROUP BY day
            HAVING rows >= CASE WHEN day + 86400000000 <= ? THEN ? ELSE ? END ORDER BY day LIMIT 1
            """, cutoff, cutoff, (long)Math.Min(FewestLateRows, options.FewestRowsPerFile), (long)options.FewestRowsPerFile);
        if (!days.Read()) return null;
        var (rows, from, to) = (days.Int64(1), days.Int64(2), days.Int64(3));
        if (rows <= options.RowsPerFile) return (from, to);
        using var cut = connection.Query($"""
            SELECT epoch_us(quantile_disc(s.source_time, {((double)options.RowsPerFile / rows).ToString("R", CultureInfo.InvariantCulture)}))
            FROM {Movable} WHERE s.source_time BETWEEN make_timestamp(?) AND make_timestamp(?)
            """, from, to);
        cut.Read();
        return (from, cut.Int64(0));
    }

    /// <summary>
    /// Rows older than this (µs of plant time) may move; null for an empty table. The hot window ends at the middle one of the times that
    /// came last: rows of the future (a signal whose clock is wrong, a plant that was set back) do not shift it.
    /// </summary>
    private long? Cutoff(DuckConnection connection)
    {
        using var hot = connection.Query($"""
            SELECT (SELECT count(*) FROM samples), epoch_us(quantile_disc(source_time, 0.5))
            FROM samples WHERE rowid > (SELECT max(rowid) FROM samples) - {RowsThatTellTheTime}
            """);
        hot.Read();
        var rows = hot.Int64(0);
        if (rows == 0) return null;
        var byAge = hot.Int64(1) - (long)options.HotWindow.TotalMicroseconds;
        if (rows <= options.MostHotRows) return byAge;
        var over = ((double)(rows - options.MostHotRows) / rows).ToString("R", CultureInfo.InvariantCulture);
        using var bySize = connection.Query($"SELECT epoch_us(quantile_disc(source_time, {over})) FROM samples");
        bySize.Read();
        return Math.Max(byAge, bySize.Int64(0));
    }
}
