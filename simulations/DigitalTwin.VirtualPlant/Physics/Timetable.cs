using System.Globalization;

namespace DigitalTwin.VirtualPlant.Physics;

internal enum Plan { Work, Break, Handover }

/// <summary>What the line is meant to do at a plant time. Times are local: a break stays at nine o'clock when the clocks change.</summary>
internal sealed class Timetable
{
    private readonly TimeZoneInfo zone;
    private readonly List<(TimeOnly From, TimeOnly To)> breaks;
    private readonly List<(TimeOnly From, TimeOnly To)> handovers;
    private readonly List<TimeOnly> starts;
    private long minute = long.MinValue;
    private TimeSpan offset;

    public Timetable(PhysicsParameters physics)
    {
        zone = TimeZoneInfo.FindSystemTimeZoneById(physics.TimeZone);
        starts = [.. physics.Timetable.ShiftStarts.Select(text => TryTime(text)!.Value).Order()];
        breaks = [.. physics.Timetable.Breaks.Select(text => TryWindow(text)!.Value)];
        handovers = [.. physics.Timetable.ShiftStarts.Select(text => TryTime(text)!.Value)
            .Select(start => (start, start.Add(TimeSpan.FromSeconds(physics.Timetable.HandoverSeconds))))];
    }

    /// <returns>A number that no other shift has, which shift of its day it is, and for how long it has run; a plant without shifts has one that never ends.</returns>
    public (long Number, int OfDay, double Seconds) ShiftAt(long now)
    {
        if (starts.Count == 0)
            return (0, 0, double.MaxValue);
        var local = Local(now);
        var time = TimeOnly.FromDateTime(local);
        var index = starts.FindLastIndex(start => start <= time);
        var (day, ofDay) = index < 0 ? (local.Date.AddDays(-1), starts.Count - 1) : (local.Date, index);
        return (day.Ticks / TimeSpan.TicksPerDay * starts.Count + ofDay, ofDay, (local - (day + starts[ofDay].ToTimeSpan())).TotalSeconds);
    }

    /// <param name="now">Microseconds since 1970 UTC.</param>
    public Plan At(long now)
    {
        var time = TimeOnly.FromDateTime(Local(now));
        return Within(handovers, time) ? Plan.Handover : Within(breaks, time) ? Plan.Break : Plan.Work;
    }

    private DateTime Local(long now)
    {
        var utc = DateTime.UnixEpoch.AddMicroseconds(now);
        if (now / 60_000_000 != minute)
        {
            minute = now / 60_000_000;   // offsets change on whole minutes only, and looking one up is slow
            offset = zone.GetUtcOffset(utc);
        }
        return utc + offset;
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
