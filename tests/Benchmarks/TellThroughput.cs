using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// Messages per second told by one producer to one entity, and in turn to a thousand, until the last is handled. Beside it a bare bounded
/// channel of the same capacity with a reader that counts, and a thousand of those.
/// </summary>
/// <remarks>The message is a number, so every byte allocated is the queue's own. Short rounds in turns and the median of their ratios, as in <see cref="JournalThroughput"/>.</remarks>
public static class TellThroughput
{
    private const int Rounds = 15;
    private const int Messages = 2_000_000;
    private const int Capacity = 1024;

    private readonly record struct Sample(double PerSecond, double BytesPerMessage);

    public static void Run(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        output.WriteLine($"Tell: {Messages:N0} messages a round from one producer, queues of {Capacity}; median of {Rounds} rounds");
        output.WriteLine("receivers | engine, million/s | bytes a message | bounded channel, million/s | bytes a message | ratio");
        foreach (var receivers in new[] { 1, 1000 })
        {
            var rounds = Measure(receivers).GetAwaiter().GetResult();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{receivers,9} | {Median(rounds, round => round.Engine.PerSecond) / 1e6:0.0} | {Median(rounds, round => round.Engine.BytesPerMessage):0.00} | {Median(rounds, round => round.Bare.PerSecond) / 1e6:0.0} | {Median(rounds, round => round.Bare.BytesPerMessage):0.00} | {Median(rounds, round => round.Engine.PerSecond / round.Bare.PerSecond):0.00}"));
        }
    }

    private static async Task<List<(Sample Engine, Sample Bare)>> Measure(int receivers)
    {
        var folder = Directory.CreateTempSubdirectory("tell-").FullName;
        try
        {
            using var journal = SqliteJournal.Open(new SqliteJournalOptions(folder, "bench"));
            await using var system = new EntitySystem(journal, new EntitySystemOptions { MailboxCapacity = Capacity });
            var engine = new Told(system, receivers);
            var bare = new Channels(receivers);
            var rounds = new List<(Sample, Sample)>();
            for (var round = 0; round <= Rounds; round++)
            {
                var before = round % 2 == 0 ? await Timed(bare.SendAsync) : default;
                var told = await Timed(engine.SendAsync);
                var raw = round % 2 == 0 ? before : await Timed(bare.SendAsync);
                if (round > 0) rounds.Add((told, raw));
            }

            return rounds;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Sample> Timed(Func<Task> send)
    {
        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var clock = Stopwatch.StartNew();
        await send();
        var seconds = clock.Elapsed.TotalSeconds;
        return new Sample(Messages / seconds, (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / Messages);
    }

    private static double Median(List<(Sample Engine, Sample Bare)> rounds, Func<(Sample Engine, Sample Bare), double> of) =>
        rounds.Select(of).Order().ElementAt(rounds.Count / 2);

    /// <summary>Counts the handled messages of a round. Each receiver counts its own: one counter for all would be what is measured.</summary>
    private sealed class Tally(int receivers)
    {
        private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly int each = Messages / receivers;
        private int left = receivers;

        public Task Done => done.Task;

        /// <param name="handled">By one receiver in this round.</param>
        public void Count(int handled)
        {
            if (handled == each && Interlocked.Decrement(ref left) == 0) done.TrySetResult();
        }
    }

    private sealed class Told
    {
        private readonly EntityRef<int[], int, int>[] receivers;
        private Tally tally = new(1);

        public Told(EntitySystem system, int receivers)
        {
            var entities = system.Add(new EntityBehavior<int[], int, int>(
                "counter", _ => [0], Decide, (state, _) => state, _ => new EncodedEvent("counter.counted.v1", default), (_, _) => 0));
            this.receivers = [.. Enumerable.Range(0, receivers).Select(number => entities.Ref(JournalThroughput.Id(number)))];
        }

        public async Task SendAsync()
        {
            tally = new Tally(receivers.Length);
            for (var round = 0; round < Messages / receivers.Length; round++)
            {
                foreach (var receiver in receivers) await receiver.TellAsync(round);
            }

            await tally.Done;
        }

        private Outcome<int> Decide(int[] handled, int message, DateTimeOffset now)
        {
            tally.Count(message + 1);
            return Outcome<int>.Nothing.Instance;
        }
    }

    private sealed class Channels
    {
        private readonly Channel<int>[] channels;
        private Tally tally = new(1);

        public Channels(int receivers)
        {
            channels = [.. Enumerable.Range(0, receivers).Select(_ => Channel.CreateBounded<int>(new BoundedChannelOptions(Capacity) { SingleReader = true }))];
            foreach (var channel in channels) _ = ReadAsync(channel.Reader);
        }

        public async Task SendAsync()
        {
            tally = new Tally(channels.Length);
            for (var round = 0; round < Messages / channels.Length; round++)
            {
                foreach (var channel in channels) await channel.Writer.WriteAsync(round);
            }

            await tally.Done;
        }

        private async Task ReadAsync(ChannelReader<int> reader)
        {
            await Task.Yield();
            await foreach (var message in reader.ReadAllAsync()) tally.Count(message + 1);
        }
    }
}
