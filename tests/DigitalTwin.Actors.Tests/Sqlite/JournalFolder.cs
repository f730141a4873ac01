using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>A data folder of its own for one test.</summary>
public sealed class JournalFolder : IDisposable
{
    public static readonly DateTimeOffset At = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);

    public string Path { get; } = Directory.CreateTempSubdirectory("journal-").FullName;

    public string Database => System.IO.Path.Combine(Path, "journal.db");

    /// <summary>The lease of <see cref="Event"/>: taken when the folder is first opened, by an owner that has ended when it is opened again; nobody takes it over.</summary>
    private static Lease Lease { get; } = new(new ShardId("all"), "test", 1, TimeSpan.FromMinutes(1));

    public SqliteJournal Open(string plant = "leipzig", bool acceptHead = false)
    {
        var journal = SqliteJournal.Open(new SqliteJournalOptions(Path, plant) { AcceptHead = acceptHead });
        if (journal.Leases().Count == 0) Assert.Equal(Lease, journal.Acquire(Lease.Shard, Lease.Owner, Lease.TimeToLive).Lease);
        return journal;
    }

    public static AppendResult Append(SqliteJournal journal, Append append, DateTimeOffset? recorded = null)
    {
        var results = new AppendResult[1];
        journal.Append([append], recorded ?? At, results);
        return results[0];
    }

    /// <summary>Events of three machines, ten each, in ten commits.</summary>
    public void Fill()
    {
        using var journal = Open();
        for (var round = 0; round < 10; round++)
        {
            var batch = Enumerable.Range(1, 3).Select(machine => Event($"leipzig.body.cell{machine}", round)).ToArray();
            var results = new AppendResult[3];
            journal.Append(batch, At, results);
            Assert.All(results, result => Assert.Equal(AppendStatus.Stored, result.Status));
        }
    }

    public static Append Event(string entity, long expectedSeq, int count = 1) => new(
        Lease,
        new EntityId(entity),
        expectedSeq,
        [.. Enumerable.Range(1, count).Select(i => new NewEvent(
            "machine.state-changed.v1", At.AddSeconds(expectedSeq + i), Encoding.UTF8.GetBytes($$"""{"state":"Execute","count":{{expectedSeq + i}}}""")))]);

    /// <summary>What no honest program does to a journal.</summary>
    public void Tamper(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
