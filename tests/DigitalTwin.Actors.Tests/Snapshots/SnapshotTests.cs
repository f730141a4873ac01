using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Snapshots;
using DigitalTwin.Actors.TestKit;
using static DigitalTwin.Actors.Tests.PressShop;
using Reply = DigitalTwin.Actors.Entities.Reply<DigitalTwin.Actors.Tests.Press, DigitalTwin.Actors.Tests.PressEvent>;

namespace DigitalTwin.Actors.Tests.Snapshots;

public sealed class SnapshotTests
{
    private readonly MemorySnapshots snapshots = new();
    private readonly List<string> decoded = [];

    [Fact]
    public async Task Recovery_reads_only_what_came_after_the_newest_snapshot()
    {
        var first = Shop();
        for (var i = 0; i < 25; i++) first.Send(A, new PressCommand.Stroke(Parts: i + 1));
        Assert.Equal(20, snapshots.Saved[A].Seq);
        Assert.Equal(first.Journal.Events[19].Recorded, snapshots.Saved[A].Recorded);

        var second = Shop(first.Journal);
        Assert.Equal(await first.StateOf(A), await second.StateOf(A));
        Assert.Equal(5, decoded.Count);
        second.Send(A, new PressCommand.Stroke());
        Assert.Equal(26, second.Probe.Expect<Reply.Accepted>().Events[0].Seq);
        Assert.Empty(second.Notices);
    }

    [Fact]
    public async Task Commands_answered_before_the_snapshot_are_still_known()
    {
        var first = Shop();
        for (var i = 0; i < 10; i++)
        {
            first.Presses.TryAsk(A, new PressCommand.Stroke(Parts: i + 1), _ => { }, $"c{i}");
            first.Dispatcher.RunUntilIdle();
        }

        var second = Shop(first.Journal);
        var again = second.Presses.AskAsync(A, new PressCommand.Stroke(Parts: 5), Deadline, "c4");
        second.Dispatcher.RunUntilIdle();
        Assert.True(Assert.IsType<Reply.Accepted>(await again).Repeated);
        Assert.Equal(5, Assert.Single(((Reply.Accepted)await again).Events).Seq);
        Assert.Equal(10, first.Journal.Events.Count);
    }

    public static TheoryData<string, Func<Snapshot, Snapshot>> Wrong => new()
    {
        { "its format is 'press.state.v0', not 'press.state.v1'", snapshot => snapshot with { Format = "press.state.v0" } },
        { "is not the journal's", snapshot => snapshot with { Offset = snapshot.Offset + 1 } },
        { "is not the journal's", snapshot => snapshot with { Recorded = snapshot.Recorded.AddSeconds(1) } },
        { "is not the journal's", snapshot => snapshot with { Seq = snapshot.Seq - 1 } },
        { "the journal does not have its event 99", snapshot => snapshot with { Seq = 99 } },
        { "it cannot be read", snapshot => snapshot with { State = Encoding.UTF8.GetBytes("nonsense") } },
        { "it cannot be read", snapshot => snapshot with { State = default } },
        { "it cannot be read", snapshot => snapshot with { State = snapshot.State[..^1] } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_snapshot_that_is_wrong_is_ignored_reported_and_all_events_are_replayed(string reported, Func<Snapshot, Snapshot> wrong)
    {
        var first = Shop();
        for (var i = 0; i < 12; i++) first.Send(A, new PressCommand.Stroke(Parts: i + 1));
        snapshots.Replace(A, wrong);

        var second = Shop(first.Journal);
        Assert.Equal(await first.StateOf(A), await second.StateOf(A));
        Assert.Equal(12, decoded.Count);
        Assert.Contains(reported, Assert.Single(second.Notices).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_that_its_store_does_not_trust_is_ignored_and_reported()
    {
        var first = Shop();
        for (var i = 0; i < 12; i++) first.Send(A, new PressCommand.Stroke(Parts: i + 1));
        snapshots.Damage(A);
        var second = Shop(first.Journal);
        Assert.Equal(await first.StateOf(A), await second.StateOf(A));
        Assert.Contains("does not match its hash", Assert.Single(second.Notices).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_snapshot_that_cannot_be_saved_is_reported_and_costs_a_longer_recovery_only()
    {
        snapshots.SaveFaults = () => true;
        var first = Shop();
        for (var i = 0; i < 12; i++) first.Send(A, new PressCommand.Stroke(Parts: i + 1));
        Assert.Contains("could not be saved", Assert.Single(first.Notices).Reason, StringComparison.Ordinal);
        Assert.Empty(snapshots.Saved);
        Assert.Equal(await first.StateOf(A), await Shop(first.Journal).StateOf(A));
    }

    [Fact]
    public void The_end_of_the_system_leaves_a_snapshot_of_whatever_has_changed()
    {
        var shop = Shop();
        shop.Send(A, new PressCommand.Stroke());
        _ = shop.System.StopAsync(TimeSpan.FromSeconds(1));
        shop.Dispatcher.RunUntilIdle();
        Assert.Equal(1, snapshots.Saved[A].Seq);
    }

    private PressShop Shop(MemoryJournal? journal = null) => new(
        journal,
        with: options => options with { Snapshots = snapshots, SnapshotEvery = 10 },
        behavior: Press.Behavior with
        {
            Decode = (name, payload) =>
            {
                decoded.Add(name);
                return Press.Decode(name, payload);
            },
        });
}
