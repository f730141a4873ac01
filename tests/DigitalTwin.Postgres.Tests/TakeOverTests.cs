using System.Diagnostics;
using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Tests.Journals;
using DigitalTwin.Actors.Tests.TakeOver;
using DigitalTwin.Persistence.Postgres;
using Xunit.Abstractions;

namespace DigitalTwin.Postgres.Tests;

/// <summary>Fault 20 on PostgreSQL.</summary>
public sealed class TakeOverTests(ITestOutputHelper output)
{
    /// <summary>Short, so that a host that is stopped with the head locked does not hold up the others for long.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    [JournalFact]
    public void After_two_hundred_take_overs_under_load_nothing_of_an_older_epoch_is_stored()
    {
        // Tables first, one store after the other: only one program at a time makes tables, and none of the hosts waits for long.
        var stores = Enumerable.Range(0, 2).Select(_ => new TestJournal(TestServer.Shared)).ToList();
        foreach (var store in stores) PostgresJournal.Open(store.Options()).Dispose();
        foreach (var summary in TakeOverTrial.SideBySide(2, pair => AHundredTakeOvers(stores[pair - 1], pair))) output.WriteLine(summary);
        foreach (var store in stores) store.Dispose();
    }

    private static TakeOverTrial AHundredTakeOvers(TestJournal store, int pair)
    {
        var options = store.Options() with { Timeout = Timeout };
        using var journal = PostgresJournal.Open(store.Options());
        using var ended = new CancellationTokenSource();
        // Another host that appends to another shard: the log moves on under the two, so that they stand with the head locked too when they are stopped.
        var elsewhere = Task.Run(() => Append(store.Options(), ended.Token));
        using var trial = new TakeOverTrial(
            journal, owner => new ProcessStartInfo("dotnet", [typeof(TakeOverTests).Assembly.Location, owner, options.ConnectionString, options.Schema]), pair);
        trial.Run(100);
        ended.Cancel();
        Assert.True(elsewhere.GetAwaiter().GetResult() > 0);
        trial.Check();
        Assert.True(PostgresVerifier.Verify(options).Whole);
        return trial;
    }

    /// <summary>The host of the trial: owner, connection string, schema.</summary>
    public static async Task<int> Main(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        using var journal = PostgresJournal.Open(new PostgresJournalOptions(args[1], "leipzig") { Schema = args[2], Timeout = Timeout });
        await TakeOverProcess.RunAsync(journal, args[0]);
        return 0;
    }

    private static long Append(PostgresJournalOptions options, CancellationToken ended)
    {
        using var journal = PostgresJournal.Open(options);
        var lease = journal.Acquire(new ShardId("line2"), "host-c", TimeSpan.FromHours(1)).Lease!;
        var results = new AppendResult[1];
        var seq = 0L;
        while (!ended.IsCancellationRequested)
        {
            journal.Append([new Append(lease, new EntityId("elsewhere"), seq, [new NewEvent("cell.counted.v1", DateTimeOffset.UtcNow, Encoding.UTF8.GetBytes($"{{\"count\":{seq}}}"))])], DateTimeOffset.UtcNow, results);
            if (results[0].Status == AppendStatus.Stored) seq++;
            ended.WaitHandle.WaitOne(5);
        }

        return seq;
    }
}
