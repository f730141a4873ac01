namespace DigitalTwin.Actors.Entities;

/// <summary>What a decider answers to a command, before anything is stored.</summary>
public abstract record Outcome<TEvent>
{
    private Outcome() { }

    /// <summary>The events (at least one) are to be recorded together, in this order.</summary>
    public sealed record Accepted(IReadOnlyList<TEvent> Events) : Outcome<TEvent>;

    /// <summary>The command is taken and there is nothing to record: a retry, or a report of what is known.</summary>
    public sealed record Nothing : Outcome<TEvent>
    {
        public static readonly Nothing Instance = new();
    }

    /// <summary>The command does not fit the state.</summary>
    public sealed record Refused(string Code, string Reason) : Outcome<TEvent>;
}
