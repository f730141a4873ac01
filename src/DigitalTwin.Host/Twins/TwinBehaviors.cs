using System.Diagnostics;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Domain;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Notes;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;

namespace DigitalTwin.Host.Twins;

/// <summary>Puts the pure deciders of the domain into the shape that the actor engine runs: the one place that knows both.</summary>
public static class TwinBehaviors
{
    public static EntityBehavior<UnitState, UnitCommand, UnitEvent> Machine { get; } =
        Behavior<UnitState, UnitCommand, UnitEvent>("machine", UnitState.Initial, Unit.Decide, Unit.Apply, EventCatalogs.Units, StateCodecs.Unit, StateCodecs.UnitCommands);

    public static EntityBehavior<UnitState, UnitCommand, UnitEvent> Station { get; } = Machine with { Kind = "station" };

    public static EntityBehavior<LineState, UnitCommand, UnitEvent> Line { get; } =
        Behavior<LineState, UnitCommand, UnitEvent>("line", LineState.Initial, Domain.Lines.Line.Decide, Domain.Lines.Line.Apply, EventCatalogs.Units, StateCodecs.Line, StateCodecs.UnitCommands);

    public static EntityBehavior<WorkOrderState, WorkOrderCommand, WorkOrderEvent> WorkOrder { get; } =
        Behavior<WorkOrderState, WorkOrderCommand, WorkOrderEvent>("workOrder", WorkOrderState.Initial, Domain.WorkOrders.WorkOrder.Decide, Domain.WorkOrders.WorkOrder.Apply, EventCatalogs.WorkOrders, StateCodecs.WorkOrder, StateCodecs.WorkOrderCommands);

    public static EntityBehavior<StopBookState, StopBookCommand, StopBookEvent> StopBook(StopReasons reasons) => Behavior<StopBookState, StopBookCommand, StopBookEvent>(
        "stopBook", StopBookState.Initial, (state, command, now) => Domain.Stops.StopBook.Decide(reasons, state, command, now), Domain.Stops.StopBook.Apply, EventCatalogs.StopBooks, StateCodecs.StopBook, StateCodecs.StopBookCommands);

    public static EntityBehavior<NoteBookState, NoteCommand, NoteEvent> NoteBook { get; } = Behavior<NoteBookState, NoteCommand, NoteEvent>(
        "noteBook", NoteBookState.Initial, Domain.Notes.NoteBook.Decide, Domain.Notes.NoteBook.Apply, EventCatalogs.NoteBooks, StateCodecs.NoteBook, StateCodecs.NoteCommands);

    private static EntityBehavior<TState, TCommand, TEvent> Behavior<TState, TCommand, TEvent>(
        string kind, TState initial, Func<TState, TCommand, DateTimeOffset, Decision<TEvent>> decide, Func<TState, TEvent, TState> apply, EventCatalog<TEvent> catalog,
        SnapshotCodec<TState> states, CommandCodec<TCommand> commands)
        where TEvent : notnull => new(kind, _ => initial, (state, command, now) => ToOutcome(decide(state, command, now)), apply, catalog.Encode, catalog.Decode)
        {
            SnapshotCodec = states,
            CommandCodec = commands,
        };

    private static Outcome<TEvent> ToOutcome<TEvent>(Decision<TEvent> decision) => decision switch
    {
        Decision<TEvent>.Accepted { Events.Count: 0 } => Outcome<TEvent>.Nothing.Instance,
        Decision<TEvent>.Accepted accepted => new Outcome<TEvent>.Accepted(accepted.Events),
        Decision<TEvent>.Nothing => Outcome<TEvent>.Nothing.Instance,
        Decision<TEvent>.Refused refused => new Outcome<TEvent>.Refused(refused.Code, refused.Reason),
        _ => throw new UnreachableException(),
    };
}
