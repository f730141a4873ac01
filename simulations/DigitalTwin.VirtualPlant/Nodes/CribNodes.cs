using DigitalTwin.VirtualPlant.Production;

namespace DigitalTwin.VirtualPlant.Nodes;

/// <summary>The nodes of the tool crib.</summary>
internal static class CribNodes
{
    public static IEnumerable<Node> Of(Folder area, ToolCrib crib) => crib.Stocks.SelectMany(stock => OfStock(area.Below(stock.Name), stock));

    private static IEnumerable<Node> OfStock(Folder folder, ToolStock stock) =>
    [
        folder.Event("Stock", NodeType.Int32, new(0, 1e7), "Sets in the crib", () => stock.Stock),
        folder.Count("IssuedCount", "Sets handed out", () => stock.Issued),
        folder.Count("ReturnedCount", "Worn sets handed in", () => stock.Returned),
        folder.Count("ScrappedCount", "Worn sets beyond repair", () => stock.Scrapped),
        folder.Count("DeliveredCount", "Sets that suppliers brought", () => stock.Delivered),
        folder.Event("Ordered", NodeType.Int32, new(0, 1), "1 while a delivery is on its way", () => stock.Arrives > 0 ? 1 : 0),
    ];
}
