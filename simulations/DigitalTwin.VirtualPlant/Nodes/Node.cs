using DigitalTwin.VirtualPlant.Production;

namespace DigitalTwin.VirtualPlant.Nodes;

/// <summary>OPC UA built-in types the plant uses.</summary>
internal enum NodeType { Double, Int32, UInt32, String, DateTime }

/// <param name="Code">Common code of UNECE Recommendation 20.</param>
internal sealed record EngineeringUnit(string Symbol, string Code)
{
    public static readonly EngineeringUnit
        MillimetrePerSecond = new("mm/s", "C16"), Celsius = new("°C", "CEL"), Ampere = new("A", "AMP"), Kiloampere = new("kA", "B22"),
        Millimetre = new("mm", "MMT"), Bar = new("bar", "BAR"), KilowattHour = new("kWh", "KWH"), Kilowatt = new("kW", "KWT"),
        Percent = new("%", "P1"), Second = new("s", "SEC");
}

/// <param name="Low">Least value; a write below it is refused.</param>
/// <param name="High">Greatest value.</param>
internal readonly record struct NodeRange(double Low, double High);

/// <summary>The value of a node: a text for text nodes, else a number; a time is microseconds since 1970 UTC.</summary>
internal readonly record struct NodeValue(double Number, string? Text = null);

/// <summary>A value a client may read.</summary>
/// <param name="Id">String identifier in the plant's namespace.</param>
/// <param name="Seconds">Plant time after which it is announced again, changed or not.</param>
/// <param name="OnChange">It is also announced in the scan in which it changes.</param>
/// <param name="Read">May draw measurement noise; called once per announcement.</param>
/// <param name="Write">Null for a node that cannot be written.</param>
internal sealed record Node(
    string Id, NodeType Type, EngineeringUnit? Unit, NodeRange? Range, int Seconds, bool OnChange, string Description,
    Func<LineState, NodeValue> Read, Action<LineState, double>? Write = null);
