using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Domain.Calendars;

/// <summary>One shift on one day, in UTC.</summary>
/// <param name="Day">The local date that it starts on; also the part after midnight belongs to that day.</param>
public sealed record ShiftOccurrence(string Name, Period Time, IReadOnlyList<Period> Breaks, DateOnly Day);

/// <summary>The plant's shifts, worked out from local times of day to UTC.</summary>
/// <remarks>
/// When clocks change, local time is no straight line. One rule keeps shifts that touch touching: a local time that does not exist (spring) stands for
/// the moment of the change, one that comes twice (autumn) for the first of the two. So a shift across the change is an hour shorter or longer, as in the plant.
/// </remarks>
public sealed class ShiftCalendar(string timeZone, IReadOnlyList<ShiftDefinition> shifts)
{
    private readonly TimeZoneInfo zone = TimeZoneInfo.FindSystemTimeZoneById(timeZone);

    public static ShiftCalendar Of(PlantDefinition plant) => new(plant.TimeZone, plant.Shifts);

    /// <returns>The shift that runs at this instant, null between shifts.</returns>
    public ShiftOccurrence? At(DateTimeOffset instant) =>
        Occurrences(new Period(instant, instant.AddTicks(1))).FirstOrDefault(shift => shift.Time.Contains(instant));

    /// <returns>The shifts that have time in common with <paramref name="window"/>, whole, by start.</returns>
    public IReadOnlyList<ShiftOccurrence> Occurrences(Period window)
    {
        // A day before, since a shift may have begun yesterday.
        var first = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(window.From, zone).DateTime).AddDays(-1);
        var last = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(window.To, zone).DateTime);
        var occurrences =
            from offset in Enumerable.Range(0, last.DayNumber - first.DayNumber + 1)
            let day = first.AddDays(offset)
            from shift in shifts
            where shift.Days.Contains(day.DayOfWeek)
            let occurrence = Occurrence(shift, day)
            where occurrence.Time.Within(window) is not null
            orderby occurrence.Time.From
            select occurrence;
        return [.. occurrences];
    }

    /// <returns>Shift time without breaks inside <paramref name="window"/>, in order, without overlap.</returns>
    public IReadOnlyList<Period> PlannedBusy(Period window)
    {
        List<Period> busy = [];
        foreach (var shift in Occurrences(window))
        {
            var from = shift.Time.From;
            foreach (var pause in shift.Breaks.OrderBy(pause => pause.From).Append(new Period(shift.Time.To, shift.Time.To)))
            {
                if (new Period(from, pause.From).Within(window) is { } stretch) busy.Add(stretch);
                from = pause.To;
            }
        }
        return busy;
    }

    private ShiftOccurrence Occurrence(ShiftDefinition shift, DateOnly day)
    {
        var start = day.ToDateTime(shift.Start);
        return new ShiftOccurrence(
            shift.Name,
            new Period(Utc(start), Utc(Next(start, shift.End))),
            [.. from pause in shift.Breaks
                let begins = pause.Start >= shift.Start ? day.ToDateTime(pause.Start) : day.AddDays(1).ToDateTime(pause.Start)
                let period = new Period(Utc(begins), Utc(Next(begins, pause.End)))
                where period.From < period.To   // a break in the hour that spring leaves out
                select period],
            day);
    }

    /// <returns>The first moment after <paramref name="start"/> at which a clock shows <paramref name="time"/>.</returns>
    private static DateTime Next(DateTime start, TimeOnly time)
    {
        var sameDay = start.Date + time.ToTimeSpan();
        return sameDay > start ? sameDay : sameDay.AddDays(1);
    }

    private DateTimeOffset Utc(DateTime local)
    {
        if (zone.IsInvalidTime(local))
        {
            local = local.Date.AddMinutes(Math.Floor(local.TimeOfDay.TotalMinutes));
            while (zone.IsInvalidTime(local)) local = local.AddMinutes(1);
        }
        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
