using DigitalTwin.Actors.Entities;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;

namespace DigitalTwin.Host.Twins;

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
    /// <returns>Null when the command was taken; otherwise why not, and whether the twin itself failed on it.</returns>
    public async Task<(string Reason, bool Failed)?> TellAsync(string id, UnitCommand command, CancellationToken cancellation)
    {
        var entity = new EntityId(id);
        if (lineIds.Contains(id))
            return WhyNot(await Lines.AskAsync(entity, command, Deadline, cancellation));
        return WhyNot(await (stationIds.Contains(id) ? Stations : Machines).AskAsync(entity, command, Deadline, cancellation));
    }

    /// <summary>
    /// Makes every twin of the plant definition known, and sets the desired side to the definition's nominal values,
    /// where nobody else has set it since.
    /// </summary>
    public async Task ConfigureAsync(TwinModel model, CancellationToken cancellation)
    {
        foreach (LineDefinition line in plant.Lines)
        {
            await RequireAsync(line.Id, new LineCommand.Configure([.. line.Stations.Select(station => station.Id)], line.ConstraintStation), cancellation);
            await DesireAsync(line.Id, line.Setpoints, model.Line(line.Id).State.Own, cancellation);
        }

        foreach (StationDefinition station in plant.Stations)
        {
            _ = await Stations.QueryAsync(new EntityId(station.Id), Deadline, cancellation);
            await DesireAsync(station.Id, station.Setpoints, model.Unit(station.Id).State, cancellation);
        }

        foreach (MachineDefinition machine in plant.Machines)
        {
            _ = await Machines.QueryAsync(new EntityId(machine.Id), Deadline, cancellation);
            await DesireAsync(machine.Id, machine.Setpoints, model.Unit(machine.Id).State, cancellation);
        }
    }

    private async Task DesireAsync(string id, IReadOnlyList<SetpointDefinition> setpoints, UnitState known, CancellationToken cancellation)
    {
        foreach (SetpointDefinition setpoint in setpoints)
        {
            if (!known.Desired.TryGetValue(setpoint.Name, out DesiredState? desired) || desired.By == FromDefinition)
                await RequireAsync(id, new UnitCommand.Desire(setpoint.Name, setpoint.Nominal, FromDefinition), cancellation);
        }
    }

    private async Task RequireAsync(string id, UnitCommand command, CancellationToken cancellation)
    {
        if (await TellAsync(id, command, cancellation) is { } fault)
            throw new InvalidOperationException($"{id} does not take its definition: {fault.Reason}");
    }

    private static (string, bool)? WhyNot<TState>(Reply<TState, UnitEvent> reply) => reply switch
    {
        Reply<TState, UnitEvent>.Refused refused => ($"{refused.Code}: {refused.Reason}", false),
        Reply<TState, UnitEvent>.Failed failed => (failed.Reason, true),
        _ => null,
    };
}
