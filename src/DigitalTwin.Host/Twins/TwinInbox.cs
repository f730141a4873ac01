using System.Diagnostics.Metrics;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using DigitalTwin.Edge.Ingest;

namespace DigitalTwin.Host.Twins;

/// <summary>Brings observations to their twins: those of one twin in order, those of different twins side by side, so that they share commits.</summary>
public sealed class TwinInbox(TwinEntities twins, ILogger<TwinInbox> log) : ITwinInbox
{
    private static readonly Meter Meter = new("DigitalTwin.Twins");
    private static readonly Counter<long> Refused = Meter.CreateCounter<long>("digitaltwin.observations.refused", description: "Observations that a twin refused.");
    private static readonly Counter<long> Undelivered = Meter.CreateCounter<long>("digitaltwin.observations.undelivered", description: "Observations that a twin failed on or was stopped for; kept as dead letters, so many of each twin.");

    public Task DeliverAsync(IReadOnlyList<Observation> observations, CancellationToken cancellation) => Task.WhenAll(
        observations.SelectMany(Commands).GroupBy(message => message.Owner, message => message.Command)
            .Select(group => DeliverAsync(group.Key, [.. group], cancellation)));

    private async Task DeliverAsync(string owner, IReadOnlyList<UnitCommand> commands, CancellationToken cancellation)
    {
        foreach (UnitCommand command in commands)
        {
            if (await twins.TellAsync(owner, command, cancellation) is not { } fault)
                continue;
            // Not acknowledged, so the gateway sends it again when the journal is back. A twin that alone has failed must not hold up its plant.
            if (fault.Unrecorded)
                throw new IOException($"{owner} cannot record: {fault.Reason}");
            if (fault.Failed)
            {
                Undelivered.Add(1);
                await twins.SetAsideAsync(owner, command, fault, cancellation);
            }
            else
            {
                Refused.Add(1);
                log.LogWarning("{Entity} ({Kind}) refused {Command}: {Reason} [{Correlation}]", owner, fault.Kind, command, fault.Reason, fault.Correlation);
            }
        }
    }

    private static IEnumerable<(string Owner, UnitCommand Command)> Commands(Observation observation) => observation switch
    {
        Observation.Reported reported => [(reported.Signal.Owner, new UnitCommand.Observe(
            reported.Signal.Name, reported.Signal.Role, reported.Sample.Number, reported.Sample.Text, reported.Sample.Quality, reported.Sample.SourceTime,
            reported.Sample.Sequence, reported.PlantNow))],
        Observation.NotObserved unseen => unseen.Signals.GroupBy(signal => signal.Owner, (owner, signals) => (owner, (UnitCommand)new UnitCommand.ObserveGap(
            unseen.Gap.From, unseen.Gap.To, unseen.Gap.Reason, [.. signals.Select(signal => signal.Name)]))),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
