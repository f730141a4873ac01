using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Tests.Journals;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Postgres;

namespace DigitalTwin.Postgres.Tests;

/// <summary>What the journal does not do, and the sentences with which it says so.</summary>
public sealed class RefusalTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);
    private readonly TestJournal store = new(TestServer.Shared);
    private readonly string witness = Directory.CreateTempSubdirectory("witness-").FullName;

    public void Dispose()
    {
        store.Dispose();
        Directory.Delete(witness, recursive: true);
    }

    [JournalFact]
    public void A_server_that_cannot_be_used_is_refused_with_the_cure()
    {
        Refused(store.Options() with { ConnectionString = TestServer.To(1) }, "does not answer", "Start it, or check Host and Port");
        Refused(store.Options() with { ConnectionString = TestServer.Shared.ConnectionString + ";Password=wrong" }, "does not let this program in", "Check Username and Password");
        Refused(store.Options() with { ConnectionString = TestServer.To(TestServer.Shared.Port, "nowhere") }, "has no such database", "createdb");
        Refused(store.Options() with { ConnectionString = "Hast=127.0.0.1" }, "cannot be used", "Host=…;Port=5432");
        Refused(store.Options() with { ConnectionString = "Host=no-such-host.invalid;Username=a" }, "host name of the PostgreSQL server is not known", "Check Host");
        Refused(store.Options() with { Schema = "x; DROP TABLE events" }, "is no name for the journal's schema", "lower-case letters");
    }

    [JournalFact]
    public void A_role_without_rights_is_told_which()
    {
        var role = $"guest_{store.Schema}";
        store.Execute($"CREATE ROLE {role} LOGIN PASSWORD 'plant'");
        try
        {
            var options = store.Options() with { ConnectionString = TestServer.Shared.ConnectionString + $";Username={role}" };
            Refused(options, "permission denied for database plant", "Grant it CREATE on the database once");
            store.Open().Dispose();
            Refused(options, "permission denied for", "or ownership of the schema and its tables");
        }
        finally
        {
            store.Execute($"DROP ROLE {role}");
        }
    }

    [JournalFact]
    public void A_server_that_does_not_sync_is_refused()
    {
        using var server = new TestServer();
        using var own = new TestJournal(server);
        server.Execute("ALTER SYSTEM SET fsync = off");
        server.Execute("SELECT pg_reload_conf()");
        Wait.Until(() => server.Execute("SHOW fsync") is "off", TimeSpan.FromSeconds(30), "The setting was not taken over.");
        var refused = Assert.Throws<JournalRefusedException>(() => own.Open());
        Assert.Contains("would not be durable", refused.Message, StringComparison.Ordinal);
        Assert.Contains("Set fsync = on in postgresql.conf", refused.Message, StringComparison.Ordinal);
    }

    [JournalFact]
    public void A_session_whose_commits_would_not_wait_for_the_disk_is_refused() => Refused(
        store.Options() with { ConnectionString = TestServer.Shared.ConnectionString + ";Options=-c synchronous_commit=off" },
        "would not be durable", "Set synchronous_commit = on");

    [JournalFact]
    public void A_database_that_has_lost_its_newest_events_is_refused_at_the_start_and_stops_a_journal_that_runs()
    {
        var options = store.Options() with { WitnessFolder = witness };
        using var running = PostgresJournal.Open(options);
        var lease = running.Acquire(new ShardId("line1"), "host-a", TimeSpan.FromHours(1)).Lease!;
        for (var seq = 0; seq < 8; seq++) Assert.Equal(AppendStatus.Stored, Append(running, lease, seq).Status);

        // As a standby would that took over before the last three commits had reached it.
        store.Execute("DELETE FROM events WHERE \"offset\" > 5; UPDATE head SET (\"offset\", hash) = (SELECT \"offset\", hash FROM events WHERE \"offset\" = 5)");
        var failed = Assert.Throws<IOException>(() => Append(running, lease, 8));
        Assert.Contains("has lost acknowledged events", failed.Message, StringComparison.Ordinal);
        Assert.Contains("has lost acknowledged events", Assert.Throws<IOException>(() => Append(running, lease, 5)).Message, StringComparison.Ordinal);
        running.Dispose();

        Refused(options, "3 acknowledged events are missing", "Restore it from a backup");
        Assert.Contains(PostgresVerifier.Verify(options).Faults, fault => fault.Fault.Contains("has seen offset 8", StringComparison.Ordinal));
        using (var accepted = PostgresJournal.Open(options with { AcceptHead = true })) Assert.Equal(5, accepted.Head.Offset);
        PostgresJournal.Open(options).Dispose();
    }

    [JournalFact]
    public void A_witness_that_is_damaged_is_not_taken_for_a_good_one_but_a_new_host_needs_none()
    {
        var options = store.Options() with { WitnessFolder = witness };
        using (var journal = PostgresJournal.Open(options))
        {
            var lease = journal.Acquire(new ShardId("line1"), "host-a", TimeSpan.FromHours(1)).Lease!;
            Append(journal, lease, 0);
        }

        var file = Path.Combine(witness, "journal.head");
        File.WriteAllBytes(file, [.. File.ReadAllBytes(file).Select(part => (byte)(part ^ 1))]);
        Refused(options, "journal.head is damaged", "Restore it from a backup");
        File.Delete(file);
        PostgresJournal.Open(options).Dispose();
    }

    [JournalFact]
    public void An_id_that_no_text_of_the_database_can_hold_is_left_out_and_the_rest_of_its_batch_is_stored()
    {
        using var journal = store.Open();
        var lease = journal.Acquire(new ShardId("line1"), "host-a", TimeSpan.FromHours(1)).Lease!;
        var batch = new[] { Event(lease, "cell\01", 0), Event(lease, "cell2", 0) with { Command = new CommandTag("half \uD83D", 1) }, Event(lease, "cell3 \U0001F527", 0) };
        var results = new AppendResult[3];
        journal.Append(batch, At, results);
        Assert.Equal([AppendStatus.NotStored, AppendStatus.NotStored, AppendStatus.Stored], results.Select(result => result.Status));
        Assert.Contains("holds a NUL or half a character", results[0].Why, StringComparison.Ordinal);
        Assert.Equal("cell3 \U0001F527", Assert.Single(journal.ReadAll(0, 10)).Entity.Value);
    }

    private static AppendResult Append(PostgresJournal journal, Lease lease, long seq)
    {
        var results = new AppendResult[1];
        journal.Append([Event(lease, "cell1", seq)], At, results);
        return results[0];
    }

    private static Append Event(Lease lease, string entity, long seq) => new(lease, new EntityId(entity), seq, [new NewEvent("cell.counted.v1", At, "{}"u8.ToArray())]);

    private static void Refused(PostgresJournalOptions options, params string[] sayings)
    {
        var refused = Assert.Throws<JournalRefusedException>(() => PostgresJournal.Open(options));
        foreach (var saying in sayings) Assert.Contains(saying, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Password=plant", refused.Message, StringComparison.Ordinal);
    }
}
