using System.Diagnostics;
using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Domain;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using DigitalTwin.Host.Twins;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// How fast twins come back: machine twins as the host runs them, their events as the host stores them, from the journal through the engine's
/// own recovery until each has answered a query. Beside it the same rows only read, page by page, checksums checked, nothing decoded.
/// </summary>
public static class Recovery
{
    private const int Twins = 1_000;
    private const int EventsEach = 500;
    private const int Rounds = 5;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    public static void Run(TextWriter output) => RunAsync(output).GetAwaiter().GetResult();

    private static async Task RunAsync(TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("recovery-").FullName;
        try
        {
            using var journal = SqliteJournal.Open(new SqliteJournalOptions(folder, "bench"));
            MachineHistory.Store(journal, Twins, EventsEach);
            await output.WriteLineAsync($"Recovery: {Twins * EventsEach:N0} events of {Twins:N0} machine twins, {Rounds} rounds");
            for (var round = 1; round <= Rounds; round++)
            {
                var read = Twins * EventsEach / Timed(() => ReadAll(journal));
                var replayed = Twins * EventsEach / await TimedAsync(() => RecoverAsync(journal));
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"  round {round}: replayed {replayed:N0} events/s, only read {read:N0} events/s; ratio {replayed / read:0.00}"));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void ReadAll(SqliteJournal journal)
    {
        long offset = 0;
        while (journal.ReadAll(offset, 1000) is { Count: > 0 } page) offset = page[^1].Offset;
    }

    private static async Task RecoverAsync(SqliteJournal journal)
    {
        await using var system = new EntitySystem(journal, new EntitySystemOptions { Name = Guid.NewGuid().ToString() });
        var machines = system.Add(TwinBehaviors.Machine);
        var states = await Task.WhenAll(Enumerable.Range(0, Twins).Select(twin => machines.QueryAsync(JournalThroughput.Id(twin), Deadline)));
        if (states.Any(state => state.Seq != EventsEach)) throw new InvalidOperationException("A twin has not come back whole.");
    }

    private static double Timed(Action run)
    {
        var clock = Stopwatch.StartNew();
        run();
        return clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> TimedAsync(Func<Task> run)
    {
        var clock = Stopwatch.StartNew();
        await run();
        return clock.Elapsed.TotalSeconds;
    }
}

/// <summary>What machines report in a shift: states that follow each other legally, counts, a fault now and then.</summary>
internal static class MachineHistory
{
    private static readonly DateTimeOffset Morning = new(2026, 1, 5, 6, 0, 0, TimeSpan.Zero);
    private static readonly PackmlState[] Cycle = [PackmlState.Execute, PackmlState.Suspending, PackmlState.Suspended, PackmlState.Unsuspending];

    public static IEnumerable<UnitCommand> Commands()
    {
        var states = 0;
        for (var step = 0; ; step++)
        {
            var (at, sequence) = (Morning.AddSeconds(step), (ulong)step + 1);
            yield return (step % 5) switch
            {
                0 or 1 or 2 => new UnitCommand.Observe("state", SignalRole.State, (int)Cycle[states++ % Cycle.Length], null, Quality.Good, at, sequence),
                3 => new UnitCommand.Observe("energy", SignalRole.Energy, step, null, Quality.Good, at, sequence),
                _ => new UnitCommand.Observe("fault", SignalRole.Fault, step % 2 == 0 ? 0 : 4711, null, Quality.Good, at, sequence),
            };
        }
    }

    /// <summary>The events of one twin; the same for all.</summary>
    private static List<NewEvent> Events(int count)
    {
        var (state, events) = (UnitState.Initial, new List<NewEvent>());
        foreach (var command in Commands())
        {
            if (Unit.Decide(state, command, Morning) is not Decision<UnitEvent>.Accepted accepted) continue;
            foreach (var happened in accepted.Events)
            {
                state = Unit.Apply(state, happened);
                var encoded = EventCatalogs.Units.Encode(happened);
                events.Add(new NewEvent(encoded.Name, encoded.At!.Value, encoded.Payload));
                if (events.Count == count) return events;
            }
        }

        throw new UnreachableException();
    }

    /// <summary>Interleaved, as twins that work side by side store them.</summary>
    public static void Store(IJournal journal, int twins, int eventsEach)
    {
        const int perAppend = 10;
        var events = Events(eventsEach);
        var lease = journal.Acquire(new ShardId("all"), "history", TimeSpan.FromHours(1)).Lease!;
        var batch = new Append[Math.Min(twins, 1000)];
        var results = new AppendResult[batch.Length];
        for (var from = 0; from < eventsEach; from += perAppend)
        {
            var part = events.Skip(from).Take(perAppend).ToList();
            for (var first = 0; first < twins; first += batch.Length)
            {
                for (var i = 0; i < batch.Length; i++) batch[i] = new Append(lease, JournalThroughput.Id(first + i), from, part);
                journal.Append(batch, DateTimeOffset.UtcNow, results);
                if (results.Any(result => result.Status != AppendStatus.Stored)) throw new InvalidOperationException(results.First(result => result.Why is not null).Why);
            }
        }

        journal.Release(lease);
    }
}
