using System.Text;
using System.Text.Json.Nodes;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Notes;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;
using DigitalTwin.Host.Twins;

namespace DigitalTwin.Host.Tests.Twins;

/// <summary>What older versions stored is read as what it means now, through a catalogue made up for the test: no name of ours has a second version yet.</summary>
public class UpcastTests
{
    private abstract record Happened
    {
        public sealed record Painted(string Colour, int Microns, DateTimeOffset At) : Happened;
    }

    private static EventCatalog<Happened> Catalog() => new EventCatalog<Happened>(happened => ((Happened.Painted)happened).At, ("booth.painted.v3", typeof(Happened.Painted)))
        // Since version 3 the thickness is in micrometres; version 1 knew none.
        .Upcast("booth.painted.v2", "booth.painted.v3", read => new JsonObject { ["colour"] = read["colour"]!.DeepClone(), ["microns"] = (int)(1000 * (double)read["millimetres"]!), ["at"] = read["at"]!.DeepClone() })
        .Upcast("booth.painted.v1", "booth.painted.v2", read => { read["millimetres"] = 0; return read; });

    private static readonly DateTimeOffset At = MadePlant.Morning;

    [Theory]
    [InlineData("booth.painted.v1", """{"colour":"red","at":"2026-01-05T06:00:00Z"}""", 0)]
    [InlineData("booth.painted.v2", """{"colour":"red","millimetres":0.12,"at":"2026-01-05T06:00:00Z"}""", 120)]
    [InlineData("booth.painted.v3", """{"colour":"red","microns":120,"at":"2026-01-05T06:00:00Z"}""", 120)]
    public void An_event_of_any_older_version_reads_as_one_of_the_newest(string name, string payload, int microns) =>
        Assert.Equal(new Happened.Painted("red", microns, At), Catalog().Decode(name, Encoding.UTF8.GetBytes(payload)));

    [Fact]
    public void Only_the_newest_version_is_written() => Assert.Equal("booth.painted.v3", Catalog().Encode(new Happened.Painted("red", 120, At)).Name);

    [Fact]
    public void Every_name_that_was_ever_stored_stays_listed() => Assert.Equal(["booth.painted.v3", "booth.painted.v2", "booth.painted.v1"], Catalog().Names);

    [Theory]
    [InlineData("booth.painted.v3", "booth.painted.v2", "has a meaning already")]
    [InlineData("booth.painted.v1", "booth.painted.v3", "has a meaning already")]
    [InlineData("booth.painted.v0", "booth.painted.v4", "is not known")]
    public void A_stored_name_never_gets_a_second_meaning(string old, string readAs, string reason) =>
        Assert.Contains(reason, Assert.Throws<ArgumentException>(() => Catalog().Upcast(old, readAs, read => read)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("booth.painted.v4", "{}", "does not know the event 'booth.painted.v4'")]
    [InlineData("booth.painted.v1", "[]", "'booth.painted.v1'")]
    [InlineData("booth.painted.v1", "null", "'booth.painted.v1'")]
    [InlineData("booth.painted.v2", """{"colour":"red","millimetres":"thick","at":"2026-01-05T06:00:00Z"}""", "'booth.painted.v2'")]
    public void What_does_not_read_is_refused_by_its_stored_name(string name, string payload, string told) =>
        Assert.Contains(told, Assert.Throws<UnreadableEventException>(() => Catalog().Decode(name, Encoding.UTF8.GetBytes(payload))).Message, StringComparison.Ordinal);

    /// <summary>Golden as the events are: a state that reads otherwise needs another format.</summary>
    [Fact]
    public void States_are_stored_in_formats_that_do_not_change()
    {
        UnitState unit = new UnitEvent[]
        {
            new UnitEvent.StateChanged("state", PackmlState.Idle, PackmlState.Held, At, Legal: true, AfterGap: false) { Sequence = 7 },
            new UnitEvent.CounterStarted("good", SignalRole.GoodCount, 3, At),
            new UnitEvent.SetpointReported("speedOverride", 97.5, At),
            new UnitEvent.DesiredChanged("speedOverride", 100, "made", At),
            new UnitEvent.GapObserved(At, At.AddSeconds(5), "made", ["fault"], StateUnseen: false),
        }.Aggregate(UnitState.Initial, Unit.Apply);
        LineState line = new UnitEvent[]
        {
            new LineEvent.LineConfigured(["a.b.c.d"], "a.b.c.d", At),
            new LineEvent.StationReported("a.b.c.d", 17, PackmlState.Suspended, "WB-1", 10, 9, 1, At),
            new LineEvent.VehicleJoined("WB-1", "a.b.c.d", At),
        }.Aggregate(LineState.Initial, Line.Apply);
        WorkOrderState order = new WorkOrderEvent[]
        {
            new WorkOrderEvent.Released("a.b.c", "WB-1", ["a.b.c.d"], At),
            new WorkOrderEvent.OperationEntered("a.b.c.d", InOrder: false, At),
        }.Aggregate(WorkOrderState.Initial, WorkOrder.Apply);
        StopBookState stops = new StopBookEvent[]
        {
            new StopBookEvent.Coded(At, At.AddMinutes(5), "tool-wear", "cap 4", "Meier", At.AddDays(1)),
            new StopBookEvent.Split(At, At.AddMinutes(5), At.AddMinutes(2), "Meier", At.AddDays(1)),
            new StopBookEvent.CodeUndone(At.AddMinutes(2), At.AddMinutes(5), "Schulz", At.AddDays(1)),
        }.Aggregate(StopBookState.Initial, StopBook.Apply);
        NoteBookState notes = new NoteEvent[] { new NoteEvent.Written(1, At, "cap 4", "Meier", At), new NoteEvent.Withdrawn(1, "Schulz", At.AddDays(1)) }.Aggregate(NoteBookState.Initial, NoteBook.Apply);
        Assert.Equal(
            File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Golden", "states.v1.jsonl")),
            (string[])[Stored(StateCodecs.Unit, unit), Stored(StateCodecs.Line, line), Stored(StateCodecs.WorkOrder, order), Stored(StateCodecs.StopBook, stops), Stored(StateCodecs.NoteBook, notes)]);
        Assert.Equal(RunningTwins.Text(unit), RunningTwins.Text(StateCodecs.Unit.Decode(StateCodecs.Unit.Encode(unit))));
        Assert.Equal(RunningTwins.Text(line), RunningTwins.Text(StateCodecs.Line.Decode(StateCodecs.Line.Encode(line))));
        Assert.Equal(RunningTwins.Text(order), RunningTwins.Text(StateCodecs.WorkOrder.Decode(StateCodecs.WorkOrder.Encode(order))));

        Assert.Equal(RunningTwins.Text(stops), RunningTwins.Text(StateCodecs.StopBook.Decode(StateCodecs.StopBook.Encode(stops))));
        Assert.Equal(RunningTwins.Text(notes), RunningTwins.Text(StateCodecs.NoteBook.Decode(StateCodecs.NoteBook.Encode(notes))));

        static string Stored<TState>(SnapshotCodec<TState> codec, TState state) => $$"""{"format":"{{codec.Format}}","state":{{Encoding.UTF8.GetString(codec.Encode(state).Span)}}}""";
    }

    [Fact]
    public void Commands_read_back_as_they_were_sent_also_with_a_value_that_is_none()
    {
        var observe = new UnitCommand.Observe("vehicle", SignalRole.Vehicle, double.NaN, "WB-1", Quality.Good, At, 7, At);
        EncodedCommand stored = StateCodecs.UnitCommands.Encode(observe);
        Assert.Equal("unit.observe.v1", stored.Name);
        Assert.Equal(observe, StateCodecs.UnitCommands.Decode(stored.Name, stored.Payload));
        // A repeated command is told from another one by its bytes.
        Assert.True(stored.Payload.Span.SequenceEqual(StateCodecs.UnitCommands.Encode(observe with { }).Payload.Span));
        foreach (WorkOrderCommand command in new WorkOrderCommand[] { new WorkOrderCommand.Enter("a", At), new WorkOrderCommand.Leave("a", At), new WorkOrderCommand.Judge("a", OperationResult.Scrap, At) })
            Assert.Equal(command, StateCodecs.WorkOrderCommands.Decode(StateCodecs.WorkOrderCommands.Encode(command).Name, StateCodecs.WorkOrderCommands.Encode(command).Payload));
        var stop = new Period(At, At.AddMinutes(5));
        foreach (StopBookCommand command in new StopBookCommand[] { new StopBookCommand.Code(stop, "tool-wear", "", "Meier"), new StopBookCommand.Split(stop, At.AddMinutes(2), "Meier"), new StopBookCommand.Undo(stop, "Meier") })
            Assert.Equal(command, StateCodecs.StopBookCommands.Decode(StateCodecs.StopBookCommands.Encode(command).Name, StateCodecs.StopBookCommands.Encode(command).Payload));
        foreach (NoteCommand command in new NoteCommand[] { new NoteCommand.Write(At, "cap 4", "Meier"), new NoteCommand.Withdraw(1, "Meier") })
            Assert.Equal(command, StateCodecs.NoteCommands.Decode(StateCodecs.NoteCommands.Encode(command).Name, StateCodecs.NoteCommands.Encode(command).Payload));
        Assert.Contains("does not know the command", Assert.Throws<UnreadableEventException>(() => StateCodecs.UnitCommands.Decode("unit.observe.v2", "{}"u8.ToArray())).Message, StringComparison.Ordinal);
    }
}
