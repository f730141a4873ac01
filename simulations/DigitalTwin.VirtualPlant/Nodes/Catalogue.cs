using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Production;

namespace DigitalTwin.VirtualPlant.Nodes;

/// <summary>Every node of the plant, in the order of their indexes on the socket. Wear and lives are not among them: a real plant cannot tell either.</summary>
internal static class Catalogue
{
    public static IReadOnlyList<Node> Of(Site site, PhysicsParameters physics, double speed)
    {
        var antennas = site.Antennas(physics);
        var body = site.Assembly is null ? new Folder(new Place("body-line1", physics.NamespaceUri), antennas) : Area("body");
        return
        [
            body.Below("Clock").Time("PlantTime", "The plant's clock", () => site.Time),
            body.Below("Clock").Event("Speed", NodeType.Double, new(1, 20), "Plant seconds per second of wall time", () => speed),
            .. site.Lines.SelectMany(line => LineNodes.Of(body, line, physics)),
            .. site.Stamping is { } stamping ? AreaNodes.Of(Area("stamping"), stamping) : [],
            .. site.Paint is { } paint ? AreaNodes.Of(Area("paint"), paint) : [],
            .. site.Store is { } store ? AreaNodes.Of(Area("store"), store) : [],
            .. site.Assembly is { } assembly ? AreaNodes.Of(Area("assembly"), assembly, physics, () => site.Time) : [],
            .. site.Crib is { } crib ? CribNodes.Of(Area("crib"), crib) : [],
            .. site.Assembly is null ? [] : FineNodes.Of(site, physics, Area),
        ];

        // Each area has a server of its own, of the same name.
        Folder Area(string name) => new(new Place(name, $"urn:leipzig:{name}"), antennas);
    }
}
