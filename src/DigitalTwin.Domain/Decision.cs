namespace DigitalTwin.Domain;

/// <summary>What a decider answers: events to record, nothing to record, or why not.</summary>
public abstract record Decision<TEvent>
{
    private Decision() { }

    /// <summary>The command is taken; <paramref name="Events"/> (at least one) are to be recorded, in this order.</summary>
    public sealed record Accepted(IReadOnlyList<TEvent> Events) : Decision<TEvent>;

    /// <summary>The command is taken and changes nothing: a retry, or a report of what is known.</summary>
    public sealed record Nothing : Decision<TEvent>;

    /// <summary>The command does not fit the state.</summary>
    /// <param name="Code">Stable, upper snake case; callers may branch on it.</param>
    /// <param name="Reason">One sentence for a person.</param>
    public sealed record Refused(string Code, string Reason) : Decision<TEvent>;
}

/// <summary>How deciders spell their answers.</summary>
public static class Decision
{
    /// <returns><see cref="Decision{TEvent}.Nothing"/> where there is no event.</returns>
    public static Decision<TEvent> Accept<TEvent>(params IReadOnlyList<TEvent> events) =>
        events.Count > 0 ? new Decision<TEvent>.Accepted(events) : new Decision<TEvent>.Nothing();

    public static Decision<TEvent> Nothing<TEvent>() => new Decision<TEvent>.Nothing();

    public static Decision<TEvent> Refuse<TEvent>(string code, string reason) => new Decision<TEvent>.Refused(code, reason);
}
