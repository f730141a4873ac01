using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// The same columns and index as the journal's, by SQLite's own functions: statements prepared once, nothing boxed, one transaction a batch.
/// </summary>
internal sealed class PlainInserts : IDisposable
{
    private readonly SqliteConnection connection;
    private readonly sqlite3_stmt begin;
    private readonly sqlite3_stmt insert;
    private readonly sqlite3_stmt commit;
    private readonly byte[][] ids;
    private readonly long[] sequences;
    private readonly byte[] hash = new byte[32];
    private long offset;

    public PlainInserts(string path, int group)
    {
        ids = [.. Enumerable.Range(0, group).Select(number => Encoding.UTF8.GetBytes(JournalThroughput.Id(number).Value))];
        sequences = new long[group];
        connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var setup = connection.CreateCommand();
        setup.CommandText = """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
            CREATE TABLE events(offset INTEGER PRIMARY KEY, entity TEXT NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL, at INTEGER NOT NULL,
                recorded INTEGER NOT NULL, payload BLOB NOT NULL, crc INTEGER NOT NULL, prev BLOB NOT NULL, hash BLOB NOT NULL, UNIQUE(entity, seq)) STRICT;
            """;
        setup.ExecuteNonQuery();
        begin = Prepare("BEGIN IMMEDIATE");
        insert = Prepare("INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
        commit = Prepare("COMMIT");
    }

    public long Run(TimeSpan time)
    {
        var (first, clock) = (offset, Stopwatch.StartNew());
        while (clock.Elapsed < time)
        {
            Commit();
        }

        return offset - first;
    }

    /// <summary>One event of each entity, on disk when it returns.</summary>
    public void Commit()
    {
        Step(begin);
        for (var i = 0; i < ids.Length; i++) Insert(i);
        Step(commit);
    }

    public void Dispose()
    {
        foreach (var statement in (sqlite3_stmt[])[begin, insert, commit]) statement.Dispose();
        connection.Dispose();
    }

    private sqlite3_stmt Prepare(string sql)
    {
        raw.sqlite3_prepare_v3(connection.Handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement);
        return statement;
    }

    private void Insert(int entity)
    {
        var now = DateTimeOffset.UtcNow.Ticks / TimeSpan.TicksPerMicrosecond;
        raw.sqlite3_bind_int64(insert, 1, ++offset);
        raw.sqlite3_bind_text(insert, 2, ids[entity]);
        raw.sqlite3_bind_int64(insert, 3, ++sequences[entity]);
        raw.sqlite3_bind_text(insert, 4, "counter.counted.v1"u8);
        raw.sqlite3_bind_int64(insert, 5, now);
        raw.sqlite3_bind_int64(insert, 6, now);
        raw.sqlite3_bind_blob(insert, 7, JournalThroughput.Payload);
        raw.sqlite3_bind_int64(insert, 8, offset);
        raw.sqlite3_bind_blob(insert, 9, hash);
        raw.sqlite3_bind_blob(insert, 10, hash);
        Step(insert);
    }

    private static void Step(sqlite3_stmt statement)
    {
        if (raw.sqlite3_step(statement) != raw.SQLITE_DONE) throw new InvalidOperationException("A plain insert failed.");
        raw.sqlite3_reset(statement);
    }
}
