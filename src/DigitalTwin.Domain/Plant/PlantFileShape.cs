using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DigitalTwin.Domain.Plant;

/// <summary>Holds a document against the schema of its format.</summary>
/// <remarks>
/// A reader that stops at the first wrong type hides the other faults. So what does not fit is reported and cut out of the document,
/// and the rest goes on to be read and checked for what it means. Knows as much of JSON Schema as the exporter writes.
/// </remarks>
internal static class PlantFileShape
{
    /// <returns>The faults found; <paramref name="document"/> fits without the parts that were cut out, but for missing members.</returns>
    public static List<PlantFault> Cut(JsonNode? document, JsonObject schema)
    {
        List<PlantFault> faults = [];
        Fits(document, schema, schema, "$", faults);
        return faults;
    }

    public static string Member(string path, string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$') ? $"{path}.{name}" : $"{path}['{name}']";

    /// <returns>False where the node as a whole is of no use.</returns>
    private static bool Fits(JsonNode? node, JsonObject schema, JsonObject root, string path, List<PlantFault> faults)
    {
        while (schema["$ref"] is JsonValue reference) schema = Target(root, reference.GetValue<string>());
        var expected = schema["type"]!.GetValue<string>();
        if (Mismatch(node, expected) is { } found)
        {
            faults.Add(new PlantFault(path, $"Is {found}; must be {Article(expected)}."));
            return false;
        }
        if (schema["enum"] is JsonArray allowed && !allowed.Any(value => JsonNode.DeepEquals(value, node)))
        {
            faults.Add(new PlantFault(path, $"Is {node!.ToJsonString()}; must be one of {string.Join(", ", allowed.Select(value => value!.GetValue<string>()))}."));
            return false;
        }
        return node switch
        {
            JsonObject members => MembersFit(members, schema, root, path, faults),
            JsonArray items => ItemsFit(items, (JsonObject)schema["items"]!, root, path, faults),
            _ => true,
        };
    }

    private static bool MembersFit(JsonObject members, JsonObject schema, JsonObject root, string path, List<PlantFault> faults)
    {
        var known = schema["properties"] as JsonObject ?? [];
        foreach (var (name, value) in members.ToList())
        {
            if ((known[name] ?? schema["additionalProperties"]) is not JsonObject shape)
            {
                faults.Add(new PlantFault(Member(path, name), $"Is not known here; known are {string.Join(", ", known.Select(member => member.Key))}."));
                members.Remove(name);
            }
            else if (!Fits(value, shape, root, Member(path, name), faults)) members.Remove(name);
        }
        foreach (var required in schema["required"] as JsonArray ?? [])
        {
            var place = Member(path, required!.GetValue<string>());
            if (!members.ContainsKey(required.GetValue<string>()) && faults.All(fault => fault.Path != place)) faults.Add(new PlantFault(place, "Is missing."));
        }
        return true;
    }

    /// <summary>A wrong element leaves a null behind, so that the others keep their index; a list of plain values is of no use without it.</summary>
    private static bool ItemsFit(JsonArray items, JsonObject shape, JsonObject root, string path, List<PlantFault> faults)
    {
        var whole = true;
        for (var i = 0; i < items.Count; i++)
        {
            if (Fits(items[i], shape, root, $"{path}[{i}]", faults)) continue;
            whole &= shape["type"] is not JsonValue type || type.GetValue<string>() == "object";
            items[i] = null;
        }
        return whole;
    }

    private static JsonObject Target(JsonObject root, string pointer) =>
        pointer.Split('/').Skip(1).Aggregate(root, (node, part) => (JsonObject)node[part]!);

    private static string? Mismatch(JsonNode? node, string expected)
    {
        var kind = node?.GetValueKind() ?? JsonValueKind.Null;
        return (expected, kind) switch
        {
            ("object", JsonValueKind.Object) or ("array", JsonValueKind.Array) or ("string", JsonValueKind.String) => null,
            ("boolean", JsonValueKind.True or JsonValueKind.False) => null,
            ("number", JsonValueKind.Number) => double.IsFinite(node!.GetValue<double>()) ? null : "a number too large to hold",
            ("integer", JsonValueKind.Number) => node!.AsValue().TryGetValue<int>(out _) ? null : node.ToJsonString(),
            _ => kind switch
            {
                JsonValueKind.Object => "an object",
                JsonValueKind.Array => "a list",
                JsonValueKind.String => "text",
                JsonValueKind.Number => "a number",
                JsonValueKind.Null => "null",
                _ => node!.ToJsonString(),
            },
        };
    }

    private static string Article(string expected) => expected switch
    {
        "object" => "an object",
        "array" => "a list",
        "string" => "text",
        "number" => "a number",
        "integer" => "a whole number",
        "boolean" => "true or false",
        _ => throw new UnreachableException(),
    };
}
