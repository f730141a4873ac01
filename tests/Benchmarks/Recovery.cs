using System.Diagnostics;
using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Snapshots;
using DigitalTwin.Domain;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using DigitalTwin.Host.Twins;
using DigitalTwin.Persistence.Sqlite;

namespace DigitalTwin.Benchmarks;

/// <summary>
/// How fast twins come back: machine twins as the host runs them, their events as the host stores them, through the engine's own recovery until
/// each has answered a query. First from all of their events, beside the same rows only read, page by page, checksums checked, nothing decoded;
/// then from snapshots; then how much memory many take.
/// </summary>
public static class Recovery
{
    private const int Rounds = 5;
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    public static void Run(TextWriter output) => RunAsync(output).GetAwaiter().GetResult();

    private static async Task RunAsync(TextWriter output)
    {
        await In(1_000, 500, async (journal, _, twins, each) =>
        {
            await output.WriteLineAsync($"Recovery: {twins * each:N0} events of {twins:N0} machine twins, {Rounds} rounds");
            for (var round = 1; round <= Rounds; round++)
            {
                var read = twins * each / Timed(() => ReadAll(journal));
                var replayed = twins * each / await AwakeAsync(journal, null, twins, each);
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                    $"  round {round}: replayed {replayed:N0} events/s, only read {read:N0} events/s; ratio {replayed / read:0.00}"));
            }
        });
        await In(10_000, 50, async (journal, folder, twins, each) =>
        {
            using var snapshots = SqliteSnapshots.Open(folder);
            await output.WriteLineAsync($"From snapshots: {twins:N0} machine twins of {each} events, seconds until each has answered, {Rounds} rounds");
            var replayed = await AwakeAsync(journal, snapshots, twins, each);   // saves them as it ends
            for (var round = 1; round <= Rounds; round++)
            {
                var seconds = await AwakeAsync(journal, snapshots, twins, each);
                await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"  round {round}: {seconds:0.00} s with snapshots ({replayed:0.00} s without)"));
            }
        });
        await In(100_000, 10, async (journal, _, twins, each) =>
        {
            var before = Memory();
            await AwakeAsync(journal, null, twins, each, system =>
            {
                var (heap, resident) = Memory();
                output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"Hot: {system.List().Count:N0} machine twins in memory take {(heap - before.Heap) / 1e6:0} MB of heap ({(heap - before.Heap) / (double)twins:0} bytes each); the process has {resident / 1e6:0} MB, {before.Resident / 1e6:0} MB before"));
            });
        });
    }

    private static async Task In(int twins, int eventsEach, Func<SqliteJournal, string, int, int, Task> measure)
    {
        var folder = Directory.CreateTempSubdirectory("recovery-").FullName;
        try
        {
            using var journal = SqliteJournal.Open(new SqliteJournalOptions(folder, "bench"));
            MachineHistory.Store(journal, twins, eventsEach);
            await measure(journal, folder, twins, eventsEach);
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

    /// <returns>Seconds from the start of the system until each twin has answered. Its end, which saves the snapshots, is not counted.</returns>
    private static async Task<double> AwakeAsync(SqliteJournal journal, ISnapshots? snapshots, int twins, int eventsEach, Action<EntitySystem>? awake = null)
    {
        var clock = Stopwatch.StartNew();
        await using var system = new EntitySystem(journal, new EntitySystemOptions { Snapshots = snapshots, OnNotice = notice => throw new InvalidOperationException($"{notice}") });
        var machines = system.Add(TwinBehaviors.Machine);
        var states = await Task.WhenAll(Enumerable.Range(0, twins).Select(twin => machines.QueryAsync(JournalThroughput.Id(twin), Deadline)));
        if (states.Any(state => state.Seq != eventsEach)) throw new InvalidOperationException("A twin has not come back whole.");
        var seconds = clock.Elapsed.TotalSeconds;
        states = [];
        awake?.Invoke(system);
        return seconds;
    }

    private static (long Heap, long Resident) Memory()
    {
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        using var self = Process.GetCurrentProcess();
        return (heap, self.WorkingSet64);
    }

    private static double Timed(Action run)
    {
        var clock = Stopwatch.StartNew();
        run();
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
