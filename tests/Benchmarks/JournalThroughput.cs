using System.Diagnostics;
using System.Globalization;
using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Persistence.Sqlite;

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
    internal const int Rounds = 15;
    internal const int PayloadBytes = 200;
    private static readonly int[] Groups = [1, 10, 100, 1000];
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(0.25);
    internal static readonly byte[] Payload = Encoding.UTF8.GetBytes("{\"state\":\"Execute\",\"padding\":\"".PadRight(PayloadBytes - 2, '.') + "\"}");

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
            var rounds = InTurns(load.Run, plain.Run);
            system.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return rounds;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    internal static EntityId Id(int number) => new(string.Create(CultureInfo.InvariantCulture, $"leipzig.body.line1.cell{number}.robot"));

    /// <summary>The rates of both, in rounds that are neighbours.</summary>
    internal static List<(double Engine, double Plain)> InTurns(Func<TimeSpan, long> engine, Func<TimeSpan, long> plain)
    {
        var rounds = new List<(double Engine, double Plain)>();
        // The first round of each warms up.
        for (var round = 0; round <= Rounds; round++)
        {
            var before = round % 2 == 0 ? Rate(plain) : 0;
            var own = Rate(engine);
            var raw = round % 2 == 0 ? before : Rate(plain);
            if (round > 0) rounds.Add((own, raw));
        }

        return rounds;
    }

    private static double Rate(Func<TimeSpan, long> run)
    {
        var clock = Stopwatch.StartNew();
        return run(RoundTime) / clock.Elapsed.TotalSeconds;
    }

    internal static double Median(List<(double Engine, double Plain)> rounds, Func<(double Engine, double Plain), double> of) =>
        rounds.Select(of).Order().ElementAt(rounds.Count / 2);

    /// <summary>Each entity has one command in flight; its reply sends the next.</summary>
    internal sealed class Load : IDisposable
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
}
