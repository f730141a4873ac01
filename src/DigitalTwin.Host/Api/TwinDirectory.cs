using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Host.Twins;

namespace DigitalTwin.Host.Api;

/// <summary>Finds twins and shows them: what the definition says of them, what was recorded, and the newest values.</summary>
public sealed class TwinDirectory
{
    private static readonly Dictionary<string, ReportedValue> NothingReported = [];
    private static readonly Dictionary<string, DesiredValue> NothingDesired = [];

    /// <summary>A place of the plant definition.</summary>
    private sealed record Place(
        string Id, string Kind, string Name, string? Parent, int Depth, IReadOnlyList<SignalDefinition> Signals, IReadOnlyList<SetpointDefinition> Setpoints);

    private readonly TwinModel model;
    private readonly LiveValues live;
    private readonly List<Place> places = [];
    private readonly Dictionary<string, Place> byId;

    public TwinDirectory(PlantDefinition plant, TwinModel model, LiveValues live)
    {
        (this.model, this.live) = (model, live);
        places.Add(new(plant.Id, "plant", plant.Name, null, 0, [], []));
        foreach (AreaDefinition area in plant.Areas)
        {
            places.Add(new(area.Id, "area", area.Name, plant.Id, 1, [], []));
            foreach (LineDefinition line in area.Lines)
            {
                places.Add(new(line.Id, "line", line.Name, area.Id, 2, line.Signals, line.Setpoints));
                foreach (StationDefinition station in line.Stations)
                {
                    places.Add(new(station.Id, "station", station.Name, line.Id, 3, station.Signals, station.Setpoints));
                    places.AddRange(station.Machines.Select(machine => new Place(machine.Id, "machine", machine.Name, station.Id, 4, machine.Signals, machine.Setpoints)));
                }
            }
        }

        byId = places.ToDictionary(place => place.Id);
    }

    /// <returns>Null where there is no such twin.</returns>
    public TwinView? Find(string id) =>
        byId.TryGetValue(id, out Place? place) ? View(place)
        : model.WorkOrder(id) is { } order ? View(id, order) : null;

    public bool IsPlace(string id) => byId.ContainsKey(id);

    /// <summary>Places in the order of the definition, each before what it contains; then the work orders at hand by id, highest first.</summary>
    /// <param name="root">Only what lies below it; null: everything.</param>
    /// <param name="depth">Levels below <paramref name="root"/> (or below nothing); null: all.</param>
    /// <param name="after">Only what comes after this id in that order; null: from the first.</param>
    public IEnumerable<TwinView> Below(string? root, int? depth, string? kind, string? after = null)
    {
        int top = root is null ? -1 : byId[root].Depth;
        int skip = after is null ? 0 : IsOrder(after) ? places.Count : places.FindIndex(place => place.Id == after) + 1;
        IEnumerable<TwinView> found = places.Skip(skip)
            .Where(place => (root is null || IsBelow(place.Id, root)) && (depth is null || place.Depth - top <= depth) && (kind is null || place.Kind == kind))
            .Select(View);
        // An order is a child of its line. By id, not by what moved last: a page must not depend on what happens meanwhile.
        return kind is null or "workOrder" && (depth is null || 3 - top <= depth)
            ? found.Concat(model.WorkOrders
                .Where(order => (root is null || IsBelow(order.Id, root)) && (after is null || !IsOrder(after) || string.CompareOrdinal(order.Id, after) < 0))
                .OrderByDescending(order => order.Id, StringComparer.Ordinal).Select(order => View(order.Id, order.Order)))
            : found;
    }

    /// <summary>Ids of the signals of a place and of everything below it.</summary>
    public IEnumerable<string> SignalsOf(string id) =>
        places.Where(place => place.Id == id || IsBelow(place.Id, id)).SelectMany(place => place.Signals).Select(signal => signal.Id);

    public static bool IsOrder(string id) => id.Contains(".order-", StringComparison.Ordinal);

    /// <summary>Ids are paths: what lies below a twin begins with its id and a dot.</summary>
    public static bool IsBelow(string id, string root) =>
        id.Length > root.Length && id[root.Length] == '.' && id.StartsWith(root, StringComparison.Ordinal);

    private TwinView View(Place place)
    {
        switch (place.Kind)
        {
            case "line":
                EntityState<LineState> line = model.Line(place.Id);
                return View(place, line.State.Own, line.Offset, line.State.SummarySince is null ? null : line.State.Summary, line.State.SummarySince);
            case "station" or "machine":
                EntityState<UnitState> unit = model.Unit(place.Id);
                return View(place, unit.State, unit.Offset, unit.State.StateSince is null ? null : unit.State.State, unit.State.StateSince);
            default:
                return new(place.Id, place.Kind, place.Name, place.Parent, null, null, null, null, [], NothingReported, NothingDesired, null, null, 0);
        }
    }

    private TwinView View(Place place, UnitState state, long offset, PackmlState? shown, DateTimeOffset? since) => new(
        place.Id, place.Kind, place.Name, place.Parent, shown?.ToString(), since,
        place.Signals.Any(signal => signal.Role == SignalRole.Mode) ? state.Mode.ToString() : null,
        place.Signals.Any(signal => signal.Role == SignalRole.Fault) ? state.Fault : null,
        model.Damage(place.Id) is null ? [.. state.Flags()] : [.. state.Flags(), "journalDamaged"],
        place.Signals.ToDictionary(signal => signal.Name, Reported),
        place.Setpoints.Where(setpoint => state.Desired.ContainsKey(setpoint.Name)).ToDictionary(setpoint => setpoint.Name, setpoint =>
        {
            DesiredState desired = state.Desired[setpoint.Name];
            return new DesiredValue(desired.Value, desired.At, setpoint.Unit, desired.By);
        }),
        state.Vehicle.Length > 0 ? state.Vehicle : null,
        state.Counters.IsEmpty ? null : new(state.Total(SignalRole.ProducedCount), state.Total(SignalRole.GoodCount), state.Total(SignalRole.ScrapCount)),
        offset);

    private static TwinView View(string id, EntityState<WorkOrderState> order) => new(
        id, "workOrder", order.State.Body, order.State.Line, order.State.Status.ToString(), order.State.Since, null, null,
        order.State.OutOfOrder > 0 ? [$"outOfOrder:{order.State.OutOfOrder.ToString(CultureInfo.InvariantCulture)}"] : [],
        NothingReported, NothingDesired, order.State.Body, null, order.Offset);

    private ReportedValue Reported(SignalDefinition signal) => Reported(live.Find(signal.Id)!);

    public static ReportedValue Reported(LiveValue value) => new(
        Shown(value.Sample), value.Sample?.SourceTime, value.Quality.ToString().ToLowerInvariant(), value.Signal.Unit, value.Age?.TotalSeconds, value.StaleAfter.TotalSeconds);

    /// <returns>A number, a text, or null where there is none: JSON has no NaN.</returns>
    public static object? Shown(Sample? sample) => sample is not { } known ? null : known.Text ?? (double.IsFinite(known.Number) ? known.Number : (object?)null);
}
