using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace DigitalTwin.Domain.Plant;

/// <summary>
/// The shape of a plant definition file, <c>digitaltwin.plant/1</c>. These records are its JSON Schema (<see cref="PlantFileFormat.Schema"/>), and the
/// schema is what the reader holds a file against: shape, schema and check cannot differ.
/// </summary>
[Description("Definition of one plant for the digital twin: its ISA-95 structure, signals, setpoints, shifts and OPC UA endpoints.")]
internal sealed record PlantDocument(
    [Description("digitaltwin.plant/1")] string Format,
    [Description("First part of every id: letters, digits, '-' and '_'.")] string Id,
    string Name,
    [Description("IANA name of the time zone that shift times are local to, e.g. Europe/Berlin.")] string TimeZone,
    [Description("OPC UA servers; the mode is always SignAndEncrypt.")] IReadOnlyList<EndpointDocument> Endpoints,
    [Description("ISA-95 areas of the site.")] IReadOnlyList<AreaDocument> Areas,
    [Description("Where the plant announces its own clock. Without it the plant's time is wall time.")] ClockDocument? Clock = null,
    IReadOnlyList<ShiftDocument>? Shifts = null,
    [Description("ISA-95 equipment classes by name: signals and setpoints that all elements of the class have.")] IReadOnlyDictionary<string, ClassDocument>? EquipmentClasses = null,
    [Description("How stops are coded.")] StopsDocument? Stops = null,
    [Description("What electric energy costs, by time of day and day of the week.")] TariffDocument? Tariff = null,
    [property: JsonPropertyName("$schema"), Description("Where the schema of this file lies; for editors.")] string? Schema = null);

internal sealed record EndpointDocument(
    string Name,
    [Description("opc.tcp://host:port")] string Url,
    SecurityPolicy SecurityPolicy,
    string UserName);

internal enum SecurityPolicy { Basic256Sha256, Aes128_Sha256_RsaOaep, Aes256_Sha256_RsaPss }

internal sealed record ClockDocument(
    [Description("Name of an endpoint.")] string Endpoint,
    [Description("ExpandedNodeId of a DateTime variable: the plant's time now.")] string PlantTime,
    [Description("ExpandedNodeId of a Double variable: plant seconds per wall second.")] string Speed);

internal sealed record ShiftDocument(
    string Name,
    [Description("Days on which the shift starts.")] IReadOnlyList<DayOfWeek> Days,
    [Description("Local time of day, HH:mm.")] string Start,
    [Description("Local time of day, HH:mm. Where it is not after the start the shift ends on the next day.")] string End,
    [Description("Planned breaks: no part of the planned busy time.")] IReadOnlyList<BreakDocument>? Breaks = null);

internal sealed record BreakDocument(
    [Description("Local time of day, HH:mm.")] string Start,
    [Description("Local time of day, HH:mm.")] string End);

internal sealed record TariffDocument(
    [Description("Three capital letters of ISO 4217, e.g. EUR.")] string Currency,
    [Description("Price of a kWh at every time that no window names. May be below 0.")] double PricePerKwh,
    [Description("Times with a price of their own; they may touch, but not overlap.")] IReadOnlyList<TariffWindowDocument>? Windows = null,
    [Description("Highest mean power of a quarter of an hour that the contract allows, in kW.")] double? PeakLimitKw = null,
    [Description("What a kW of the highest quarter of an hour costs, for the contract's period.")] double? PeakPricePerKw = null);

internal sealed record TariffWindowDocument(
    [Description("Unique among the windows.")] string Name,
    [Description("Days on which the window starts.")] IReadOnlyList<DayOfWeek> Days,
    [Description("Local time of day, HH:mm.")] string Start,
    [Description("Local time of day, HH:mm. Where it is not after the start the window ends on the next day.")] string End,
    [Description("May be below 0.")] double PricePerKwh);

internal sealed record StopsDocument(
    [Description("Reasons beside the built-in ones; one with the code of a built-in reason stands for it.")] IReadOnlyList<StopReasonDocument>? Reasons = null,
    [Description("A shorter stop that nobody has coded counts as a micro-stop, in seconds of plant time; 60 where it is missing.")] double MicroStopBelow = 60);

internal sealed record StopReasonDocument(
    [Description("Lower-case letters, digits and '-'; stored with each stop that is given it.")] string Code,
    string Name,
    [Description("planned: no planned busy time; all others are losses of availability.")] StopReasonCategory Category);

internal enum StopReasonCategory { Planned, Unplanned, MicroStop, Changeover, Material, Quality, Organisation }

internal sealed record ClassDocument(
    IReadOnlyList<SignalDocument>? Signals = null,
    IReadOnlyList<SetpointDocument>? Setpoints = null);

internal sealed record SignalDocument(
    [Description("Last part of the signal's id; unique within its owner.")] string Name,
    [Description("What the signal means to the twin.")] SignalRole Role,
    [Description("Node identifier below the owner's nodePrefix, or an ExpandedNodeId beginning with nsu=.")] string Node,
    [Description("Number where it is missing. A waveform is an array of Float or Double, an image a ByteString that holds a png, jpeg or bmp.")] SignalType Type = SignalType.Number,
    string? Unit = null,
    [Description("Engineering range: low and high.")] IReadOnlyList<double>? Range = null,
    [Description("How often the equipment refreshes it, in seconds of plant time; 1 where it is missing.")] double Period = 1,
    [Description("One element of an array or a matrix, counted from 0: 3, or 1,2.")] string? Index = null,
    [Description("What the numbers of an enumeration mean, by number.")] IReadOnlyDictionary<string, string>? Texts = null,
    [Description("The server lets the gateway's user write it. To have the twin write it takes a setpoint, with its limits.")] bool Writable = false,
    [Description("Of a measurement: what its samples are worth when not all can be kept. State is dropped last and never thinned out, diagnostic is dropped first; telemetry where it is missing. Signals of other roles but energy are state, waveforms and images diagnostic where it is missing.")] SignalClass? Class = null,
    [Description("Of a waveform: samples per second.")] double? SampleRate = null);

internal sealed record SetpointDocument(
    [Description("Last part of the setpoint's id, and the name of the signal that reports it.")] string Name,
    [Description("Node identifier below the owner's nodePrefix, or an ExpandedNodeId beginning with nsu=.")] string Node,
    [Description("1: reversible, needs no quality release; 2: a released process parameter.")] int Class,
    [Description("Lower limit.")] double Low,
    [Description("Upper limit.")] double High,
    [Description("What the equipment starts with; the twin's first desired value.")] double Nominal,
    [Description("Largest change in one write.")] double MaxStep,
    [Description("Largest change per minute of plant time.")] double MaxRatePerMinute,
    [Description("How far a read-back may lie from the target.")] double Tolerance,
    [Description("Seconds of plant time that the read-back has to stay within tolerance.")] double Hold,
    string? Unit = null,
    [Description("Names of signals of the same owner, of role state or fault, that have to be healthy for a write.")] IReadOnlyList<string>? Interlocks = null,
    [Description("What the gateway may write when the core is lost. Without it: nothing.")] double? SafeValue = null,
    [Description("How often the equipment refreshes it, in seconds of plant time; 1 where it is missing.")] double Period = 1);

internal sealed record AreaDocument(string Id, string Name, IReadOnlyList<LineDocument> Lines);

[Description("ISA-95 production line.")]
internal sealed record LineDocument(
    string Id,
    string Name,
    [Description("Name of an endpoint.")] string Endpoint,
    [Description("OPC UA namespace of the nodes that are not written as ExpandedNodeIds.")] string NamespaceUri,
    [Description("Id of the cell whose OEE stands for the line's.")] string ConstraintStation,
    [Description("In the order of flow.")] IReadOnlyList<CellDocument> Cells,
    [Description("Name of an equipment class.")] string? Class = null,
    string? NodePrefix = null,
    IReadOnlyList<SignalDocument>? Signals = null,
    IReadOnlyList<SetpointDocument>? Setpoints = null,
    [Description("Where the line's OEE should lie: lower and upper end, as ratios such as [0.75, 0.85].")] IReadOnlyList<double>? OeeTarget = null);

[Description("ISA-95 work cell: the work unit that OEE is worked out for.")]
internal sealed record CellDocument(
    string Id,
    string Name,
    [Description("PRI of ISO 22400-2: planned seconds to produce one item.")] double PlannedRunTimePerItem,
    [Description("Name of an equipment class.")] string? Class = null,
    string? NodePrefix = null,
    IReadOnlyList<SignalDocument>? Signals = null,
    IReadOnlyList<SetpointDocument>? Setpoints = null,
    IReadOnlyList<MachineDocument>? Machines = null);

[Description("ISA-95 equipment below a work cell.")]
internal sealed record MachineDocument(
    string Id,
    string Name,
    [Description("Name of an equipment class.")] string Class,
    string? NodePrefix = null,
    IReadOnlyList<SignalDocument>? Signals = null,
    IReadOnlyList<SetpointDocument>? Setpoints = null);

internal static class PlantFileFormat
{
    public const string Name = "digitaltwin.plant/1";

    /// <summary>Reads what is left of a document after its faults of shape are cut out: missing members stay null or 0.</summary>
    public static JsonSerializerOptions Tolerant { get; } = Options(strict: false);

    /// <summary>JSON Schema (2020-12) of the file.</summary>
    public static JsonObject Schema { get; } = Export();

    private static JsonObject Export()
    {
        var schema = Options(strict: true).GetJsonSchemaAsNode(typeof(PlantDocument), new JsonSchemaExporterOptions
        {
            TreatNullObliviousAsNonNullable = true,
            TransformSchemaNode = Refine,
        }).AsObject();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema["properties"]!["format"]!["const"] = Name;
        return schema;
    }

    /// <summary>Adds descriptions. A member that may be missing may not be null: one way to leave it out is enough.</summary>
    private static JsonNode Refine(JsonSchemaExporterContext context, JsonNode schema)
    {
        if (schema is not JsonObject shape) return schema;
        var attributes = context.PropertyInfo?.AssociatedParameter?.AttributeProvider ?? context.PropertyInfo?.AttributeProvider ?? context.TypeInfo.Type;
        if (attributes.GetCustomAttributes(typeof(DescriptionAttribute), false) is [DescriptionAttribute description])
            shape.Insert(0, "description", description.Description);
        if (shape["type"] is JsonArray { Count: 2 } types && types[1]!.GetValue<string>() == "null") shape["type"] = types[0]!.DeepClone();
        if (shape.TryGetPropertyValue("default", out var standard) && standard is null) shape.Remove("default");
        if (shape["enum"] is JsonArray values && values.LastOrDefault() is null) values.RemoveAt(values.Count - 1);
        if (shape.ContainsKey("enum")) shape.Insert(shape.IndexOf("enum"), "type", "string");
        return shape;
    }

    private static JsonSerializerOptions Options(bool strict) => new()
    {
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = strict,
        RespectRequiredConstructorParameters = strict,
        UnmappedMemberHandling = strict ? JsonUnmappedMemberHandling.Disallow : JsonUnmappedMemberHandling.Skip,
        Converters =
        {
            new JsonStringEnumConverter<DayOfWeek>(),
            new JsonStringEnumConverter<SecurityPolicy>(),
            new JsonStringEnumConverter(JsonNamingPolicy.CamelCase),
        },
    };
}
