namespace DigitalTwin.VirtualPlant.Physics;

/// <summary>What a work unit needs that is watched as one machine.</summary>
internal abstract record UnitParameters
{
    /// <summary>Weibull scale of the life between two repairs, in hours of work.</summary>
    [Bounds(0.01, 1e9)] public double LifeHours { get; init; } = 60;
    [Bounds(0.5, 10)] public double LifeShape { get; init; } = 1.5;
    [Bounds(0, 2000)] public double KilowattsAtWork { get; init; } = 10;
    [Bounds(0, 2000)] public double KilowattsReady { get; init; } = 3;
    [Bounds(0, 2000)] public double KilowattsStopped { get; init; } = 0.5;
}

/// <summary>Three presses of two dies each: together they make the panels of a body.</summary>
internal sealed record PressParameters : UnitParameters
{
    public PressParameters() => (LifeHours, KilowattsAtWork, KilowattsReady, KilowattsStopped) = (40, 180, 45, 6);

    [Bounds(1, 600)] public double StrokeSeconds { get; init; } = 9;
    [Bounds(10, 7200)] public double DieChangeSeconds { get; init; } = 300;
    /// <summary>Strokes after which the trim steels of the dies are changed too, with the next die, and how much longer that takes.</summary>
    [Bounds(1, 1e6)] public int StrokesOfInserts { get; init; } = 1000;
    [Bounds(1, 7200)] public double InsertChangeSeconds { get; init; } = 120;
    /// <summary>Panels of one kind that fit in the rack behind the press.</summary>
    [Bounds(1, 1000)] public int RackCapacity { get; init; } = 60;
    [Bounds(0, 1000)] public int RackAtStart { get; init; } = 30;
    /// <summary>Share of panels that are split or creased.</summary>
    [Bounds(0, 1)] public double BadShare { get; init; } = 0.004;
    [Bounds(0, 30000)] public double Kilonewton { get; init; } = 9000;
}

/// <summary>The two body lines of the whole plant; their cells are as <see cref="LineParameters"/> and the machines' parameters say.</summary>
internal sealed record BodyShopParameters
{
    /// <summary>Mean cycle of each cell at 100 % robot speed, the same in both lines: together they make a body a minute.</summary>
    [Bounds(10, 600)] public IReadOnlyList<double> CycleSeconds { get; init; } = [104, 106, 104, 108, 114, 106, 104, 106];
    [Bounds(1, 3600)] public double ArrivalSeconds { get; init; } = 102;
}

/// <summary>A conveyor through a bath or an oven: bodies go in at one end, a fixed distance apart, and come out at the other.</summary>
internal abstract record TunnelParameters : UnitParameters
{
    [Bounds(10, 36000)] public double PassSeconds { get; init; }
    /// <summary>Bodies that fit in it.</summary>
    [Bounds(1, 100)] public int Places { get; init; }
    [Bounds(0, 400)] public double Celsius { get; init; }
    [Bounds(1, 1e5)] public double HeatSeconds { get; init; } = 900;
    /// <summary>When the plant is built: 1 as hot as the recipe, 0 cold.</summary>
    [Bounds(0, 1)] public double WarmAtStart { get; init; } = 1;
}

internal sealed record PretreatmentParameters : TunnelParameters
{
    public PretreatmentParameters() => (PassSeconds, Places, Celsius, LifeHours, KilowattsAtWork, KilowattsReady) = (600, 12, 55, 90, 140, 60);
}

internal sealed record EcoatParameters : TunnelParameters
{
    public EcoatParameters() => (PassSeconds, Places, Celsius, LifeHours, KilowattsAtWork, KilowattsReady) = (720, 14, 31, 90, 210, 70);
}

internal sealed record OvenParameters : TunnelParameters
{
    public OvenParameters() => (PassSeconds, Places, Celsius, LifeHours, KilowattsAtWork, KilowattsReady) = (1500, 15, 150, 70, 320, 240);

    /// <summary>Hours of running after which the heat exchanger passes half the heat. It is cleaned with each repair.</summary>
    [Bounds(0.1, 1e9)] public double FoulingHours { get; init; } = 120;
    /// <summary>A body that leaves while the air is more than this off the recipe is not cured.</summary>
    [Bounds(0.1, 100)] public double ToleranceCelsius { get; init; } = 8;
}

internal sealed record BoothParameters : UnitParameters
{
    public BoothParameters() => (LifeHours, KilowattsAtWork, KilowattsReady) = (35, 95, 55);

    [Bounds(10, 3600)] public double CycleSeconds { get; init; } = 96;
    [Bounds(1, 3600)] public double ColourChangeSeconds { get; init; } = 25;
    /// <summary>Bodies after which the spray nozzles are changed.</summary>
    [Bounds(1, 1e6)] public int BodiesOfNozzles { get; init; } = 150;
    [Bounds(1, 3600)] public double NozzleChangeSeconds { get; init; } = 90;
    /// <summary>Share of bodies with dirt or a run in the top coat.</summary>
    [Bounds(0, 1)] public double BadShare { get; init; } = 0.05;
}

internal sealed record InspectionParameters : UnitParameters
{
    public InspectionParameters() => (LifeHours, KilowattsAtWork, KilowattsReady) = (200, 4, 2);

    [Bounds(1, 3600)] public double CycleSeconds { get; init; } = 45;
    [Bounds(1, 3600)] public double ReworkSeconds { get; init; } = 240;
    /// <summary>A body that comes back bad after so many times in rework is scrap.</summary>
    [Bounds(0, 10)] public int MostReworks { get; init; } = 2;
}

internal sealed record PaintParameters
{
    public PretreatmentParameters Pretreatment { get; init; } = new();
    public EcoatParameters Ecoat { get; init; } = new();
    public BoothParameters Booth { get; init; } = new();
    public OvenParameters Oven { get; init; } = new();
    public InspectionParameters Inspection { get; init; } = new();
    /// <summary>Bodies between e-coat and the booths; a booth looks for its own colour among them.</summary>
    [Bounds(1, 100)] public int BufferCapacity { get; init; } = 14;
    /// <summary>Bodies in the loop of booths, ovens, inspection and rework; e-coat waits when it is full.</summary>
    [Bounds(10, 500)] public int LoopCapacity { get; init; } = 70;
}

internal sealed record StoreParameters : UnitParameters
{
    public StoreParameters() => (LifeHours, KilowattsAtWork, KilowattsReady) = (400, 2.5, 0.8);

    [Bounds(1, 20)] public int Lanes { get; init; } = 6;
    [Bounds(1, 100)] public int PlacesPerLane { get; init; } = 8;
    [Bounds(0, 100)] public int BodiesPerLaneAtStart { get; init; } = 3;
}

internal sealed record AssemblyParameters : UnitParameters
{
    public AssemblyParameters() => (LifeHours, LifeShape, KilowattsAtWork, KilowattsReady) = (80, 1.2, 5, 2);

    [Bounds(1, 99)] public int Stations { get; init; } = 20;
    /// <summary>Mean work of a station; the twelfth, where cockpit and chassis meet, takes the most.</summary>
    [Bounds(1, 600)] public double CycleSeconds { get; init; } = 51;
    [Bounds(1, 600)] public double LongestCycleSeconds { get; init; } = 57;
    /// <summary>Work of each model relative to the mean: a line that gets the heavy one twice in a row falls behind.</summary>
    [Bounds(0.5, 2)] public IReadOnlyList<double> WorkOfModel { get; init; } = [0.97, 1.0, 1.08];
    [Bounds(0, 0.5)] public double CycleVariation { get; init; } = 0.03;
    [Bounds(1, 8)] public int BufferCapacity { get; init; } = 1;
    [Bounds(0, 1000)] public double NewtonMetre { get; init; } = 110;
}

/// <summary>What is ordered: the share of each model and colour.</summary>
internal sealed record OrderParameters
{
    [Bounds(0, 1000)] public IReadOnlyList<double> ModelWeights { get; init; } = [50, 32, 18];
    [Bounds(0, 1000)] public IReadOnlyList<double> ColourWeights { get; init; } = [34, 26, 18, 13, 9];
}
