using System.Collections.Frozen;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Domain.Stops;

/// <summary>The reasons that a plant gives its stops: built-in ones, and those of its definition file, which may also rename a built-in one.</summary>
public sealed class StopReasons
{
    private readonly FrozenDictionary<string, StopReason> byCode;
    private readonly TimeSpan microStopBelow;

    /// <param name="own">The plant's; one with the code of a built-in reason stands for it.</param>
    /// <param name="microStopBelow">A shorter stop is a micro-stop unless somebody says otherwise.</param>
    public StopReasons(IEnumerable<StopReason> own, TimeSpan microStopBelow)
    {
        this.microStopBelow = microStopBelow;
        StopReason[] given = [.. own];
        All = [.. BuiltIn.Where(reason => given.All(other => other.Code != reason.Code)), .. given];
        byCode = All.ToFrozenDictionary(reason => reason.Code);
    }

    public static StopReasons Of(PlantDefinition plant) => new(plant.StopReasons, plant.MicroStopBelow);

    /// <summary>In the order in which a list to choose from shows them.</summary>
    public IReadOnlyList<StopReason> All { get; }

    public static IReadOnlyList<StopReason> BuiltIn { get; } =
    [
        new("breakdown-mechanical", "Breakdown, mechanical", StopCategory.Unplanned),
        new("breakdown-electrical", "Breakdown, electrical or control", StopCategory.Unplanned),
        new("tool-wear", "Tool or electrode worn", StopCategory.Unplanned),
        new("safety", "Safety device tripped", StopCategory.Unplanned),
        new("utilities", "No power, air, water or data", StopCategory.Unplanned),
        StopReason.MicroStop,
        new("changeover", "Changeover", StopCategory.Changeover),
        new("cleaning", "Cleaning", StopCategory.Changeover),
        StopReason.StarvedOrBlocked,
        new("material-missing", "Material missing", StopCategory.Material),
        new("material-faulty", "Material faulty", StopCategory.Material),
        new("quality-check", "Quality check or adjustment", StopCategory.Quality),
        new("rework", "Rework in the station", StopCategory.Quality),
        new("no-operator", "No operator", StopCategory.Organisation),
        new("waiting-for-maintenance", "Waiting for maintenance", StopCategory.Organisation),
        new("maintenance-planned", "Planned maintenance", StopCategory.Planned),
        new("no-orders", "Nothing to produce", StopCategory.Planned),
        new("trial", "Trial or training", StopCategory.Planned),
    ];

    public StopReason? Find(string code) => byCode.GetValueOrDefault(code);

    /// <summary>What a stop counts as before anybody has coded it: what its state or its shortness says.</summary>
    public StopReason ByRule(Standstill standstill) => standstill switch
    {
        { Category: TimeCategory.StarvedOrBlocked } => Known(StopReason.StarvedOrBlocked),
        _ when standstill.Time.To - standstill.Time.From < microStopBelow => Known(StopReason.MicroStop),
        _ => StopReason.Uncoded,
    };

    /// <summary>A code that was given once and is in the catalogue no more stays what it was called.</summary>
    public StopReason Of(string code) => Find(code) ?? new StopReason(code, code, StopCategory.Unplanned);

    private StopReason Known(StopReason builtIn) => Find(builtIn.Code)!;
}
