namespace DigitalTwin.Domain.WorkOrders;

/// <summary>What a work order (one per vehicle body) is told. All times are plant time.</summary>
public abstract record WorkOrderCommand
{
    private WorkOrderCommand() { }

    /// <summary>The body is to be built. The same again changes nothing.</summary>
    /// <param name="Route">Ids of the stations it passes, in order; at least one.</param>
    public sealed record Release(string Line, string Body, IReadOnlyList<string> Route, DateTimeOffset At) : WorkOrderCommand;

    public sealed record Enter(string Station, DateTimeOffset At) : WorkOrderCommand;
    public sealed record Leave(string Station, DateTimeOffset At) : WorkOrderCommand;

    /// <summary>The station counted the body as good or as scrap, before or after it left.</summary>
    public sealed record Judge(string Station, OperationResult Result, DateTimeOffset At) : WorkOrderCommand;
}

public enum OperationResult { Unknown, Good, Scrap }
