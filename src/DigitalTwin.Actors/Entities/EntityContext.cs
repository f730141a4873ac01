using DigitalTwin.Actors.DeadLetters;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Mailboxes;
using DigitalTwin.Actors.Sharding;

namespace DigitalTwin.Actors.Entities;

/// <summary>What all entities of a system share.</summary>
internal sealed record EntityContext(EntitySystemOptions Options, Dispatcher Dispatcher, IJournalReader Journal, JournalWriter Writer, Lease Lease)
{
    public TimeProvider PlantTime { get; } = Options.PlantTime ?? Options.Time;

    public void Fault(EntityFault fault) => Options.OnFault?.Invoke(fault);

    public void DeadLetter(EntityId id, string kind, object message, string reason) =>
        Options.OnDeadLetter?.Invoke(new DeadLetter(id, kind, message, reason));
}
