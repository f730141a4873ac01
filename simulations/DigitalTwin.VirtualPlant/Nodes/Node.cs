namespace DigitalTwin.VirtualPlant.Nodes;

/// <summary>OPC UA built-in types the plant uses.</summary>
internal enum NodeType { Double, Int32, UInt32, String, DateTime, FloatArray, ByteString }

/// <param name="Code">Common code of UNECE Recommendation 20.</param>
internal sealed record EngineeringUnit(string Symbol, string Code)
{
    public static readonly EngineeringUnit
        MillimetrePerSecond = new("mm/s", "C16"), Celsius = new("°C", "CEL"), Ampere = new("A", "AMP"), Kiloampere = new("kA", "B22"),
        Millimetre = new("mm", "MMT"), Bar = new("bar", "BAR"), KilowattHour = new("kWh", "KWH"), Kilowatt = new("kW", "KWT"),
        Percent = new("%", "P1"), Second = new("s", "SEC"), Kilonewton = new("kN", "B47"), NewtonMetre = new("N·m", "NU"), Volt = new("V", "VLT"),
        Micrometre = new("µm", "4H"), MetrePerSecond = new("m/s", "MTS");
}

/// <param name="Low">Least value; a write below it is refused.</param>
/// <param name="High">Greatest value.</param>
internal readonly record struct NodeRange(double Low, double High);

/// <summary>The value of a node: a text for text nodes, else a number; a time is microseconds since 1970 UTC; of an array or a byte string the text that it is made of.</summary>
internal readonly record struct NodeValue(double Number, string? Text = null);

/// <summary>The OPC UA server that shows a node, by the name the plant's definition gives it, and the namespace of the node's identifier there.</summary>
internal sealed record Place(string Endpoint, string NamespaceUri);

/// <summary>A value a client may read.</summary>
/// <param name="Id">String identifier in its namespace.</param>
/// <param name="Seconds">Plant time after which it is announced again, changed or not.</param>
/// <param name="OnChange">It is also announced in the scan in which it changes.</param>
/// <param name="Read">May draw measurement noise; called once per announcement.</param>
/// <param name="Write">Null for a node that cannot be written.</param>
/// <param name="Make">Of an array or a byte string: makes its bytes of the text of its value, the same of the same text.</param>
internal sealed record Node(
    Place Place, string Id, NodeType Type, EngineeringUnit? Unit, NodeRange? Range, int Seconds, bool OnChange, string Description, Func<NodeValue> Read, Action<double>? Write = null, Func<string, byte[]>? Make = null);
