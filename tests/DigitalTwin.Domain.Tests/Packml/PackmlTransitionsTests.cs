using DigitalTwin.Domain.Packml;
using static DigitalTwin.Domain.Packml.PackmlState;

namespace DigitalTwin.Domain.Tests.Packml;

public class PackmlTransitionsTests
{
    private static readonly PackmlState[] states = [.. Enum.GetValues<PackmlState>().Where(state => state != Undefined)];

    [Fact]
    public void States_are_numbered_as_in_OPC_30050() =>
        Assert.Equal(
            "Undefined,Clearing,Stopped,Starting,Idle,Suspended,Execute,Stopping,Aborting,Aborted,Holding,Held,Unholding,Suspending,Unsuspending,Resetting,Completing,Complete".Split(','),
            Enumerable.Range(0, 18).Select(number => ((PackmlState)number).ToString()));

    [Theory]
    [InlineData(Execute, Aborting, Aborted, Clearing, Stopped, Resetting, Idle, Starting, Execute)]
    [InlineData(Execute, Holding, Held, Unholding, Execute)]
    [InlineData(Execute, Suspending, Suspended, Unsuspending, Execute)]
    [InlineData(Execute, Completing, Complete, Resetting, Idle)]
    [InlineData(Idle, Stopping, Stopped)]
    public void The_ways_through_the_state_model_are_legal(params PackmlState[] way) =>
        Assert.All(way.Zip(way.Skip(1)), step => Assert.True(PackmlTransitions.IsLegal(step.First, step.Second), $"{step}"));

    [Fact]
    public void Every_state_but_Aborting_and_Aborted_can_abort() =>
        Assert.Equal([Aborting, Aborted], states.Where(state => !PackmlTransitions.IsLegal(state, Aborting)).Order());

    [Fact]
    public void A_unit_that_stops_aborts_or_clears_is_not_told_to_stop() =>
        Assert.Equal(new[] { Clearing, Stopped, Stopping, Aborting, Aborted }.Order(), states.Where(state => !PackmlTransitions.IsLegal(state, Stopping)).Order());

    [Fact]
    public void Apart_from_stop_and_abort_there_are_19_legal_transitions() =>
        Assert.Equal(19, (from a in states from b in states where b is not (Stopping or Aborting) && PackmlTransitions.IsLegal(a, b) select (a, b)).Count());

    [Theory]
    [InlineData(Execute, Aborted)]
    [InlineData(Aborted, Execute)]
    [InlineData(Stopped, Execute)]
    [InlineData(Suspended, Execute)]
    [InlineData(Idle, Idle)]
    public void Short_cuts_are_illegal(PackmlState from, PackmlState to) => Assert.False(PackmlTransitions.IsLegal(from, to));

    [Fact]
    public void Only_Execute_is_production_time() =>
        Assert.Equal([Execute], states.Where(state => state.Category() == TimeCategory.Production));

    [Fact]
    public void Starved_or_blocked_is_Suspended_and_not_Idle()
    {
        Assert.Equal(TimeCategory.StarvedOrBlocked, Suspended.Category());
        Assert.Equal(TimeCategory.Stopped, Idle.Category());
    }

    [Fact]
    public void A_number_that_is_no_state_has_no_category() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ((PackmlState)18).Category());
}
