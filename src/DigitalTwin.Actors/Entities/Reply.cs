namespace DigitalTwin.Actors.Entities;

/// <summary>An event that the journal has.</summary>
/// <param name="Offset">Place in the whole journal, from 1 without gaps.</param>
/// <param name="Seq">Place among the events of its entity, from 1 without gaps.</param>
public readonly record struct Recorded<TEvent>(long Offset, long Seq, TEvent Event);

/// <summary>The state of an entity after its event number <paramref name="Seq"/>; both numbers are 0 before its first event.</summary>
public sealed record EntityState<TState>(TState State, long Seq, long Offset);

/// <summary>What the sender of a command learns; <see cref="Accepted"/> only after the journal has the events.</summary>
public abstract record Reply<TState, TEvent>
{
    private Reply() { }

    public sealed record Accepted(IReadOnlyList<Recorded<TEvent>> Events, TState State) : Reply<TState, TEvent>;

    public sealed record Nothing(TState State, long Offset) : Reply<TState, TEvent>;

    public sealed record Refused(string Code, string Reason) : Reply<TState, TEvent>;

    /// <summary>The command could not be carried through: a failing decider, journal or entity.</summary>
    /// <param name="MayBeRecorded">
    /// False: nothing of the command is in the journal. True: it is not known, or it is there although the entity failed on it;
    /// the sender asks for the state before it tries again.
    /// </param>
    /// <param name="OfJournal">The journal failed, not the entity: the command itself is sound, and worth another attempt when the journal is back.</param>
    public sealed record Failed(string Reason, bool MayBeRecorded, bool OfJournal = false) : Reply<TState, TEvent>;
}
