using DigitalTwin.VirtualPlant.Physics;
using DigitalTwin.VirtualPlant.Production;
using static DigitalTwin.VirtualPlant.Nodes.EngineeringUnit;

namespace DigitalTwin.VirtualPlant.Nodes;

/// <summary>The nodes of the areas around the body lines.</summary>
internal static class AreaNodes
{
    public static IEnumerable<Node> Of(Folder area, PressShop shop) =>
    [
        .. shop.Presses.SelectMany(press => OfPress(area.Below(press.Name), press)),
        .. shop.Racks.Select(rack => area.Below("Racks").Event(rack.Part, NodeType.Int32, new(0, 1000), "Panels in the rack", () => rack.Count)),
    ];

    private static IEnumerable<Node> OfPress(Folder folder, Press press) =>
    [
        .. folder.OfStation(press),
        folder.Count("GoodCount", "Good panels", () => press.Good),
        folder.Count("ScrapCount", "Split or creased panels", () => press.Scrap),
        folder.Text("Die", "Part the die in the press makes", () => press.Racks[press.Die].Part),
        folder.Measured("Force", Kilonewton, new(0, 30000), "Greatest force of the last stroke", () => press.Force, 0),
        folder.Measured("Vibration", MillimetrePerSecond, new(0, 25), "Vibration velocity (RMS) at the main bearing", press.MeasureVibration),
        folder.Measured("OilTemperature", Celsius, new(0, 120), "Temperature of the hydraulic oil", press.MeasureOil, 2),
    ];

    public static IEnumerable<Node> Of(Folder area, PaintShop shop)
    {
        Folder At(Station station) => area.Below(station.Name);
        var (ecoat, inspection, paint) = (At(shop.Ecoat), At(shop.Inspection), area.Below("Paint"));
        return
        [
            .. OfTunnel(At(shop.Pretreatment), shop.Pretreatment, new(30, 70)),
            .. OfTunnel(ecoat, shop.Ecoat, new(20, 40)),
            ecoat.Measured("Voltage", Volt, new(0, 400), "Voltage of the rectifier", shop.Ecoat.MeasureVolt, 1),
            .. shop.Booths.SelectMany(booth => OfBooth(At(booth), booth)),
            .. shop.Ovens.SelectMany(oven => OfTunnel(At(oven), oven, new(120, 180)).Append(At(oven).Measured("BurnerOutput", Percent, new(0, 100), "Output of the burner", oven.MeasureBurner, 1))),
            .. inspection.OfWorkplace(shop.Inspection),
            inspection.Count("GoodCount", "Bodies found clean", () => shop.Inspection.Good),
            inspection.Count("RejectCount", "Bodies sent to rework", () => shop.Inspection.Bad),
            .. At(shop.Rework).OfWorkplace(shop.Rework),
            paint.Event("EntranceLevel", NodeType.Int32, new(0, 100), "Bodies from the body shop", () => shop.Entrance.Count),
            paint.Event("BufferLevel", NodeType.Int32, new(0, 100), "Bodies in front of the booths", () => shop.Coated.Count),
            paint.Event("YardLevel", NodeType.Int32, new(0, 500), "Bodies waiting for rework", () => shop.Yard.Count),
            paint.Count("ScrapCount", "Bodies given up after too many reworks", () => shop.Scrap),
        ];
    }

    private static IEnumerable<Node> OfTunnel(Folder folder, Tunnel tunnel, NodeRange recipe) =>
    [
        .. folder.OfStation(tunnel),
        folder.Measured("Temperature", Celsius, new(0, 300), "Temperature of the bath or the air", tunnel.MeasureCelsius, 2),
        folder.Measured("Vibration", MillimetrePerSecond, new(0, 25), "Vibration velocity (RMS) at the pump or fan", tunnel.MeasureVibration),
        folder.Measured("ConveyorCurrent", Ampere, new(0, 40), "Current of the conveyor motor", tunnel.MeasureCurrent),
        folder.Event("Level", NodeType.Int32, new(0, 100), "Bodies inside", () => tunnel.Inside.Count),
        folder.Setpoint("TemperatureSetpoint", NodeType.Double, Celsius, recipe, "Temperature of the bath or the air", () => tunnel.CelsiusSetpoint, value => tunnel.CelsiusSetpoint = value),
    ];

    private static IEnumerable<Node> OfBooth(Folder folder, Booth booth) =>
    [
        .. folder.OfWorkplace(booth),
        folder.Text("Colour", "Colour in the lines", () => Booth.Colours[booth.Colour]),
        folder.Count("ColourChanges", "Colour changes", () => booth.ColourChanges),
        folder.Measured("FilmThickness", Micrometre, new(0, 200), "Top coat of the last body", () => booth.Film, 1),
        folder.Measured("AirSpeed", MetrePerSecond, new(0, 2), "Downdraft", booth.MeasureAir),
        folder.Measured("Humidity", Percent, new(0, 100), "Relative humidity", booth.MeasureHumidity, 1),
        folder.Measured("Temperature", Celsius, new(0, 60), "Temperature of the air", booth.MeasureCelsius, 2),
        folder.Measured("PaintPressure", Bar, new(0, 16), "Pressure in front of the atomiser", booth.MeasurePaintPressure),
    ];

    public static IEnumerable<Node> Of(Folder area, BodyStore store) =>
    [
        .. store.Lanes.SelectMany(lane => OfLane(area.Below(lane.Name), lane)),
        area.Below("Store").Event("Level", NodeType.Int32, new(0, 2000), "Bodies in the store", () => store.Lanes.Sum(lane => lane.Bodies.Count)),
    ];

    private static IEnumerable<Node> OfLane(Folder folder, Lane lane) =>
    [
        .. folder.OfStation(lane),
        folder.Event("Level", NodeType.Int32, new(0, 100), "Bodies in the lane", () => lane.Bodies.Count),
        folder.Vehicle("Body at the head of the lane; empty when there is none or it could not be read", () => lane.Bodies.Count > 0 ? lane.Bodies[0] : null),
    ];

    public static IEnumerable<Node> Of(Folder area, FinalAssembly assembly, PhysicsParameters physics, Func<long> now) =>
    [
        .. assembly.Suppliers.Zip(physics.Suppliers, (supplier, known) => OfSupplier(area.Below($"Dock{known.Name}"), supplier, now)).SelectMany(nodes => nodes),
        .. assembly.Stations.SelectMany(station => OfStation(area.Below(station.Name), station)),
        area.Below("Assembly").Count("ShippedCount", "Vehicles that left the plant", () => assembly.Shipped),
    ];

    private static IEnumerable<Node> OfStation(Folder folder, AssemblyStation station) =>
    [
        .. folder.OfWorkplace(station),
        folder.Event("BufferLevel", NodeType.Int32, new(0, 8), "Bodies waiting in front of the station", () => station.Queue.Count),
        folder.Text("Operator", "Badge of who works at the station; empty while nobody does", () => station.Operator),
        folder.Measured("Torque", NewtonMetre, new(0, 500), "Torque of the last bolt", () => station.Torque, 1),
    ];

    private static IEnumerable<Node> OfSupplier(Folder folder, Supplier supplier, Func<long> now) =>
    [
        folder.Event("Stock", NodeType.Int32, new(0, 1e7), "Parts at the dock and the line", () => supplier.Stock),
        folder.Count("DeliveryCount", "Lorries that came", () => supplier.Deliveries),
        folder.Count("LateDeliveryCount", "Lorries that came more than a quarter of an hour late", () => supplier.LateDeliveries),
        folder.Regular("MinutesLate", NodeType.Double, new(0, 1e6), "How long the next lorry is overdue", () => Math.Round(supplier.MinutesLate(now()), 1)),
    ];
}
