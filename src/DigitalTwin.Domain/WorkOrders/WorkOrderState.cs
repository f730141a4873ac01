using System.Collections.Immutable;

namespace DigitalTwin.Domain.WorkOrders;

public enum WorkOrderStatus
{
    /// <summary>Not released yet: nothing is known of it.</summary>
    Unknown,
    Released,
    InProgress,
    Completed,
    Scrapped,
}

/// <param name="Since">Plant time at which it got its status; null before it is released.</param>
/// <param name="Station">Where the body is; null between stations.</param>
/// <param name="Operations">By station id; those that were reported.</param>
/// <param name="OutOfOrder">How many reports did not fit the route.</param>
public sealed record WorkOrderState(
    WorkOrderStatus Status,
    DateTimeOffset? Since,
    string Line,
    string Body,
    ImmutableArray<string> Route,
    string? Station,
    ImmutableSortedDictionary<string, OperationState> Operations,
    int OutOfOrder)
{
    public static WorkOrderState Initial { get; } = new(
        WorkOrderStatus.Unknown, null, "", "", [], null, ImmutableSortedDictionary<string, OperationState>.Empty, 0);
}

/// <summary>What was done at one station; of the last visit where there were several.</summary>
public sealed record OperationState(DateTimeOffset? Entered, DateTimeOffset? Left, OperationResult Result, DateTimeOffset? Judged)
{
    public static OperationState None { get; } = new(null, null, OperationResult.Unknown, null);
}
