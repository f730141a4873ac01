using System.Diagnostics;
using System.Globalization;
using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// Durable events per second through the whole engine (ask, decide, commit, apply, reply) beside a plain loop that inserts the same
/// bytes into SQLite with the same batch size and <c>synchronous=FULL</c>.
/// </summary>
/// <remarks>
/// Short rounds in turns, the order changing each time, and the median of the rounds' ratios: a shared disk's syncs per second
/// change tenfold within seconds, so only neighbours may be compared.
/// </remarks>
public static class JournalThroughput
{
    private const int Rounds = 15;
    private const int PayloadBytes = 200;
    private static readonly int[] Groups = [1, 10, 100, 1000];
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(0.25);
    private static readonly byte[] Payload = Encoding.UTF8.GetBytes("{\"state\":\"Execute\",\"padding\":\"".PadRight(PayloadBytes - 2, '.') + "\"}");

    public static void Run(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteLine($"Journal, durable events/s ({PayloadBytes} B payload, synchronous=FULL; median of {Rounds} rounds)");
        output.WriteLine("busy entities | engine | plain SQLite inserts, same batch | ratio");
        foreach (var group in Groups)
        {
            var rounds = Measure(group);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{group,13} | {Median(rounds, round => round.Engine),6:0} | {Median(rounds, round => round.Plain),32:0} | {Median(rounds, round => round.Engine / round.Plain):0.00}"));
        }
    }

    private static List<(double Engine, double Plain)> Measure(int group)
    {
        var folder = Directory.CreateTempSubdirectory("journal-throughput-").FullName;
        try
        {
            using var plain = new PlainInserts(Path.Combine(folder, "plain.db"), group);
            using var journal = SqliteJournal.Open(new SqliteJournalOptions(Path.Combine(folder, "engine"), "bench"));
            var system = new EntitySystem(journal);
            using var load = new Load(system, group);
            var rounds = new List<(double Engine, double Plain)>();
            // The first round of each warms up.
            for (var round = 0; round <= Rounds; round++)
            {
                var before = round % 2 == 0 ? Rate(plain.Run) : 0;
                var engine = Rate(load.Run);
                var raw = round % 2 == 0 ? before : Rate(plain.Run);
                if (round > 0) rounds.Add((engine, raw));
            }

            system.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return rounds;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    internal static EntityId Id(int number) => new(string.Create(CultureInfo.InvariantCulture, $"leipzig.body.line1.cell{number}.robot"));

    private static double Rate(Func<TimeSpan, long> run)
    {
        var clock = Stopwatch.StartNew();
        return run(RoundTime) / clock.Elapsed.TotalSeconds;
    }

    private static double Median(List<(double Engine, double Plain)> rounds, Func<(double Engine, double Plain), double> of) =>
        rounds.Select(of).Order().ElementAt(rounds.Count / 2);

    /// <summary>Each entity has one command in flight; its reply sends the next.</summary>
    private sealed class Load : IDisposable
    {
        private readonly Entities<long, byte, byte> entities;
        private readonly EntityId[] ids;
        private readonly CountdownEvent ended = new(1);
        private long stopAt;
        private long done;

        public Load(EntitySystem system, int group)
        {
            ids = [.. Enumerable.Range(0, group).Select(Id)];
            entities = system.Add(new EntityBehavior<long, byte, byte>(
                "counter",
                _ => 0,
                (_, _, _) => Accepted,
                (count, _) => count + 1,
                _ => new EncodedEvent("counter.counted.v1", Payload),
                (_, _) => 0));
        }

        private static Outcome<byte>.Accepted Accepted { get; } = new([1]);

        public long Run(TimeSpan time)
        {
            done = 0;
            stopAt = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
            ended.Reset(ids.Length);
            foreach (var id in ids) Ask(id);
            ended.Wait();
            return done;
        }

        public void Dispose() => ended.Dispose();

        private void Ask(EntityId id) => entities.TryAsk(id, 1, reply =>
        {
            if (reply is not Reply<long, byte>.Accepted) throw new InvalidOperationException($"{id}: {reply}");
            Interlocked.Increment(ref done);
            if (Stopwatch.GetTimestamp() < stopAt) Ask(id);
            else ended.Signal();
        });
    }

    /// <summary>
    /// The same columns and index as the journal's, by SQLite's own functions: statements prepared once, nothing boxed, one transaction a batch.
    /// </summary>
    private sealed class PlainInserts : IDisposable
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
            ids = [.. Enumerable.Range(0, group).Select(number => Encoding.UTF8.GetBytes(Id(number).Value))];
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
                Step(begin);
                for (var i = 0; i < ids.Length; i++) Insert(i);
                Step(commit);
            }

            return offset - first;
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
            raw.sqlite3_bind_blob(insert, 7, Payload);
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
}
