using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DigitalTwin.Domain.Plant;

/// <summary>What became of a plant definition file.</summary>
public abstract record PlantReading
{
    private PlantReading() { }

    public sealed record Valid(PlantDefinition Plant) : PlantReading;

    /// <param name="Faults">All that were found, at least one, in file order as far as it goes.</param>
    public sealed record Invalid(IReadOnlyList<PlantFault> Faults) : PlantReading;
}

/// <param name="Path">Where, as a JSON path: <c>$.areas[0].lines[0].cells[2].id</c>.</param>
/// <param name="Reason">What is wrong and what would be right.</param>
public sealed record PlantFault(string Path, string Reason)
{
    public override string ToString() => $"{Path}: {Reason}";
}

/// <summary>Reads plant definition files of the format <c>digitaltwin.plant/1</c>.</summary>
public static class PlantFile
{
    private static readonly JsonSerializerOptions readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The JSON Schema of the format, as it lies in <c>docs/schemas/plant.schema.json</c>.</summary>
    public static string Schema => PlantFileFormat.Schema.ToJsonString(readable) + "\n";

    public static PlantReading Read(string json) => Read(Encoding.UTF8.GetBytes(json));

    public static PlantReading Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.StartsWith(Encoding.UTF8.Preamble)) utf8 = utf8[Encoding.UTF8.Preamble.Length..];
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(utf8, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException e)
        {
            return new PlantReading.Invalid([new PlantFault("$", $"This is no JSON: {e.Message}")]);
        }
        var shape = PlantFileShape.Cut(root, PlantFileFormat.Schema);
        if (root is not JsonObject) return new PlantReading.Invalid(shape);
        var document = root.Deserialize<PlantDocument>(PlantFileFormat.Tolerant)!;
        return new PlantFileResolver(document, shape).Resolve();
    }
}
