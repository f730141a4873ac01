using System.Text.Json.Nodes;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Stops;

namespace DigitalTwin.Domain.Tests.Plant;

public class PlantFileTests
{
    private const string Small = """
        {
          "format": "digitaltwin.plant/1", "id": "leipzig", "name": "Leipzig", "timeZone": "Europe/Berlin",
          "endpoints": [{"name": "plc", "url": "opc.tcp://127.0.0.1:4840", "securityPolicy": "Basic256Sha256", "userName": "gateway"}],
          "clock": {"endpoint": "plc", "plantTime": "nsu=urn:plant;s=Clock", "speed": "nsu=urn:plant;i=7"},
          "shifts": [{"name": "day", "days": ["Monday"], "start": "06:00", "end": "14:00", "breaks": [{"start": "09:00", "end": "09:15"}]}],
          "stops": {"microStopBelow": 90, "reasons": [{"code": "die-change", "name": "Die change", "category": "changeover"}, {"code": "jam", "name": "Jam", "category": "microStop"}]},
          "tariff": {"currency": "EUR", "pricePerKwh": 0.18, "windows": [{"name": "peak", "days": ["Monday", "Friday"], "start": "08:00", "end": "12:00", "pricePerKwh": 0.27},
            {"name": "late", "days": ["Friday"], "start": "12:00", "end": "02:00", "pricePerKwh": -0.01}], "peakLimitKw": 900},
          "equipmentClasses": {
            "cell": {"signals": [{"name": "state", "role": "state", "node": "State"}, {"name": "vehicle", "role": "vehicle", "node": "Vehicle", "type": "text"}]},
            "robot": {
              "signals": [{"name": "fault", "role": "fault", "node": "Fault", "range": [0, 99], "period": 2.5}],
              "setpoints": [{"name": "speed", "node": "Speed", "class": 1, "unit": "%", "low": 50, "high": 110, "nominal": 100, "maxStep": 10, "maxRatePerMinute": 20,
                "tolerance": 0.5, "hold": 5, "interlocks": ["fault"], "safeValue": 80, "period": 5}]
            }
          },
          "areas": [{"id": "body", "name": "Body shop", "lines": [{
            "id": "line1", "name": "Line 1", "endpoint": "plc", "namespaceUri": "urn:plant", "constraintStation": "cell2",
            "signals": [{"name": "power", "role": "measurement", "node": "nsu=urn:other;g=72962b91-fa75-4ae6-8d28-b404dc7daf63", "unit": "kW"}],
            "cells": [
              {"id": "cell1", "name": "Cell 1", "class": "cell", "nodePrefix": "C1", "plannedRunTimePerItem": 54.5},
              {"id": "cell2", "name": "Cell 2", "class": "cell", "nodePrefix": "C2", "plannedRunTimePerItem": 60, "machines": [
                {"id": "robot", "name": "Robot", "class": "robot", "nodePrefix": "C2.R", "signals": [{"name": "grip", "role": "measurement", "node": "Grip"}]}]}]
          }]}]
        }
        """;

    private static readonly string line = "$.areas[0].lines[0]";
    private static readonly string robot = "$.equipmentClasses.robot";

    private static PlantDefinition Valid(string json) => Assert.IsType<PlantReading.Valid>(PlantFile.Read(json)).Plant;

    private static IReadOnlyList<PlantFault> Faults(string json) => Assert.IsType<PlantReading.Invalid>(PlantFile.Read(json)).Faults;

    /// <summary>The small plant with one place changed; <paramref name="value"/> null takes the member away.</summary>
    private static string With(string path, string? value)
    {
        var root = JsonNode.Parse(Small)!;
        var parts = path.Replace("[", ".[", StringComparison.Ordinal).Split('.')[1..];
        var parent = parts[..^1].Aggregate(root, (node, part) => part[0] == '[' ? node[int.Parse(part[1..^1])]! : node[part]!);
        if (parts[^1][0] == '[') parent[int.Parse(parts[^1][1..^1])] = JsonNode.Parse(value!);
        else if (value is null) parent.AsObject().Remove(parts[^1]);
        else parent[parts[^1]] = JsonNode.Parse(value);
        return root.ToJsonString();
    }

    [Fact]
    public void Classes_are_expanded_and_ids_and_nodes_are_full()
    {
        var plant = Valid(Small);
        var machine = plant.Machines.Single();
        Assert.Equal("leipzig.body.line1.cell2", plant.Lines.Single().ConstraintStation);
        Assert.Equal(
            ["leipzig.body.line1.power nsu=urn:other;g=72962b91-fa75-4ae6-8d28-b404dc7daf63", "leipzig.body.line1.cell1.state nsu=urn:plant;s=C1.State",
                "leipzig.body.line1.cell1.vehicle nsu=urn:plant;s=C1.Vehicle", "leipzig.body.line1.cell2.state nsu=urn:plant;s=C2.State",
                "leipzig.body.line1.cell2.vehicle nsu=urn:plant;s=C2.Vehicle", "leipzig.body.line1.cell2.robot.fault nsu=urn:plant;s=C2.R.Fault",
                "leipzig.body.line1.cell2.robot.grip nsu=urn:plant;s=C2.R.Grip", "leipzig.body.line1.cell2.robot.speed nsu=urn:plant;s=C2.R.Speed"],
            plant.Signals.Select(signal => $"{signal.Id} {signal.Node}"));
        Assert.Equal(new SignalDefinition("leipzig.body.line1.cell2.robot.fault", machine.Id, "fault", SignalRole.Fault, "nsu=urn:plant;s=C2.R.Fault", SignalType.Number, null, 0, 99, TimeSpan.FromSeconds(2.5)), machine.Signals[0]);
        Assert.Equal(TimeSpan.FromSeconds(1), machine.Signals[1].Period);
        Assert.Equal(TimeSpan.FromSeconds(54.5), plant.Stations.First().PlannedRunTimePerItem);
    }

    [Fact]
    public void A_plant_has_stop_reasons_of_its_own_and_says_what_a_micro_stop_is()
    {
        var plant = Valid(Small);
        Assert.Equal([new StopReason("die-change", "Die change", StopCategory.Changeover), new StopReason("jam", "Jam", StopCategory.MicroStop)], plant.StopReasons);
        Assert.Equal((TimeSpan.FromSeconds(90), TimeSpan.FromSeconds(60)), (plant.MicroStopBelow, Valid(With("$.stops", null)).MicroStopBelow));
        Assert.Equal(PlantDefinition.UsualMicroStop, Valid(With("$.stops.microStopBelow", null)).MicroStopBelow);
    }

    [Fact]
    public void A_setpoint_is_a_signal_too()
    {
        var machine = Valid(Small).Machines.Single();
        Assert.Equal(new SignalDefinition("leipzig.body.line1.cell2.robot.speed", machine.Id, "speed", SignalRole.Setpoint, "nsu=urn:plant;s=C2.R.Speed", SignalType.Number, "%", 50, 110, TimeSpan.FromSeconds(5)), machine.Signals[2]);
        Assert.Equal(["leipzig.body.line1.cell2.robot.fault"], machine.Setpoints[0].Interlocks);
        Assert.Equal((80.0, TimeSpan.FromSeconds(5), 100.0), (machine.Setpoints[0].SafeValue, machine.Setpoints[0].Hold, machine.Setpoints[0].Nominal));
    }

    [Fact]
    public void The_first_line_is_a_right_file()
    {
        var plant = Assert.IsType<PlantReading.Valid>(PlantFile.Read(File.ReadAllBytes("first-line.json"))).Plant;
        Assert.Equal((8, 24, 277), (plant.Stations.Count(), plant.Machines.Count(), plant.Signals.Count()));
        Assert.Equal("nsu=urn:leipzig:body:line1;s=Cell3.Gun.WeldCurrentSetpoint", plant.Signals.Single(signal => signal.Id == "leipzig.body.line1.cell3.gun.weldCurrent").Node);
        Assert.Equal(3, plant.Shifts.Count);
    }

    [Fact]
    public void What_happened_is_of_class_state_and_what_was_measured_of_the_class_its_definition_names()
    {
        var plant = Assert.IsType<PlantReading.Valid>(PlantFile.Read(File.ReadAllBytes("first-line.json"))).Plant;
        Assert.All(plant.Signals, signal => Assert.Equal(signal.Role is not (SignalRole.Measurement or SignalRole.Energy), signal.Class == SignalClass.State));
        Assert.Equal(
            (SignalClass.Diagnostic, SignalClass.Telemetry),
            (plant.Signals.First(signal => signal.Name == "vibration").Class, plant.Signals.First(signal => signal.Name == "energy").Class));
    }

    [Fact]
    public void A_waveform_says_its_sample_rate_and_neither_it_nor_an_image_is_anything_but_a_whole_value()
    {
        var right = Assert.IsType<PlantReading.Valid>(PlantFile.Read(WithSignals(
            """{"name": "shape", "role": "measurement", "node": "nsu=urn:o;s=W", "type": "waveform", "sampleRate": 4096, "unit": "mm/s", "period": 60}""",
            """{"name": "picture", "role": "measurement", "node": "nsu=urn:o;s=P", "type": "image", "class": "telemetry"}"""))).Plant.Signals;
        var (shape, picture) = (right.Single(signal => signal.Name == "shape"), right.Single(signal => signal.Name == "picture"));
        Assert.Equal((SignalType.Waveform, 4096.0, SignalClass.Diagnostic), (shape.Type, shape.SampleRate!.Value, shape.Class));
        Assert.Equal((SignalType.Image, null, SignalClass.Telemetry), (picture.Type, picture.SampleRate, picture.Class));
        var faults = Assert.IsType<PlantReading.Invalid>(PlantFile.Read(WithSignals(
            """{"name": "a", "role": "measurement", "node": "A", "type": "waveform"}""",
            """{"name": "b", "role": "measurement", "node": "B", "type": "waveform", "sampleRate": 0, "range": [0, 1]}""",
            """{"name": "c", "role": "measurement", "node": "C", "type": "image", "sampleRate": 5, "index": "2"}""",
            """{"name": "d", "role": "state", "node": "D", "type": "waveform", "sampleRate": 5}"""))).Faults.Select(fault => fault.ToString());
        foreach (var (path, what) in new[] { ("[0].sampleRate", "Is missing"), ("[1].sampleRate", "Is 0;"), ("[1].range", "has no range"), ("[2].sampleRate", "Only a waveform"), ("[2].index", "whole value"), ("[3].type", "is a number") })
            Assert.Single(faults, fault => fault.Contains(path, StringComparison.Ordinal) && fault.Contains(what, StringComparison.Ordinal));

        static byte[] WithSignals(params string[] signals)
        {
            var file = JsonNode.Parse(File.ReadAllBytes("first-line.json"))!;
            file["areas"]![0]!["lines"]![0]!["cells"]![0]!["signals"] = new JsonArray([.. signals.Select(signal => JsonNode.Parse(signal))]);
            return System.Text.Encoding.UTF8.GetBytes(file.ToJsonString());
        }
    }

    [Fact]
    public void The_schema_in_the_documentation_is_the_one_the_reader_uses() =>
        Assert.Equal(File.ReadAllText("plant.schema.json"), PlantFile.Schema);

    [Fact]
    public void The_schema_forbids_what_it_does_not_know()
    {
        var schema = JsonNode.Parse(PlantFile.Schema)!;
        Assert.False(schema["additionalProperties"]!.GetValue<bool>());
        Assert.Equal(["format", "id", "name", "timeZone", "endpoints", "areas"], schema["required"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.NotNull(schema["properties"]!["timeZone"]!["description"]);
    }

    [Theory]
    [InlineData("$.format", "\"digitaltwin.plant/2\"")]
    [InlineData("$.id", "\"\"")]
    [InlineData("$.id", "\"leip.zig\"")]
    [InlineData("$.name", "\" \"")]
    [InlineData("$.timeZone", "\"Europe/Leipzig\"")]
    [InlineData("$.endpoints", "[]")]
    [InlineData("$.endpoints[0].url", "\"https://127.0.0.1:4840\"")]
    [InlineData("$.endpoints[0].url", "\"plc\"")]
    [InlineData("$.endpoints[0].securityPolicy", "\"None\"")]
    [InlineData("$.endpoints[0].securityPolicy", "\"Basic128Rsa15\"")]
    [InlineData("$.endpoints[0].userName", "\"\"")]
    [InlineData("$.clock.endpoint", "\"other\"")]
    [InlineData("$.clock.plantTime", "\"ns=2;s=Clock\"")]
    [InlineData("$.clock.speed", "\"nsu=urn:plant;i=-7\"")]
    [InlineData("$.stops.microStopBelow", "0")]
    [InlineData("$.stops.reasons[0].code", "\"Robot crash\"")]
    [InlineData("$.stops.reasons[0].code", "\"uncoded\"")]
    [InlineData("$.stops.reasons[1].code", "\"die-change\"")]
    [InlineData("$.stops.reasons[0].name", "\"\"")]
    [InlineData("$.stops.reasons[0].category", "\"uncoded\"")]
    [InlineData("$.tariff.currency", "\"Euro\"")]
    [InlineData("$.tariff.peakLimitKw", "0")]
    [InlineData("$.tariff.peakPricePerKw", "-1")]
    [InlineData("$.tariff.windows[0].name", "\"\"")]
    [InlineData("$.tariff.windows[1].name", "\"peak\"")]
    [InlineData("$.tariff.windows[1].start", "\"noon\"")]
    [InlineData("$.tariff.windows[1]", """{"name": "late", "days": ["Friday"], "start": "11:59", "end": "02:00", "pricePerKwh": 1}""")]
    [InlineData("$.shifts[0].days", "[]")]
    [InlineData("$.shifts[0].days[0]", "\"Moonday\"")]
    [InlineData("$.shifts[0].start", "\"6 o'clock\"")]
    [InlineData("$.shifts[0].end", "\"25:00\"")]
    [InlineData("$.shifts[0].breaks[0]", """{"start": "13:50", "end": "14:05"}""")]
    [InlineData("$.shifts[0].breaks[0]", """{"start": "05:00", "end": "05:15"}""")]
    [InlineData("$.shifts[0].breaks[0]", """{"start": "09:15", "end": "09:15"}""")]
    [InlineData("$.areas", "[]")]
    [InlineData("$.areas[0].lines[0].id", "\"line 1\"")]
    [InlineData("$.areas[0].lines[0].endpoint", "\"other\"")]
    [InlineData("$.areas[0].lines[0].namespaceUri", "\"\"")]
    [InlineData("$.areas[0].lines[0].constraintStation", "\"cell9\"")]
    [InlineData("$.areas[0].lines[0].oeeTarget", "[0.9, 0.8]")]
    [InlineData("$.areas[0].lines[0].oeeTarget", "[75, 85]")]
    [InlineData("$.areas[0].lines[0].oeeTarget", "[0.75]")]
    [InlineData("$.areas[0].lines[0].cells[0].class", "\"oven\"")]
    [InlineData("$.areas[0].lines[0].cells[0].nodePrefix", null)]
    [InlineData("$.areas[0].lines[0].cells[0].plannedRunTimePerItem", "0")]
    [InlineData("$.areas[0].lines[0].cells[0].plannedRunTimePerItem", "\"54\"")]
    [InlineData("$.areas[0].lines[0].cells[1].id", "\"cell1\"")]
    [InlineData("$.areas[0].lines[0].cells[0].id", "\"order-4711\"")]
    [InlineData("$.areas[0].lines[0].cells[1].machines[0].class", null)]
    [InlineData("$.areas[0].lines[0].cells[1].machines[0].signals[0].name", "\"fault\"")]
    [InlineData("$.areas[0].lines[0].cells[1].machines[0].signals[0].node", "\"Fault\"")]
    [InlineData("$.areas[0].lines[0].cells[1].machines[0].signals[0].node", "\"\"")]
    [InlineData("$.areas[0].lines[0].signals[0].node", "\"nsu=urn:other\"")]
    [InlineData("$.areas[0].lines[0].signals[0].node", "\"nsu=urn:other;g=72962b91\"")]
    [InlineData("$.areas[0].lines[0].signals[0].node", "\"nsu=urn:other;b=%%%\"")]
    [InlineData("$.equipmentClasses.robot.signals[0].range", "[99, 0]")]
    [InlineData("$.equipmentClasses.robot.signals[0].range", "[1]")]
    [InlineData("$.equipmentClasses.robot.signals[0].period", "-1")]
    [InlineData("$.equipmentClasses.robot.signals[0].index", "\"0:3\"")]
    [InlineData("$.equipmentClasses.robot.signals[0].index", "3")]
    [InlineData("$.equipmentClasses.robot.signals[0].texts", "{\"one\": \"Open\"}")]
    [InlineData("$.equipmentClasses.robot.signals[0].texts", "{\"1\": 2}")]
    [InlineData("$.equipmentClasses.cell.signals[1].texts", "{\"1\": \"Open\"}")]
    [InlineData("$.equipmentClasses.robot.signals[0].writable", "\"yes\"")]
    [InlineData("$.equipmentClasses.robot.signals[0].role", "\"colour\"")]
    [InlineData("$.equipmentClasses.robot.signals[0].role", "\"setpoint\"")]
    [InlineData("$.equipmentClasses.robot.signals[0].type", "\"text\"")]
    [InlineData("$.equipmentClasses.cell.signals[1].type", null)]
    [InlineData("$.equipmentClasses.cell.signals[1].role", "\"state\"")]
    [InlineData("$.equipmentClasses.robot.signals[0].class", "\"gold\"")]
    [InlineData("$.equipmentClasses.cell.signals[1].class", "\"diagnostic\"")]
    [InlineData("$.equipmentClasses.robot.setpoints[0].class", "3")]
    [InlineData("$.equipmentClasses.robot.setpoints[0].class", "1.5")]
    [InlineData("$.equipmentClasses.robot.setpoints[0].low", "110")]
    [InlineData("$.equipmentClasses.robot.setpoints[0].nominal", "111")]
    [InlineData("$.equipmentClasses.robot.setpoints[0].safeValue", "49.9")]
    [InlineData("$.equipmentClasses.robot.setpoints[0].safeValue", "null")]
    [InlineData("$.equipmentClasses.robot.setpoints[0].maxStep", "0")]
    [InlineData("$.equipmentClasses.robot.setpoints[0].maxRatePerMinute", "-20")]
    [InlineData("$.equipmentClasses.robot.setpoints[0].tolerance", "-0.1")]
    [InlineData("$.equipmentClasses.robot.setpoints[0].tolerance", "1e999")]
    [InlineData("$.equipmentClasses.robot.setpoints[0].hold", "null")]
    [InlineData("$.equipmentClasses.robot.setpoints[0].interlocks[0]", "\"grip2\"")]
    [InlineData("$.equipmentClasses.robot.setpoints[0].interlocks[0]", "\"grip\"")]
    [InlineData("$.equipmentClasses.robot.setpoints[0].name", "\"fault\"")]
    [InlineData("$.equipmentClasses.robot.setpoint", "[]")]
    [InlineData("$.areas[0].lines[0].cells[1].machine", "[]")]
    [InlineData("$.areas[0].lines[0].name", null)]
    public void A_fault_is_named_at_its_place(string path, string? value) =>
        Assert.Contains(Faults(With(path, value)), fault => fault.Path.StartsWith(path, StringComparison.Ordinal));

    [Fact]
    public void Every_fault_is_reported_and_not_the_first_alone()
    {
        var json = Small.Replace("Europe/Berlin", "Nowhere", StringComparison.Ordinal)
            .Replace("\"nominal\": 100", "\"nominal\": 1000", StringComparison.Ordinal)
            .Replace("\"plannedRunTimePerItem\": 54.5", "\"plannedRuntimePerItem\": 54.5", StringComparison.Ordinal)
            .Replace("\"constraintStation\": \"cell2\"", "\"constraintStation\": \"cell3\"", StringComparison.Ordinal)
            .Replace("[\"Monday\"]", "\"Monday\"", StringComparison.Ordinal);
        Assert.Equal(
            ["$.shifts[0].days", $"{line}.cells[0].plannedRuntimePerItem", $"{line}.cells[0].plannedRunTimePerItem", "$.timeZone", $"{robot}.setpoints[0].nominal", $"{line}.constraintStation"],
            Faults(json).Select(fault => fault.Path));
    }

    [Fact]
    public void What_is_wrong_with_a_class_is_said_once_however_many_use_it() =>
        Assert.Single(Faults(With("$.equipmentClasses.cell.signals[0].node", "\"ns=2;i=1\"")), fault => fault.Reason.Contains("namespace index", StringComparison.Ordinal));

    [Fact]
    public void Two_elements_of_a_class_on_one_prefix_are_on_the_same_nodes() =>
        Assert.Equal([$"{line}.cells[1]", $"{line}.cells[1]"], Faults(With($"{line}.cells[1].nodePrefix", "\"C1\"")).Select(fault => fault.Path));

    [Fact]
    public void Two_signals_on_one_node_are_named_both() =>
        Assert.Equal(
            new PlantFault($"{line}.cells[0]", $"Node nsu=urn:plant;s=C1.State is the one at {line}.signals[0].node too."),
            Assert.Single(Faults(With($"{line}.signals[0].node", "\"nsu=urn:plant;s=C1.State\""))));

    [Fact]
    public void Two_elements_of_one_array_are_two_signals_and_one_element_is_one()
    {
        Assert.Equal(["0", "1,2"], Valid(WithElements("0", "1,2")).Signals.Where(signal => signal.Index is not null).Select(signal => signal.Index));
        Assert.Equal([$"{line}.signals[1].node"], Faults(WithElements("1", "1")).Select(fault => fault.Path));

        static string WithElements(string one, string other) => With($"{line}.signals", $$"""
            [{"name": "a", "role": "measurement", "node": "nsu=urn:plant;s=Zones", "index": "{{one}}", "texts": {"-1": "off"}, "writable": true},
             {"name": "b", "role": "measurement", "node": "nsu=urn:plant;s=Zones", "index": "{{other}}", "writable": false}]
            """);
    }

    [Fact]
    public void A_cell_whose_id_is_taken_is_one_fault_and_not_one_for_each_of_its_signals() =>
        Assert.Equal([$"{line}.constraintStation", $"{line}.cells[1].id"], Faults(With($"{line}.cells[1].id", "\"cell1\"")).Select(fault => fault.Path));

    [Theory]
    [InlineData("""{"name": "late", "days": ["Monday"], "start": "13:59", "end": "22:00"}""", 1)]
    [InlineData("""{"name": "late", "days": ["Monday"], "start": "14:00", "end": "22:00"}""", 0)]
    [InlineData("""{"name": "night", "days": ["Sunday"], "start": "22:00", "end": "06:01"}""", 1)]
    [InlineData("""{"name": "night", "days": ["Sunday", "Monday"], "start": "22:00", "end": "06:00"}""", 0)]
    [InlineData("""{"name": "day", "days": ["Tuesday"], "start": "14:00", "end": "22:00"}""", 1)]
    [InlineData("""{"name": "all", "days": ["Monday"], "start": "09:00", "end": "09:00"}""", 1)]
    public void Shifts_may_touch_but_neither_overlap_nor_share_a_name(string shift, int faults)
    {
        var json = Small.Replace("\"shifts\": [", $"\"shifts\": [{shift}, ", StringComparison.Ordinal);
        Assert.Equal(faults, PlantFile.Read(json) is PlantReading.Invalid invalid ? invalid.Faults.Count : 0);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"id": "a", "id": "b"}""")]
    public void What_is_no_JSON_is_said_to_be_none(string text) => Assert.Equal("$", Assert.Single(Faults(text)).Path);

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("17")]
    public void What_is_no_object_is_no_plant(string text) => Assert.Equal("$", Assert.Single(Faults(text)).Path);

    [Fact]
    public void An_empty_object_lacks_everything_that_is_required() =>
        Assert.Equal(["$.format", "$.id", "$.name", "$.timeZone", "$.endpoints", "$.areas"], Faults("{}").Select(fault => fault.Path));

    [Fact]
    public void Whatever_is_taken_out_or_put_in_the_reader_names_faults_and_does_not_fail()
    {
        foreach (var junk in new[] { null, "null", "[]", "{}", "\"\"", "0", "[null]", "[[]]", "true" })
            foreach (var path in Places(JsonNode.Parse(Small)!, "$"))
                if (PlantFile.Read(path == "$" ? junk ?? "" : With(path, path.EndsWith(']') ? junk ?? "null" : junk)) is PlantReading.Invalid { Faults: [] })
                    Assert.Fail($"{path} = {junk}: invalid, but no fault is named.");
    }

    private static IEnumerable<string> Places(JsonNode? node, string path) => node switch
    {
        JsonObject members => members.SelectMany(member => Places(member.Value, $"{path}.{member.Key}")).Append(path),
        JsonArray items => items.SelectMany((item, index) => Places(item, $"{path}[{index}]")).Append(path),
        _ => [path],
    };
}
