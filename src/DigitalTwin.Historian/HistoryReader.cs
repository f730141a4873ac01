using System.Collections.Concurrent;
using System.Globalization;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Engine;
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

    private const string Severity = "CAST(least(status >> 30, 2) AS UINTEGER)";   // as Domain's Quality: 0 Good, 1 Uncertain, 2 Bad

    /// <summary>Orders by source time, then sequence, as one number: several times quicker than comparing pairs.</summary>
    private const string Newness = "CAST(epoch_us(source_time) AS HUGEINT) * 18446744073709551616 + sequence";

    private readonly SemaphoreSlim turns = new(MostAtOnce);
    private readonly ConcurrentBag<DuckConnection> idle = [];

    public Task<IReadOnlyList<SignalHistory>> HistoryAsync(
        IReadOnlyList<string> signals, DateTimeOffset from, DateTimeOffset to, int points, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(points, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(to, from);
        return AskAsync(connection =>
        {
            var found = new Dictionary<string, SignalHistory>(StringComparer.Ordinal);
            var asked = signals.Distinct(StringComparer.Ordinal).Select(numbers.Find).OfType<uint>().ToList();
            if (asked.Count > 0)
            {
                var rows = Window(connection, asked, from, to);
                var counts = Counts(connection, rows);
                Collect(connection, [.. counts.Where(signal => signal.Value <= points).Select(signal => signal.Key)], rows, counts, Samples, found);
                Collect(connection, [.. counts.Where(signal => signal.Value > points).Select(signal => signal.Key)], rows, counts, Buckets(from, to, points), found);
            }
            return (IReadOnlyList<SignalHistory>)[.. signals.Select(id => found.GetValueOrDefault(id) ?? new SignalHistory(id, 0, []))];
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
        var paths = now.Checkpoint.Files.Where(file => file.Latest >= start && file.Earliest < end).Select(file => files.Quoted(file.Name)).ToList();
        var where = string.Create(CultureInfo.InvariantCulture,
            $"signal IN ({string.Join(',', signals)}) AND source_time >= make_timestamp({start}) AND source_time < make_timestamp({end})");
        return paths.Count == 0 ? "lent" : $"(SELECT * FROM lent UNION ALL SELECT * FROM read_parquet([{string.Join(',', paths)}]) WHERE {where})";
    }

    private void Lend(DuckConnection connection, IEnumerable<uint> signals, long start, long end, IEnumerable<Segment> segments)
    {
        connection.Execute(SampleAppender.CreateTable("lent"));
        var asked = signals.ToDictionary(signal => signal, numbers.IdOf);
        using var appender = new SampleAppender(connection);
        appender.Begin("lent");
        foreach (var frame in segments.SelectMany(segment => segment.Frames()).Where(frame => frame.Latest >= start && frame.Earliest < end))
        {
            var signalOf = frame.Signals;
            var timeOf = frame.SourceTimes;
            for (var row = 0; row < frame.Rows; row++)
                if (timeOf[row] >= start && timeOf[row] < end && asked.TryGetValue(signalOf[row], out var id)) appender.Add(signalOf[row], frame.SampleAt(row, id));
        }
        appender.Flush();
    }

    private static Dictionary<uint, long> Counts(DuckConnection connection, string rows)
    {
        using var result = connection.Query($"SELECT signal, count(*) FROM {rows} GROUP BY signal");
        var counts = new Dictionary<uint, long>();
        while (result.Read()) counts[result.UInt32(0)] = result.Int64(1);
        return counts;
    }

    private const string Samples = $"""
        SELECT signal, source_time AS until, number AS last, number AS min, number AS max, text AS last_text, {Severity} AS severity, CAST(1 AS BIGINT) AS count
        FROM seen ORDER BY signal, until, sequence
        """;

    private static string Buckets(DateTimeOffset from, DateTimeOffset to, int points)
    {
        var (start, end) = (Micros.Of(from), Micros.Of(to));
        var width = Math.Max(1, (end - start + points - 1) / points);
        return string.Create(CultureInfo.InvariantCulture, $"""
            SELECT signal, max(source_time) AS until, arg_max(number, {Newness}) AS last, min(number) AS min, max(number) AS max,
                arg_max(text, {Newness}) AS last_text, max({Severity}) AS severity, count(*) AS count
            FROM seen GROUP BY signal, (epoch_us(source_time) - {start}) // {width} ORDER BY signal, until
            """);
    }

    private void Collect(
        DuckConnection connection, HashSet<uint> signals, string rows, Dictionary<uint, long> counts, string question, Dictionary<string, SignalHistory> found)
    {
        if (signals.Count == 0) return;
        var points = signals.ToDictionary(signal => signal, _ => new List<HistoryPoint>());
        using var result = connection.Query($"WITH seen AS (SELECT * FROM {rows} WHERE signal IN ({string.Join(',', signals)})) {question}");
        while (result.Read())
            points[result.UInt32(0)].Add(new(
                result.Time(1), result.Number(2), result.Number(3), result.Number(4), result.Text(5), (Quality)result.UInt32(6), result.Int64(7)));
        foreach (var (signal, list) in points) found[numbers.IdOf(signal)] = new(numbers.IdOf(signal), counts[signal], list);
    }

    private Sample ReadSample(DuckResult row) => new(
        numbers.IdOf(row.UInt32(0)), row.Number(1) ?? double.NaN, row.Text(2), row.UInt32(3), row.Time(4), row.Time(5), row.UInt64(6));
}
