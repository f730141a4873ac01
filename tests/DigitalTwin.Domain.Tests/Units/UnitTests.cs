using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using static DigitalTwin.Domain.Packml.PackmlState;
using static DigitalTwin.Domain.Tests.Times;
using static DigitalTwin.Domain.Units.UnitCommand;
using static DigitalTwin.Domain.Units.UnitEvent;

namespace DigitalTwin.Domain.Tests.Units;

public class UnitTests
{
    private static readonly Scenario<UnitState, UnitCommand, UnitEvent> unit = new(UnitState.Initial, Unit.Decide, Unit.Apply);

    private static readonly Scenario<UnitState, UnitCommand, UnitEvent> executing = unit.After(State(Execute, 0));

    private static Observe State(PackmlState state, double seconds, Quality quality = Quality.Good) => Number((int)state, seconds, quality);
    private static Observe Number(double number, double seconds, Quality quality = Quality.Good) => new("state", SignalRole.State, number, null, quality, At(seconds));
    private static Observe Good(double count, double seconds, Quality quality = Quality.Good) => new("good", SignalRole.GoodCount, count, null, quality, At(seconds));
    private static Observe Vehicle(string? body, double seconds) => new("vehicle", SignalRole.Vehicle, double.NaN, body, Quality.Good, At(seconds));
    private static Observe Fault(double code, double seconds) => new("fault", SignalRole.Fault, code, null, Quality.Good, At(seconds));

    [Fact]
    public void The_first_state_seen_is_recorded_and_not_judged() =>
        unit.When(State(Aborted, 1)).Then(new StateChanged("state", Undefined, Aborted, At(1), Legal: true, AfterGap: true));

    [Fact]
    public void A_change_of_state_is_recorded_with_the_time_of_its_source() =>
        executing.When(State(Aborting, 12.345)).Then(new StateChanged("state", Execute, Aborting, At(12.345), Legal: true, AfterGap: false));

    [Fact]
    public void An_illegal_transition_is_recorded_and_flagged()
    {
        executing.When(State(Aborted, 5)).Then(new StateChanged("state", Execute, Aborted, At(5), Legal: false, AfterGap: false));
        var after = executing.After(State(Aborted, 5));
        Assert.Equal(Aborted, after.State.State);
        Assert.Equal(["illegalTransition"], after.State.Flags());
        Assert.Empty(after.After(State(Clearing, 6)).State.Flags());
    }

    [Fact]
    public void A_state_announced_again_is_nothing_new() => executing.When(State(Execute, 30)).ThenNothing();

    [Theory]
    [InlineData(0)]
    [InlineData(-7)]
    public void A_report_as_old_as_the_known_one_or_older_changes_nothing(double seconds) => executing.When(State(Holding, seconds)).ThenNothing();

    [Theory]
    [InlineData(18)]
    [InlineData(-1)]
    [InlineData(4e9)]
    public void A_number_that_is_no_PackML_state_is_refused(double number) => executing.When(Number(number, 3)).ThenRefused("STATE_UNKNOWN");

    [Fact]
    public void A_state_between_two_states_is_refused() => executing.When(Number(6.5, 3)).ThenRefused("NOT_AN_INTEGER");

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void What_is_no_number_is_refused(double number) => executing.When(Number(number, 3)).ThenRefused("NOT_A_NUMBER");

    [Fact]
    public void An_uncertain_state_moves_nothing_and_is_not_observed_until_it_is_good_again()
    {
        executing.When(State(Aborting, 3, Quality.Uncertain)).Then(new SignalLost("state", SignalRole.State, At(3), Doubtful: true));
        var doubtful = executing.After(State(Aborting, 3, Quality.Uncertain));
        Assert.Equal(Execute, doubtful.State.State);
        Assert.Equal(["stateUnseen", "signalLost:state"], doubtful.State.Flags());
        doubtful.When(State(Aborting, 4, Quality.Bad)).ThenNothing();
        Assert.Empty(doubtful.After(State(Execute, 5)).State.Flags());
    }

    [Fact]
    public void Of_two_reports_at_the_same_time_the_one_sent_later_holds()
    {
        var idle = unit.After(State(Idle, 5) with { Sequence = 1 });
        idle.When(State(Starting, 5) with { Sequence = 2 }).Then(new StateChanged("state", Idle, Starting, At(5), Legal: true, AfterGap: false) { Sequence = 2 });
        idle.After(State(Starting, 5) with { Sequence = 2 }).When(State(Idle, 5) with { Sequence = 1 }).ThenNothing();   // sent again after an outage
        Assert.Empty(idle.After(State(Idle, 5, Quality.Bad) with { Sequence = 2 }, State(Idle, 5) with { Sequence = 3 }).State.Flags());
    }

    [Fact]
    public void A_plant_set_back_in_time_is_recorded_and_seen_as_after_a_gap()
    {
        var ahead = unit.After(State(Execute, 20_000), new ObserveGap(At(20_001), At(20_002), "server-lost", ["state"]));
        var back = State(Execute, 10) with { PlantNow = At(11) };
        ahead.When(back).Then(
            new ClockSetBack("state", SignalRole.State, At(20_000), At(10)),
            new StateChanged("state", Execute, Execute, At(10), Legal: true, AfterGap: true));
        Assert.Equal(At(10), ahead.After(back).State.StateSince);
        Assert.Empty(ahead.After(back).State.Flags());
        ahead.After(back).When(back).ThenNothing();
        ahead.After(back).When(State(Aborting, 12)).Then(new StateChanged("state", Execute, Aborting, At(12), Legal: true, AfterGap: false));
    }

    [Fact]
    public void A_counter_of_a_plant_set_back_in_time_was_reset() =>
        unit.After(Good(100, 20_000)).When(Good(3, 10) with { PlantNow = At(10) }).Then(
            new ClockSetBack("good", SignalRole.GoodCount, At(20_000), At(10)),
            new CounterReset("good", SignalRole.GoodCount, 100, At(10)),
            new Counted("good", SignalRole.GoodCount, Added: 3, Reported: 3, Total: 103, null, At(10)));

    [Fact]
    public void A_late_report_is_no_clock_set_back()
    {
        var known = unit.After(State(Execute, 20_000));
        known.When(State(Aborting, 10)).ThenNothing();                                        // the plant does not tell its time
        known.When(State(Aborting, 10) with { PlantNow = At(20_000) }).ThenNothing();         // it goes on
        known.When(State(Aborting, 19_999) with { PlantNow = At(10) }).ThenNothing();         // a signal whose clock runs ahead, sent again
    }

    [Fact]
    public void A_bad_state_is_a_lost_signal_and_the_state_stays()
    {
        executing.When(State(Aborting, 3, Quality.Bad)).Then(new SignalLost("state", SignalRole.State, At(3)));
        var lost = executing.After(State(Aborting, 3, Quality.Bad));
        Assert.Equal(Execute, lost.State.State);
        Assert.Equal(["stateUnseen", "signalLost:state"], lost.State.Flags());
        lost.When(State(Aborting, 4, Quality.Bad)).ThenNothing();
    }

    [Fact]
    public void A_lost_signal_recovers_and_its_first_state_is_not_judged() =>
        executing.After(State(Undefined, 3, Quality.Bad)).When(State(Stopped, 9)).Then(
            new SignalRecovered("state", SignalRole.State, At(9)),
            new StateChanged("state", Execute, Stopped, At(9), Legal: true, AfterGap: true));

    [Fact]
    public void After_a_gap_the_first_state_is_recorded_even_if_it_is_the_same_and_the_next_is_judged_again()
    {
        var gap = executing.After(new ObserveGap(At(10), At(20), "gateway-restart", ["state", "good"]));
        gap.When(State(Execute, 20)).Then(new StateChanged("state", Execute, Execute, At(20), Legal: true, AfterGap: true));
        Assert.Equal(At(0), gap.After(State(Execute, 20)).State.StateSince);
        gap.After(State(Execute, 20)).When(State(Aborted, 21)).Then(new StateChanged("state", Execute, Aborted, At(21), Legal: false, AfterGap: false));
        gap.When(State(Aborted, 20)).Then(new StateChanged("state", Execute, Aborted, At(20), Legal: true, AfterGap: true));
    }

    [Fact]
    public void A_gap_that_does_not_hide_the_state_leaves_it_judged() =>
        executing.After(new ObserveGap(At(10), At(20), "queue-overflow", ["good"]))
            .When(State(Aborted, 20)).Then(new StateChanged("state", Execute, Aborted, At(20), Legal: false, AfterGap: false));

    [Fact]
    public void A_gap_that_was_over_before_the_state_known_now_leaves_it_judged() =>
        executing.After(State(Holding, 30), new ObserveGap(At(10), At(20), "queue-overflow", ["state"]))
            .When(State(Execute, 31)).Then(new StateChanged("state", Holding, Execute, At(31), Legal: false, AfterGap: false));

    [Fact]
    public void A_gap_reported_twice_is_recorded_once()
    {
        var gap = new ObserveGap(At(10), At(20), "server-lost", ["state"]);
        executing.When(gap).Then(new GapObserved(At(10), At(20), "server-lost", ["state"], StateUnseen: true));
        executing.After(gap).When(gap).ThenNothing();
        executing.After(gap).When(gap with { Signals = ["state", "good"] }).Then(new GapObserved(At(10), At(20), "server-lost", ["state", "good"], StateUnseen: true));
    }

    [Fact]
    public void A_gap_that_ends_before_it_starts_is_refused() => executing.When(new ObserveGap(At(2), At(1), "server-lost", ["state"])).ThenRefused("GAP_UPSIDE_DOWN");

    [Fact]
    public void A_counter_starts_at_its_first_value_and_adds_nothing() => unit.When(Good(1234, 1)).Then(new CounterStarted("good", SignalRole.GoodCount, 1234, At(1)));

    [Fact]
    public void A_counter_that_goes_down_was_reset_and_its_total_goes_on()
    {
        var counting = unit.After(Good(100, 1), Good(103, 2));
        counting.When(Good(2, 3)).Then(
            new CounterReset("good", SignalRole.GoodCount, 103, At(3)),
            new Counted("good", SignalRole.GoodCount, Added: 2, Reported: 2, Total: 105, null, At(3)));
        Assert.Equal(new CounterState(2, 105), counting.After(Good(2, 3)).State.Counters[SignalRole.GoodCount]);
        counting.When(Good(0, 3)).Then(new CounterReset("good", SignalRole.GoodCount, 103, At(3)));
    }

    [Theory]
    [InlineData(-1, "OUT_OF_RANGE")]
    [InlineData(1e300, "OUT_OF_RANGE")]
    [InlineData(0.5, "NOT_AN_INTEGER")]
    public void No_count_is_negative_broken_or_beyond_exactness(double count, string code) => unit.When(Good(count, 1)).ThenRefused(code);

    [Fact]
    public void An_item_belongs_to_the_vehicle_that_was_in_when_it_was_counted()
    {
        var inside = unit.After(Good(0, 0), Vehicle("B1", 1));
        inside.When(Good(1, 50)).Then(new Counted("good", SignalRole.GoodCount, 1, 1, 1, "B1", At(50)));
        inside.After(Vehicle("B2", 50)).When(Good(1, 50)).Then(new Counted("good", SignalRole.GoodCount, 1, 1, 1, "B1", At(50)));
        inside.After(Vehicle("", 50)).When(Good(1, 51)).Then(new Counted("good", SignalRole.GoodCount, 1, 1, 1, "B1", At(51)));
        inside.When(Good(2, 50)).Then(new Counted("good", SignalRole.GoodCount, 2, 2, 2, null, At(50)));
    }

    [Fact]
    public void One_vehicle_leaves_before_the_next_enters()
    {
        unit.When(Vehicle("B1", 1)).Then(new VehicleEntered("vehicle", "B1", At(1)));
        unit.After(Vehicle("B1", 1)).When(Vehicle("B2", 2)).Then(new VehicleLeft("vehicle", "B1", At(2)), new VehicleEntered("vehicle", "B2", At(2)));
        unit.After(Vehicle("B1", 1)).When(Vehicle(null, 2)).Then(new VehicleLeft("vehicle", "B1", At(2)));
        unit.When(Vehicle("", 1)).ThenNothing();
    }

    [Fact]
    public void A_fault_is_raised_and_cleared()
    {
        unit.When(Fault(0, 1)).ThenNothing();
        unit.When(Fault(4711, 1)).Then(new FaultRaised("fault", 4711, At(1)));
        unit.After(Fault(4711, 1)).When(Fault(4712, 2)).Then(new FaultCleared("fault", 4711, At(2)), new FaultRaised("fault", 4712, At(2)));
        unit.After(Fault(4711, 1)).When(Fault(0, 2)).Then(new FaultCleared("fault", 4711, At(2)));
    }

    [Fact]
    public void A_mode_that_the_maker_defined_is_kept_as_its_number()
    {
        Observe Mode(double mode) => new("mode", SignalRole.Mode, mode, null, Quality.Good, At(1));
        unit.When(Mode(1)).Then(new ModeChanged("mode", UnitMode.Undefined, UnitMode.Production, At(1)));
        unit.When(Mode(17)).Then(new ModeChanged("mode", UnitMode.Undefined, (UnitMode)17, At(1)));
        unit.When(Mode(32)).ThenRefused("MODE_UNKNOWN");
    }

    [Fact]
    public void Desired_and_reported_stand_side_by_side()
    {
        Observe Reported(double value, double seconds) => new("speedOverride", SignalRole.Setpoint, value, null, Quality.Good, At(seconds));
        var both = unit.After(new Desire("speedOverride", 90, "planner"), Reported(100, 1));
        Assert.Equal(90, both.State.Desired["speedOverride"].Value);
        Assert.Equal(100, both.State.Setpoints["speedOverride"].Value);
        both.When(new Desire("speedOverride", 90, "planner")).ThenNothing();
        both.When(new Desire("speedOverride", 95, "anna")).Then(new DesiredChanged("speedOverride", 95, "anna", T0));
        both.When(new Desire("speedOverride", double.NaN, "anna")).ThenRefused("NOT_A_NUMBER");
        both.When(Reported(100, 6)).ThenNothing();
        both.When(Reported(90, 6)).Then(new SetpointReported("speedOverride", 90, At(6)));
    }

    [Theory]
    [InlineData(SignalRole.Measurement, Quality.Good)]
    [InlineData(SignalRole.Measurement, Quality.Bad)]
    [InlineData(SignalRole.Energy, Quality.Good)]
    public void Measurements_record_nothing(SignalRole role, Quality quality) =>
        unit.When(new Observe("vibration", role, 3.1, null, quality, At(1))).ThenNothing();
}
