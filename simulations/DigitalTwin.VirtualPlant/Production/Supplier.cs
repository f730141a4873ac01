using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>Brings one part to one station of final assembly, by lorry; sometimes late.</summary>
internal sealed class Supplier
{
    public required Generator Luck { get; set; }
    public int Stock { get; set; }
    /// <summary>Plant time at which the next lorry was to come, and at which it will; microseconds since 1970.</summary>
    public long Due { get; set; }
    public long Arrives { get; set; }
    public uint Deliveries { get; set; }
    public uint LateDeliveries { get; set; }

    public static Supplier Build(long seed, long time, SupplierParameters supplier)
    {
        var built = new Supplier { Luck = Generator.For(seed, $"Supplier/{supplier.Name}"), Stock = supplier.StockAtStart };
        built.Order(supplier, time + (long)(supplier.EveryHours * 3600e6 * built.Luck.Uniform()), time);
        return built;
    }

    /// <param name="strike">Nobody drives.</param>
    public void Scan(SupplierParameters supplier, bool strike, long now)
    {
        if (strike || now < Arrives)
            return;
        Stock += supplier.PartsPerDelivery;
        Deliveries++;
        if (now - Due > 15 * 60_000_000L)
            LateDeliveries++;
        Order(supplier, Due + (long)(supplier.EveryHours * 3600e6), now);
    }

    /// <summary>Minutes the lorry is overdue.</summary>
    public double MinutesLate(long now) => Math.Max(0, (now - Due) / 60e6);

    private void Order(SupplierParameters supplier, long due, long now)
    {
        Due = due;
        var late = Luck.Uniform() < supplier.LateShare ? supplier.LateHours * -Math.Log(Luck.Uniform()) : 0;
        Arrives = Math.Max(now, due + (long)(late * 3600e6));
    }
}
