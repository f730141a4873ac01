using DigitalTwin.Actors.DeadLetters;
using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Host.Telemetry;

/// <summary>Writes what the engine reports of its entities; each entry names the entity, its kind, and the trace or command that it belongs to.</summary>
public sealed class ActorLog(ILoggerFactory logs)
{
    private readonly ILogger log = logs.CreateLogger("actors");

    public void Fault(EntityFault fault) => log.LogError(
        fault.Cause, "{Entity} ({Kind}) failed: {Reason} [{Correlation}]", fault.Id, fault.Kind, fault.Reason, fault.Correlation);

    public void DeadLetter(DeadLetter letter) => log.LogWarning(
        "{Entity} ({Kind}) could not take {Command}: {Reason} [{Correlation}]", letter.Id, letter.Kind, letter.Message, letter.Reason,
        letter.Trace == default ? null : letter.Trace.ToHexString());

    /// <summary>Of a shard, a snapshot, or the store of dead letters: no command's doing.</summary>
    public void Notice(EngineNotice notice) => log.LogWarning(
        "{Entity} ({Kind}): {Reason} [{Correlation}]", notice.Subject, "engine", notice.Reason, null);
}
