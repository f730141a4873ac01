using DigitalTwin.VirtualPlant.Nodes;
using DigitalTwin.VirtualPlant.Packml;
using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>Something that is true of the plant and that no client is told: what a finding of the twin is to be held against.</summary>
/// <param name="At">Plant time, microseconds since 1970 UTC.</param>
/// <param name="Kind">E.g. <c>breakdown</c>; the list is in the README.</param>
/// <param name="Where">Machine, station or node.</param>
/// <param name="What">Cause, body or kind of fault.</param>
/// <param name="Sudden">Of a breakdown: it came without a sign that could have been seen.</param>
internal sealed record Truth(long At, string Kind, string Where, string? What = null, bool? Sudden = null, double? Hours = null);

/// <summary>Sees every scan of the plant and notes what changed. It has no hand in anything: a plant without it goes the same way.</summary>
internal sealed class Witness
{
    private readonly Site site;
    private readonly IReadOnlyList<Node> nodes;
    private readonly Antennas antennas;
    private readonly Staff staff;
    private readonly IReadOnlyList<NetworkCut> cuts;
    private readonly bool[] cut;
    private readonly (string Name, Machine Machine)[] machines;
    private readonly (string Name, Cell Cell)[] cells;
    private readonly Workplace[] workplaces;
    private readonly bool[] down, repaired;
    private readonly Body?[] inCell, inWorkplace;
    private readonly int[] dresses;
    private readonly double[] worn;
    private readonly (string Name, Unit Unit, ToolStock Tools)[] toolUsers;
    private readonly bool[] toolless;
    private readonly HashSet<SensorFault> lying;
    private long? shift;

    public Witness(Site site, IReadOnlyList<Node> nodes, Antennas antennas, Staff staff, IReadOnlyList<NetworkCut> cuts)
    {
        (this.site, this.nodes, this.antennas, this.staff, this.cuts) = (site, nodes, antennas, staff, cuts);
        cut = [.. cuts.Select(one => site.Time > site.Built && one.IsAt(site.Built, site.Time))];
        shift = site.Time == site.Built ? null : staff.ShiftAt(site.Time);   // of a plant that is resumed its roster has been told
        machines = [.. site.Machines];
        cells = [.. site.Lines.SelectMany(line => line.Cells.Select(cell => ($"{line.Prefix}Cell{cell.Number}", cell)))];
        workplaces = [.. site.Stations.OfType<Workplace>()];
        down = [.. machines.Select(item => item.Machine.Down)];
        repaired = [.. machines.Select(item => item.Machine.RepairSeconds == 0)];
        inCell = [.. cells.Select(item => item.Cell.Body)];
        inWorkplace = [.. workplaces.Select(place => place.Body)];
        dresses = [.. cells.Select(item => item.Cell.Gun.DressesOfCap)];
        worn = [.. cells.Select(item => item.Cell.Gun.TipWear)];
        toolUsers = site.Crib is not { } crib ? [] :
        [
            .. cells.Select(item => (item.Name, (Unit)item.Cell, crib.WeldCaps)),
            .. site.Stamping!.Presses.Select(press => (press.Name, (Unit)press, crib.DieInserts)),
            .. site.Paint!.Booths.Select(booth => (booth.Name, (Unit)booth, crib.SprayNozzles)),
        ];
        toolless = [.. toolUsers.Select(user => user.Unit.MissingTool != 0)];
        lying = [.. site.Sensors?.Faults ?? []];
    }

    public List<Truth> Seen { get; } = [];

    public void Look()
    {
        for (var index = 0; index < machines.Length; index++)
            LookAtMachine(index);
        for (var index = 0; index < cells.Length; index++)
            LookAtCell(index);
        for (var index = 0; index < workplaces.Length; index++)
            LookAtWorkplace(index);
        if (site.Sensors is { } sensors && (sensors.Faults.Count > 0 || lying.Count > 0))
            LookAtSensors(sensors);
        if (site.Assembly is not null && staff.ShiftAt(site.Time) != shift)
            LookAtStaff();
        for (var index = 0; index < cut.Length; index++)
            LookAtCut(index);
        for (var index = 0; index < toolUsers.Length; index++)
            LookAtTools(index);
    }

    private void LookAtCut(int index)
    {
        var now = cuts[index].IsAt(site.Built, site.Time);
        if (now != cut[index])
            Note(now ? "network cut" : "network whole", cuts[index].Endpoint, hours: now ? cuts[index].DurationSeconds / 3600 : null);
        cut[index] = now;
    }

    private void LookAtTools(int index)
    {
        var (name, unit, tools) = toolUsers[index];
        var missing = unit.MissingTool != 0;
        if (missing != toolless[index])
            Note(missing ? "stock-out" : "tools came", name, tools.Name);
        toolless[index] = missing;
    }

    private void LookAtStaff()
    {
        shift = staff.ShiftAt(site.Time);
        foreach (var (index, person) in staff.At(site.Time).Index())
        {
            if (person.Absent is { } absent)
                Note("absent", $"Station{index + 1}", $"{absent}, {person.Badge} stands in", hours: person.FromSeconds / 3600);
            else if (person.FromSeconds > 0)
                Note("late", $"Station{index + 1}", person.Badge, hours: person.FromSeconds / 3600);
        }
    }

    private void LookAtMachine(int index)
    {
        var (name, machine) = machines[index];
        if (machine.Down && !down[index])
            // A script breaks what is not worn out: no sign of it either.
            Note("breakdown", name, machine.AgeSeconds < machine.LifeSeconds ? "script" : machine.Sudden ? "sudden" : machine.WeakPart, sudden: machine.Sudden || machine.AgeSeconds < machine.LifeSeconds, hours: machine.AgeSeconds / 3600);
        var isRepaired = machine.RepairSeconds == 0;
        if (isRepaired && !repaired[index])
            Note("repaired", name);
        (down[index], repaired[index]) = (machine.Down, isRepaired);
    }

    private void LookAtCell(int index)
    {
        var (name, cell) = cells[index];
        if (cell.Gun.DressesOfCap != dresses[index])
        {
            Note(cell.Gun.DressesOfCap == 0 ? "caps changed" : "tips dressed", $"{name}.Gun", FormattableString.Invariant($"electrode wear {worn[index]:F2}"));
            dresses[index] = cell.Gun.DressesOfCap;
        }
        worn[index] = cell.Gun.TipWear;
        var before = inCell[index];
        if (cell.Body is { } body && body.Number == before?.Number && body.Defective && !before.Value.Defective)
            Note("defect", name, $"{body.Id} weld, {CauseOf(cell.Gun)}");
        NoteLostRead(name, before, cell.Body);
        inCell[index] = cell.Body;
    }

    /// <summary>The most likely one: what scatters by chance has no other.</summary>
    private static string CauseOf(Gun gun) =>
        gun.WeldCurrentSetpoint > 10.6 ? "expulsion" : gun.WeldCurrentSetpoint < 9 ? "low current" : gun.TipWear > 0.6 ? "electrode wear" : "scatter";

    private void LookAtWorkplace(int index)
    {
        var place = workplaces[index];
        var before = inWorkplace[index];
        if (place is Booth && place.Body is { PaintFault: true } sprayed && sprayed.Number == before?.Number && !before.Value.PaintFault)
            Note("defect", place.Name, $"{sprayed.Id} dirt or run");
        if (place is PaintInspection && place.Body is { } cured && cured.Number != before?.Number && cured.Uncured)
            Note("defect", place.Name, $"{cured.Id} not cured");
        NoteLostRead(place.Name, before, place.Body);
        inWorkplace[index] = place.Body;
    }

    private void NoteLostRead(string station, Body? before, Body? now)
    {
        if (now is { } body && body.Number != before?.Number && antennas.Loses(body, station))
            Note("read lost", station, body.Id);
    }

    private void LookAtSensors(Sensors sensors)
    {
        foreach (var fault in lying.Where(fault => !sensors.Faults.Contains(fault)).ToList())
        {
            lying.Remove(fault);
            Note("sensor well", nodes[fault.Node].Id, fault.Kind.ToString());
        }
        foreach (var fault in sensors.Faults)
            if (lying.Add(fault))
                Note("sensor fault", nodes[fault.Node].Id, fault.Kind.ToString(), hours: (fault.Until - fault.From) / 3.6e9);
    }

    private void Note(string kind, string where, string? what = null, bool? sudden = null, double? hours = null) =>
        Seen.Add(new Truth(site.Time, kind, where, what, sudden, hours is { } some ? Math.Round(some, 3) : null));
}
