using System.Diagnostics;
using DigitalTwin.Actors.DeadLetters;
using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Host.Telemetry;

/// <summary>Writes what the engine reports of its entities; each entry names the entity, its kind, and what it belongs to.</summary>
public sealed class ActorLog(ILoggerFactory logs)
{
    private readonly ILogger log = logs.CreateLogger("actors");

    public void Fault(EntityFault fault) => log.LogError(
        fault.Cause, "{Entity} ({Kind}) failed: {Reason} [{Correlation}]", fault.Id, fault.Kind, fault.Reason, Activity.Current?.TraceId.ToHexString());

    public void DeadLetter(DeadLetter letter) => log.LogWarning(
        "{Entity} ({Kind}) could not take {Command}: {Reason} [{Correlation}]", letter.Id, letter.Kind, letter.Message, letter.Reason, Activity.Current?.TraceId.ToHexString());
}
