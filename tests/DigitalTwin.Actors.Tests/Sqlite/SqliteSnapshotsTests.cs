using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Snapshots;
using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Actors.Tests.Sqlite;

public sealed class SqliteSnapshotsTests : IDisposable
{
    private static readonly EntityId Cell1 = new("leipzig.body.cell1");
    private static readonly EntityId Cell2 = new("leipzig.body.cell2");
    private readonly JournalFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string Database => Path.Combine(folder.Path, SqliteSnapshots.FileName);

    [Fact]
    public void The_newest_snapshot_of_an_entity_is_there_after_a_new_start()
    {
        using (var snapshots = SqliteSnapshots.Open(folder.Path))
        {
            Assert.Equal(default, snapshots.Load(Cell1));
            snapshots.Save([Of(Cell1, 5), Of(Cell2, 7)]);
            snapshots.Save([Of(Cell1, 9)]);
            AssertSame(Of(Cell1, 9), snapshots.Load(Cell1));
        }

        using var again = SqliteSnapshots.Open(folder.Path);
        Assert.Null(again.Discarded);
        AssertSame(Of(Cell1, 9), again.Load(Cell1));
        AssertSame(Of(Cell2, 7), again.Load(Cell2));
    }

    /// <summary>After a backup was restored, a snapshot may be of a history that is no more.</summary>
    [Fact]
    public void A_snapshot_replaces_one_of_a_later_event()
    {
        using var snapshots = SqliteSnapshots.Open(folder.Path);
        snapshots.Save([Of(Cell1, 9)]);
        snapshots.Save([Of(Cell1, 3)]);
        AssertSame(Of(Cell1, 3), snapshots.Load(Cell1));
    }

    [Theory]
    [InlineData("seq = seq + 1")]
    [InlineData("offset = offset + 1")]
    [InlineData("recorded = recorded + 1")]
    [InlineData("recorded = 9223372036854775807")]
    [InlineData("format = 'cell.state.v2'")]
    [InlineData("state = CAST('{\"count\":10}' AS BLOB)")]
    [InlineData("state = x''")]
    [InlineData("hash = zeroblob(32)")]
    [InlineData("hash = x''")]
    public void Fault_11_a_snapshot_of_which_any_field_was_changed_is_told_from_a_whole_one(string change)
    {
        using (var snapshots = SqliteSnapshots.Open(folder.Path)) snapshots.Save([Of(Cell1, 9), Of(Cell2, 7)]);
        Tamper($"UPDATE snapshots SET {change} WHERE entity = 'leipzig.body.cell1'");
        using var again = SqliteSnapshots.Open(folder.Path);
        Assert.Equal(new SnapshotRead(null, "the snapshot of leipzig.body.cell1 does not match its hash"), again.Load(Cell1));
        AssertSame(Of(Cell2, 7), again.Load(Cell2));
        again.Save([Of(Cell1, 12)]);
        AssertSame(Of(Cell1, 12), again.Load(Cell1));
    }

    [Fact]
    public void Fault_11_the_snapshot_of_another_entity_is_not_taken()
    {
        using (var snapshots = SqliteSnapshots.Open(folder.Path)) snapshots.Save([Of(Cell2, 7)]);
        Tamper("UPDATE snapshots SET entity = 'leipzig.body.cell1'");
        using var again = SqliteSnapshots.Open(folder.Path);
        Assert.NotNull(again.Load(Cell1).Ignored);
    }

    [Theory]
    [InlineData("no database")]
    [InlineData("torn")]
    [InlineData("of a later version")]
    public void A_file_that_cannot_be_used_is_thrown_away_and_it_is_said_why(string damage)
    {
        using (var snapshots = SqliteSnapshots.Open(folder.Path)) snapshots.Save([.. Enumerable.Range(0, 200).Select(cell => Of(new EntityId($"cell{cell}"), 9))]);
        switch (damage)
        {
            case "no database":
                File.WriteAllText(Database, new string('x', 8192));
                break;
            case "torn":
                using (var file = File.OpenWrite(Database)) file.SetLength(file.Length / 2);
                break;
            default:
                Tamper("PRAGMA user_version = 2");
                break;
        }

        using var again = SqliteSnapshots.Open(folder.Path);
        Assert.Contains("were thrown away", again.Discarded, StringComparison.Ordinal);
        Assert.Equal(default, again.Load(new EntityId("cell1")));
        again.Save([Of(Cell1, 9)]);
        AssertSame(Of(Cell1, 9), again.Load(Cell1));
    }

    [Fact]
    public void Two_processes_save_in_turns_and_see_what_the_other_saved()
    {
        using var first = SqliteSnapshots.Open(folder.Path);
        using var second = SqliteSnapshots.Open(folder.Path);
        for (var seq = 1; seq <= 20; seq++)
        {
            first.Save([Of(Cell1, seq)]);
            second.Save([Of(Cell2, seq)]);
            AssertSame(Of(Cell1, seq), second.Load(Cell1));
            AssertSame(Of(Cell2, seq), first.Load(Cell2));
        }
    }

    private static Snapshot Of(EntityId entity, long seq) =>
        new(entity, seq, 3 * seq, JournalFolder.At.AddSeconds(seq), "cell.state.v1", System.Text.Encoding.UTF8.GetBytes($$"""{"count":{{seq}}}"""));

    private static void AssertSame(Snapshot expected, SnapshotRead read)
    {
        Assert.Null(read.Ignored);
        Assert.Equal(expected with { State = default }, read.Found! with { State = default });
        Assert.Equal(expected.State.ToArray(), read.Found!.State.ToArray());
    }

    private void Tamper(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The test's own constant.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
