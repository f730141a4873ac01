using System.Globalization;
using System.Security.Cryptography;
using DigitalTwin.Actors.DeadLetters;
using DigitalTwin.Actors.Mailboxes;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.Snapshots;
using DigitalTwin.Actors.Supervision;

namespace DigitalTwin.Actors.Entities;

/// <remarks>The callbacks are called in the turn of an entity or from the engine's own work; they must be quick and must not throw.</remarks>
public sealed record EntitySystemOptions
{
    private static readonly ShardId Everything = new("all");

    public string Name { get; init; } = "digital-twin";

    /// <summary>Who holds the shards that this process runs: another one for each start of each process.</summary>
    public string Owner { get; init; } = string.Create(
        CultureInfo.InvariantCulture, $"{Environment.MachineName}-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}");

    /// <summary>The shard that an entity belongs to, always the same one: all that may write to one line is in one shard.</summary>
    public Func<EntityId, ShardId> ShardOf { get; init; } = static _ => Everything;

    /// <summary>A shard whose lease was not renewed for so long may be taken over by another process. Its holder gives it up after two thirds of it.</summary>
    public TimeSpan LeaseTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Wall time: deadlines, back-off, leases, the recorded time of events.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Plant time: what deciders are given and entity timers run on; null: wall time.</summary>
    public TimeProvider? PlantTime { get; init; }

    /// <summary>Messages that may wait at one entity; further senders are made to wait.</summary>
    public int MailboxCapacity { get; init; } = 1024;

    /// <summary>After so many messages an entity lets the others go first.</summary>
    public int MessagesPerTurn { get; init; } = 64;

    public RestartPolicy Restarts { get; init; } = RestartPolicy.Default;

    /// <summary>Where snapshots are kept; null: every recovery replays all events.</summary>
    public ISnapshots? Snapshots { get; init; }

    /// <summary>A snapshot after so many events of an entity.</summary>
    public int SnapshotEvery { get; init; } = 200;

    /// <summary>An entity without a message for so long (wall time) leaves memory until the next one; <see cref="Timeout.InfiniteTimeSpan"/>: never.</summary>
    public TimeSpan PassivateAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Newest command ids that an entity remembers in order to answer a repeated command as it was answered before.</summary>
    public int CommandWindow { get; init; } = 1000;

    /// <summary>A command whose event is larger is refused.</summary>
    public int MaxEventBytes { get; init; } = 64 * 1024;

    /// <summary>A command with an id is refused when its encoded form is larger; of the others their events are bounded.</summary>
    public int MaxCommandBytes { get; init; } = 16 * 1024;

    /// <summary>Null: the thread pool. A dispatcher given here is not disposed with the system.</summary>
    public Dispatcher? Dispatcher { get; init; }

    public Action<EntityFault>? OnFault { get; init; }

    /// <summary>Called for each message that nobody has handled: of told ones before it is stored, of asked ones that are set aside then.</summary>
    public Action<DeadLetter>? OnDeadLetter { get; init; }

    /// <summary>What an operator should know although nobody waits for an answer.</summary>
    public Action<EngineNotice>? OnNotice { get; init; }
}

/// <summary>A shard that was lost, a snapshot that was ignored or could not be saved, a dead letter that could not be stored.</summary>
/// <param name="Subject">The entity or shard.</param>
public sealed record EngineNotice(string Subject, string Reason);
