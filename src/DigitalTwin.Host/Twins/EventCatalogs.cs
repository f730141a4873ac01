using System.Collections.Frozen;
using DigitalTwin.Domain.Notes;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;
using static DigitalTwin.Domain.Lines.LineEvent;
using static DigitalTwin.Domain.Units.UnitEvent;
using static DigitalTwin.Domain.WorkOrders.WorkOrderEvent;

namespace DigitalTwin.Host.Twins;

/// <summary>Every stored event name of this version. Golden files hold the same list: a name that is gone or changed fails a test.</summary>
public static class EventCatalogs
{
    public static EventCatalog<UnitEvent> Units { get; } = new(happened => happened.At,
        ("unit.state-changed.v1", typeof(StateChanged)),
        ("unit.mode-changed.v1", typeof(ModeChanged)),
        ("unit.fault-raised.v1", typeof(FaultRaised)),
        ("unit.fault-cleared.v1", typeof(FaultCleared)),
        ("unit.vehicle-entered.v1", typeof(VehicleEntered)),
        ("unit.vehicle-left.v1", typeof(VehicleLeft)),
        ("unit.counter-started.v1", typeof(CounterStarted)),
        ("unit.counted.v1", typeof(Counted)),
        ("unit.counter-reset.v1", typeof(CounterReset)),
        ("unit.setpoint-reported.v1", typeof(SetpointReported)),
        ("unit.signal-lost.v1", typeof(SignalLost)),
        ("unit.signal-recovered.v1", typeof(SignalRecovered)),
        ("unit.clock-set-back.v1", typeof(ClockSetBack)),
        ("unit.gap-observed.v1", typeof(GapObserved)),
        ("unit.desired-changed.v1", typeof(DesiredChanged)),
        ("line.configured.v1", typeof(LineConfigured)),
        ("line.station-reported.v1", typeof(StationReported)),
        ("line.summary-changed.v1", typeof(SummaryChanged)),
        ("line.vehicle-joined.v1", typeof(VehicleJoined)),
        ("line.vehicle-departed.v1", typeof(VehicleDeparted)));

    /// <summary>Names of events that equipment reported: plant time has come as far as the newest of them.</summary>
    public static FrozenSet<string> Observed { get; } = Units.Names.Where(name => Units.TypeOf(name).IsAssignableTo(typeof(Observed))).ToFrozenSet();

    public static EventCatalog<WorkOrderEvent> WorkOrders { get; } = new(happened => happened.At,
        ("work-order.released.v1", typeof(Released)),
        ("work-order.operation-entered.v1", typeof(OperationEntered)),
        ("work-order.operation-left.v1", typeof(OperationLeft)),
        ("work-order.operation-judged.v1", typeof(OperationJudged)),
        ("work-order.completed.v1", typeof(Completed)),
        ("work-order.scrapped.v1", typeof(Scrapped)));

    public static EventCatalog<StopBookEvent> StopBooks { get; } = new(happened => happened.At,
        ("stop.coded.v1", typeof(StopBookEvent.Coded)),
        ("stop.split.v1", typeof(StopBookEvent.Split)),
        ("stop.code-undone.v1", typeof(StopBookEvent.CodeUndone)));

    public static EventCatalog<NoteEvent> NoteBooks { get; } = new(happened => happened.At,
        ("note.written.v1", typeof(NoteEvent.Written)),
        ("note.withdrawn.v1", typeof(NoteEvent.Withdrawn)));
}
