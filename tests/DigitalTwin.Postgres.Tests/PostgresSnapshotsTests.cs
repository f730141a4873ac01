using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Snapshots;
using DigitalTwin.Actors.Tests.Journals;
using DigitalTwin.Persistence.Postgres;

namespace DigitalTwin.Postgres.Tests;

public sealed class PostgresSnapshotsTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);
    private readonly TestJournal store = new(TestServer.Shared);

    public void Dispose() => store.Dispose();

    [JournalFact]
    public void The_newest_snapshot_of_an_entity_replaces_the_one_before_and_is_found_by_another_process()
    {
        store.Open().Dispose();
        using (var snapshots = PostgresSnapshots.Open(store.Options()))
        {
            snapshots.Save([Snapshot("cell1", 200), Snapshot("cell2", 200)]);
            snapshots.Save([Snapshot("cell1", 400), Snapshot("cell1", 600)]);
            snapshots.Save([]);
        }

        using var others = PostgresSnapshots.Open(store.Options());
        var (found, ignored) = others.Load(new EntityId("cell1"));
        Assert.Null(ignored);
        Assert.Equal(Snapshot("cell1", 600) with { State = default }, found! with { State = default });
        Assert.Equal(Snapshot("cell1", 600).State.ToArray(), found!.State.ToArray());
        Assert.Equal(200, others.Load(new EntityId("cell2")).Found!.Seq);
        Assert.Equal(default, others.Load(new EntityId("cell3")));
    }

    [JournalTheory]
    [InlineData("state = set_byte(state, 3, get_byte(state, 3) # 1)")]
    [InlineData("seq = seq + 1")]
    [InlineData("\"offset\" = \"offset\" - 1")]
    [InlineData("recorded = recorded + 1")]
    [InlineData("format = 'cell.state.v2'")]
    [InlineData("hash = ''")]
    public void A_snapshot_that_is_not_what_was_saved_is_ignored_with_the_reason(string tampering)
    {
        store.Open().Dispose();
        using var snapshots = PostgresSnapshots.Open(store.Options());
        snapshots.Save([Snapshot("cell1", 200)]);
        store.Execute($"UPDATE snapshots SET {tampering}");
        var (found, ignored) = snapshots.Load(new EntityId("cell1"));
        Assert.Null(found);
        Assert.Contains("snapshot of cell1", ignored, StringComparison.Ordinal);
        Assert.Contains("does not match its hash", ignored, StringComparison.Ordinal);
    }

    private static Snapshot Snapshot(string entity, long seq) =>
        new(new EntityId(entity), seq, 3 * seq, At.AddSeconds(seq), "cell.state.v1", Encoding.UTF8.GetBytes($"{{\"count\":{seq}}}"));
}
