using DigitalTwin.Actors.Entities;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;

namespace DigitalTwin.Host.Twins;

/// <summary>Why a twin has not taken a command.</summary>
/// <param name="Failed">The twin or its journal failed; false: it refused.</param>
/// <param name="Unrecorded">The journal did not take it: the twin is as it was, and the command is worth another attempt.</param>
public sealed record Untaken(string Reason, bool Failed, bool Unrecorded);

/// <summary>The persistent entities of one plant, by kind.</summary>
public sealed class TwinEntities(EntitySystem system, PlantDefinition plant)
{
    private const string FromDefinition = "plant definition";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly HashSet<string> stationIds = [.. plant.Stations.Select(station => station.Id)];
    private readonly HashSet<string> lineIds = [.. plant.Lines.Select(line => line.Id)];

    public Entities<UnitState, UnitCommand, UnitEvent> Machines { get; } = system.Add(TwinBehaviors.Machine);

    public Entities<UnitState, UnitCommand, UnitEvent> Stations { get; } = system.Add(TwinBehaviors.Station);

    public Entities<LineState, UnitCommand, UnitEvent> Lines { get; } = system.Add(TwinBehaviors.Line);

    public Entities<WorkOrderState, WorkOrderCommand, WorkOrderEvent> WorkOrders { get; } = system.Add(TwinBehaviors.WorkOrder);

    /// <summary>Tells the twin of a line, station or machine.</summary>
    /// <returns>Null when the command was taken.</returns>
    public async Task<Untaken?> TellAsync(string id, UnitCommand command, CancellationToken cancellation)
    {
        var entity = new EntityId(id);
        if (lineIds.Contains(id))
            return WhyNot(await Lines.AskAsync(entity, command, Deadline, cancellation));
        return WhyNot(await (stationIds.Contains(id) ? Stations : Machines).AskAsync(entity, command, Deadline, cancellation));
    }

    /// <summary>
    /// Makes every twin of the plant definition known, and sets the desired side to the definition's nominal values,
    /// where nobody else has set it since. A twin that is stopped is passed over: it has said why, and must not hold up its plant.
    /// </summary>
    /// <exception cref="InvalidOperationException">The journal does not take it.</exception>
    public async Task ConfigureAsync(TwinModel model, CancellationToken cancellation)
    {
        foreach (LineDefinition line in plant.Lines)
        {
            await RequireAsync(line.Id, new LineCommand.Configure([.. line.Stations.Select(station => station.Id)], line.ConstraintStation), cancellation);
            await DesireAsync(line.Id, line.Setpoints, model.Line(line.Id).State.Own, cancellation);
        }

        // Each is recovered from the journal by its first message; all at once, so that the cores and not the waiting set the pace.
        await Task.WhenAll([
            .. plant.Stations.Select(station => WakeAsync(Stations, station.Id, cancellation)),
            .. plant.Machines.Select(machine => WakeAsync(Machines, machine.Id, cancellation))]);
        foreach (StationDefinition station in plant.Stations)
            await DesireAsync(station.Id, station.Setpoints, model.Unit(station.Id).State, cancellation);

        foreach (MachineDefinition machine in plant.Machines)
            await DesireAsync(machine.Id, machine.Setpoints, model.Unit(machine.Id).State, cancellation);
    }

    private async Task DesireAsync(string id, IReadOnlyList<SetpointDefinition> setpoints, UnitState known, CancellationToken cancellation)
    {
        foreach (SetpointDefinition setpoint in setpoints)
        {
            if (!known.Desired.TryGetValue(setpoint.Name, out DesiredState? desired) || desired.By == FromDefinition)
                await RequireAsync(id, new UnitCommand.Desire(setpoint.Name, setpoint.Nominal, FromDefinition), cancellation);
        }
    }

    private static async Task WakeAsync(Entities<UnitState, UnitCommand, UnitEvent> units, string id, CancellationToken cancellation)
    {
        try
        {
            _ = await units.QueryAsync(new EntityId(id), Deadline, cancellation);
        }
        catch (EntityUnavailableException)
        {
            // Stopped; the fault was reported when it stopped.
        }
    }

    private async Task RequireAsync(string id, UnitCommand command, CancellationToken cancellation)
    {
        if (await TellAsync(id, command, cancellation) is { } fault && (fault.Unrecorded || !fault.Failed))
            throw new InvalidOperationException($"{id} cannot take its definition: {fault.Reason}");
    }

    private static Untaken? WhyNot<TState>(Reply<TState, UnitEvent> reply) => reply switch
    {
        Reply<TState, UnitEvent>.Refused refused => new($"{refused.Code}: {refused.Reason}", Failed: false, Unrecorded: false),
        Reply<TState, UnitEvent>.Failed failed => new(failed.Reason, Failed: true, failed.WorthRetry),
        _ => null,
    };
}
