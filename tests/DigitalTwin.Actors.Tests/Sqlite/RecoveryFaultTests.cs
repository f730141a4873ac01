using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Snapshots;
using DigitalTwin.Persistence;
using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>Faults 11 and 12 through the whole engine.</summary>
public sealed class RecoveryFaultTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly EntityId A = new("shop.press-a");
    private static readonly EntityId B = new("shop.press-b");
    private readonly JournalFolder folder = new();
    private readonly List<string> notices = [];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("seq = seq - 1")]
    [InlineData("offset = offset + 1")]
    [InlineData("recorded = recorded - 1")]
    [InlineData("format = 'press.state.v0'")]
    [InlineData("state = CAST(replace(CAST(state AS TEXT), 'Parts\":', 'Parts\":1') AS BLOB)")]
    [InlineData("hash = zeroblob(32)")]
    public async Task Fault_11_a_snapshot_of_which_any_field_was_changed_is_ignored_and_all_events_are_replayed(string change)
    {
        var state = await StrokeAsync(12);
        Tamper($"UPDATE snapshots SET {change}");
        Assert.Equal(state, await StateAsync(A));
        Assert.Contains(A.Value, Assert.Single(notices), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("of another history")]
    [InlineData("committed at another time")]
    [InlineData("ahead of the journal")]
    [InlineData("of another format")]
    public async Task Fault_11_a_sound_snapshot_of_something_else_is_ignored_and_all_events_are_replayed(string what)
    {
        var state = await StrokeAsync(12);
        using (var snapshots = SqliteSnapshots.Open(folder.Path))
        {
            var snapshot = snapshots.Load(A).Found!;
            snapshots.Save([what switch
            {
                "of another history" => snapshot with { Offset = snapshot.Offset + 1 },
                "committed at another time" => snapshot with { Recorded = snapshot.Recorded.AddSeconds(1) },
                "ahead of the journal" => snapshot with { Seq = snapshot.Seq + 100, Offset = snapshot.Offset + 100 },
                _ => snapshot with { Format = "press.state.v0" },
            }]);
        }

        Assert.Equal(state, await StateAsync(A));
        Assert.Single(notices);
    }

    /// <summary>What shows that a sound one is used at all.</summary>
    [Fact]
    public async Task A_sound_snapshot_is_used_instead_of_the_events_before_it()
    {
        var state = await StrokeAsync(12);
        folder.Tamper("DELETE FROM events WHERE seq < 12");
        Assert.Equal(state, await StateAsync(A));
        Assert.Empty(notices);
    }

    [Theory]
    [InlineData("press.stroked.v2")]
    [InlineData("press.painted.v1")]
    public async Task Fault_12_an_event_that_this_version_does_not_know_stops_its_entity_alone_and_nothing_is_dropped(string name)
    {
        await StrokeAsync(3);
        using (var journal = folder.Open())
        {
            var lease = journal.Acquire(new("all"), "newer", TimeSpan.FromMinutes(1)).Lease!;
            Assert.Equal(AppendStatus.Stored, JournalFolder.Append(journal, new Append(lease, A, 3, [new NewEvent(name, JournalFolder.At, "{}"u8.ToArray())])).Status);
            Assert.Equal(AppendStatus.Stored, JournalFolder.Append(journal, new Append(lease, B, 0, [new NewEvent("press.stroked.v1", JournalFolder.At, """{"Parts":1,"Order":1}"""u8.ToArray())])).Status);
        }

        var before = JournalVerifier.Verify(folder.Path);
        var stopped = await Assert.ThrowsAsync<EntityUnavailableException>(() => StateAsync(A));
        Assert.Contains($"the event {name} is not known to this version of the program", stopped.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await StateAsync(B)).Strokes);
        var after = JournalVerifier.Verify(folder.Path);
        Assert.Equal((before.Events, before.HeadHash, true), (after.Events, after.HeadHash, after.Whole));
    }

    /// <returns>The press's state; its snapshot is of its last event, taken at the orderly end.</returns>
    private async Task<Press> StrokeAsync(int times)
    {
        using var journal = SqliteJournal.Open(new SqliteJournalOptions(folder.Path, "leipzig"));
        using var snapshots = SqliteSnapshots.Open(folder.Path);
        var system = new EntitySystem(journal, new EntitySystemOptions { Snapshots = snapshots });
        var presses = system.Add(Press.Behavior);
        for (var stroke = 0; stroke < times; stroke++) Assert.IsType<Reply<Press, PressEvent>.Accepted>(await presses.AskAsync(A, new PressCommand.Stroke(Parts: 2), Limit));
        var state = (await presses.QueryAsync(A, Limit)).State;
        await system.StopAsync(Limit);
        return state;
    }

    private async Task<Press> StateAsync(EntityId id)
    {
        using var journal = SqliteJournal.Open(new SqliteJournalOptions(folder.Path, "leipzig"));
        using var snapshots = SqliteSnapshots.Open(folder.Path);
        await using var system = new EntitySystem(journal, new EntitySystemOptions { Snapshots = snapshots, OnNotice = notice => notices.Add($"{notice.Subject}: {notice.Reason}") });
        return (await system.Add(Press.Behavior).QueryAsync(id, Limit)).State;
    }

    private void Tamper(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder.Path, SqliteSnapshots.FileName)};Pooling=False");
        connection.Open();
        SqliteSchema.Scalar(connection, sql);
    }
}
