using System.Globalization;

namespace DigitalTwin.VirtualPlant.Physics;

internal enum Plan { Work, Break, Handover }

/// <summary>What the line is meant to do at a plant time. Times are local: a break stays at nine o'clock when the clocks change.</summary>
internal sealed class Timetable
{
    private readonly TimeZoneInfo zone;
    private readonly List<(TimeOnly From, TimeOnly To)> breaks;
    private readonly List<(TimeOnly From, TimeOnly To)> handovers;
    private long minute = long.MinValue;
    private TimeSpan offset;

    public Timetable(PhysicsParameters physics)
    {
        zone = TimeZoneInfo.FindSystemTimeZoneById(physics.TimeZone);
        breaks = [.. physics.Timetable.Breaks.Select(text => TryWindow(text)!.Value)];
        handovers = [.. physics.Timetable.ShiftStarts.Select(text => TryTime(text)!.Value)
            .Select(start => (start, start.Add(TimeSpan.FromSeconds(physics.Timetable.HandoverSeconds))))];
    }

    /// <param name="now">Microseconds since 1970 UTC.</param>
    public Plan At(long now)
    {
        var utc = DateTime.UnixEpoch.AddMicroseconds(now);
        if (now / 60_000_000 != minute)
        {
            minute = now / 60_000_000;   // offsets change on whole minutes only, and looking one up is slow
            offset = zone.GetUtcOffset(utc);
        }
        var time = TimeOnly.FromDateTime(utc + offset);
        return Within(handovers, time) ? Plan.Handover : Within(breaks, time) ? Plan.Break : Plan.Work;
    }

    private static bool Within(List<(TimeOnly From, TimeOnly To)> windows, TimeOnly time)
    {
        foreach (var (from, to) in windows)
            if (time.IsBetween(from, to))
                return true;
        return false;
    }

    public static (TimeOnly From, TimeOnly To)? TryWindow(string text)
    {
        var parts = text.Split('-');
        return parts.Length == 2 && TryTime(parts[0]) is { } from && TryTime(parts[1]) is { } to ? (from, to) : null;
    }

    public static TimeOnly? TryTime(string text) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}
