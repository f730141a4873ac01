using System.Diagnostics;
using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Persistence.Postgres;
using DigitalTwin.Postgres.Tests;
using Npgsql;
using NpgsqlTypes;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// Durable events per second through the whole engine on PostgreSQL beside a plain loop that inserts the same bytes with the same batch size:
/// one prepared INSERT … SELECT FROM unnest(…), one transaction, one round trip. A server of its own, with fsync.
/// </summary>
public static class PostgresThroughput
{
    private static readonly int[] Groups = [1, 10, 100, 1000];

    public static void Run(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (TestServer.Missing is { } missing)
        {
            output.WriteLine($"PostgreSQL is not measured: {missing}");
            return;
        }

        using var server = new TestServer();
        output.WriteLine($"Journal in PostgreSQL, durable events/s ({JournalThroughput.PayloadBytes} B payload, fsync; median of {JournalThroughput.Rounds} rounds)");
        output.WriteLine("busy entities | engine | plain inserts by unnest, same batch | ratio");
        foreach (var group in Groups)
        {
            var rounds = Measure(server, group);
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{group,13} | {JournalThroughput.Median(rounds, round => round.Engine),6:0} | {JournalThroughput.Median(rounds, round => round.Plain),35:0} | {JournalThroughput.Median(rounds, round => round.Engine / round.Plain):0.00}"));
        }
    }

    private static List<(double Engine, double Plain)> Measure(TestServer server, int group)
    {
        using var plain = new PlainUnnest(server, group);
        using var journal = PostgresJournal.Open(new PostgresJournalOptions(server.ConnectionString, "bench") { Schema = $"engine_{group}" });
        var system = new EntitySystem(journal);
        using var load = new JournalThroughput.Load(system, group);
        var rounds = JournalThroughput.InTurns(load.Run, plain.Run);
        system.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return rounds;
    }

    /// <summary>The same columns and indexes as the journal's, nothing else.</summary>
    private sealed class PlainUnnest : IDisposable
    {
        private readonly NpgsqlConnection connection;
        private readonly NpgsqlCommand insert;
        private readonly string[] ids;
        private readonly long[] offsets;
        private readonly long[] sequences;
        private readonly long[] times;
        private readonly byte[] hash = new byte[32];
        private long offset;

        public PlainUnnest(TestServer server, int group)
        {
            ids = [.. Enumerable.Range(0, group).Select(number => JournalThroughput.Id(number).Value)];
            (offsets, sequences, times) = (new long[group], new long[group], new long[group]);
            connection = new NpgsqlConnection($"{server.ConnectionString};Pooling=false");
            connection.Open();
            using var setup = new NpgsqlCommand(string.Create(CultureInfo.InvariantCulture, $"""
                CREATE SCHEMA plain_{group};
                SET search_path = plain_{group};
                SET plan_cache_mode = force_generic_plan;
                CREATE TABLE events("offset" bigint PRIMARY KEY, entity text COLLATE "C" NOT NULL, seq bigint NOT NULL, name text COLLATE "C" NOT NULL,
                    at bigint NOT NULL, recorded bigint NOT NULL, payload bytea NOT NULL, epoch bigint NOT NULL, command text COLLATE "C", body bigint,
                    crc bigint NOT NULL, prev bytea NOT NULL, hash bytea NOT NULL, UNIQUE(entity, seq))
                """), connection);
            setup.ExecuteNonQuery();
            insert = new NpgsqlCommand("INSERT INTO events SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)", connection);
            const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text, Numbers = NpgsqlDbType.Array | NpgsqlDbType.Bigint, Blobs = NpgsqlDbType.Array | NpgsqlDbType.Bytea;
            Add(Numbers, offsets);
            Add(Texts, ids);
            Add(Numbers, sequences);
            Add(Texts, Same("counter.counted.v1"));
            Add(Numbers, times);
            Add(Numbers, times);
            Add(Blobs, Same(JournalThroughput.Payload));
            Add(Numbers, Same(1L));
            Add(Texts, Same<string?>(null));
            Add(Numbers, Same<long?>(null));
            Add(Numbers, Same(3_000_000_000L));
            Add(Blobs, Same(hash));
            Add(Blobs, Same(hash));
            insert.Prepare();
        }

        public long Run(TimeSpan time)
        {
            var (first, clock) = (offset, Stopwatch.StartNew());
            while (clock.Elapsed < time)
            {
                Array.Fill(times, DateTimeOffset.UtcNow.Ticks / TimeSpan.TicksPerMicrosecond);
                for (var i = 0; i < ids.Length; i++) (offsets[i], sequences[i]) = (++offset, sequences[i] + 1);
                insert.ExecuteNonQuery();
            }

            return offset - first;
        }

        public void Dispose()
        {
            insert.Dispose();
            connection.Dispose();
        }

        private T[] Same<T>(T value) => [.. Enumerable.Repeat(value, ids.Length)];

        private void Add(NpgsqlDbType type, object values) => insert.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = type, Value = values });
    }
}
