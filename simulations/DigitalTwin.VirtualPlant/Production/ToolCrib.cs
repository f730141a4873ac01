using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>Where stations fetch the tools they wear out. A worn set comes back, and is put in order or scrapped; suppliers bring new ones when few are left.</summary>
internal sealed class ToolCrib
{
    public required ToolStock WeldCaps { get; set; }
    public required ToolStock DieInserts { get; set; }
    public required ToolStock SprayNozzles { get; set; }

    public IEnumerable<ToolStock> Stocks => [WeldCaps, DieInserts, SprayNozzles];

    /// <summary>Each number is that of the machines which work with such a set.</summary>
    public static ToolCrib Build(long seed, int guns, int presses, int booths, CribParameters crib) => new()
    {
        WeldCaps = ToolStock.Build(seed, nameof(WeldCaps), guns, crib.WeldCaps),
        DieInserts = ToolStock.Build(seed, nameof(DieInserts), presses, crib.DieInserts),
        SprayNozzles = ToolStock.Build(seed, nameof(SprayNozzles), booths, crib.SprayNozzles),
    };

    public void Scan(CribParameters crib, long now)
    {
        WeldCaps.Scan(crib.WeldCaps, now);
        DieInserts.Scan(crib.DieInserts, now);
        SprayNozzles.Scan(crib.SprayNozzles, now);
    }
}

/// <summary>The sets of one kind of tool.</summary>
internal sealed class ToolStock
{
    public required string Name { get; set; }
    public required Generator Luck { get; set; }
    public int Stock { get; set; }
    /// <summary>On machines, or on their way there.</summary>
    public int Out { get; set; }
    /// <summary>Back, and not looked at yet.</summary>
    public int Worn { get; set; }
    public uint Issued { get; set; }
    public uint Returned { get; set; }
    public uint Scrapped { get; set; }
    /// <summary>Sets that suppliers brought.</summary>
    public uint Delivered { get; set; }
    /// <summary>Plant time at which the lorry comes, microseconds since 1970; 0 when nothing is ordered.</summary>
    public long Arrives { get; set; }

    public static ToolStock Build(long seed, string name, int fitted, ToolParameters tool) =>
        new() { Name = name, Luck = Generator.For(seed, $"Crib/{name}"), Stock = tool.StockAtStart, Out = fitted };

    /// <returns>False when there is none.</returns>
    public bool TryIssue()
    {
        if (Stock == 0)
            return false;
        (Stock, Out, Issued) = (Stock - 1, Out + 1, Issued + 1);
        return true;
    }

    public void Return() => (Out, Worn, Returned) = (Out - 1, Worn + 1, Returned + 1);

    public void Scan(ToolParameters tool, long now)
    {
        for (; Worn > 0; Worn--)
            if (Luck.Uniform() < tool.ScrapShare)
                Scrapped++;
            else
                Stock++;
        if (Arrives > 0 && now >= Arrives)
            (Stock, Delivered, Arrives) = (Stock + tool.PerDelivery, Delivered + (uint)tool.PerDelivery, 0);
        if (Arrives > 0 || Stock > tool.ReorderAt)
            return;
        var late = Luck.Uniform() < tool.LateShare ? tool.LateHours * -Math.Log(Luck.Uniform()) : 0;
        Arrives = now + (long)((tool.LeadHours + late) * 3600e6);
    }
}
