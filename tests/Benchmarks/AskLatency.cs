using System.Diagnostics;
using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// How long a command takes until its reply, which comes after its events are on disk: 1,000 commands a second to a hundred entities, sent at
/// their times whether or not the earlier ones are answered. Beside it, in turns of a second, the store's own commit: one plain SQLite insert
/// with <c>synchronous=FULL</c>, as often a second as it goes, at most a thousand times.
/// </summary>
/// <remarks>The clock of a command starts when it was to be sent, so a stall of the sender or of the disk is counted, not left out.</remarks>
public static class AskLatency
{
    private const int PerSecond = 1_000;
    private const int Busy = 100;
    private const int Turns = 15;

    public static void Run(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        var folder = Directory.CreateTempSubdirectory("ask-latency-").FullName;
        try
        {
            using var journal = SqliteJournal.Open(new SqliteJournalOptions(Path.Combine(folder, "engine"), "bench"));
            var system = new EntitySystem(journal);
            using var plain = new PlainInserts(Path.Combine(folder, "plain.db"), 1);
            var asks = new Asks(system);
            var (replies, commits) = (new List<double>(), new List<double>());
            asks.Second([]);
            for (var turn = 0; turn < Turns; turn++)
            {
                commits.AddRange(Commits(plain));
                asks.Second(replies);
            }

            system.DisposeAsync().AsTask().GetAwaiter().GetResult();
            output.WriteLine($"Ask, decide, commit, reply at {PerSecond:N0} commands/s over {Busy} entities, {Turns} s; milliseconds");
            output.WriteLine($"  reply         {Percentiles(replies)}");
            output.WriteLine($"  plain commit  {Percentiles(commits)}");
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  p99 above the plain commit's: {At(replies, 0.99) - At(commits, 0.99):0.00}"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<double> Commits(PlainInserts plain)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < PerSecond && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(1); i++)
        {
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < i) Thread.Yield();
            var begun = Stopwatch.GetTimestamp();
            plain.Commit();
            yield return Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
        }
    }

    private static double At(List<double> values, double share) => values.Order().ElementAt((int)(share * (values.Count - 1)));

    private static string Percentiles(List<double> values) => string.Create(
        CultureInfo.InvariantCulture, $"p50 {At(values, 0.5):0.00}, p95 {At(values, 0.95):0.00}, p99 {At(values, 0.99):0.00}, max {At(values, 1):0.00} of {values.Count:N0}");

    private sealed class Asks
    {
        private readonly Entities<long, byte, byte> entities;
        private readonly EntityId[] ids = [.. Enumerable.Range(0, Busy).Select(JournalThroughput.Id)];
        private readonly Outcome<byte> accepted = new Outcome<byte>.Accepted([1]);

        public Asks(EntitySystem system) => entities = system.Add(new EntityBehavior<long, byte, byte>(
            "counter", _ => 0, (_, _, _) => accepted, (count, _) => count + 1, _ => new EncodedEvent("counter.counted.v1", JournalThroughput.Payload), (_, _) => 0));

        public void Second(List<double> replies)
        {
            using var ended = new CountdownEvent(PerSecond);
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < PerSecond; i++)
            {
                // Sleeping overshoots by as much as it measures; a core of the two yields until the time has come.
                while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < i) Thread.Yield();
                var due = start + (long)(i * (Stopwatch.Frequency / 1e3));
                var sent = entities.TryAsk(ids[i % Busy], 1, reply =>
                {
                    if (reply is not Reply<long, byte>.Accepted) throw new InvalidOperationException($"{reply}");
                    lock (replies) replies.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
                    ended.Signal();
                });
                if (!sent) throw new InvalidOperationException("A mailbox is full: the entities do not keep up with the commands.");
            }

            ended.Wait();
        }
    }
}
