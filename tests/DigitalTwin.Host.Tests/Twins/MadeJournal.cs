using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using DigitalTwin.Actors.TestKit;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;
using DigitalTwin.Host.Twins;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.Host.Tests.Twins;

/// <summary>One event of a made journal, before it has a place in it.</summary>
internal sealed record MadeEvent(string Id, UnitEvent? Unit, WorkOrderEvent? Order)
{
    public override string ToString() => $"{Id}: {(object?)Unit ?? Order}";
}

/// <summary>Journals of the made plant, written event by event, without the twins that would decide on them.</summary>
internal static class MadeJournal
{
    public static readonly DateTimeOffset T0 = MadePlant.Morning;

    private static readonly string[] Units = [MadePlant.Robot, MadePlant.First, MadePlant.Last];

    public static string OrderId(int body) => $"{MadePlant.Line}.order-{body}";

    public static MadeEvent State(string id, PackmlState to, double second) => new(id, new UnitEvent.StateChanged("state", PackmlState.Undefined, to, T0.AddSeconds(second), true, false), null);

    public static MadeEvent Released(int body) => new(OrderId(body), null, new WorkOrderEvent.Released(MadePlant.Line, $"{body}", [MadePlant.First, MadePlant.Last], T0));

    public static MadeEvent Completed(int body) => new(OrderId(body), null, new WorkOrderEvent.Completed(T0));

    public static MemoryJournal Of(params IEnumerable<MadeEvent> events)
    {
        var journal = new MemoryJournal();
        journal.Write(events);
        return journal;
    }

    /// <summary>All in one commit, so that they have one time of recording.</summary>
    public static void Write(this MemoryJournal journal, params IEnumerable<MadeEvent> events)
    {
        Lease lease = journal.Acquire(new("all"), "made", TimeSpan.FromMinutes(1)).Lease!;
        var sequences = new Dictionary<string, long>();
        List<Append> batch = [];
        foreach (MadeEvent made in events)
        {
            long seq = sequences.TryGetValue(made.Id, out long known) ? known : journal.ReadEntity(new EntityId(made.Id), 0, int.MaxValue).Count;
            EncodedEvent encoded = made.Unit is { } unit ? EventCatalogs.Units.Encode(unit) : EventCatalogs.WorkOrders.Encode(made.Order!);
            batch.Add(new Append(lease, new EntityId(made.Id), seq, [new NewEvent(encoded.Name, Microseconds.Truncate(encoded.At!.Value), encoded.Payload)]));
            sequences[made.Id] = seq + 1;
        }

        var results = new AppendResult[batch.Count];
        journal.Append([.. batch], T0, results);
        Assert.All(results, result => Assert.Equal(AppendStatus.Stored, result.Status));
        journal.Release(lease);
    }

    /// <summary>Anything that units, line and orders may have recorded, in any order: also what no plant would say.</summary>
    public static Gen<MadeEvent> Anything { get; } = Gen.Frequency(
        (6, from unit in Gen.Elements(Units) from happened in UnitEvents select new MadeEvent(unit, happened, null)),
        (2, from happened in Gen.OneOf(LineEvents, UnitEvents) select new MadeEvent(MadePlant.Line, happened, null)),
        (4, from body in Gen.Choose(0, 5) from happened in OrderEvents(body) select new MadeEvent(OrderId(body), null, happened)));

    private static Gen<DateTimeOffset> Times => Gen.Choose(-600, 600).Select(second => T0.AddSeconds(second));

    private static Gen<PackmlState> States => Gen.Elements(Enum.GetValues<PackmlState>());

    private static Gen<UnitEvent> UnitEvents => from at in Times from state in States from number in Gen.Choose(0, 50) from happened in Gen.Elements<UnitEvent>(
        new UnitEvent.StateChanged("state", PackmlState.Idle, state, at, number % 2 == 0, number % 3 == 0) { Sequence = (ulong)number },
        new UnitEvent.ModeChanged("mode", UnitMode.Undefined, (UnitMode)(number % 4), at),
        new UnitEvent.FaultRaised("fault", number, at),
        new UnitEvent.FaultCleared("fault", number, at),
        new UnitEvent.VehicleEntered("vehicle", $"{number}", at),
        new UnitEvent.VehicleLeft("vehicle", $"{number}", at),
        new UnitEvent.CounterStarted("good", SignalRole.GoodCount, number, at),
        new UnitEvent.Counted("produced", SignalRole.ProducedCount, 1, number, 100 + number, null, at),
        new UnitEvent.SetpointReported("speedOverride", number / 10.0, at),
        new UnitEvent.SignalLost("fault", SignalRole.Fault, at),
        new UnitEvent.SignalRecovered("fault", SignalRole.Fault, at),
        new UnitEvent.ClockSetBack("state", SignalRole.State, at.AddHours(1), at),
        new UnitEvent.GapObserved(at.AddSeconds(-9), at, "made", ["vehicle", "fault"], StateUnseen: false),
        new UnitEvent.DesiredChanged("speedOverride", number, "made", at)) select happened;

    private static Gen<UnitEvent> LineEvents => from at in Times from state in States from number in Gen.Choose(0, 9) from happened in Gen.Elements<UnitEvent>(
        new LineEvent.LineConfigured([MadePlant.First, MadePlant.Last], MadePlant.Last, at),
        new LineEvent.StationReported(MadePlant.First, number, state, $"{number}", number, number, 0, at),
        new LineEvent.SummaryChanged(PackmlState.Idle, state, Line.SummaryRule, at),
        new LineEvent.VehicleJoined($"{number}", MadePlant.First, at),
        new LineEvent.VehicleDeparted($"{number}", Passed: false, at)) select happened;

    private static Gen<WorkOrderEvent> OrderEvents(int body) => from at in Times from station in Gen.Elements(MadePlant.First, MadePlant.Last) from happened in Gen.Elements<WorkOrderEvent>(
        new WorkOrderEvent.Released(MadePlant.Line, $"{body}", [MadePlant.First, MadePlant.Last], at),
        new WorkOrderEvent.OperationEntered(station, true, at),
        new WorkOrderEvent.OperationLeft(station, false, at),
        new WorkOrderEvent.OperationJudged(station, OperationResult.Good, true, at),
        new WorkOrderEvent.Completed(at),
        new WorkOrderEvent.Scrapped(station, at)) select happened;
}
