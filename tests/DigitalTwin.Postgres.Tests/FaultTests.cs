using System.Globalization;
using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Tests.Journals;
using DigitalTwin.Persistence.Postgres;

namespace DigitalTwin.Postgres.Tests;

/// <summary>A server that dies and a network that breaks; numbers as in the fault catalogue.</summary>
public sealed class FaultTests
{
    private static readonly DateTimeOffset At = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>DT_SEED=… runs the choices of a failure again; what the machine does meanwhile is its own.</summary>
    private static int Seed() =>
        int.TryParse(Environment.GetEnvironmentVariable("DT_SEED"), CultureInfo.InvariantCulture, out var given) ? given : Environment.TickCount;

    /// <summary>Fault 41.</summary>
    [JournalFact]
    public void A_server_that_is_killed_ten_times_under_load_keeps_each_acknowledged_event_once()
    {
        var seed = Seed();
        var random = new Random(seed);
        using var server = new TestServer();
        using var store = new TestJournal(server);
        var hosts = new[] { new Host(store, "line1"), new Host(store, "line2") };
        var threads = hosts.Select(host => new Thread(host.Work)).ToArray();
        foreach (var thread in threads) thread.Start();
        for (var kill = 0; kill < 10; kill++)
        {
            var goals = hosts.Select(host => host.Acknowledged + random.Next(1, 60)).ToArray();
            Wait.Until(() => hosts.Zip(goals).All(pair => pair.First.Acknowledged >= pair.Second || pair.First.Failed is not null), Limit, $"Seed {seed}, kill {kill}: no events for a minute.");
            server.Kill();
            Wait.Until(() => TryStart(server), Limit, "The killed server does not start again.");
        }

        foreach (var host in hosts) host.Stop();
        foreach (var thread in threads) Assert.True(thread.Join(Limit));
        foreach (var host in hosts)
        {
            Assert.True(host.Failed is null, $"Seed {seed}: {host.Failed}");
            Assert.Equal(host.Stored, host.Read());
            host.Dispose();
        }

        var report = PostgresVerifier.Verify(store.Options());
        Assert.True(report.Whole, $"Seed {seed}: {string.Join("; ", report.Faults)}");
        Assert.Equal(hosts.Sum(host => host.Acknowledged), report.Events);
    }

    /// <summary>Fault 43.</summary>
    [JournalFact]
    public void A_connection_cut_a_hundred_times_at_a_random_byte_stores_all_of_a_commit_or_nothing()
    {
        const int Rows = 20;
        var seed = Seed();
        var random = new Random(seed);
        using var store = new TestJournal(TestServer.Shared);
        using var proxy = new FaultProxy(TestServer.Shared.Port);
        var options = store.Options() with { ConnectionString = proxy.ConnectionString };
        var (stored, cuts, unknown, kept) = (0L, 0, 0, 0);
        Lease? lease = null;
        for (var trial = 0; cuts < 100; trial++)
        {
            // Every other time nobody comes back to look: what the server has made of it alone.
            var abandoned = trial % 2 == 1;
            var results = new AppendResult[1];
            using var journal = PostgresJournal.Open(options with { ReconnectWithin = abandoned ? TimeSpan.Zero : Limit });
            lease ??= journal.Acquire(new ShardId("line1"), "host-a", Hour).Lease!;
            var append = Batch(lease, new EntityId("cell"), stored, Rows);
            var answers = random.Next(3) == 0;
            proxy.CutAfter(random.Next(answers ? 120 : 7500), answers);
            try
            {
                journal.Append([append], At, results);
            }
            catch (IOException failed)
            {
                Assert.Contains("Whether the last events are stored is not known", failed.Message, StringComparison.Ordinal);
                results[0] = new AppendResult(AppendStatus.Unknown, 0, failed.Message);
                unknown++;
            }

            if (proxy.HasCut) cuts++;
            proxy.DoNotCut();
            var durable = (long)store.Execute("SELECT count(*) FROM events")!;
            var expected = results[0].Status == AppendStatus.Stored ? [stored + Rows] : new[] { stored, stored + Rows };
            Assert.True(expected.Contains(durable), $"Seed {seed}, trial {trial}: {durable} rows after {stored}; {results[0]}");
            if (!abandoned) Assert.Equal((AppendStatus.Stored, null), (results[0].Status, results[0].Why));
            if (durable > stored && results[0].Status != AppendStatus.Stored) kept++;
            stored = durable;
        }

        Assert.True(PostgresVerifier.Verify(store.Options()).Whole, $"Seed {seed}");
        Console.WriteLine($"Seed {seed}: {cuts} cuts, {unknown} outcomes unknown to their sender, {kept} of them stored.");
    }

    [JournalFact]
    public void A_commit_of_unknown_outcome_is_asked_after_until_the_head_can_be_locked()
    {
        using var store = new TestJournal(TestServer.Shared);
        using var proxy = new FaultProxy(TestServer.Shared.Port);
        using var journal = PostgresJournal.Open(store.Options() with { ConnectionString = proxy.ConnectionString, Timeout = TimeSpan.FromSeconds(1), ReconnectWithin = Limit });
        var lease = journal.Acquire(new ShardId("line1"), "host-a", Hour).Lease!;
        Append(journal, Batch(lease, new EntityId("cell"), 0, 1));

        // The commit arrives, its answer does not; and when the journal comes back to look, somebody else has the head for longer than a lock is waited for.
        proxy.Refusing = true;
        proxy.CutAfter(0, answers: true);
        var late = Task.Run(() => Append(journal, Batch(lease, new EntityId("cell"), 1, 1)));
        Wait.Until(() => store.Execute("SELECT count(*) FROM events") is 2L, Limit, "The commit has not arrived.");
        using (store.Hold("SELECT FROM head FOR UPDATE"))
        {
            proxy.Refusing = false;
            Wait.Until(() => store.Waits("%FROM head FOR UPDATE"), Limit, "The head is not asked for.");
            Wait.Until(() => !store.Waits("%FROM head FOR UPDATE"), Limit, "The wait for the head does not end.");
            Assert.False(late.IsCompleted, "An answer was given although nobody can know.");
        }

        var result = late.WaitAsync(Limit).GetAwaiter().GetResult();
        Assert.Equal((AppendStatus.Stored, 2L), (result.Status, result.FirstOffset));
        Assert.Equal(2, journal.Head.Offset);
    }

    /// <summary>Fault 21.</summary>
    [JournalFact]
    public void A_holder_paused_inside_an_open_transaction_is_ended_and_its_shard_taken_over()
    {
        using var store = new TestJournal(TestServer.Shared);
        using var proxy = new FaultProxy(TestServer.Shared.Port);
        var timeout = TimeSpan.FromSeconds(2);
        var timeToLive = TimeSpan.FromSeconds(0.5);
        using var paused = PostgresJournal.Open(store.Options() with { ConnectionString = proxy.ConnectionString, Timeout = timeout });
        using var other = store.Open();
        var old = paused.Acquire(new ShardId("line1"), "host-a", timeToLive).Lease!;
        var elsewhere = other.Acquire(new ShardId("line2"), "host-b", Hour).Lease!;
        Append(other, Batch(elsewhere, new EntityId("cell2"), 0, 1));

        // The log has moved on, so the next append locks leases and head before it writes; there its process stands still.
        proxy.FreezeAfter("FOR UPDATE");
        var late = Task.Run(() => Append(paused, Batch(old, new EntityId("cell1"), 0, 5)));
        Assert.True(proxy.Frozen.Wait(Limit), "The append has not locked the head.");
        // The server ends the paused one's session after the timeout; without that nobody could go on before it thaws.
        Lease? taken = null;
        Wait.Until(() => (taken = other.Acquire(new ShardId("line1"), "host-b", Hour).Lease) is not null, Limit, "The shard was not taken over.");
        Assert.True(proxy.Frozen.IsSet);
        Assert.Equal(AppendStatus.Stored, Append(other, Batch(taken!, new EntityId("cell1"), 0, 1)).Status);

        proxy.Thaw();
        Assert.Equal(AppendStatus.Fenced, late.WaitAsync(Limit).GetAwaiter().GetResult().Status);
        Assert.Equal([elsewhere.Epoch, taken!.Epoch], other.ReadAll(0, 10).Select(stored => stored.Epoch));
        Assert.True(PostgresVerifier.Verify(store.Options()).Whole);
    }

    [JournalFact]
    public void A_take_over_waits_for_an_append_that_has_compared_its_lease_already()
    {
        using var store = new TestJournal(TestServer.Shared);
        using var proxy = new FaultProxy(TestServer.Shared.Port);
        using var slow = PostgresJournal.Open(store.Options() with { ConnectionString = proxy.ConnectionString, Timeout = Limit });
        using var other = PostgresJournal.Open(store.Options() with { Timeout = Limit });
        var old = slow.Acquire(new ShardId("line1"), "host-a", TimeSpan.FromMilliseconds(1)).Lease!;
        Append(other, Batch(other.Acquire(new ShardId("line2"), "host-b", Hour).Lease!, new EntityId("cell2"), 0, 1));
        proxy.FreezeAfter("FOR UPDATE");
        var late = Task.Run(() => Append(slow, Batch(old, new EntityId("cell1"), 0, 5)));
        Assert.True(proxy.Frozen.Wait(Limit), "The append has not locked the head.");
        var takeOver = Task.Run(() => other.Acquire(new ShardId("line1"), "host-b", Hour).Lease);
        Wait.Until(() => takeOver.IsCompleted || store.Waits("INSERT INTO leases%"), Limit, "The take-over neither waits nor ends.");
        Assert.False(takeOver.IsCompleted, "The shard was taken over while an append that had compared the lease was not yet committed.");

        proxy.Thaw();
        Assert.Equal(AppendStatus.Stored, late.WaitAsync(Limit).GetAwaiter().GetResult().Status);
        Assert.True(takeOver.WaitAsync(Limit).GetAwaiter().GetResult()!.Epoch > old.Epoch);
    }

    [JournalFact]
    public void A_take_over_waits_for_a_commit_that_is_under_way_and_a_commit_for_a_take_over()
    {
        using var store = new TestJournal(TestServer.Shared);
        using var here = PostgresJournal.Open(store.Options() with { Timeout = Limit });
        using var there = PostgresJournal.Open(store.Options() with { Timeout = Limit });
        var old = here.Acquire(new ShardId("line1"), "host-a", TimeSpan.FromMilliseconds(1)).Lease!;
        Task<AppendResult> commit;
        Task<Lease?> takeOver;
        using (store.Hold("SELECT FROM head FOR UPDATE"))
        {
            commit = Task.Run(() => Append(here, Batch(old, new EntityId("cell1"), 0, 1)));
            Wait.Until(() => store.Waits("WITH held%"), Limit, "The commit does not wait for the head.");
            takeOver = Task.Run(() => there.Acquire(new ShardId("line1"), "host-b", TimeSpan.FromMilliseconds(1)).Lease);
            Wait.Until(() => takeOver.IsCompleted || store.Waits("INSERT INTO leases%"), Limit, "The take-over neither waits nor ends.");
            Assert.False(takeOver.IsCompleted, "The shard was taken over under a commit that had compared the lease.");
        }

        Assert.Equal(AppendStatus.Stored, commit.WaitAsync(Limit).GetAwaiter().GetResult().Status);
        var taken = takeOver.WaitAsync(Limit).GetAwaiter().GetResult()!;
        using (var third = store.Hold("UPDATE leases SET epoch = nextval('epochs'), owner = 'host-c'"))
        {
            commit = Task.Run(() => Append(there, Batch(taken, new EntityId("cell1"), 1, 1)));
            Wait.Until(() => store.Waits("WITH held%") || store.Waits("SELECT shard, epoch FROM leases%"), Limit, "The commit does not wait for the lease.");
            third.Commit();
        }

        Assert.Equal(AppendStatus.Fenced, commit.WaitAsync(Limit).GetAwaiter().GetResult().Status);
        Assert.Equal(1, there.Head.Offset);
    }

    /// <summary>Fault 42.</summary>
    [JournalFact]
    public void A_database_that_does_not_answer_in_time_refuses_appends_and_takes_them_again_afterwards()
    {
        using var store = new TestJournal(TestServer.Shared);
        using var journal = PostgresJournal.Open(store.Options() with { Timeout = TimeSpan.FromSeconds(1) });
        var lease = journal.Acquire(new ShardId("line1"), "host-a", Hour).Lease!;
        Append(journal, Batch(lease, new EntityId("cell"), 0, 1));
        using (store.Hold("LOCK TABLE head IN ACCESS EXCLUSIVE MODE"))
        {
            var result = Append(journal, Batch(lease, new EntityId("cell"), 1, 1));
            Assert.Equal(AppendStatus.NotStored, result.Status);
            Assert.Contains("did not answer in time", result.Why, StringComparison.Ordinal);
            Assert.Contains("pg_stat_activity", result.Why, StringComparison.Ordinal);
        }

        Assert.Equal(AppendStatus.Stored, Append(journal, Batch(lease, new EntityId("cell"), 1, 1)).Status);
        Assert.Equal(2, journal.Head.Offset);
    }

    [JournalFact]
    public void A_server_that_is_away_refuses_appends_with_a_sentence_and_takes_them_when_it_is_back()
    {
        using var server = new TestServer();
        using var store = new TestJournal(server);
        using var journal = PostgresJournal.Open(store.Options() with { Timeout = TimeSpan.FromSeconds(1), ReconnectWithin = TimeSpan.FromSeconds(1) });
        var lease = journal.Acquire(new ShardId("line1"), "host-a", Hour).Lease!;
        server.Stop();
        Assert.Contains("Start it, or check Host and Port", Assert.Throws<IOException>(() => journal.Renew(lease)).Message, StringComparison.Ordinal);
        Assert.Contains("Start it, or check Host and Port", Assert.Throws<IOException>(() => journal.ReadAll(0, 1)).Message, StringComparison.Ordinal);
        var result = Append(journal, Batch(lease, new EntityId("cell"), 0, 1));
        Assert.Equal(AppendStatus.NotStored, result.Status);
        Assert.Contains("Start it, or check Host and Port", result.Why, StringComparison.Ordinal);

        server.Start();
        Assert.True(journal.Renew(lease));
        Assert.Equal(AppendStatus.Stored, Append(journal, Batch(lease, new EntityId("cell"), 0, 1)).Status);
        Assert.Single(journal.ReadAll(0, 10));
    }

    private static bool TryStart(TestServer server)
    {
        try
        {
            server.Start();
            return true;
        }
        catch (InvalidOperationException)
        {
            // Memory of the killed server may still be in use by a process of it that is just ending.
            return false;
        }
    }

    private static AppendResult Append(PostgresJournal journal, Append append)
    {
        var results = new AppendResult[1];
        journal.Append([append], At, results);
        return results[0];
    }

    private static Append Batch(Lease lease, EntityId entity, long expectedSeq, int count) => new(
        lease, entity, expectedSeq,
        [.. Enumerable.Range(1, count).Select(i => new NewEvent("cell.counted.v1", At, Encoding.UTF8.GetBytes($"{{\"count\":{expectedSeq + i},\"padding\":\"{new string('.', 100)}\"}}")))]);

    /// <summary>Appends batches of several entities as fast as it can, as a host's writer does, and notes what was acknowledged.</summary>
    private sealed class Host : IDisposable
    {
        private readonly PostgresJournal journal;
        private readonly Lease lease;
        private readonly EntityId[] cells;
        private readonly Dictionary<(EntityId, long), long> stored = [];
        private long acknowledged;
        private volatile bool stopping;

        public Host(TestJournal store, string line)
        {
            journal = store.Open();
            lease = journal.Acquire(new ShardId(line), $"host-{line}", Hour).Lease!;
            cells = [.. Enumerable.Range(1, 5).Select(cell => new EntityId($"{line}.cell{cell}"))];
        }

        public long Acknowledged => Interlocked.Read(ref acknowledged);

        public string? Failed { get; private set; }

        public IReadOnlyDictionary<(EntityId, long), long> Stored => stored;

        public void Stop() => stopping = true;

        public void Work()
        {
            var results = new AppendResult[cells.Length];
            for (var seq = 0L; !stopping;)
            {
                try
                {
                    journal.Append([.. cells.Select(cell => Batch(lease, cell, seq, 2))], At, results);
                }
                catch (IOException failed)
                {
                    Failed = failed.Message;
                    return;
                }

                // All of one batch share its fate; refused for now means that the same may be sent again.
                if (results.All(result => result.Status == AppendStatus.NotStored)) continue;
                if (results.Any(result => result.Status != AppendStatus.Stored))
                {
                    Failed = string.Join("; ", results);
                    return;
                }

                for (var i = 0; i < cells.Length; i++)
                {
                    stored[(cells[i], seq + 1)] = results[i].FirstOffset;
                    stored[(cells[i], seq + 2)] = results[i].FirstOffset + 1;
                }

                seq += 2;
                Interlocked.Add(ref acknowledged, 2 * cells.Length);
            }
        }

        public Dictionary<(EntityId, long), long> Read()
        {
            var read = new Dictionary<(EntityId, long), long>();
            foreach (var cell in cells)
            {
                for (var seq = 0L; journal.ReadEntity(cell, seq, 1000) is { Count: > 0 } page; seq = page[^1].Seq)
                {
                    foreach (var found in page) read.Add((cell, found.Seq), found.Offset);
                }
            }

            return read;
        }

        public void Dispose() => journal.Dispose();
    }
}
