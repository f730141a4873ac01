namespace DigitalTwin.Actors.Simulation.Invariants;

/// <summary>What the seeds must come to now and then, or the invariants would hold of nothing.</summary>
public enum Milestone
{
    /// <summary>Acknowledged for the first time.</summary>
    Accepted,

    /// <summary>A repeated command was answered as before.</summary>
    AcceptedAgain,

    /// <summary>An id was refused, since another command had it.</summary>
    IdUsedTwice,

    /// <summary>Answered by a node that does not run the cell.</summary>
    NotTheOwner,
    SurelyNotStored,
    MayBeStored,

    /// <summary>A commit of an older epoch was turned away.</summary>
    CommitFenced,

    /// <summary>A node gave its shard up, or saw that it was taken.</summary>
    ShardLost,
    TakenOver,
    SnapshotUsed,
    ReminderRemembered,
    DeadLetterKept,
    DeadLetterReplayed,

    /// <summary>An asker has given up.</summary>
    DeadlinePassed,

    /// <summary>A node has worked off its mailboxes, saved its snapshots and released its shards.</summary>
    EndedInOrder,
}
