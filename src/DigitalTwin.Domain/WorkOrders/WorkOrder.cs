using System.Diagnostics;
using static DigitalTwin.Domain.WorkOrders.WorkOrderCommand;
using static DigitalTwin.Domain.WorkOrders.WorkOrderEvent;

namespace DigitalTwin.Domain.WorkOrders;

/// <summary>
/// The twin of one vehicle body's way through a line. Stations report independently, so reports may come twice, late or in another order than things
/// happened: what does not fit the route is recorded and flagged, never refused, because it is what the plant says.
/// </summary>
public static class WorkOrder
{
    /// <returns><c>LINE.order-BODY</c>; characters of the body that would break an id are percent-encoded.</returns>
    public static string IdOf(string line, string body) => $"{line}.order-{Uri.EscapeDataString(body).Replace(".", "%2E", StringComparison.Ordinal)}";

    public static Decision<WorkOrderEvent> Decide(WorkOrderState state, WorkOrderCommand command, DateTimeOffset now) => (state.Status, command) switch
    {
        (WorkOrderStatus.Unknown, Release { Route.Count: 0 }) => Refuse("ROUTE_EMPTY", "A work order has at least one station to pass."),
        (WorkOrderStatus.Unknown, Release release) => Decision.Accept<WorkOrderEvent>(new Released(release.Line, release.Body, release.Route, release.At)),
        (WorkOrderStatus.Unknown, _) => Refuse("NOT_RELEASED", "The work order is not released, so nothing can be reported on it."),
        (_, Release) => Decision.Nothing<WorkOrderEvent>(),   // a retry; a route does not change under a body on its way
        (_, Enter enter) => Take(state, enter),
        (_, Leave leave) => Take(state, leave),
        (_, Judge judge) => Take(state, judge),
        _ => throw new UnreachableException(),
    };

    private static Decision<WorkOrderEvent> Take(WorkOrderState state, Enter enter)
    {
        var known = Operation(state, enter.Station);
        if (enter.At <= known.Entered || (known.Entered is not null && enter.At <= known.Left)) return Decision.Nothing<WorkOrderEvent>();
        var reached = state.Operations.Keys.Select(station => state.Route.IndexOf(station)).DefaultIfEmpty(-1).Max();
        var inOrder = state.Status is WorkOrderStatus.Released or WorkOrderStatus.InProgress 
            && (reached < 0 || state.Route.IndexOf(enter.Station) == reached + 1);   // seen for the first time: where it came from, nobody saw
        return Decision.Accept<WorkOrderEvent>(new OperationEntered(enter.Station, inOrder, enter.At));
    }

    private static Decision<WorkOrderEvent> Take(WorkOrderState state, Leave leave)
    {
        var known = Operation(state, leave.Station);
        if (leave.At <= known.Left || leave.At < known.Entered) return Decision.Nothing<WorkOrderEvent>();
        var inOrder = known is { Entered: not null, Left: null };
        var completes = leave.Station == state.Route[^1] && state.Status is WorkOrderStatus.Released or WorkOrderStatus.InProgress;
        return Decision.Accept<WorkOrderEvent>([
            new OperationLeft(leave.Station, inOrder, leave.At),
            .. completes ? [new Completed(leave.At)] : Array.Empty<WorkOrderEvent>()]);
    }

    private static Decision<WorkOrderEvent> Take(WorkOrderState state, Judge judge)
    {
        var known = Operation(state, judge.Station);
        if (judge.Result == OperationResult.Unknown) return Refuse("RESULT_UNKNOWN", "A body is judged good or scrap.");
        if (judge.At <= known.Judged) return Decision.Nothing<WorkOrderEvent>();
        return Decision.Accept<WorkOrderEvent>([
            new OperationJudged(judge.Station, judge.Result, known.Entered is not null, judge.At),
            .. judge.Result == OperationResult.Scrap && state.Status != WorkOrderStatus.Scrapped ? [new Scrapped(judge.Station, judge.At)] : Array.Empty<WorkOrderEvent>()]);
    }

    public static WorkOrderState Apply(WorkOrderState state, WorkOrderEvent recorded) => recorded switch
    {
        Released e => state with { Status = WorkOrderStatus.Released, Since = e.At, Line = e.Line, Body = e.Body, Route = [.. e.Route] },
        OperationEntered e => With(Flag(state, e.InOrder), e.Station, known => known with { Entered = e.At, Left = known.Left < e.At ? null : known.Left }) with
        {
            Status = state.Status == WorkOrderStatus.Released ? WorkOrderStatus.InProgress : state.Status,
            Since = state.Status == WorkOrderStatus.Released ? e.At : state.Since,
            Station = Operation(state, e.Station).Left >= e.At ? state.Station : e.Station,   // its leaving may be known already
        },
        OperationLeft e => With(Flag(state, e.InOrder), e.Station, known => known with { Left = e.At }) with
        {
            Station = state.Station == e.Station ? null : state.Station,
        },
        OperationJudged e => With(Flag(state, e.InOrder), e.Station, known => known with { Result = e.Result, Judged = e.At }),
        Completed e => state with { Status = WorkOrderStatus.Completed, Since = e.At },
        Scrapped e => state with { Status = WorkOrderStatus.Scrapped, Since = e.At },
        _ => throw new UnreachableException(),
    };

    private static OperationState Operation(WorkOrderState state, string station) => state.Operations.GetValueOrDefault(station, OperationState.None);

    private static WorkOrderState With(WorkOrderState state, string station, Func<OperationState, OperationState> change) =>
        state with { Operations = state.Operations.SetItem(station, change(Operation(state, station))) };

    private static WorkOrderState Flag(WorkOrderState state, bool inOrder) => inOrder ? state : state with { OutOfOrder = state.OutOfOrder + 1 };

    private static Decision<WorkOrderEvent> Refuse(string code, string reason) => Decision.Refuse<WorkOrderEvent>(code, reason);
}
