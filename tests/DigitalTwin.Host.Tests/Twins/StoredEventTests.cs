using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Notes;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;
using DigitalTwin.Host.Twins;

namespace DigitalTwin.Host.Tests.Twins;

/// <summary>
/// What is in the journals of plants must be readable for ever. The golden files are never changed, only added to: a test that fails here
/// says that a name or a shape was changed which some journal already holds.
/// </summary>
public class StoredEventTests
{
    private static readonly DateTimeOffset At = new DateTimeOffset(2026, 1, 5, 6, 0, 0, TimeSpan.Zero).AddTicks(1_234_560);

    /// <summary>The records that version 1 of the golden payloads stands for.</summary>
    private static readonly UnitEvent[] Units =
    [
        new UnitEvent.StateChanged("state", PackmlState.Execute, PackmlState.Aborting, At, Legal: true, AfterGap: false),
        new UnitEvent.ModeChanged("mode", UnitMode.Production, UnitMode.Maintenance, At),
        new UnitEvent.FaultRaised("fault", 4711, At),
        new UnitEvent.FaultCleared("fault", 4711, At),
        new UnitEvent.VehicleEntered("vehicle", "WB-0001 \"Größe\"", At),
        new UnitEvent.VehicleLeft("vehicle", "WB-0001", At),
        new UnitEvent.CounterStarted("produced", SignalRole.ProducedCount, 9_007_199_254_740_992, At),
        new UnitEvent.Counted("good", SignalRole.GoodCount, 1, 42, 1042, null, At),
        new UnitEvent.CounterReset("scrap", SignalRole.ScrapCount, 3, At),
        new UnitEvent.SetpointReported("speedOverride", 97.5, At),
        new UnitEvent.SignalLost("state", SignalRole.State, At),
        new UnitEvent.SignalRecovered("state", SignalRole.State, At),
        new UnitEvent.ClockSetBack("state", SignalRole.State, At.AddHours(5), At) { Sequence = 77 },
        new UnitEvent.GapObserved(At.AddSeconds(-5), At, "gateway-restart", ["state", "fault"], StateUnseen: true),
        new UnitEvent.DesiredChanged("speedOverride", 100, "plant definition", At),
        new LineEvent.LineConfigured(["leipzig.body.line1.cell1", "leipzig.body.line1.cell2"], "leipzig.body.line1.cell2", At),
        new LineEvent.StationReported("leipzig.body.line1.cell1", 17, PackmlState.Suspended, "WB-0001", 10, 9, 1, At),
        new LineEvent.SummaryChanged(PackmlState.Execute, PackmlState.Aborted, "line-summary/1", At),
        new LineEvent.VehicleJoined("WB-0001", "leipzig.body.line1.cell1", At),
        new LineEvent.VehicleDeparted("WB-0001", Passed: false, At),
    ];

    private static readonly WorkOrderEvent[] WorkOrders =
    [
        new WorkOrderEvent.Released("leipzig.body.line1", "WB-0001", ["leipzig.body.line1.cell1"], At),
        new WorkOrderEvent.OperationEntered("leipzig.body.line1.cell1", InOrder: true, At),
        new WorkOrderEvent.OperationLeft("leipzig.body.line1.cell1", InOrder: true, At),
        new WorkOrderEvent.OperationJudged("leipzig.body.line1.cell1", OperationResult.Scrap, InOrder: true, At),
        new WorkOrderEvent.Completed(At),
        new WorkOrderEvent.Scrapped("leipzig.body.line1.cell1", At),
    ];

    private static readonly StopBookEvent[] StopBooks =
    [
        new StopBookEvent.Coded(At.AddMinutes(-5), At.AddMinutes(-2), "tool-wear", "Kappe \"4\"", "Meier", At),
        new StopBookEvent.Split(At.AddMinutes(-5), At.AddMinutes(-2), At.AddMinutes(-3), "Meier", At),
        new StopBookEvent.CodeUndone(At.AddMinutes(-5), At.AddMinutes(-3), "Schulz", At),
    ];

    private static readonly NoteEvent[] NoteBooks =
    [
        new NoteEvent.Written(1, At.AddMinutes(-5), "<b>Kappe</b> \"4\"", "Meier", At),
        new NoteEvent.Withdrawn(1, "Schulz", At),
    ];

    private static string[] Golden(string file) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Golden", file));

    [Fact]
    public void Names_in_the_journal_are_never_changed_or_dropped() =>
        Assert.Equal(Golden("stored-events.txt"), EventCatalogs.Units.Names.Concat(EventCatalogs.WorkOrders.Names).Concat(EventCatalogs.StopBooks.Names).Concat(EventCatalogs.NoteBooks.Names));

    [Fact]
    public void Every_kind_of_event_has_a_stored_name_and_a_golden_payload()
    {
        Assert.Equal(Concrete(typeof(UnitEvent)), Units.Select(happened => happened.GetType().FullName!).Order());
        Assert.Equal(Concrete(typeof(WorkOrderEvent)), WorkOrders.Select(happened => happened.GetType().FullName!).Order());
        Assert.Equal(Concrete(typeof(StopBookEvent)), StopBooks.Select(happened => happened.GetType().FullName!).Order());
        Assert.Equal(Concrete(typeof(NoteEvent)), NoteBooks.Select(happened => happened.GetType().FullName!).Order());
        Assert.Equal(Golden("stored-events.txt"), Encoded().Select(encoded => encoded.Name));

        static IEnumerable<string> Concrete(Type family) =>
            family.Assembly.GetTypes().Where(type => type.IsAssignableTo(family) && !type.IsAbstract).Select(type => type.FullName!).Order();
    }

    [Fact]
    public void Events_are_written_byte_for_byte_as_version_1_wrote_them() =>
        Assert.Equal(Golden("events.v1.jsonl"), Encoded().Select(Line));

    [Fact]
    public void What_version_1_wrote_reads_back_as_what_had_happened()
    {
        string[] golden = Golden("events.v1.jsonl");
        for (int i = 0; i < golden.Length; i++)
        {
            (string name, byte[] payload) = Split(golden[i]);
            object expected = ((object[])[.. Units, .. WorkOrders, .. StopBooks, .. NoteBooks])[i];
            object read = i < Units.Length ? EventCatalogs.Units.Decode(name, payload)
                : i < Units.Length + WorkOrders.Length ? EventCatalogs.WorkOrders.Decode(name, payload)
                : i < Units.Length + WorkOrders.Length + StopBooks.Length ? EventCatalogs.StopBooks.Decode(name, payload) : EventCatalogs.NoteBooks.Decode(name, payload);
            Assert.IsType(expected.GetType(), read);
            Assert.Equivalent(expected, read, strict: true);
        }
    }

    [Theory]
    [InlineData("unit.state-changed.v2")]
    [InlineData("unit.repainted.v1")]
    public void An_event_of_a_newer_version_is_refused_with_a_sentence_and_not_guessed_at(string name)
    {
        string sentence = Assert.Throws<UnreadableEventException>(() => EventCatalogs.Units.Decode(name, "{}"u8.ToArray())).Message;
        Assert.StartsWith($"This version does not know the event '{name}'", sentence, StringComparison.Ordinal);
        Assert.EndsWith("Run the version that wrote it, or a newer one.", sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"signal":"state","from":"Execute","to":"Melting","at":"2026-01-05T06:00:00Z","legal":true,"afterGap":false}""")]
    public void A_payload_that_is_not_its_event_is_refused_by_name(string payload) =>
        Assert.Contains("'unit.state-changed.v1'", Assert.Throws<UnreadableEventException>(() => EventCatalogs.Units.Decode("unit.state-changed.v1", Encoding.UTF8.GetBytes(payload))).Message, StringComparison.Ordinal);

    private static IEnumerable<EncodedEvent> Encoded() =>
        [.. Units.Select(EventCatalogs.Units.Encode), .. WorkOrders.Select(EventCatalogs.WorkOrders.Encode), .. StopBooks.Select(EventCatalogs.StopBooks.Encode), .. NoteBooks.Select(EventCatalogs.NoteBooks.Encode)];

    private static string Line(EncodedEvent encoded) => $$"""{"name":"{{encoded.Name}}","payload":{{Encoding.UTF8.GetString(encoded.Payload.Span)}}}""";

    private static (string Name, byte[] Payload) Split(string line)
    {
        const string start = "{\"name\":\"", middle = "\",\"payload\":";
        int at = line.IndexOf(middle, StringComparison.Ordinal);
        return (line[start.Length..at], Encoding.UTF8.GetBytes(line[(at + middle.Length)..^1]));
    }
}
