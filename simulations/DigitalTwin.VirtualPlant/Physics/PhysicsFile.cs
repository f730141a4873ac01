using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using DigitalTwin.VirtualPlant.Nodes;
using DigitalTwin.VirtualPlant.Production;

namespace DigitalTwin.VirtualPlant.Physics;

/// <summary>Reads a physics file: JSON with the members of <see cref="PhysicsParameters"/> in camelCase, each optional. Finds every fault, not the first alone.</summary>
internal static class PhysicsFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { NumberHandling = default };

    /// <returns>The parameters, or what is wrong, each fault with its path in the file.</returns>
    public static (PhysicsParameters? Physics, IReadOnlyList<string> Faults) Read(string text)
    {
        var faults = new List<string>();
        try
        {
            using var document = JsonDocument.Parse(text);
            Check(document.RootElement, typeof(PhysicsParameters), "", null, faults);
            if (faults.Count > 0)
                return (null, faults);
            var physics = document.Deserialize<PhysicsParameters>(Json)!;
            faults.AddRange(Contradictions(physics));
            return (faults.Count == 0 ? physics : null, faults);
        }
        catch (JsonException fault)
        {
            return (null, [$"line {fault.LineNumber + 1}: it is not JSON ({fault.Message})"]);
        }
    }

    private static void Check(JsonElement value, Type type, string path, BoundsAttribute? bounds, List<string> faults)
    {
        if (type == typeof(double) || type == typeof(int))
            CheckNumber(value, type, path, bounds, faults);
        else if (type == typeof(string))
        {
            if (value.ValueKind != JsonValueKind.String || value.GetString()!.Length == 0)
                faults.Add($"{path}: must be a text");
        }
        else if (typeof(IEnumerable).IsAssignableFrom(type))
        {
            if (value.ValueKind != JsonValueKind.Array)
                faults.Add($"{path}: must be a list");
            else
                foreach (var (item, index) in value.EnumerateArray().Select((item, index) => (item, index)))
                    Check(item, type.GetGenericArguments()[0], $"{path}[{index}]", bounds, faults);
        }
        else
            CheckMembers(value, type, path, faults);
    }

    private static void CheckMembers(JsonElement value, Type type, string path, List<string> faults)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            faults.Add($"{(path.Length == 0 ? "the file" : path)}: must be an object");
            return;
        }
        var known = type.GetProperties().ToDictionary(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));
        var prefix = path.Length == 0 ? "" : path + ".";
        foreach (var member in value.EnumerateObject())
        {
            if (known.TryGetValue(member.Name, out var property))
                Check(member.Value, property.PropertyType, prefix + member.Name, property.GetCustomAttribute<BoundsAttribute>(), faults);
            else
                faults.Add($"{prefix}{member.Name}: is unknown; known here: {string.Join(", ", known.Keys)}");
        }
        if (type == typeof(ScriptedBreakdown) || type == typeof(ScriptedSensorFault) || type == typeof(SupplierParameters) || type == typeof(Strike) || type == typeof(NetworkCut))
            faults.AddRange(known.Keys.Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{prefix}{name}: is missing"));
    }

    private static void CheckNumber(JsonElement value, Type type, string path, BoundsAttribute? bounds, List<string> faults)
    {
        if (value.ValueKind != JsonValueKind.Number)
            faults.Add($"{path}: must be a number");
        else if (type == typeof(int) && !value.TryGetInt32(out _))
            faults.Add($"{path}: must be a whole number");
        else if (bounds is not null && !(value.GetDouble() >= bounds.Least && value.GetDouble() <= bounds.Greatest))
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"{path}: must be from {bounds.Least} to {bounds.Greatest}, not {value.GetRawText()}"));
    }

    /// <summary>What only shows when the values are taken together.</summary>
    private static IEnumerable<string> Contradictions(PhysicsParameters physics)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(physics.TimeZone, out _))
            yield return $"timeZone: '{physics.TimeZone}' is not a time zone of this machine; e.g. Europe/Berlin";
        foreach (var (text, index) in physics.Timetable.Breaks.Select((text, index) => (text, index)))
            if (Timetable.TryWindow(text) is null)
                yield return $"timetable.breaks[{index}]: '{text}' is no HH:mm-HH:mm";
        foreach (var (text, index) in physics.Timetable.ShiftStarts.Select((text, index) => (text, index)))
            if (Timetable.TryTime(text) is null)
                yield return $"timetable.shiftStarts[{index}]: '{text}' is no HH:mm";
        if (physics.Line.CycleSeconds.Count is 0 or > 99)
            yield return $"line.cycleSeconds: must name 1 to 99 cells, not {physics.Line.CycleSeconds.Count}";
        if (physics.BodyShop.CycleSeconds.Count is 0 or > 99)
            yield return $"bodyShop.cycleSeconds: must name 1 to 99 cells, not {physics.BodyShop.CycleSeconds.Count}";
        if (physics.Layout is not (PhysicsParameters.FirstLine or PhysicsParameters.WholePlant))
            yield return $"layout: must be {PhysicsParameters.FirstLine} or {PhysicsParameters.WholePlant}, not '{physics.Layout}'";
        if (physics.Assembly.WorkOfModel.Count != physics.Orders.ModelWeights.Count)
            yield return $"assembly.workOfModel: names {physics.Assembly.WorkOfModel.Count} models, orders.modelWeights {physics.Orders.ModelWeights.Count}: must be the same number";
        if (physics.Trouble.LongestSensorFaultSeconds < physics.Trouble.ShortestSensorFaultSeconds)
            yield return "trouble.longestSensorFaultSeconds: is less than trouble.shortestSensorFaultSeconds";
        foreach (var (supplier, index) in physics.Suppliers.Select((supplier, index) => (supplier, index)))
        {
            if (supplier.Station > physics.Assembly.Stations || physics.Suppliers.Take(index).Any(other => other.Station == supplier.Station))
                yield return $"suppliers[{index}].station: must be one of the {physics.Assembly.Stations} stations, and another than that of the suppliers before";
            if (!supplier.Name.All(char.IsAsciiLetterOrDigit) || physics.Suppliers.Take(index).Any(other => other.Name == supplier.Name))
                yield return $"suppliers[{index}].name: must be letters and digits, and another than those before, not '{supplier.Name}'";
        }
        foreach (var (strike, index) in physics.Strikes.Select((strike, index) => (strike, index)))
            if (physics.Suppliers.All(supplier => supplier.Name != strike.Supplier))
                yield return $"strikes[{index}].supplier: there is no '{strike.Supplier}'; e.g. {(physics.Suppliers.Count > 0 ? physics.Suppliers[0].Name : "none")}";
        foreach (var (name, weights) in new[] { ("modelWeights", physics.Orders.ModelWeights), ("colourWeights", physics.Orders.ColourWeights) })
            if (weights.Count is 0 or > 5 || weights.Sum() <= 0)
                yield return $"orders.{name}: must be 1 to 5 weights, one of them above 0";
        if (physics.Repair.LongestSeconds < physics.Repair.ShortestSeconds)
            yield return "repair.longestSeconds: is less than repair.shortestSeconds";
        var site = Site.Build(0, 0, physics);
        var machines = site.Machines.Select(item => item.Name).ToHashSet();
        foreach (var (script, index) in physics.ScriptedBreakdowns.Select((script, index) => (script, index)))
            if (!machines.Contains(script.Machine))
                yield return $"scriptedBreakdowns[{index}].machine: there is no '{script.Machine}'; e.g. {machines.FirstOrDefault() ?? "none"}";
        var nodes = Catalogue.Of(site, physics, 1);
        var endpoints = nodes.Select(node => node.Place.Endpoint).Distinct().ToList();
        foreach (var (index, cut) in physics.NetworkCuts.Index())
            if (!endpoints.Contains(cut.Endpoint))
                yield return $"networkCuts[{index}].endpoint: there is no '{cut.Endpoint}' in the layout {physics.Layout}, but {string.Join(", ", endpoints)}";
        var sensors = nodes.Where(Sensors.CanFail).Select(node => node.Id).ToHashSet();
        foreach (var (script, index) in physics.ScriptedSensorFaults.Select((script, index) => (script, index)))
        {
            if (site.Sensors is null)
                yield return $"scriptedSensorFaults[{index}]: sensors fail in the layout {PhysicsParameters.WholePlant} only";
            else if (!sensors.Contains(script.Node))
                yield return $"scriptedSensorFaults[{index}].node: there is no sensor '{script.Node}'; e.g. Oven1.Temperature";
            if (script.Kind is not ("stuck" or "drift" or "spikes" or "unitChange"))
                yield return $"scriptedSensorFaults[{index}].kind: must be stuck, drift, spikes or unitChange, not '{script.Kind}'";
        }
    }
}
