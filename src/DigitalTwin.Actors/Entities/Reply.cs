using System.Diagnostics;

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

    /// <summary>Of a command that was asked and refused or failed: the trace that its log lines name; default: nobody listens.</summary>
    public ActivityTraceId Trace { get; init; }

    public sealed record Accepted(IReadOnlyList<Recorded<TEvent>> Events, TState State) : Reply<TState, TEvent>
    {
        /// <summary>A command with this id was accepted before: these are the events of then, with the state of now.</summary>
        public bool Repeated { get; init; }
    }

    public sealed record Nothing(TState State, long Offset) : Reply<TState, TEvent>;

    /// <param name="Code">The decider's, or one of <see cref="BadInput"/>.</param>
    public sealed record Refused(string Code, string Reason) : Reply<TState, TEvent>;

    /// <summary>The command could not be carried through: a failing decider, journal or entity.</summary>
    /// <param name="MayBeRecorded">
    /// False: nothing of the command is in the journal. True: it is not known; the sender asks for the state before it tries again,
    /// or sends the command again with the same id.
    /// </param>
    public sealed record Failed(string Reason, bool MayBeRecorded, Failure Of = Failure.Entity) : Reply<TState, TEvent>
    {
        /// <summary>The command itself is sound, and worth another attempt.</summary>
        public bool WorthRetry => Of != Failure.Entity;
    }
}

/// <summary>What has failed.</summary>
public enum Failure
{
    /// <summary>The entity or its decider; it would fail the same way again.</summary>
    Entity,

    /// <summary>The journal, for now or until the program is started again.</summary>
    Journal,

    /// <summary>Another process runs the entity's shard, or nobody yet.</summary>
    NotOwner,

    /// <summary>This process ends.</summary>
    Stopping,
}

/// <summary>Codes under which the engine itself refuses a command.</summary>
public static class BadInput
{
    public const string UnknownEntity = "UNKNOWN_ENTITY";
    public const string TooLarge = "TOO_LARGE";
    public const string DuplicateId = "DUPLICATE_ID";

    /// <summary>Of an entity or a command: half a character or a NUL, which a store would change or cut off.</summary>
    public const string BadId = "BAD_ID";

    internal static bool IsStorable(string? id)
    {
        for (var i = 0; i < id?.Length; i++)
        {
            if (id[i] == '\0') return false;
            if (!char.IsSurrogate(id[i])) continue;
            if (i + 1 == id.Length || !char.IsSurrogatePair(id[i], id[i + 1])) return false;
            i++;
        }

        return id is not null;
    }
}
