using System.Collections.Concurrent;
using System.Globalization;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Engine;
using DigitalTwin.Historian.Files;
using DigitalTwin.Historian.Segments;

namespace DigitalTwin.Historian;

/// <summary>
/// Questions over files and segments as they stood at one moment. Rows of segments that a question is about are lent to DuckDB as a table
/// that goes with the question. Only numbers and names that the historian itself has made go into the text of a statement.
/// </summary>
internal sealed class HistoryReader(DuckDatabase database, SignalNumbers numbers, SampleFiles files, Shelf shelf) : IAsyncDisposable
{
    /// <summary>More would only take turns on the cores, and from ingest.</summary>
    private const int MostAtOnce = 2;

    /// <summary>About so many samples are sorted and held at once: what is asked for is bounded in points, not in samples.</summary>
    private const int MostSorted = 2_000_000;

    private readonly SemaphoreSlim turns = new(MostAtOnce);
    private readonly ConcurrentBag<DuckConnection> idle = [];

    public Task<IReadOnlyList<SignalHistory>> HistoryAsync(
        IReadOnlyList<string> signals, DateTimeOffset from, DateTimeOffset to, int points, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(to, from);
        return AskAsync(connection =>
        {
            var asked = signals.Select(numbers.Find).OfType<uint>().Distinct().ToList();
            var (start, end) = (Micros.Of(from), Micros.Of(to));
            var width = Math.Max(1, (end - start + points - 1) / points);
            var found = new Dictionary<uint, Decimation>();
            if (Tier.All.LastOrDefault(tier => 2 * tier.Width <= 3 * width) is { } tier)   // not fewer than half of the points asked for
            {
                foreach (var (signal, seen) in FromTier(connection, asked, start, end, width, tier))
                    if (seen.Count > points && !seen.IsInterleaved) found[signal] = seen;   // the others are read sample by sample
            }
            var single = asked.Where(signal => !found.ContainsKey(signal)).ToList();
            foreach (var (signal, seen) in FromSamples(connection, single, start, end, width, points)) found[signal] = seen;
            return (IReadOnlyList<SignalHistory>)[.. signals.Select(id =>
                numbers.Find(id) is { } number && found[number] is { Count: > 0 } seen ? new SignalHistory(id, seen.Count, seen.Points()) : new(id, 0, []))];
        }, cancellation);
    }

    public Task<IReadOnlyList<Sample>> NewestAsync(CancellationToken cancellation) => Task.Run(() =>
    {
        var now = shelf.Now;
        return (IReadOnlyList<Sample>)[.. now.Checkpoint.After(now.Segments.SelectMany(segment => segment.Frames())).Newest.Values];
    }, cancellation);

    public Task<IReadOnlyList<Sample>> ReadAsync(IReadOnlyCollection<string> signals, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellation) => AskAsync(connection =>
    {
        uint[] asked = [.. signals.Select(numbers.Find).OfType<uint>().Distinct()];
        if (asked.Length == 0) return (IReadOnlyList<Sample>)[];
        using var result = connection.Query($"""
            SELECT signal, number, text, status, source_time, server_time, sequence
            FROM {Window(connection, asked, from, to)} ORDER BY signal, source_time, sequence
            """);
        var samples = new List<Sample>();
        while (result.Read()) samples.Add(ReadSample(result));
        return samples;
    }, cancellation);

    /// <summary>Writes every sample of some signals in a window to a Parquet file, by signal in the order of their names, then source time and sequence.</summary>
    /// <param name="signals">With their units.</param>
    /// <param name="path">Of the file; one that is there is replaced.</param>
    /// <returns>Samples written.</returns>
    public Task<long> ExportAsync(IReadOnlyDictionary<string, string?> signals, DateTimeOffset from, DateTimeOffset to, string path, CancellationToken cancellation) => AskAsync(connection =>
    {
        var asked = new List<uint>();
        connection.Execute("CREATE TEMP TABLE names(signal UINTEGER, id VARCHAR, unit VARCHAR)");
        foreach (var (id, unit) in signals)
        {
            if (numbers.Find(id) is not { } number) continue;
            asked.Add(number);
            connection.Execute("INSERT INTO names VALUES (?, ?, NULLIF(?, ''))", (long)number, id, unit ?? "");
        }
        if (asked.Count == 0) connection.Execute(SampleAppender.CreateTable("lent"));
        var window = asked.Count == 0 ? "lent" : Window(connection, asked, from, to);   // a file without rows has its columns still
        return connection.Execute($"""
            COPY (
                SELECT id AS signal, {Utc("source_time")} AS time, number AS value, text, unit,
                    CASE status >> 30 WHEN 0 THEN 'good' WHEN 1 THEN 'uncertain' ELSE 'bad' END AS quality, status, {Utc("server_time")} AS server_time
                FROM {window} JOIN names USING (signal) ORDER BY id, source_time, sequence)
            TO '{path.Replace("'", "''", StringComparison.Ordinal)}' (FORMAT parquet, COMPRESSION zstd)
            """);
    }, cancellation);

    /// <summary>Marked as UTC in the file, so that no reader takes it for local time.</summary>
    private static string Utc(string time) => $"{time} AT TIME ZONE 'UTC'";

    /// <summary>Ends when every question has that was asked before, and may have read files that count no more.</summary>
    public async Task PassAsync()
    {
        for (var i = 0; i < MostAtOnce; i++) await turns.WaitAsync();
        turns.Release(MostAtOnce);
    }

    public async ValueTask DisposeAsync()
    {
        for (var i = 0; i < MostAtOnce; i++) await turns.WaitAsync();   // those who are still asking come to their end
        foreach (var connection in idle) connection.Dispose();
        turns.Dispose();
    }

    private async Task<T> AskAsync<T>(Func<DuckConnection, T> ask, CancellationToken cancellation)
    {
        await turns.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() =>
            {
                if (!idle.TryTake(out var connection)) connection = database.Connect();
                try
                {
                    using var interrupting = cancellation.Register(connection.Interrupt);
                    return connection.InTransaction(() => ask(connection), undo: true);
                }
                catch (DuckDbException) when (cancellation.IsCancellationRequested)
                {
                    throw new OperationCanceledException(cancellation);
                }
                finally
                {
                    idle.Add(connection);
                }
            }, cancellation);
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>The rows of some signals in a window, as a table expression over each file and the segments that reach into the window.</summary>
    private string Window(DuckConnection connection, IReadOnlyCollection<uint> signals, DateTimeOffset from, DateTimeOffset to)
    {
        var (start, end) = (Micros.Of(from), Micros.Of(to));
        var now = shelf.Now;
        Lend(connection, signals, start, end, now.Segments);
        var names = Readable.Of(now.Checkpoint.Files, start, end, null).Where(batch => batch.Tier is null).SelectMany(batch => batch.Names).ToList();
        var where = string.Create(CultureInfo.InvariantCulture,
            $"signal IN ({string.Join(',', signals)}) AND source_time >= make_timestamp({start}) AND source_time < make_timestamp({end})");
        return names.Count == 0 ? "lent" : $"(SELECT * FROM lent UNION ALL SELECT * FROM read_parquet({files.Quoted(names)}) WHERE {where})";
    }

    private void Lend(DuckConnection connection, IEnumerable<uint> signals, long start, long end, IEnumerable<Segment> segments)
    {
        connection.Execute(SampleAppender.CreateTable("lent"));
        var asked = signals.ToDictionary(signal => signal, numbers.IdOf);
        using var appender = new SampleAppender(connection);
        appender.Begin("lent");
        foreach (var frame in Reaching(segments, start, end))
        {
            var signalOf = frame.Signals;
            var timeOf = frame.SourceTimes;
            for (var row = 0; row < frame.Rows; row++)
                if (timeOf[row] >= start && timeOf[row] < end && asked.TryGetValue(signalOf[row], out var id)) appender.Add(signalOf[row], frame.SampleAt(row, id));
        }
        appender.Flush();
    }

    /// <summary>
    /// From points of a tier, and from what lies only in segments. Buckets are whole multiples of the tier at whole multiples of their width in
    /// time, so that they stay what they are when the window moves; the first and the last may reach out of it by a part of the tier.
    /// </summary>
    private Dictionary<uint, Decimation> FromTier(DuckConnection connection, List<uint> signals, long start, long end, long width, Tier tier)
    {
        width = Micros.Up(width, tier.Width);
        (start, end) = (Micros.Down(start, tier.Width), Micros.Up(end, tier.Width));
        var first = Micros.Down(start, width);
        var buckets = (int)((end - first + width - 1) / width);
        var found = signals.ToDictionary(signal => signal, _ => new Decimation(first, width, buckets, most: 0));
        var now = shelf.Now;
        foreach (var batch in Readable.Of(now.Checkpoint.Files, start, end, tier)) Read(connection, batch, found, start, end);
        foreach (var frame in Reaching(now.Segments, start, end))
        {
            var signalOf = frame.Signals;
            var timeOf = frame.SourceTimes;
            for (var row = 0; row < frame.Rows; row++)
                if (timeOf[row] >= start && timeOf[row] < end && found.TryGetValue(signalOf[row], out var seen))
                {
                    var sample = frame.SampleAt(row, "");
                    seen.Add(HistoryPoint.Of(timeOf[row], sample.Number, sample.Text, sample.Quality));
                }
        }
        return found;
    }

    /// <summary>From the samples in order of time; where they have been let go of, from the finest points that are left.</summary>
    private Dictionary<uint, Decimation> FromSamples(DuckConnection connection, List<uint> signals, long start, long end, long width, int points)
    {
        var found = signals.ToDictionary(signal => signal, _ => new Decimation(start, width, points, most: points));
        if (signals.Count == 0) return found;
        var now = shelf.Now;
        foreach (var batch in Readable.Of(now.Checkpoint.Files, start, end, null).Where(batch => batch.Tier is not null)) Read(connection, batch, found, start, end);
        var window = Window(connection, signals, Micros.ToTime(start), Micros.ToTime(end));
        var slices = 1 + CountOf(connection, window) / MostSorted;
        for (var slice = 0; slice < slices; slice++)
        {
            using var rows = connection.Query(string.Create(CultureInfo.InvariantCulture, $"""
                SELECT {SinglePoint} FROM {window}
                WHERE source_time >= make_timestamp({start + (end - start) / slices * slice}) AND source_time < make_timestamp({(slice + 1 < slices ? start + (end - start) / slices * (slice + 1) : end)})
                ORDER BY signal, source_time, sequence
                """));
            while (rows.Read()) found[rows.UInt32(0)].Add(ReadSinglePoint(rows));
        }
        return found;
    }

    private static long CountOf(DuckConnection connection, string rows)
    {
        using var result = connection.Query($"SELECT count(*) FROM {rows}");
        result.Read();
        return result.Int64(0);
    }

    private void Read(DuckConnection connection, Readable batch, Dictionary<uint, Decimation> found, long start, long end)
    {
        var (columns, time) = batch.Tier is null ? (SinglePoint, "source_time") : (TierAppender.Columns, "first_time");
        using var rows = connection.Query(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT {columns} FROM read_parquet({files.Quoted(batch.Names)})
            WHERE signal IN ({string.Join(',', found.Keys)}) AND {time} >= make_timestamp({start}) AND {time} < make_timestamp({end})
            """));
        var (signal, seen) = (0u, (Decimation?)null);
        while (rows.Read())
        {
            if (seen is null || rows.UInt32(0) != signal) (signal, seen) = (rows.UInt32(0), found[rows.UInt32(0)]);   // by signal, so it seldom changes
            seen.Add(batch.Tier is null ? ReadSinglePoint(rows) : TierAppender.Read(rows));
        }
    }

    private static IEnumerable<Frame> Reaching(IEnumerable<Segment> segments, long start, long end) =>
        segments.SelectMany(segment => segment.Frames()).Where(frame => frame.Latest >= start && frame.Earliest < end);

    /// <summary>The columns of a sample that <see cref="ReadSinglePoint"/> takes.</summary>
    public const string SinglePoint = "signal, number, text, status, source_time";

    public static HistoryPoint ReadSinglePoint(DuckResult row) =>
        HistoryPoint.Of(row.Int64(4), row.NumberOrNaN(1), row.Text(2), (Quality)Math.Min(row.UInt32(3) >> 30, 2));

    private Sample ReadSample(DuckResult row) => new(
        numbers.IdOf(row.UInt32(0)), row.Number(1) ?? double.NaN, row.Text(2), row.UInt32(3), row.Time(4), row.Time(5), row.UInt64(6));
}
