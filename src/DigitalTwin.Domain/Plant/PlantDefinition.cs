using DigitalTwin.Domain.Energy;
using DigitalTwin.Domain.Stops;

namespace DigitalTwin.Domain.Plant;

/// <summary>
/// A plant as its definition file describes it, resolved: equipment classes are expanded, every id is a full ISA-95 path
/// (<c>leipzig.body.line1.cell3.robot</c>), every node an ExpandedNodeId with its namespace URI (OPC UA Part 6, 5.3.1.11).
/// </summary>
/// <param name="TimeZone">IANA name; shift times are local to it.</param>
/// <param name="Clock">Where the plant announces its own clock; null for a plant whose time is wall time.</param>
public sealed record PlantDefinition(
    string Id,
    string Name,
    string TimeZone,
    IReadOnlyList<EndpointDefinition> Endpoints,
    ClockDefinition? Clock,
    IReadOnlyList<ShiftDefinition> Shifts,
    IReadOnlyList<AreaDefinition> Areas)
{
    public static readonly TimeSpan UsualMicroStop = TimeSpan.FromSeconds(60);

    /// <summary>The plant's own stop reasons, beside the built-in ones.</summary>
    public IReadOnlyList<StopReason> StopReasons { get; init; } = [];

    /// <summary>A stop that is shorter, and that nobody has coded, counts as a micro-stop.</summary>
    public TimeSpan MicroStopBelow { get; init; } = UsualMicroStop;

    /// <summary>What electric energy costs; null where nobody has said.</summary>
    public TariffDefinition? Tariff { get; init; }

    public IEnumerable<LineDefinition> Lines => Areas.SelectMany(area => area.Lines);
    public IEnumerable<StationDefinition> Stations => Lines.SelectMany(line => line.Stations);
    public IEnumerable<MachineDefinition> Machines => Stations.SelectMany(station => station.Machines);

    /// <summary>Every signal of every line, station and machine, in file order; ids are unique.</summary>
    public IEnumerable<SignalDefinition> Signals => Lines.SelectMany(line =>
        line.Signals.Concat(line.Stations.SelectMany(station =>
            station.Signals.Concat(station.Machines.SelectMany(machine => machine.Signals)))));
}

/// <param name="SecurityPolicy">One of Basic256Sha256, Aes128_Sha256_RsaOaep, Aes256_Sha256_RsaPss; the mode is always SignAndEncrypt.</param>
public sealed record EndpointDefinition(string Name, string Url, string SecurityPolicy, string UserName);

/// <param name="PlantTime">Node of a DateTime variable: the plant's time now.</param>
/// <param name="Speed">Node of a Double variable: plant seconds per wall second.</param>
public sealed record ClockDefinition(string Endpoint, string PlantTime, string Speed);

/// <param name="Start">Local time of day. A shift whose <paramref name="End"/> is not after its start ends on the next day.</param>
public sealed record ShiftDefinition(string Name, IReadOnlyList<DayOfWeek> Days, TimeOnly Start, TimeOnly End, IReadOnlyList<BreakDefinition> Breaks);

/// <summary>A planned break inside a shift: not part of the planned busy time.</summary>
public sealed record BreakDefinition(TimeOnly Start, TimeOnly End);

public sealed record AreaDefinition(string Id, string Name, IReadOnlyList<LineDefinition> Lines);

/// <param name="ConstraintStation">Id of the station whose OEE stands for the line's.</param>
public sealed record LineDefinition(
    string Id, string Name, string Endpoint, string NamespaceUri, string ConstraintStation,
    IReadOnlyList<SignalDefinition> Signals, IReadOnlyList<SetpointDefinition> Setpoints, IReadOnlyList<StationDefinition> Stations)
{
    /// <summary>Where the line's OEE should lie; null where nobody has said.</summary>
    public OeeTarget? OeeTarget { get; init; }
}

/// <summary>A band of ratios.</summary>
public sealed record OeeTarget(double Low, double High);

/// <param name="PlannedRunTimePerItem">PRI of ISO 22400-2: planned time to produce one item.</param>
public sealed record StationDefinition(
    string Id, string Name, TimeSpan PlannedRunTimePerItem,
    IReadOnlyList<SignalDefinition> Signals, IReadOnlyList<SetpointDefinition> Setpoints, IReadOnlyList<MachineDefinition> Machines);

/// <param name="EquipmentClass">Name of the ISA-95 equipment class it was expanded from.</param>
public sealed record MachineDefinition(
    string Id, string Name, string EquipmentClass,
    IReadOnlyList<SignalDefinition> Signals, IReadOnlyList<SetpointDefinition> Setpoints);

/// <summary>What a signal means to the twin.</summary>
public enum SignalRole
{
    /// <summary>A measured quantity: stored in the historian only.</summary>
    Measurement,

    /// <summary>PackML StateCurrent, numbered as in OPC 30050.</summary>
    State,

    /// <summary>PackML UnitModeCurrent.</summary>
    Mode,

    /// <summary>Items processed since the counter started: a cumulative count.</summary>
    ProducedCount,
    GoodCount,
    ScrapCount,

    /// <summary>Identifier of the vehicle in the unit; empty when there is none.</summary>
    Vehicle,

    /// <summary>Fault code; 0 when there is none.</summary>
    Fault,

    /// <summary>Energy used since the meter started, cumulative.</summary>
    Energy,

    /// <summary>A setpoint as the equipment reports it.</summary>
    Setpoint,

    /// <summary>Identifier of the order that is worked on; empty when there is none.</summary>
    Order,

    /// <summary>What is made: model, colour, recipe.</summary>
    Variant,

    /// <summary>Who works there; empty when nobody is known to.</summary>
    Operator,
}

public enum SignalType
{
    Number,
    Text,

    /// <summary>An array of samples at a fixed rate. Its content is a file; the sample is a text that names it.</summary>
    Waveform,

    /// <summary>A picture; as a waveform otherwise.</summary>
    Image,
}

/// <summary>What a signal's samples are worth when not all of them can be kept: who is dropped first, kept shortest and thinned out.</summary>
public enum SignalClass
{
    /// <summary>What happened: states, counters, vehicles, faults, setpoints. Dropped last, kept longest, never thinned out.</summary>
    State,

    /// <summary>How it went: temperatures, currents, meters.</summary>
    Telemetry,

    /// <summary>Fine detail for experts, such as vibration: dropped first, kept shortest.</summary>
    Diagnostic,
}

/// <param name="Id">Id of the owning twin, a dot, and the <paramref name="Name"/>.</param>
/// <param name="Owner">Id of the twin that the signal belongs to.</param>
/// <param name="Period">How often the equipment refreshes it, in plant time.</param>
/// <param name="Low">Lower end of the engineering range, null where there is none.</param>
/// <param name="Index">The element of an array or matrix that it is, as an OPC UA NumericRange; null for a whole value.</param>
public sealed record SignalDefinition(
    string Id, string Owner, string Name, SignalRole Role, string Node, SignalType Type,
    string? Unit, double? Low, double? High, TimeSpan Period, string? Index = null)
{
    public SignalClass Class { get; init; } = UsualClass(Role, Type);

    /// <summary>Of a waveform: samples per second. Null for all else.</summary>
    public double? SampleRate { get; init; }

    /// <summary>What the numbers of an enumeration mean, by number; empty for any other signal.</summary>
    public IReadOnlyDictionary<string, string> Texts { get; init; } = NoTexts;

    /// <summary>One for all, so that two definitions that say the same are equal.</summary>
    internal static IReadOnlyDictionary<string, string> NoTexts { get; } = new Dictionary<string, string>();

    /// <summary>The class of a signal whose definition names none.</summary>
    public static SignalClass UsualClass(SignalRole role, SignalType type) => type is SignalType.Waveform or SignalType.Image ? SignalClass.Diagnostic : role is SignalRole.Measurement or SignalRole.Energy ? SignalClass.Telemetry : SignalClass.State;
}

/// <summary>A writable value with the limits that guard it. Its reported value is the signal of the same name.</summary>
/// <param name="Class">1: reversible, needs no quality release; 2: a released process parameter.</param>
/// <param name="Nominal">What the equipment starts with; the twin's first desired value.</param>
/// <param name="MaxRatePerMinute">Largest change per minute of plant time.</param>
/// <param name="Tolerance">How far a read-back may lie from the target.</param>
/// <param name="Hold">How long the read-back has to stay within tolerance.</param>
/// <param name="Interlocks">Ids of signals of role State or Fault that have to be healthy for a write.</param>
/// <param name="SafeValue">What the gateway may write when the core is lost; null: nothing.</param>
public sealed record SetpointDefinition(
    string Id, string Owner, string Name, string Node, int Class, string? Unit, double Low, double High, double Nominal,
    double MaxStep, double MaxRatePerMinute, double Tolerance, TimeSpan Hold, IReadOnlyList<string> Interlocks, double? SafeValue);
