using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>The line's rules, one scan at a time, as a PLC runs them: the step is fixed, so that how a caller slices time changes nothing.</summary>
internal static class BodyLine
{
    public const long ScanMicros = 100_000;
    private const double ScanSeconds = ScanMicros / 1e6;

    public static void Scan(LineState line, PhysicsParameters physics, Timetable timetable)
    {
        line.Time += ScanMicros;
        var plan = timetable.At(line.Time);
        BreakByScript(line, physics);
        // From the end of the line to its start: a body that leaves makes room for the one behind it in the same scan.
        for (var index = line.Cells.Count - 1; index >= 0; index--)
        {
            var next = index + 1 < line.Cells.Count ? line.Cells[index + 1].Buffer : null;
            if (line.Cells[index].Scan(plan, next, ScanSeconds, physics, line.Time) is { } left)
                Leave(line, left);
        }
        Enter(line, plan, physics);
        line.Power = physics.Line.LineBaseKilowatts;
        foreach (var cell in line.Cells)
            line.Power += cell.Power;
        line.Energy += line.Power * ScanSeconds / 3600;
    }

    private static void Enter(LineState line, Plan plan, PhysicsParameters physics)
    {
        var buffer = line.Cells[0].Buffer;
        if (plan != Plan.Work || line.Time < line.NextArrival || buffer.Count >= physics.Line.BufferCapacity)
            return;
        buffer.Add(new Body(++line.Entered, Defective: false));
        line.NextArrival = line.Time + (long)(physics.Line.ArrivalSeconds * 1e6 * line.Arrivals.Between(0.7, 1.3));
    }

    private static void Leave(LineState line, Body body)
    {
        line.Produced++;
        if (body.Defective)
            line.Scrap++;
        else
            line.Good++;
    }

    private static void BreakByScript(LineState line, PhysicsParameters physics)
    {
        for (var index = 0; index < line.ScriptedDone.Length; index++)
        {
            var script = physics.ScriptedBreakdowns[index];
            if (line.ScriptedDone[index] || line.Time - line.Built < script.At * 1e6)
                continue;
            var machine = Find(line, script.Machine);
            if (machine.Down)
                continue;   // it comes as soon as the machine is back
            machine.BreakDown(script.DurationSeconds);
            line.ScriptedDone[index] = true;
        }
    }

    private static Machine Find(LineState line, string name)
    {
        var cell = line.Cells[int.Parse(name.AsSpan(4, name.IndexOf('.') - 4), System.Globalization.CultureInfo.InvariantCulture) - 1];
        return name[(name.IndexOf('.') + 1)..] switch { "Robot" => cell.Robot, "Gun" => cell.Gun, _ => cell.Fixture };
    }
}
