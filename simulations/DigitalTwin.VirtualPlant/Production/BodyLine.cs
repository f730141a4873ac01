using DigitalTwin.VirtualPlant.Physics;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>A body line's rules, one scan at a time.</summary>
internal static class BodyLine
{
    /// <param name="caps">Where its guns get new caps; null where they always have some.</param>
    /// <param name="supply">A body to work on; null while the line's suppliers have none.</param>
    /// <param name="room">Whether a good body may leave; a bad one is taken off the line in any case.</param>
    /// <returns>The good body that left.</returns>
    public static Body? Scan(LineState line, Plan plan, ToolStock? caps, Func<Body?> supply, bool room, double seconds, PhysicsParameters physics, long now)
    {
        Body? good = null;
        // From the end of the line to its start: a body that leaves makes room for the one behind it in the same scan.
        for (var index = line.Cells.Count - 1; index >= 0; index--)
        {
            var cell = line.Cells[index];
            var next = index + 1 < line.Cells.Count ? line.Cells[index + 1].Buffer : null;
            var free = next is null ? room || cell.Body is { Defective: true } : next.Count < physics.Line.BufferCapacity;
            if (cell.Scan(plan, free, caps, seconds, physics, now) is not { } left)
                continue;
            if (next is null)
                good = Leave(line, left);
            else
                next.Add(left);
        }
        Enter(line, plan, supply, physics, now);
        line.Power = physics.Line.LineBaseKilowatts;
        foreach (var cell in line.Cells)
            line.Power += cell.Power;
        line.Energy += line.Power * seconds / 3600;
        return good;
    }

    private static void Enter(LineState line, Plan plan, Func<Body?> supply, PhysicsParameters physics, long now)
    {
        var buffer = line.Cells[0].Buffer;
        if (plan != Plan.Work || now < line.NextArrival || buffer.Count >= physics.Line.BufferCapacity || supply() is not { } body)
            return;
        buffer.Add(body);
        line.Entered++;
        line.NextArrival = now + (long)(physics.Line.ArrivalSeconds * 1e6 * line.Arrivals.Between(0.7, 1.3));
    }

    private static Body? Leave(LineState line, Body body)
    {
        line.Produced++;
        if (body.Defective)
            line.Scrap++;
        else
            line.Good++;
        return body.Defective ? null : body;
    }
}
