using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Host.Twins;
using DigitalTwin.Host.Twins.Cuts;
using DigitalTwin.Host.Twins.Search;

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
    private readonly WorkOrderArchive archive;
    private readonly List<Place> places = [];
    private readonly Dictionary<string, Place> byId;

    public TwinDirectory(PlantDefinition plant, TwinModel model, LiveValues live, WorkOrderArchive archive)
    {
        (this.model, this.live, this.archive) = (model, live, archive);
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

    /// <summary>A twin as it is now.</summary>
    /// <returns>Null where there is no such twin.</returns>
    public TwinView? Find(string id) =>
        byId.TryGetValue(id, out Place? place) ? View(model.Now, place, Newest)
        : model.WorkOrder(id) is { } order ? View(id, order) : null;

    /// <summary>A twin as it was; its measurements were never in the journal and are absent.</summary>
    /// <returns>Null where there was no such twin.</returns>
    public TwinView? Find(string id, Cut cut) =>
        byId.TryGetValue(id, out Place? place) ? View(cut, place, AsRecorded)
        : (cut.WorkOrders.GetValueOrDefault(id) ?? archive.Find(id, before: cut.Offset + 1)) is { } order ? View(id, order) : null;

    public bool IsPlace(string id) => byId.ContainsKey(id);

    /// <summary>Places in the order of the definition, each before what it contains; then the work orders at hand by id, highest first.</summary>
    /// <param name="root">Only what lies below it; null: everything.</param>
    /// <param name="depth">Levels below <paramref name="root"/> (or below nothing); null: all.</param>
    /// <param name="at">The moment; null: now.</param>
    /// <param name="after">Only what comes after this id in that order; null: from the first.</param>
    /// <param name="asRecorded">What signals show as the journal says it; else their newest values.</param>
    public IEnumerable<TwinView> Below(string? root, int? depth, string? kind, Cut? at = null, string? after = null, bool asRecorded = false)
    {
        Cut cut = at ?? model.Now;
        Func<SignalDefinition, UnitState, ReportedValue?> reported = asRecorded ? AsRecorded : Newest;
        int top = root is null ? -1 : byId[root].Depth;
        int skip = after is null ? 0 : IsOrder(after) ? places.Count : places.FindIndex(place => place.Id == after) + 1;
        IEnumerable<TwinView> found = places.Skip(skip)
            .Where(place => (root is null || IsBelow(place.Id, root)) && (depth is null || place.Depth - top <= depth) && (kind is null || place.Kind == kind))
            .Select(place => View(cut, place, reported));
        // By id, not by what moved last: a page must not depend on what happens meanwhile.
        return HasOrders(root, depth, kind)
            ? found.Concat(cut.WorkOrders
                .Where(order => (root is null || IsBelow(order.Key, root)) && (after is null || !IsOrder(after) || string.CompareOrdinal(order.Key, after) < 0))
                .OrderByDescending(order => order.Key, StringComparer.Ordinal).Select(order => View(order.Key, order.Value)))
            : found;
    }

    /// <summary>Whether work orders can be below a twin: an order is a child of its line.</summary>
    public bool HasOrders(string? root, int? depth = null, string? kind = null) =>
        kind is null or "workOrder" && (root is null || byId.TryGetValue(root, out Place? place) && place.Depth < 3) && (depth is null || 3 - (root is null ? -1 : byId[root].Depth) <= depth);

    /// <summary>The offset before which a cut has let go of orders: one that was finished and moved last before it is only found by its id.</summary>
    /// <param name="since">Only where orders may have come and gone since then; those that it has are still compared.</param>
    /// <returns>Null where it has let go of none.</returns>
    public static long? OrdersLetGo(Cut cut, Cut? since = null) =>
        cut.Finished.Count >= CutBuilder.FinishedOrders && cut.Finished.First().Key is var oldest && oldest > (since?.Offset ?? 0) ? oldest : null;

    /// <summary>
    /// What is another in the second cut than in the first: of each twin that has recorded something in between, or of which one cut knows more. An order that was
    /// released in between and let go of again is in neither, and left out (<see cref="OrdersLetGo"/>) unless it is itself what is asked for.
    /// </summary>
    /// <param name="scope">A twin with what lies below it; null: everything.</param>
    public IEnumerable<ChangeView> Changes(Cut before, Cut after, string? scope)
    {
        IEnumerable<string> moved = places.Select(place => place.Id).Where(id => before.Unit(id).Offset != after.Unit(id).Offset || before.Line(id).Offset != after.Line(id).Offset
            || before.Damage.ContainsKey(id) != after.Damage.ContainsKey(id));
        IEnumerable<string> orders = scope is not null && IsOrder(scope) ? [scope] : before.WorkOrders.Keys.Union(after.WorkOrders.Keys)
            .Where(id => before.WorkOrders.GetValueOrDefault(id)?.Offset != after.WorkOrders.GetValueOrDefault(id)?.Offset).Order(StringComparer.Ordinal);
        foreach (string id in moved.Concat(orders).Where(id => scope is null || id == scope || IsBelow(id, scope)))
        {
            Dictionary<string, object> was = Recorded(id, before), now = Recorded(id, after);
            foreach (string field in was.Keys.Union(now.Keys))
            {
                (object? old, object? become) = (was.GetValueOrDefault(field), now.GetValueOrDefault(field));
                if (!Equals(old, become))
                    yield return new ChangeView(id, field, old, become);
            }
        }
    }

    /// <summary>Values of a twin that a search may name.</summary>
    public IReadOnlyList<object> ValuesOf(TwinView twin, SearchField field) => twin.ValuesOf(field, AncestorOf);

    /// <summary>Signals of one place; none for what is no place.</summary>
    public IReadOnlyList<SignalDefinition> OwnSignalsOf(string id) => byId.TryGetValue(id, out Place? place) ? place.Signals : [];

    /// <summary>Ids of the signals of a place and of everything below it.</summary>
    public IEnumerable<string> SignalsOf(string id) =>
        places.Where(place => place.Id == id || IsBelow(place.Id, id)).SelectMany(place => place.Signals).Select(signal => signal.Id);

    public static bool IsOrder(string id) => id.Contains(".order-", StringComparison.Ordinal);

    /// <summary>Ids are paths: what lies below a twin begins with its id and a dot.</summary>
    public static bool IsBelow(string id, string root) =>
        id.Length > root.Length && id[root.Length] == '.' && id.StartsWith(root, StringComparison.Ordinal);

    /// <summary>All that the journal says of a twin at one moment, by field.</summary>
    internal Dictionary<string, object> Recorded(string id, Cut cut) => Find(id, cut)?.Recorded(name => byId[id].Signals.Any(signal => signal.Name == name && signal.Role == SignalRole.Setpoint)).ToDictionary() ?? [];

    private string? AncestorOf(TwinView twin, string kind)
    {
        if (kind == "station" && twin.Station is { } there)
            return there;
        for (string? id = twin.Id; id is not null; id = byId.TryGetValue(id, out Place? place) ? place.Parent : twin.Parent)
        {
            if (byId.TryGetValue(id, out Place? at) && at.Kind == kind)
                return id;
        }

        return null;
    }

    private static TwinView View(Cut cut, Place place, Func<SignalDefinition, UnitState, ReportedValue?> reported)
    {
        switch (place.Kind)
        {
            case "line":
                EntityState<LineState> line = cut.Line(place.Id);
                return View(cut, place, line.State.Own, line.Offset, line.State.SummarySince is null ? null : line.State.Summary, line.State.SummarySince, reported);
            case "station" or "machine":
                EntityState<UnitState> unit = cut.Unit(place.Id);
                return View(cut, place, unit.State, unit.Offset, unit.State.StateSince is null ? null : unit.State.State, unit.State.StateSince, reported);
            default:
                return new(place.Id, place.Kind, place.Name, place.Parent, null, null, null, null, [], NothingReported, NothingDesired, null, null, 0);
        }
    }

    private static TwinView View(
        Cut cut, Place place, UnitState state, long offset, PackmlState? shown, DateTimeOffset? since, Func<SignalDefinition, UnitState, ReportedValue?> reported) => new(
        place.Id, place.Kind, place.Name, place.Parent, shown?.ToString(), since,
        place.Signals.Any(signal => signal.Role == SignalRole.Mode) ? state.Mode.ToString() : null,
        place.Signals.Any(signal => signal.Role == SignalRole.Fault) ? state.Fault : null,
        cut.Damage.ContainsKey(place.Id) ? [.. state.Flags(), "journalDamaged"] : [.. state.Flags()],
        place.Signals.Select(signal => (signal.Name, Value: reported(signal, state))).Where(signal => signal.Value is not null).ToDictionary(signal => signal.Name, signal => signal.Value!),
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
        NothingReported, NothingDesired, order.State.Body, null, order.Offset) { Station = order.State.Station };

    private ReportedValue? Newest(SignalDefinition signal, UnitState state) => Reported(live.Find(signal.Id)!);

    /// <summary>What the journal says that a signal showed; null for one that it says nothing of.</summary>
    private ReportedValue? AsRecorded(SignalDefinition signal, UnitState state)
    {
        if (!state.Watches.TryGetValue(signal.Name, out SignalWatch? watch))
            return null;
        object? value = signal.Role switch
        {
            SignalRole.State => (double)(int)state.State,
            SignalRole.Mode => (double)(int)state.Mode,
            SignalRole.Fault => (double)state.Fault,
            SignalRole.Vehicle => state.Vehicle,
            SignalRole.Setpoint => state.Setpoints.GetValueOrDefault(signal.Name)?.Value,
            _ => (double?)state.Counters.GetValueOrDefault(signal.Role)?.Reported,
        };
        return new ReportedValue(value, watch.At, watch.Lost ? "bad" : "good", signal.Unit, null, live.Find(signal.Id)!.StaleAfter.TotalSeconds);
    }

    public static ReportedValue Reported(LiveValue value) => new(
        Shown(value.Sample), value.Sample?.SourceTime, value.Quality.ToString().ToLowerInvariant(), value.Signal.Unit, value.Age?.TotalSeconds, value.StaleAfter.TotalSeconds);

    /// <returns>A number, a text, or null where there is none: JSON has no NaN.</returns>
    public static object? Shown(Sample? sample) => sample is not { } known ? null : known.Text ?? (double.IsFinite(known.Number) ? known.Number : (object?)null);
}
