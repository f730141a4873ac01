using DigitalTwin.VirtualPlant.Chance;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>Stamping: the presses, and the racks from which the body shop takes one panel of each kind for a body.</summary>
internal sealed class PressShop
{
    private static readonly string[][] Parts = [["SideLeft", "SideRight"], ["Roof", "Hood"], ["DoorLeft", "DoorRight"]];

    public required List<Press> Presses { get; set; }
    /// <summary>Panels in the racks when the plant was built.</summary>
    public int PanelsAtStart { get; set; }
    /// <summary>Sets of panels the body shop has taken.</summary>
    public uint Taken { get; set; }

    public IEnumerable<Rack> Racks => Presses.SelectMany(press => press.Racks);

    public static PressShop Build(long seed, long time, PhysicsParameters physics)
    {
        var shop = new PressShop { Presses = [.. Parts.Select((parts, index) => BuildPress(seed, index + 1, parts, time, physics))] };
        shop.PanelsAtStart = shop.Racks.Sum(rack => rack.Count);
        return shop;
    }

    private static Press BuildPress(long seed, int number, string[] parts, long time, PhysicsParameters physics)
    {
        var name = $"Press{number}";
        var press = new Press
        {
            Name = name, Since = time, Fate = Generator.For(seed, $"{name}/life"), Noise = Generator.For(seed, $"{name}/noise"), Strokes = Generator.For(seed, $"{name}/strokes"),
            OilCelsius = physics.Line.AmbientCelsius,
            Racks = [.. parts.Select(part => new Rack { Part = part, Count = Math.Min(physics.Press.RackAtStart, physics.Press.RackCapacity) })],
        };
        press.Install(physics);
        return press;
    }

    public void Scan(Plan plan, ToolStock inserts, double seconds, PhysicsParameters physics, long now)
    {
        foreach (var press in Presses)
            press.Scan(plan, inserts, seconds, physics, now);
    }

    /// <summary>Takes the panels of one body, if there is one of each kind.</summary>
    public bool TryTakeSet()
    {
        foreach (var press in Presses)
            foreach (var rack in press.Racks)
                if (rack.Count == 0)
                    return false;
        foreach (var rack in Racks)
            rack.Count--;
        Taken++;
        return true;
    }
}
