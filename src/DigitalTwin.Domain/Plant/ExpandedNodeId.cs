using System.Buffers.Text;
using System.Text;

namespace DigitalTwin.Domain.Plant;

/// <summary>The text form of an ExpandedNodeId with its namespace URI, OPC UA Part 6, 5.3.1.11: <c>nsu=URI;s=identifier</c>.</summary>
internal static class ExpandedNodeId
{
    /// <returns>Why the text is none; null where it is one.</returns>
    public static string? Fault(string text)
    {
        if (text.StartsWith("ns=", StringComparison.Ordinal))
            return "A namespace index may change when the server restarts: write nsu= and the namespace URI.";
        var parts = text.Split(';', 2);
        if (!parts[0].StartsWith("nsu=", StringComparison.Ordinal) || parts[0].Length == "nsu=".Length || parts.Length < 2)
            return $"'{text}' is no ExpandedNodeId: must be nsu=URI; and then i=, s=, g= or b= with the identifier.";
        var identifier = parts[1];
        var valid = identifier.Length > 2 && identifier[..2] switch
        {
            "i=" => uint.TryParse(identifier[2..], System.Globalization.NumberStyles.None, null, out _),
            "s=" => true,
            "g=" => Guid.TryParseExact(identifier[2..], "D", out _),
            "b=" => Base64.IsValid(Encoding.ASCII.GetBytes(identifier[2..])),
            _ => false,
        };
        return valid ? null : $"'{identifier}' is no identifier of a node: must be i= (number), s= (text), g= (GUID) or b= (base64).";
    }
}
