using System.Text.Json;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;
using FsCheck;
using FsCheck.Fluent;
using static DigitalTwin.Domain.Tests.Times;
using static DigitalTwin.Domain.WorkOrders.WorkOrderCommand;
using static DigitalTwin.Domain.WorkOrders.WorkOrderEvent;

namespace DigitalTwin.Domain.Tests.WorkOrders;

public class WorkOrderTests
{
    private static readonly Release release = new("body.line1", "B1", ["cell1", "cell2"], At(0));

    private static readonly Scenario<WorkOrderState, WorkOrderCommand, WorkOrderEvent> unknown = new(WorkOrderState.Initial, WorkOrder.Decide, WorkOrder.Apply);
    private static readonly Scenario<WorkOrderState, WorkOrderCommand, WorkOrderEvent> released = unknown.After(release);

    private static Enter Enter(int cell, double seconds) => new($"cell{cell}", At(seconds));
    private static Leave Leave(int cell, double seconds) => new($"cell{cell}", At(seconds));
    private static Judge Judge(int cell, OperationResult result, double seconds) => new($"cell{cell}", result, At(seconds));

    [Fact]
    public void An_order_is_released_once()
    {
        unknown.When(release).Then(new Released("body.line1", "B1", ["cell1", "cell2"], At(0)));
        released.When(release with { At = At(9) }).ThenNothing();
        unknown.When(release with { Route = [] }).ThenRefused("ROUTE_EMPTY");
    }

    [Fact]
    public void Nothing_is_reported_on_an_order_that_is_not_released() => unknown.When(Enter(1, 1)).ThenRefused("NOT_RELEASED");

    [Fact]
    public void A_body_that_passes_its_route_in_order_completes_its_order()
    {
        var way = released.After(Enter(1, 1), Judge(1, OperationResult.Good, 50), Leave(1, 55), Enter(2, 60), Judge(2, OperationResult.Good, 110));
        Assert.Equal((WorkOrderStatus.InProgress, "cell2", 0), (way.State.Status, way.State.Station, way.State.OutOfOrder));
        way.When(Leave(2, 115)).Then(new OperationLeft("cell2", InOrder: true, At(115)), new Completed(At(115)));
        var done = way.After(Leave(2, 115)).State;
        Assert.Equal((WorkOrderStatus.Completed, null), (done.Status, done.Station));
        Assert.Equal(new OperationState(At(1), At(55), OperationResult.Good, At(50)), done.Operations["cell1"]);
    }

    [Fact]
    public void A_skipped_station_is_flagged_and_the_body_is_where_the_plant_says()
    {
        var way = unknown.After(release with { Route = ["cell1", "cell2", "cell3"] }, Enter(1, 1), Leave(1, 5));
        way.When(Enter(3, 6)).Then(new OperationEntered("cell3", InOrder: false, At(6)));
        var skipped = way.After(Enter(3, 6)).State;
        Assert.Equal(("cell3", 1), (skipped.Station, skipped.OutOfOrder));
    }

    [Fact]
    public void A_body_that_is_first_seen_in_the_middle_of_the_line_is_nothing_out_of_the_ordinary() =>
        released.When(Enter(2, 1)).Then(new OperationEntered("cell2", InOrder: true, At(1)));

    [Fact]
    public void A_body_that_comes_back_is_flagged_and_its_operation_runs_again()
    {
        var back = released.After(Enter(1, 1), Leave(1, 5), Enter(2, 6), Leave(1, 5), Enter(1, 9)).State;
        Assert.Equal((At(9), null, 1), (back.Operations["cell1"].Entered, back.Operations["cell1"].Left, back.OutOfOrder));
    }

    [Fact]
    public void A_leave_that_overtook_its_enter_is_flagged_and_both_are_kept()
    {
        var overtaken = released.After(Leave(1, 5), Enter(1, 1)).State;
        Assert.Equal((At(1), At(5)), (overtaken.Operations["cell1"].Entered, overtaken.Operations["cell1"].Left));
        Assert.Null(overtaken.Station);
        Assert.Equal(2, overtaken.OutOfOrder);
    }

    [Fact]
    public void Scrap_ends_an_order_even_after_it_was_completed()
    {
        var done = released.After(Enter(1, 1), Leave(1, 5), Enter(2, 6), Leave(2, 9));
        done.When(Judge(2, OperationResult.Scrap, 10)).Then(new OperationJudged("cell2", OperationResult.Scrap, InOrder: true, At(10)), new Scrapped("cell2", At(10)));
        Assert.Equal(WorkOrderStatus.Scrapped, done.After(Judge(2, OperationResult.Scrap, 10)).State.Status);
        done.After(Judge(2, OperationResult.Scrap, 10)).When(Enter(1, 20)).Then(new OperationEntered("cell1", InOrder: false, At(20)));
    }

    [Fact]
    public void A_scrapped_body_that_leaves_its_last_station_is_not_completed() =>
        released.After(Enter(1, 1), Leave(1, 5), Enter(2, 6), Judge(2, OperationResult.Scrap, 8)).When(Leave(2, 9)).Then(new OperationLeft("cell2", InOrder: true, At(9)));

    [Fact]
    public void A_body_is_judged_good_or_scrap() => released.When(Judge(1, OperationResult.Unknown, 1)).ThenRefused("RESULT_UNKNOWN");

    [Theory]
    [InlineData("4711", "body.line1.order-4711")]
    [InlineData("WBA.12/3", "body.line1.order-WBA%2E12%2F3")]
    public void An_order_is_named_after_its_line_and_body(string body, string id) => Assert.Equal(id, WorkOrder.IdOf("body.line1", body));

    [Fact]
    public void What_a_station_records_reaches_the_order_of_the_vehicle_in_it()
    {
        var line = new LineDefinition("body.line1", "", "", "", "", [], [], [
            new StationDefinition("cell1", "", TimeSpan.FromSeconds(54), [], [], []), new StationDefinition("cell2", "", TimeSpan.FromSeconds(54), [], [], [])]);
        IEnumerable<string> Told(UnitEvent recorded) => StationReports.For(line, "cell1", recorded).Select(told => $"{told.WorkOrder} {told.Command.Written()}");
        IEnumerable<string> Expected(WorkOrderCommand command, double seconds) => [$"body.line1.order-B1 {(release with { At = At(seconds) }).Written()}", $"body.line1.order-B1 {command.Written()}"];

        Assert.Equal(Expected(Enter(1, 3), 3), Told(new UnitEvent.VehicleEntered("vehicle", "B1", At(3))));
        Assert.Equal(Expected(Leave(1, 4), 4), Told(new UnitEvent.VehicleLeft("vehicle", "B1", At(4))));
        Assert.Equal(Expected(Judge(1, OperationResult.Scrap, 5), 5), Told(new UnitEvent.Counted("scrap", SignalRole.ScrapCount, 1, 1, 1, "B1", At(5))));
        Assert.Empty(Told(new UnitEvent.Counted("good", SignalRole.GoodCount, 2, 2, 2, null, At(5))));
        Assert.Empty(Told(new UnitEvent.FaultRaised("fault", 1, At(5))));
    }

    private static readonly Arbitrary<List<WorkOrderCommand>> histories = (
        from cell in Gen.Choose(1, 3)
        from seconds in Gen.Choose(0, 40)
        from command in Gen.Elements<WorkOrderCommand>(Enter(cell, seconds), Leave(cell, seconds), Judge(cell, OperationResult.Good, seconds), Judge(cell, OperationResult.Scrap, seconds), release)
        select command).ListOf().ToArbitrary();

    [Fact]
    public void A_report_sent_twice_is_as_good_as_sent_once() =>
        Prop.ForAll(histories, history => released.Run(history.SelectMany(command => new[] { command, command })).Select(e => e.Written())
            .SequenceEqual(released.Run(history).Select(e => e.Written()))).Holds();

    [Fact]
    public void Replay_of_the_journal_equals_the_live_state() =>
        Prop.ForAll(histories, history =>
        {
            var replayed = released.Run(history).Select(e => (WorkOrderEvent)JsonSerializer.Deserialize(JsonSerializer.Serialize(e, e.GetType()), e.GetType())!);
            var live = released.After(history).State;
            return released.Given(replayed).State.Written() == live.Written() && JsonSerializer.Deserialize<WorkOrderState>(JsonSerializer.Serialize(live)).Written() == live.Written();
        }).Holds();

    [Fact]
    public void An_order_completes_at_most_once_and_never_after_scrap() =>
        Prop.ForAll(histories, history =>
        {
            var events = released.Run(history);
            return events.OfType<Completed>().Count() <= 1 && !events.SkipWhile(e => e is not Scrapped).OfType<Completed>().Any();
        }).Holds();

    [Fact]
    public void Every_report_that_did_not_fit_is_counted() =>
        Prop.ForAll(histories, history =>
        {
            var events = released.Run(history);
            return released.Given(events).State.OutOfOrder == events.Count(e => e is OperationEntered { InOrder: false } or OperationLeft { InOrder: false } or OperationJudged { InOrder: false });
        }).Holds();

    [Fact]
    public void Every_kind_of_event_applies_and_survives_the_journal()
    {
        WorkOrderEvent[] one =
        [
            new Released("body.line1", "B1", ["cell1"], At(0)), new OperationEntered("cell1", true, At(1)), new OperationLeft("cell1", true, At(2)),
            new OperationJudged("cell1", OperationResult.Scrap, true, At(3)), new Completed(At(2)), new Scrapped("cell1", At(3)),
        ];
        var kinds = typeof(WorkOrderEvent).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(WorkOrderEvent)));
        Assert.Equal(kinds.Select(kind => kind.Name).Order(), one.Select(e => e.GetType().Name).Order());
        Assert.Equal(WorkOrderStatus.Scrapped, unknown.Given(one).State.Status);
        Assert.All(one, e => Assert.Equal(e.Written(), JsonSerializer.Deserialize(JsonSerializer.Serialize(e, e.GetType()), e.GetType()).Written()));
    }
}
