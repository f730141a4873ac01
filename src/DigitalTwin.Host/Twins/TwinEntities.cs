using System.Collections.Frozen;
using System.Diagnostics;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Notes;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;

namespace DigitalTwin.Host.Twins;

/// <summary>Why a twin has not taken a command.</summary>
/// <param name="Failed">The twin or its journal failed; false: it refused.</param>
/// <param name="Unrecorded">The journal did not take it: the twin is as it was, and the command is worth another attempt.</param>
/// <param name="Trace">The trace that the engine's own log lines of it name; default: none.</param>
public sealed record Untaken(string Kind, string Reason, bool Failed, bool Unrecorded, ActivityTraceId Trace)
{
    public string? Correlation => Trace == default ? null : Trace.ToHexString();
}

/// <summary>The persistent entities of one plant, by kind.</summary>
public sealed class TwinEntities(EntitySystem system, PlantDefinition plant)
{
    /// <summary>
    /// Open dead letters of one twin that are kept of what it was asked. A twin that is stopped gets thousands of observations a minute, each would
    /// be an event, and the newest 1,000 letters of its line are all that are kept open.
    /// </summary>
    private const int MostSetAside = 20;

    private const string FromDefinition = "plant definition";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly HashSet<string> stationIds = [.. plant.Stations.Select(station => station.Id)];
    private readonly HashSet<string> lineIds = [.. plant.Lines.Select(line => line.Id)];

    public Entities<UnitState, UnitCommand, UnitEvent> Machines { get; } = system.Add(TwinBehaviors.Machine with { Knows = Among(plant.Machines.Select(machine => machine.Id)) });

    public Entities<UnitState, UnitCommand, UnitEvent> Stations { get; } = system.Add(TwinBehaviors.Station with { Knows = Among(plant.Stations.Select(station => station.Id)) });

    public Entities<LineState, UnitCommand, UnitEvent> Lines { get; } = system.Add(TwinBehaviors.Line with { Knows = Among(plant.Lines.Select(line => line.Id)) });

    public Entities<WorkOrderState, WorkOrderCommand, WorkOrderEvent> WorkOrders { get; } = system.Add(TwinBehaviors.WorkOrder with { Knows = OrdersOf(plant) });

    /// <summary>What people have said about stops; one for each station and month.</summary>
    public Entities<StopBookState, StopBookCommand, StopBookEvent> StopBooks { get; } = system.Add(TwinBehaviors.StopBook(StopReasons.Of(plant)) with { Knows = BooksOf(plant) });

    /// <summary>What people have noted; one for each line, station or machine and month.</summary>
    public Entities<NoteBookState, NoteCommand, NoteEvent> NoteBooks { get; } = system.Add(TwinBehaviors.NoteBook with { Knows = NotesOf(plant) });

    public bool IsStation(string id) => stationIds.Contains(id);

    /// <summary>Tells the twin of a line, station or machine.</summary>
    /// <returns>Null when the command was taken.</returns>
    public Task<Untaken?> TellAsync(string id, UnitCommand command, CancellationToken cancellation) =>
        lineIds.Contains(id) ? TellAsync(Lines, id, command, cancellation) : TellAsync(UnitsOf(id), id, command, cancellation);

    /// <summary>Keeps a command that its twin has failed on as a dead letter; beyond the first <see cref="MostSetAside"/> open ones of a twin it is only counted.</summary>
    /// <exception cref="EntityUnavailableException">Nothing can be kept for now; it is worth another attempt.</exception>
    public Task SetAsideAsync(string id, UnitCommand command, Untaken fault, CancellationToken cancellation) => lineIds.Contains(id)
        ? Lines.SetAsideAsync(new EntityId(id), command, fault.Reason, fault.Trace, MostSetAside, cancellation)
        : UnitsOf(id).SetAsideAsync(new EntityId(id), command, fault.Reason, fault.Trace, MostSetAside, cancellation);

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

    private static Func<EntityId, bool> Among(IEnumerable<string> ids)
    {
        FrozenSet<string> known = ids.ToFrozenSet(StringComparer.Ordinal);
        return id => known.Contains(id.Value);
    }

    private static Func<EntityId, bool> OrdersOf(PlantDefinition plant)
    {
        string[] prefixes = [.. plant.Lines.Select(line => WorkOrder.IdOf(line.Id, ""))];
        return id => prefixes.Any(prefix => id.Value.Length > prefix.Length && id.Value.StartsWith(prefix, StringComparison.Ordinal));
    }

    private static Func<EntityId, bool> BooksOf(PlantDefinition plant)
    {
        Func<EntityId, bool> isStation = Among(plant.Stations.Select(station => station.Id));
        return id => id.Value.LastIndexOf(".stops-", StringComparison.Ordinal) is > 0 and var end && isStation(new EntityId(id.Value[..end]));
    }

    private static Func<EntityId, bool> NotesOf(PlantDefinition plant)
    {
        Func<EntityId, bool> isPlace = Among([.. plant.Lines.Select(line => line.Id), .. plant.Stations.Select(station => station.Id), .. plant.Machines.Select(machine => machine.Id)]);
        return id => NoteBook.PlaceOf(id.Value) is { } place && isPlace(new EntityId(place));
    }

    private Entities<UnitState, UnitCommand, UnitEvent> UnitsOf(string id) => stationIds.Contains(id) ? Stations : Machines;

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

    private static async Task<Untaken?> TellAsync<TState>(Entities<TState, UnitCommand, UnitEvent> kind, string id, UnitCommand command, CancellationToken cancellation) =>
        await kind.AskAsync(new EntityId(id), command, Deadline, cancellation) switch
        {
            Reply<TState, UnitEvent>.Refused refused => new(kind.Kind, $"{refused.Code}: {refused.Reason}", Failed: false, Unrecorded: false, refused.Trace),
            Reply<TState, UnitEvent>.Failed failed => new(kind.Kind, failed.Reason, Failed: true, failed.WorthRetry, failed.Trace),
            _ => null,
        };
}
