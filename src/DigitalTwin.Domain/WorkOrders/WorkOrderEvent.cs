namespace DigitalTwin.Domain.WorkOrders;

/// <summary>What a work order has recorded. Journalled: fields are added, never renamed or reused.</summary>
public abstract record WorkOrderEvent
{
    private WorkOrderEvent(DateTimeOffset at) => At = at;

    /// <summary>Plant time.</summary>
    public DateTimeOffset At { get; init; }

    public sealed record Released(string Line, string Body, IReadOnlyList<string> Route, DateTimeOffset At) : WorkOrderEvent(At);

    /// <param name="InOrder">False where the station is not the next one after those it was seen in, or the order is already at its end.</param>
    public sealed record OperationEntered(string Station, bool InOrder, DateTimeOffset At) : WorkOrderEvent(At);

    /// <param name="InOrder">False where the body was not known to be in the station.</param>
    public sealed record OperationLeft(string Station, bool InOrder, DateTimeOffset At) : WorkOrderEvent(At);

    /// <param name="InOrder">False where the body was never known to be in the station.</param>
    public sealed record OperationJudged(string Station, OperationResult Result, bool InOrder, DateTimeOffset At) : WorkOrderEvent(At);

    /// <summary>The body left the last station of its route.</summary>
    public sealed record Completed(DateTimeOffset At) : WorkOrderEvent(At);

    /// <summary>A station judged the body as scrap; that ends the order, also one that was completed.</summary>
    public sealed record Scrapped(string Station, DateTimeOffset At) : WorkOrderEvent(At);
}
