using DigitalTwin.Domain.Energy;
using DigitalTwin.Domain.Stops;
using static DigitalTwin.Domain.Plant.PlantFileShape;

namespace DigitalTwin.Domain.Plant;

/// <summary>Checks what a plant definition means, and resolves it: classes expanded, ids and nodes in full.</summary>
/// <remarks>
/// The document may have holes where <see cref="PlantFileShape"/> cut something out, whatever its types say. A hole is passed over:
/// it is reported already, and no second fault is reported at the same place.
/// </remarks>
internal sealed class PlantFileResolver(PlantDocument document, IReadOnlyList<PlantFault> shape)
{
    private readonly List<PlantFault> faults = [.. shape];
    private readonly HashSet<string> cut = [.. shape.Select(fault => fault.Path)];
    private readonly Dictionary<string, (string Place, string Owner)> ids = [];
    private readonly Dictionary<string, (string Place, string Owner)> nodes = [];

    public PlantReading Resolve()
    {
        if (document.Format != PlantFileFormat.Name) Fault("$.format", $"Is '{document.Format}'; must be {PlantFileFormat.Name}.");
        var plant = new PlantDefinition(
            Id("", document.Id, "$.id"), Text(document.Name, "$.name"), TimeZone(), Endpoints(), Clock(),
            new PlantFileShifts(Fault, "$.shifts", "shift").Resolve(document.Shifts), [])
        {
            StopReasons = StopReasons(),
            Tariff = Tariff(),
            MicroStopBelow = document.Stops is { } stops ? Seconds(stops.MicroStopBelow, "$.stops.microStopBelow") : PlantDefinition.UsualMicroStop,
        };
        foreach (var (name, definition) in document.EquipmentClasses ?? new Dictionary<string, ClassDocument>())
            CheckClass(definition, Member("$.equipmentClasses", name));
        plant = plant with { Areas = [.. Each(document.Areas, "$.areas", atLeastOne: true).Select(at => Area(at.Item, plant.Id, at.Path))] };
        return faults.Count == 0 ? new PlantReading.Valid(plant) : new PlantReading.Invalid(faults);
    }

    private string TimeZone()
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(document.TimeZone ?? "", out _))
            Fault("$.timeZone", $"'{document.TimeZone}' is no time zone that this machine knows; must be an IANA name, e.g. Europe/Berlin.");
        return document.TimeZone ?? "";
    }

    private List<EndpointDefinition> Endpoints()
    {
        List<EndpointDefinition> endpoints = [];
        foreach (var (endpoint, path) in Each(document.Endpoints, "$.endpoints", atLeastOne: true))
        {
            if (endpoints.Any(other => other.Name == endpoint.Name)) Fault($"{path}.name", $"'{endpoint.Name}' is the name of another endpoint too.");
            if (!Uri.TryCreate(endpoint.Url, UriKind.Absolute, out var url) || url.Scheme != "opc.tcp" || url.Host.Length == 0)
                Fault($"{path}.url", $"'{endpoint.Url}' is no endpoint URL; must be opc.tcp://host:port.");
            endpoints.Add(new EndpointDefinition(
                Text(endpoint.Name, $"{path}.name"), endpoint.Url ?? "", endpoint.SecurityPolicy.ToString(), Text(endpoint.UserName, $"{path}.userName")));
        }
        return endpoints;
    }

    private ClockDefinition? Clock()
    {
        if (document.Clock is not { } clock) return null;
        CheckEndpoint(clock.Endpoint, "$.clock.endpoint");
        if (ExpandedNodeId.Fault(clock.PlantTime ?? "") is { } plantTime) Fault("$.clock.plantTime", plantTime);
        if (ExpandedNodeId.Fault(clock.Speed ?? "") is { } speed) Fault("$.clock.speed", speed);
        return new ClockDefinition(clock.Endpoint ?? "", clock.PlantTime ?? "", clock.Speed ?? "");
    }

    private List<StopReason> StopReasons()
    {
        List<StopReason> reasons = [];
        foreach (var (reason, path) in Each(document.Stops?.Reasons, "$.stops.reasons"))
        {
            var code = reason.Code ?? "";
            if (code.Length is 0 or > 40 || !code.All(letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-'))
                Fault($"{path}.code", $"'{code}' is no code; must be 1 to 40 lower-case letters, digits and '-'.");
            if (code == StopReason.Uncoded.Code) Fault($"{path}.code", $"'{code}' stands for stops without a reason.");
            if (reasons.Any(other => other.Code == code)) Fault($"{path}.code", $"'{code}' is the code of another reason too.");
            reasons.Add(new StopReason(code, Text(reason.Name, $"{path}.name"), Enum.Parse<StopCategory>(reason.Category.ToString())));
        }
        return reasons;
    }

    private TariffDefinition? Tariff()
    {
        if (document.Tariff is not { } tariff) return null;
        if (tariff.Currency is not { Length: 3 } currency || !currency.All(char.IsAsciiLetterUpper))
            Fault("$.tariff.currency", $"'{tariff.Currency}' is no currency; must be three capital letters, e.g. EUR.");
        if (tariff.PeakLimitKw is <= 0) Fault("$.tariff.peakLimitKw", "Must be above 0; leave it out where there is none.");
        if (tariff.PeakPricePerKw is < 0) Fault("$.tariff.peakPricePerKw", "Must not be below 0.");
        // Windows come round with the week as shifts do, so they are read as shifts are.
        var documents = Each(tariff.Windows, "$.tariff.windows").Select(at => at.Item).ToList();
        var windows = new PlantFileShifts(Fault, "$.tariff.windows", "window").Resolve([.. (tariff.Windows ?? []).Select(window => window is null ? null! : new ShiftDocument(window.Name, window.Days, window.Start, window.End))]);
        return new TariffDefinition(
            tariff.Currency ?? "", tariff.PricePerKwh,
            [.. windows.Select(window => new TariffWindow(window, documents.FirstOrDefault(document => document.Name == window.Name)?.PricePerKwh ?? 0))], tariff.PeakLimitKw, tariff.PeakPricePerKw);
    }

    private AreaDefinition Area(AreaDocument area, string site, string path)
    {
        var id = Id(site, area.Id, $"{path}.id");
        return new AreaDefinition(id, Text(area.Name, $"{path}.name"),
            [.. Each(area.Lines, $"{path}.lines", atLeastOne: true).Select(at => Line(at.Item, id, at.Path))]);
    }

    private LineDefinition Line(LineDocument line, string area, string path)
    {
        var id = Id(area, line.Id, $"{path}.id");
        CheckEndpoint(line.Endpoint, $"{path}.endpoint");
        if (string.IsNullOrWhiteSpace(line.NamespaceUri) || line.NamespaceUri.Contains(';'))
            Fault($"{path}.namespaceUri", $"'{line.NamespaceUri}' is no namespace URI.");
        if (Each(line.Cells, $"{path}.cells", atLeastOne: true).All(cell => cell.Item.Id != line.ConstraintStation))
            Fault($"{path}.constraintStation", $"'{line.ConstraintStation}' is the id of no cell of the line.");
        if (line.OeeTarget is { } target && (target.Count != 2 || target[0] < 0 || target[0] >= target[1] || target[1] > 1))
            Fault($"{path}.oeeTarget", "Must be two ratios from 0 to 1, the lower one first.");
        var (signals, setpoints) = Expand(line.Class, line.NodePrefix, line.Signals, line.Setpoints, id, line, path);
        return new LineDefinition(id, Text(line.Name, $"{path}.name"), line.Endpoint ?? "", line.NamespaceUri ?? "", $"{id}.{line.ConstraintStation}", signals, setpoints,
            [.. Each(line.Cells, $"{path}.cells").Select(at => Cell(at.Item, line, id, at.Path))])
        {
            OeeTarget = line.OeeTarget is [var low, var high] ? new OeeTarget(low, high) : null,
        };
    }

    private StationDefinition Cell(CellDocument cell, LineDocument line, string lineId, string path)
    {
        var id = Id(lineId, cell.Id, $"{path}.id");
        if (cell.Id?.StartsWith("order-", StringComparison.Ordinal) == true) Fault($"{path}.id", "Begins with order-, as only the ids of work orders do.");
        var (signals, setpoints) = Expand(cell.Class, cell.NodePrefix, cell.Signals, cell.Setpoints, id, line, path);
        return new StationDefinition(id, Text(cell.Name, $"{path}.name"), Seconds(cell.PlannedRunTimePerItem, $"{path}.plannedRunTimePerItem"), signals, setpoints,
            [.. Each(cell.Machines, $"{path}.machines").Select(at => Machine(at.Item, line, id, at.Path))]);
    }

    private MachineDefinition Machine(MachineDocument machine, LineDocument line, string cell, string path)
    {
        var id = Id(cell, machine.Id, $"{path}.id");
        var (signals, setpoints) = Expand(machine.Class, machine.NodePrefix, machine.Signals, machine.Setpoints, id, line, path);
        return new MachineDefinition(id, Text(machine.Name, $"{path}.name"), machine.Class ?? "", signals, setpoints);
    }

    private void CheckClass(ClassDocument? definition, string path)
    {
        var signals = Each(definition?.Signals, $"{path}.signals").ToList();
        var setpoints = Each(definition?.Setpoints, $"{path}.setpoints").ToList();
        foreach (var (signal, place) in signals) PlantFileSignals.Check(signal, place, Fault);
        foreach (var (setpoint, place) in setpoints) PlantFileSignals.Check(setpoint, place, Fault);
    }

    private (IReadOnlyList<SignalDefinition>, IReadOnlyList<SetpointDefinition>) Expand(
        string? className, string? prefix, IReadOnlyList<SignalDocument>? ownSignals, IReadOnlyList<SetpointDocument>? ownSetpoints, string owner, LineDocument line, string path)
    {
        ClassDocument? definition = null;
        if (className is not null && document.EquipmentClasses?.TryGetValue(className, out definition) != true)
            Fault($"{path}.class", $"'{className}' is no equipment class of this file.");
        var classPath = Member("$.equipmentClasses", className ?? "");
        var own = Each(ownSignals, $"{path}.signals").ToList();
        var ownTargets = Each(ownSetpoints, $"{path}.setpoints").ToList();
        foreach (var (signal, place) in own) PlantFileSignals.Check(signal, place, Fault);
        foreach (var (setpoint, place) in ownTargets) PlantFileSignals.Check(setpoint, place, Fault);

        List<SignalDefinition> signals = [];
        List<SetpointDefinition> setpoints = [];
        var targets = Each(definition?.Setpoints, $"{classPath}.setpoints").Concat(ownTargets).ToList();
        foreach (var (signal, place) in Each(definition?.Signals, $"{classPath}.signals").Concat(own))
            AddSignal(PlantFileSignals.Resolve(signal, owner, Node(signal.Node, place)), place);
        foreach (var (setpoint, place) in targets)
            AddSignal(PlantFileSignals.ResolveReport(setpoint, owner, Node(setpoint.Node, place)), place);
        foreach (var (setpoint, place) in targets)
        {
            var interlocks = Each(setpoint.Interlocks, $"{place}.interlocks").Select(name => Interlock(name.Item, name.Path)).ToList();
            setpoints.Add(PlantFileSignals.Resolve(setpoint, owner, Node(setpoint.Node, place), interlocks));
        }
        return (signals, setpoints);

        void AddSignal(SignalDefinition signal, string place)
        {
            if (PlantFileSignals.OneOfAKind(signal.Role) && signals.Any(other => other.Role == signal.Role && other.Name != signal.Name))
                Fault($"{place}.role", $"Another signal of its owner has the role {PlantFileSignals.Spell(signal.Role)} too.");
            if (signal.Name.Length > 0) Unique(ids, signal.Id, $"{place}.name", path, first => $"'{signal.Id}' is the id at {first} too.");
            if (signal.Node.Length > 0) Unique(nodes, $"{line.Endpoint} {signal.Node} {signal.Index}", $"{place}.node", path, first => $"Node {signal.Node} is the one at {first} too.");
            signals.Add(signal);
        }

        string Interlock(string name, string place)
        {
            var signal = signals.FirstOrDefault(signal => signal.Name == name);
            if (signal is null) Fault(place, $"'{name}' is no signal of its owner.");
            else if (signal.Role is not (SignalRole.State or SignalRole.Fault)) Fault(place, $"'{name}' has the role {PlantFileSignals.Spell(signal.Role)}; must be state or fault.");
            return $"{owner}.{name}";
        }

        string Node(string? node, string place)
        {
            if (string.IsNullOrWhiteSpace(node)) return "";   // reported with the signal
            if (node.StartsWith("nsu=", StringComparison.Ordinal) || node.StartsWith("ns=", StringComparison.Ordinal)) return node;
            if (string.IsNullOrWhiteSpace(prefix)) Fault($"{path}.nodePrefix", $"Is missing or empty, but the node at {place} is written without its namespace URI.");
            return $"nsu={line.NamespaceUri};s={prefix}.{node}";
        }
    }

    /// <param name="place">Where the value is written. What a class writes once is the fault of the owner that brings it where it does not fit.</param>
    private void Unique(Dictionary<string, (string Place, string Owner)> seen, string value, string place, string owner, Func<string, string> reason)
    {
        if (seen.TryAdd(value, (place, owner))) return;
        var first = seen[value];
        Fault(Blame(place, owner), reason(Blame(first.Place, first.Owner)));

        string Blame(string written, string brought) =>
            first.Owner != owner && written.StartsWith("$.equipmentClasses", StringComparison.Ordinal) ? brought : written;
    }

    /// <returns>The full id. One that is taken already is made another, so that what lies below it is not reported as taken too.</returns>
    private string Id(string parent, string? id, string path)
    {
        PlantFileSignals.CheckName(id, path, Fault);
        var full = parent.Length > 0 ? $"{parent}.{id}" : id ?? "";
        if (string.IsNullOrEmpty(id)) return $"{full}@{path}";
        Unique(ids, full, path, path, first => $"'{full}' is the id at {first} too.");
        return ids[full].Place == path ? full : $"{full}@{path}";
    }

    private string Text(string? text, string path)
    {
        if (string.IsNullOrWhiteSpace(text)) Fault(path, "Is empty.");
        return text ?? "";
    }

    private TimeSpan Seconds(double seconds, string path) => PlantFileSignals.Seconds(seconds, path, Fault);

    private void CheckEndpoint(string? name, string path)
    {
        if ((document.Endpoints ?? []).All(endpoint => endpoint?.Name != name)) Fault(path, $"'{name}' is the name of no endpoint.");
    }

    private IEnumerable<(T Item, string Path)> Each<T>(IReadOnlyList<T>? items, string path, bool atLeastOne = false)
    {
        if (atLeastOne && items is null or { Count: 0 }) Fault(path, "Is empty; must have at least one.");
        return (items ?? []).Select((item, index) => (item, $"{path}[{index}]")).Where(at => at.item is not null);
    }

    /// <summary>Reports a fault once, and none where something was cut out.</summary>
    private void Fault(string path, string reason)
    {
        var fault = new PlantFault(path, reason);
        if (!cut.Contains(path) && !faults.Contains(fault)) faults.Add(fault);
    }
}
