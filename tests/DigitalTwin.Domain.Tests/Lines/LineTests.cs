using System.Text.Json;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using FsCheck;
using FsCheck.Fluent;
using static DigitalTwin.Domain.Lines.LineCommand;
using static DigitalTwin.Domain.Lines.LineEvent;
using static DigitalTwin.Domain.Packml.PackmlState;
using static DigitalTwin.Domain.Tests.Times;

namespace DigitalTwin.Domain.Tests.Lines;

public class LineTests
{
    private static readonly Configure threeCells = new(["cell1", "cell2", "cell3"], "cell2");

    private static readonly Scenario<LineState, UnitCommand, UnitEvent> bare = new(LineState.Initial, Line.Decide, Line.Apply);
    private static readonly Scenario<LineState, UnitCommand, UnitEvent> line = bare.After(threeCells);

    private static ReportStation Report(int cell, long revision, PackmlState state = Execute, string vehicle = "", long good = 0) =>
        new($"cell{cell}", revision, state, vehicle, good, good, 0, At(revision));

    [Fact]
    public void A_line_learns_its_stations_once()
    {
        bare.When(threeCells).Then(new LineConfigured(["cell1", "cell2", "cell3"], "cell2", T0));
        line.When(threeCells).ThenNothing();
        line.When(threeCells with { ConstraintStation = "cell9" }).ThenRefused("CONSTRAINT_STATION_UNKNOWN");
    }

    [Fact]
    public void A_line_stands_as_its_constraint_station_stands() =>
        line.When(Report(2, 5)).Then(
            new StationReported("cell2", 5, Execute, "", 0, 0, 0, At(5)),
            new SummaryChanged(Undefined, Execute, "line-summary/1", At(5)));

    [Fact]
    public void A_line_is_aborted_while_one_of_its_stations_is()
    {
        var broken = line.After(Report(2, 5), Report(3, 6, Aborting));
        Assert.Equal(Aborted, broken.State.Summary);
        Assert.Equal(Aborted, broken.After(Report(3, 7, Clearing)).State.Summary);
        Assert.Equal(Execute, broken.After(Report(3, 8, Stopped)).State.Summary);
    }

    [Fact]
    public void Another_constraint_station_is_another_summary() =>
        line.After(Report(2, 5), Report(3, 6, Held)).When(threeCells with { ConstraintStation = "cell3" }).Then(
            new LineConfigured(["cell1", "cell2", "cell3"], "cell3", T0), new SummaryChanged(Execute, Held, "line-summary/1", T0));

    [Fact]
    public void A_report_that_is_late_or_double_or_tells_nothing_new_changes_nothing()
    {
        var known = line.After(Report(1, 5, good: 7));
        known.When(Report(1, 5, good: 7)).ThenNothing();
        known.When(Report(1, 5, good: 8)).ThenNothing();
        known.When(Report(1, 4, Held, good: 6)).ThenNothing();
        known.When(Report(1, 6, good: 7)).ThenNothing();
        Assert.Equal(7, known.State.Reports["cell1"].Good);
    }

    [Fact]
    public void A_station_of_another_line_is_refused() => line.When(Report(9, 1)).ThenRefused("STATION_UNKNOWN");

    [Fact]
    public void Work_in_progress_is_what_joined_and_has_not_departed_also_between_stations()
    {
        var inside = line.After(Report(1, 1, vehicle: "B1"), Report(1, 2), Report(1, 3, vehicle: "B2"));
        Assert.Equal(["B1", "B2"], inside.State.Vehicles.ToArray());
        var last = inside.After(Report(3, 4, vehicle: "B1"));
        Assert.Equal(["B1", "B2"], last.State.Vehicles.ToArray());
        last.When(Report(3, 5)).Then(new StationReported("cell3", 5, Execute, "", 0, 0, 0, At(5)), new VehicleDeparted("B1", Passed: false, At(5)));
    }

    [Fact]
    public void A_vehicle_that_a_later_one_passed_is_no_longer_in_the_line()
    {
        var passed = line.After(Report(1, 1, vehicle: "B1"), Report(1, 2, vehicle: "B2"), Report(1, 3, vehicle: "B3"), Report(3, 4, vehicle: "B2"));
        passed.When(Report(3, 5)).Then(
            new StationReported("cell3", 5, Execute, "", 0, 0, 0, At(5)),
            new VehicleDeparted("B1", Passed: true, At(5)),
            new VehicleDeparted("B2", Passed: false, At(5)));
    }

    [Fact]
    public void A_vehicle_that_stands_in_a_station_is_not_passed() =>
        Assert.Equal(["B1"], line.After(Report(2, 1, vehicle: "B1"), Report(3, 2, vehicle: "B0"), Report(3, 3)).State.Vehicles.ToArray());

    [Fact]
    public void A_line_counts_on_its_own_counters_as_any_unit_does()
    {
        UnitCommand.Observe Produced(double count, double seconds) => new("produced", SignalRole.ProducedCount, count, null, Quality.Good, At(seconds));
        var counted = line.After(Produced(10, 1), Produced(12, 2), Produced(1, 3));
        Assert.Equal(13, counted.State.Own.Total(SignalRole.ProducedCount));
    }

    [Fact]
    public void A_station_is_reported_as_it_stands()
    {
        var state = UnitState.Initial with { State = Held, Vehicle = "B1" };
        Assert.Equal(new ReportStation("cell1", 9, Held, "B1", 0, 0, 0, At(3)), ReportStation.Of("cell1", 9, state, At(3)));
    }

    private static readonly Arbitrary<List<UnitCommand>> histories = (
        from cell in Gen.Choose(1, 3)
        from revision in Gen.Choose(1, 40)
        from state in Gen.Elements(Execute, Suspended, Aborted, Held)
        from body in Gen.Elements("", "B1", "B2", "B3")
        select (UnitCommand)Report(cell, revision, state, body, revision)).ListOf().ToArbitrary();

    [Fact]
    public void A_report_sent_twice_is_as_good_as_sent_once() =>
        Prop.ForAll(histories, history => line.Run(history.Concat(history)).Select(e => e.Written())
            .SequenceEqual(line.Run(history).Concat(line.After(history).Run(history)).Select(e => e.Written())) && line.After(history.SelectMany(c => new[] { c, c })).State.Written() == line.After(history).State.Written()).Holds();

    [Fact]
    public void Whatever_order_reports_come_in_the_newest_of_each_station_holds() =>
        Prop.ForAll(histories, history => history.OfType<ReportStation>().GroupBy(report => report.Station)
            .All(reports => line.After(history).State.Reports[reports.Key].Good == reports.Max(report => report.Good))).Holds();

    [Fact]
    public void Every_vehicle_in_a_station_is_in_the_line_and_none_is_there_twice() =>
        Prop.ForAll(histories, history =>
        {
            var state = line.After(history).State;
            return state.Vehicles.Distinct().Count() == state.Vehicles.Length
                && state.Reports.Values.Where(report => report.Vehicle.Length > 0).All(report => state.Vehicles.Contains(report.Vehicle));
        }).Holds();

    [Fact]
    public void Replay_of_the_journal_equals_the_live_state() =>
        Prop.ForAll(histories, history =>
        {
            var replayed = line.Run(history).Select(e => (UnitEvent)JsonSerializer.Deserialize(JsonSerializer.Serialize(e, e.GetType()), e.GetType())!);
            var live = line.After(history).State;
            return line.Given(replayed).State.Written() == live.Written() && JsonSerializer.Deserialize<LineState>(JsonSerializer.Serialize(live)).Written() == live.Written();
        }).Holds();

    [Fact]
    public void Every_kind_of_event_applies_and_survives_the_journal()
    {
        UnitEvent[] one =
        [
            new LineConfigured(["cell1"], "cell1", At(1)),
            new StationReported("cell1", 3, Execute, "B1", 3, 2, 1, At(2)),
            new SummaryChanged(Undefined, Execute, Line.SummaryRule, At(2)),
            new VehicleJoined("B1", "cell1", At(2)),
            new VehicleDeparted("B1", true, At(3)),
        ];
        var kinds = typeof(LineEvent).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(LineEvent)));
        Assert.Equal(kinds.Select(kind => kind.Name).Order(), one.Select(e => e.GetType().Name).Order());
        Assert.Equal((Execute, At(2)), (bare.Given(one).State.Summary, bare.Given(one).State.SummarySince));
        Assert.All(one, e => Assert.Equal(e.Written(), JsonSerializer.Deserialize(JsonSerializer.Serialize(e, e.GetType()), e.GetType()).Written()));
    }
}
