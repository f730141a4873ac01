namespace DigitalTwin.VirtualPlant.Physics;

/// <summary>What this plant is like. Every number may be set in a physics file (<c>--physics FILE</c>); what the file does not name stays as here.</summary>
/// <remarks>Ground truth: none of it is ever sent to a client.</remarks>
internal sealed record PhysicsParameters
{
    public const string FirstLine = "first-line", WholePlant = "leipzig";

    public string Name { get; init; } = "Leipzig";
    /// <summary>One body line alone (<c>first-line</c>), or the whole plant from stamping to final assembly (<c>leipzig</c>).</summary>
    public string Layout { get; init; } = FirstLine;
    /// <summary>Of the one body line; an area of the whole plant has <c>urn:leipzig:</c> and its name.</summary>
    public string NamespaceUri { get; init; } = "urn:leipzig:body:line1";
    public string TimeZone { get; init; } = "Europe/Berlin";
    public TimetableParameters Timetable { get; init; } = new();
    public LineParameters Line { get; init; } = new();
    public RobotParameters Robot { get; init; } = new();
    public GunParameters Gun { get; init; } = new();
    public FixtureParameters Fixture { get; init; } = new();
    public PressParameters Press { get; init; } = new();
    public BodyShopParameters BodyShop { get; init; } = new();
    public PaintParameters Paint { get; init; } = new();
    public StoreParameters Store { get; init; } = new();
    public AssemblyParameters Assembly { get; init; } = new();
    public StaffParameters Staff { get; init; } = new();
    public CribParameters Crib { get; init; } = new();
    public OrderParameters Orders { get; init; } = new();
    public IReadOnlyList<SupplierParameters> Suppliers { get; init; } =
    [
        new("Cockpits", 8, 120, 180, 2, 0.05, 0.5), new("Engines", 12, 150, 240, 4, 0.05, 1), new("Seats", 15, 90, 60, 1, 0.04, 0.5), new("Wheels", 17, 200, 480, 8, 0.08, 1.5),
    ];
    /// <summary>Times in which a supplier does not deliver.</summary>
    public IReadOnlyList<Strike> Strikes { get; init; } = [];
    public VibrationParameters Vibration { get; init; } = new();
    public RepairParameters Repair { get; init; } = new();
    public TroubleParameters Trouble { get; init; } = new();
    /// <summary>Breakdowns that happen for certain, for demonstrations and tests.</summary>
    public IReadOnlyList<ScriptedBreakdown> ScriptedBreakdowns { get; init; } = [];
    /// <summary>Faults of sensors that come for certain.</summary>
    public IReadOnlyList<ScriptedSensorFault> ScriptedSensorFaults { get; init; } = [];
    /// <summary>Times in which nobody reaches an OPC UA server of the plant, which itself goes on.</summary>
    public IReadOnlyList<NetworkCut> NetworkCuts { get; init; } = [];
}

/// <summary>When people work, every day of the week; local time as HH:mm-HH:mm and HH:mm.</summary>
internal sealed record TimetableParameters
{
    public IReadOnlyList<string> Breaks { get; init; } = ["09:00-09:15", "11:30-12:00", "17:00-17:15", "19:30-20:00", "01:00-01:15", "03:30-04:00"];
    public IReadOnlyList<string> ShiftStarts { get; init; } = ["06:00", "14:00", "22:00"];
    /// <summary>The line stands stopped, in manual mode, while one shift hands over to the next.</summary>
    [Bounds(0, 3600)] public double HandoverSeconds { get; init; } = 60;
}

/// <summary>The line and its cells.</summary>
internal sealed record LineParameters
{
    /// <summary>Mean cycle of each cell at 100 % robot speed, standstill not counted. The fifth is the constraint.</summary>
    [Bounds(10, 600)] public IReadOnlyList<double> CycleSeconds { get; init; } = [53.2, 54, 53.2, 55, 59, 54, 53.2, 54];
    /// <summary>Standard deviation of a cycle as a share of its mean.</summary>
    [Bounds(0, 0.5)] public double CycleVariation { get; init; } = 0.025;
    /// <summary>Share of a cycle the robot's speed override acts on; the rest is welding and clamping.</summary>
    [Bounds(0, 1)] public double MotionShare { get; init; } = 0.7;
    /// <summary>Bodies that fit in front of each cell.</summary>
    [Bounds(1, 8)] public int BufferCapacity { get; init; } = 4;
    /// <summary>Bodies in front of each cell when the plant is built.</summary>
    [Bounds(0, 8)] public int BufferAtStart { get; init; } = 2;
    /// <summary>Mean time between two bodies from the underbody shop while there is room.</summary>
    [Bounds(1, 3600)] public double ArrivalSeconds { get; init; } = 52;
    [Bounds(1, 100)] public int SpotsPerBody { get; init; } = 14;
    /// <summary>Controls, lights and ventilation of a cell and of the whole line, always on.</summary>
    [Bounds(0, 100)] public double CellBaseKilowatts { get; init; } = 0.6;
    [Bounds(0, 1000)] public double LineBaseKilowatts { get; init; } = 6;
    [Bounds(-40, 60)] public double AmbientCelsius { get; init; } = 24;
}

internal sealed record RobotParameters
{
    /// <summary>Weibull scale of the life between two repairs, in hours of work at 100 %.</summary>
    [Bounds(0.01, 1e9)] public double LifeHours { get; init; } = 9;
    [Bounds(0.5, 10)] public double LifeShape { get; init; } = 1.6;
    [Bounds(0, 10)] public double VibrationAtRest { get; init; } = 0.15;
    [Bounds(0, 10)] public double VibrationAtWork { get; init; } = 1.7;
    /// <summary>A robot at the end of its life shakes this many times more than a new one.</summary>
    [Bounds(0, 10)] public double VibrationByWear { get; init; } = 2;
    [Bounds(0, 80)] public double HeatByWork { get; init; } = 30;
    [Bounds(0, 2)] public double HeatByWear { get; init; } = 0.5;
    [Bounds(1, 1e5)] public double HeatSeconds { get; init; } = 600;
    [Bounds(0, 30)] public double CurrentAtWork { get; init; } = 9;
    [Bounds(0, 50)] public double KilowattsAtWork { get; init; } = 3.4;
    [Bounds(0, 50)] public double KilowattsReady { get; init; } = 0.9;
    [Bounds(0, 50)] public double KilowattsStopped { get; init; } = 0.3;
}

internal sealed record GunParameters
{
    [Bounds(0.01, 1e9)] public double LifeHours { get; init; } = 11;
    [Bounds(0.5, 10)] public double LifeShape { get; init; } = 1.8;
    /// <summary>Wear of the tip per weld at 9.5 kA: 1 after 250 welds. Grows with the third power of the current.</summary>
    [Bounds(0, 1)] public double TipWearPerWeld { get; init; } = 0.004;
    /// <summary>Wear a dress cannot take away: the cap gets shorter each time.</summary>
    [Bounds(0, 1)] public double CapWearPerDress { get; init; } = 0.015;
    [Bounds(1, 1000)] public int DressesPerCap { get; init; } = 20;
    [Bounds(1, 600)] public double DressSeconds { get; init; } = 12;
    [Bounds(1, 3600)] public double CapChangeSeconds { get; init; } = 150;
    /// <summary>Nugget of a new tip at 9.5 kA, its growth per kA, its loss per unit of wear, and its scatter.</summary>
    [Bounds(1, 10)] public double NuggetMillimetres { get; init; } = 5.8;
    [Bounds(0, 10)] public double NuggetPerKiloampere { get; init; } = 0.85;
    [Bounds(0, 10)] public double NuggetByWear { get; init; } = 0.75;
    [Bounds(0, 2)] public double NuggetScatter { get; init; } = 0.22;
    /// <summary>A smaller nugget is a bad weld (4 times the root of a 1.1 mm sheet).</summary>
    [Bounds(0, 10)] public double SmallestGoodNugget { get; init; } = 4.2;
    /// <summary>Above this current molten metal is thrown out, the more often the higher it is, and this share of the nugget is lost.</summary>
    [Bounds(0, 20)] public double ExpulsionKiloampere { get; init; } = 10.6;
    [Bounds(0, 1)] public double ExpulsionLoss { get; init; } = 0.5;
    /// <summary>A cap resists: it draws this share less current per unit of wear.</summary>
    [Bounds(0, 0.5)] public double CurrentLossByWear { get; init; } = 0.03;
    [Bounds(0, 10)] public double VibrationAtRest { get; init; } = 0.1;
    [Bounds(0, 10)] public double VibrationAtWork { get; init; } = 1.1;
    [Bounds(0, 10)] public double VibrationByWear { get; init; } = 2;
    [Bounds(0, 300)] public double HeatByWork { get; init; } = 95;
    [Bounds(0, 2)] public double HeatByWear { get; init; } = 0.6;
    [Bounds(1, 1e5)] public double HeatSeconds { get; init; } = 40;
    [Bounds(0, 100)] public double KilowattsAtWork { get; init; } = 9;
    [Bounds(0, 50)] public double KilowattsReady { get; init; } = 0.4;
    [Bounds(0, 50)] public double KilowattsStopped { get; init; } = 0.15;
}

internal sealed record FixtureParameters
{
    [Bounds(0.01, 1e9)] public double LifeHours { get; init; } = 14;
    /// <summary>Near 1: clamps fail by chance, hardly by age.</summary>
    [Bounds(0.5, 10)] public double LifeShape { get; init; } = 1.1;
    [Bounds(0, 10)] public double ClampBar { get; init; } = 6.2;
    [Bounds(0, 5)] public double LeakBar { get; init; } = 0.9;
    [Bounds(0, 50)] public double KilowattsAtWork { get; init; } = 0.7;
    [Bounds(0, 50)] public double KilowattsReady { get; init; } = 0.3;
    [Bounds(0, 50)] public double KilowattsStopped { get; init; } = 0.1;
}

/// <summary>How long a machine stands aborted: shortest, and longest, with short repairs more frequent.</summary>
internal sealed record RepairParameters
{
    [Bounds(1, 86400)] public double ShortestSeconds { get; init; } = 60;
    [Bounds(1, 86400)] public double LongestSeconds { get; init; } = 240;
}

/// <param name="Machine">E.g. <c>Cell3.Robot</c>; in the whole plant <c>Line1.Cell3.Robot</c> or <c>Oven1</c>.</param>
/// <param name="At">Seconds of plant time since the plant was built.</param>
/// <param name="DurationSeconds">Time the machine stands aborted.</param>
internal sealed record ScriptedBreakdown(string Machine, [property: Bounds(0, 1e9)] double At, [property: Bounds(1, 86400)] double DurationSeconds);

/// <summary>What goes wrong in the whole plant besides machines that wear out; in the one line none of it does.</summary>
internal sealed record TroubleParameters
{
    /// <summary>Share of lives that end without a sign.</summary>
    [Bounds(0, 1)] public double SuddenShare { get; init; } = 0.25;
    /// <summary>Share of bodies whose transponder a station fails to read.</summary>
    [Bounds(0, 1)] public double LostReadShare { get; init; } = 0.01;
    /// <summary>Mean time between two faults of sensors anywhere in the plant, and how long they last.</summary>
    [Bounds(0.01, 1e9)] public double SensorFaultHours { get; init; } = 3;
    [Bounds(1, 1e6)] public double ShortestSensorFaultSeconds { get; init; } = 600;
    [Bounds(1, 1e6)] public double LongestSensorFaultSeconds { get; init; } = 7200;
}

/// <param name="Name">Of the part it brings.</param>
/// <param name="Station">Number of the assembly station that fits it, one to a vehicle.</param>
/// <param name="LateShare">Share of deliveries that are late, by <paramref name="LateHours"/> on average.</param>
internal sealed record SupplierParameters(
    string Name, [property: Bounds(1, 99)] int Station, [property: Bounds(0, 1e6)] int StockAtStart, [property: Bounds(1, 1e6)] int PartsPerDelivery, [property: Bounds(0.1, 1000)] double EveryHours,
    [property: Bounds(0, 1)] double LateShare, [property: Bounds(0, 1000)] double LateHours);

/// <param name="At">Seconds of plant time since the plant was built.</param>
internal sealed record Strike(string Supplier, [property: Bounds(0, 1e9)] double At, [property: Bounds(1, 1e7)] double DurationSeconds);

/// <param name="Node">Id of a measured node, e.g. <c>Oven1.Temperature</c>.</param>
/// <param name="Kind">stuck, drift, spikes or unitChange.</param>
/// <param name="At">Seconds of plant time since the plant was built.</param>
internal sealed record ScriptedSensorFault(string Node, string Kind, [property: Bounds(0, 1e9)] double At, [property: Bounds(1, 1e6)] double DurationSeconds);

/// <param name="Endpoint">Name of an OPC UA server of the plant, e.g. <c>body</c>.</param>
/// <param name="At">Seconds of plant time since the plant was built.</param>
internal sealed record NetworkCut(string Endpoint, [property: Bounds(0, 1e9)] double At, [property: Bounds(1, 1e6)] double DurationSeconds)
{
    /// <param name="built">Both in microseconds of plant time.</param>
    public bool IsAt(long built, long time) => time - built >= At * 1e6 && time - built < (At + DurationSeconds) * 1e6;
}

/// <summary>Least and greatest value a physics file may give.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class BoundsAttribute(double least, double greatest) : Attribute
{
    public double Least { get; } = least;
    public double Greatest { get; } = greatest;
}
