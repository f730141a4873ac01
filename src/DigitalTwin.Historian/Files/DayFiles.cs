using System.Globalization;
using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Historian.Files;

/// <summary>Writes the Parquet files of one day's rows: the samples by signal and time, and each tier of them. What is written is read back before it has its name.</summary>
internal sealed class DayFiles(DuckConnection connection, SampleFiles files)
{
    /// <summary>Rows that a reader of one signal has to decode at least. Larger groups pack a little better.</summary>
    private const int RowsPerGroup = 20_480;

    private const int RowsAtOnce = 1_000_000;

    /// <summary>Adds up over rows in any order, and a row more, less or changed changes it.</summary>
    private const string Fingerprint = "count(*), CAST(sum(hash(signal, source_time, server_time, number, text, status, sequence)) AS VARCHAR)";

    /// <param name="name">Of the file of samples.</param>
    /// <param name="rows">What goes behind FROM: rows of one day.</param>
    public List<SampleFile> Write(FileName name, string rows)
    {
        var written = new List<SampleFile> { Samples(name, rows) };
        foreach (var tier in Tier.All) written.Add(Points(written[^1], name with { Tier = tier }));
        return written;
    }

    private SampleFile Samples(FileName name, string rows)
    {
        var unfinished = files.Quoted(SampleFiles.UnfinishedNameOf(name.ToString()));
        connection.Execute(string.Create(CultureInfo.InvariantCulture, $"""
            COPY (SELECT * FROM {rows} ORDER BY signal, source_time, sequence)
            TO {unfinished} (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, ROW_GROUP_SIZE {RowsPerGroup})
            """));
        var (count, fingerprint) = FingerprintOf(rows);
        if (FingerprintOf($"read_parquet([{unfinished}])") != (count, fingerprint))
            throw new DuckDbException($"{name} does not read back as it was written; the samples stay where they are");
        using var times = connection.Query($"SELECT epoch_us(min(source_time)), epoch_us(max(source_time)) FROM read_parquet([{unfinished}])");
        times.Read();
        var (earliest, latest) = (times.Int64(0), times.Int64(1));
        files.Publish(name.ToString());
        return new(name.ToString(), earliest, latest, count);
    }

    private SampleFile Points(SampleFile finer, FileName name)
    {
        connection.Execute(TierAppender.CreateTable("points"));
        try
        {
            var (rows, samples, earliest, latest) = (0L, 0L, long.MaxValue, long.MinValue);
            using (var appender = new TierAppender(connection, "points"))
            {
                foreach (var (signal, point) in name.Tier!.Of(Read(finer)))
                {
                    appender.Add(signal, point);
                    rows++;
                    samples += point.Count;
                    (earliest, latest) = (Math.Min(earliest, point.FromMicros), Math.Max(latest, point.TimeMicros));
                }
                appender.Flush();
            }
            var unfinished = files.Quoted(SampleFiles.UnfinishedNameOf(name.ToString()));
            connection.Execute($"COPY points TO {unfinished} (FORMAT parquet, COMPRESSION lz4)");
            using (var back = connection.Query($"SELECT count(*), CAST(sum(count) AS BIGINT) FROM read_parquet([{unfinished}])"))
                if (!back.Read() || (back.Int64(0), back.Int64(1)) != (rows, samples))
                    throw new DuckDbException($"{name} does not read back as it was written; the samples stay where they are");
            files.Publish(name.ToString());
            return new(name.ToString(), earliest, latest, rows);
        }
        finally
        {
            if (!connection.Ending.IsCancellationRequested) connection.Execute("DROP TABLE points");   // else it goes with the connection
        }
    }

    /// <summary>The rows of a file in its own order, which is by signal and time; some signals at a time, since an answer of DuckDB is in memory as a whole.</summary>
    private IEnumerable<(uint Signal, HistoryPoint Point)> Read(SampleFile file)
    {
        var columns = file.Says.Tier is null ? HistoryReader.SinglePoint : TierAppender.Columns;
        var from = $"FROM read_parquet({files.Quoted([file.Name])})";
        foreach (var (first, last) in Signals(from))
        {
            using var rows = connection.Query(string.Create(CultureInfo.InvariantCulture, $"SELECT {columns} {from} WHERE signal BETWEEN {first} AND {last}"));
            var before = (Signal: 0u, Time: long.MinValue);
            while (rows.Read())
            {
                var next = (Signal: rows.UInt32(0), Point: file.Says.Tier is null ? HistoryReader.ReadSinglePoint(rows) : TierAppender.Read(rows));
                if (next.Signal < before.Signal || (next.Signal == before.Signal && next.Point.FromMicros < before.Time))
                    throw new DuckDbException($"{file.Name} is not read in its own order, so no points can be made of it");
                before = (next.Signal, next.Point.TimeMicros);
                yield return next;
            }
        }
    }

    /// <summary>Signals from and to, of about <see cref="RowsAtOnce"/> rows each.</summary>
    private List<(uint First, uint Last)> Signals(string from)
    {
        using var counts = connection.Query($"SELECT signal, count(*) {from} GROUP BY signal ORDER BY signal");
        var ranges = new List<(uint First, uint Last)>();
        var rows = long.MaxValue;
        while (counts.Read())
        {
            var signal = counts.UInt32(0);
            if (rows > RowsAtOnce - counts.Int64(1)) (rows, ranges) = (0, [.. ranges, (signal, signal)]);
            ranges[^1] = (ranges[^1].First, signal);
            rows += counts.Int64(1);
        }
        return ranges;
    }

    private (long, string?) FingerprintOf(string rows)
    {
        using var result = connection.Query($"SELECT {Fingerprint} FROM {rows}");
        result.Read();
        return (result.Int64(0), result.Text(1));
    }
}
