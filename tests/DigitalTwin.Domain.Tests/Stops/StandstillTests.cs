using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Domain.Units;
using static DigitalTwin.Domain.Packml.PackmlState;
using static DigitalTwin.Domain.Tests.Times;
using static DigitalTwin.Domain.Units.UnitEvent;

namespace DigitalTwin.Domain.Tests.Stops;

public class StandstillTests
{
    private static StateChanged To(PackmlState state, double seconds) => new("state", Undefined, state, At(seconds), true, false);
    private static FaultRaised Fault(long code, double seconds) => new("fault", code, At(seconds));
    private static FaultCleared Cleared(long code, double seconds) => new("fault", code, At(seconds));

    private static string In(double from, double to, params UnitEvent[] history) => string.Join(", ", Standstill.In(history, new Period(At(from), At(to))).Select(found =>
        $"{(found.Time.From - T0).TotalSeconds}-{(found.Time.To - T0).TotalSeconds} {found.Category} {found.State}{(found.Fault == 0 ? "" : $" F{found.Fault}")}{(found.Lasts ? " lasts" : "")}"));

    [Fact]
    public void A_breakdown_is_one_stop_from_its_abort_until_it_is_cleared_and_the_start_after_it_another() => Assert.Equal(
        "180-250 Breakdown Aborted F4711, 250-261.5 Stopped Idle",
        In(0, 600, To(Execute, 0), Fault(4711, 180), To(Aborting, 180), To(Aborted, 181), To(Clearing, 240), Cleared(4711, 240), To(Stopped, 250), To(Resetting, 252), To(Idle, 255), To(Starting, 260), To(Execute, 261.5)));

    [Fact]
    public void A_fault_that_was_raised_just_before_the_stop_and_holds_is_its_fault() =>
        Assert.Equal("10-20 Breakdown Aborted F7", In(0, 100, To(Execute, 0), Fault(7, 9.5), To(Aborted, 10), To(Execute, 20), Cleared(7, 30)));

    [Fact]
    public void A_fault_of_before_or_after_is_not() =>
        Assert.Equal("10-20 Held Held, 40-50 Held Held F8", In(0, 100, To(Execute, 0), Fault(7, 2), Cleared(7, 3), To(Held, 10), To(Execute, 20), To(Held, 40), Fault(8, 45), Cleared(8, 46), Fault(9, 47), To(Execute, 50)));

    [Fact]
    public void A_stop_that_has_no_end_lasts() => Assert.Equal("10-100 Held Held lasts", In(0, 100, To(Execute, 0), To(Held, 10)));

    [Fact]
    public void What_nobody_saw_is_no_stop_and_ends_the_one_before() =>
        Assert.Equal("10-20 Held Held, 41-50 Held Held", In(0, 100, To(Execute, 0), To(Held, 10), new GapObserved(At(20), At(40), "server-lost", ["state"], StateUnseen: true), To(Held, 41), To(Execute, 50)));

    [Fact]
    public void A_stop_shorter_than_a_millisecond_is_none() => Assert.Equal("", In(0, 100, To(Execute, 0), To(Held, 10) with { At = At(10).AddTicks(5) }, To(Execute, 10) with { At = At(10).AddTicks(900) }));
}
