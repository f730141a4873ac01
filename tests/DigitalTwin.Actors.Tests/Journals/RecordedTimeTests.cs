using DigitalTwin.Actors.TestKit;
using static DigitalTwin.Actors.Tests.PressShop;

namespace DigitalTwin.Actors.Tests.Journals;

public sealed class RecordedTimeTests
{
    [Fact]
    public void A_clock_that_went_back_moves_no_event_before_another_and_is_told_once()
    {
        var time = new VirtualTime();
        var first = new PressShop(time: new VirtualTime(time.GetUtcNow() + TimeSpan.FromHours(1)));
        first.Send(A, new PressCommand.Stroke());
        var second = new PressShop(first.Journal, time: time);
        second.Send(A, new PressCommand.Stroke());
        second.Send(A, new PressCommand.Stroke());
        Assert.All(second.Journal.Events, stored => Assert.Equal(first.Time.GetUtcNow(), stored.Recorded));
        Assert.StartsWith("The clock of this machine is 3600 s behind the newest event of the journal.", Assert.Single(second.Notices).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clock_that_is_as_far_off_as_clocks_of_several_machines_are_is_nothing_to_tell()
    {
        var time = new VirtualTime();
        var first = new PressShop(time: new VirtualTime(time.GetUtcNow() + TimeSpan.FromSeconds(0.9)));
        first.Send(A, new PressCommand.Stroke());
        var second = new PressShop(first.Journal, time: time);
        second.Send(A, new PressCommand.Stroke());
        Assert.Empty(second.Notices);
    }
}
