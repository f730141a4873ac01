namespace DigitalTwin.VirtualPlant.Physics;

/// <summary>What the tool crib of the whole plant holds; a set of each is on every machine that needs it when the plant is built.</summary>
internal sealed record CribParameters
{
    public ToolParameters WeldCaps { get; init; } = new() { ScrapShare = 1 };
    public ToolParameters DieInserts { get; init; } = new() { StockAtStart = 8, ReorderAt = 4, PerDelivery = 6, LeadHours = 8, ScrapShare = 0.4 };
    public ToolParameters SprayNozzles { get; init; } = new() { StockAtStart = 12, ReorderAt = 6, PerDelivery = 8, LeadHours = 8, ScrapShare = 0.6 };
}

/// <summary>One kind of tool, counted in sets.</summary>
internal sealed record ToolParameters
{
    [Bounds(0, 1e6)] public int StockAtStart { get; init; } = 40;
    /// <summary>More is ordered when no more than this is left and nothing is on its way.</summary>
    [Bounds(0, 1e6)] public int ReorderAt { get; init; } = 20;
    [Bounds(1, 1e6)] public int PerDelivery { get; init; } = 40;
    /// <summary>From the order to the lorry; a share of lorries is late, by so many hours on average.</summary>
    [Bounds(0.01, 1e4)] public double LeadHours { get; init; } = 6;
    [Bounds(0, 1)] public double LateShare { get; init; } = 0.05;
    [Bounds(0, 1000)] public double LateHours { get; init; } = 2;
    /// <summary>Share of worn sets that cannot be ground or cleaned and put back.</summary>
    [Bounds(0, 1)] public double ScrapShare { get; init; } = 0.5;
}
