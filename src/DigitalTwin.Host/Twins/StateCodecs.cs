using System.Text.Json;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Notes;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;
using static DigitalTwin.Domain.Lines.LineCommand;
using static DigitalTwin.Domain.Units.UnitCommand;
using static DigitalTwin.Domain.WorkOrders.WorkOrderCommand;

namespace DigitalTwin.Host.Twins;

/// <summary>
/// Stored forms of states and commands. States are only ever a shortcut past their events: one whose meaning changes, also by a change of
/// what its events do to it, gets the next format, and what is stored in the old one is made again from the journal.
/// </summary>
public static class StateCodecs
{
    public static SnapshotCodec<UnitState> Unit { get; } = Codec<UnitState>("unit.state.v1");

    public static SnapshotCodec<LineState> Line { get; } = Codec<LineState>("line.state.v1");

    public static SnapshotCodec<WorkOrderState> WorkOrder { get; } = Codec<WorkOrderState>("work-order.state.v1");

    public static SnapshotCodec<StopBookState> StopBook { get; } = Codec<StopBookState>("stop-book.state.v1");

    public static SnapshotCodec<NoteBookState> NoteBook { get; } = Codec<NoteBookState>("note-book.state.v1");

    public static CommandCodec<UnitCommand> UnitCommands { get; } = Codec<UnitCommand>(
        ("unit.observe.v1", typeof(Observe)),
        ("unit.observe-gap.v1", typeof(ObserveGap)),
        ("unit.desire.v1", typeof(Desire)),
        ("line.configure.v1", typeof(Configure)),
        ("line.report-station.v1", typeof(ReportStation)));

    public static CommandCodec<WorkOrderCommand> WorkOrderCommands { get; } = Codec<WorkOrderCommand>(
        ("work-order.release.v1", typeof(Release)),
        ("work-order.enter.v1", typeof(Enter)),
        ("work-order.leave.v1", typeof(Leave)),
        ("work-order.judge.v1", typeof(Judge)));

    public static CommandCodec<StopBookCommand> StopBookCommands { get; } = Codec<StopBookCommand>(
        ("stop.code.v1", typeof(StopBookCommand.Code)),
        ("stop.split.v1", typeof(StopBookCommand.Split)),
        ("stop.undo.v1", typeof(StopBookCommand.Undo)));

    public static CommandCodec<NoteCommand> NoteCommands { get; } = Codec<NoteCommand>(
        ("note.write.v1", typeof(NoteCommand.Write)),
        ("note.withdraw.v1", typeof(NoteCommand.Withdraw)));

    private static SnapshotCodec<TState> Codec<TState>(string format) where TState : notnull => new(
        format,
        state => JsonSerializer.SerializeToUtf8Bytes(state, StoredJson.Options),
        stored => JsonSerializer.Deserialize<TState>(stored.Span, StoredJson.Options) ?? throw new JsonException($"a {format} is null"));

    private static CommandCodec<TCommand> Codec<TCommand>(params (string Name, Type Type)[] entries) where TCommand : notnull
    {
        var named = new NamedTypes<TCommand>("command", entries);
        return new(
            command => named.Encode(command) is var (name, payload) ? new EncodedCommand(name, payload) : default,
            named.Decode);
    }
}
