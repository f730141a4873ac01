using System.Globalization;

namespace DigitalTwin.Domain.Calendars;

public enum ReportingGrain { Shift, Day, Week }

/// <summary>A shift, or all shifts of a production day or week: what a figure is reported for.</summary>
/// <param name="Label"><c>2026-01-05 early</c>, <c>2026-01-05</c> or <c>2026-W02</c> (ISO 8601).</param>
/// <param name="Shifts">At least one, in order.</param>
/// <remarks>A shift is of the day, and so of the week, that it starts on: a day is never half of a night shift, and days and weeks are sums of shifts whatever the clocks do.</remarks>
public sealed record ReportingPeriod(string Label, IReadOnlyList<ShiftOccurrence> Shifts)
{
    public Period Time => new(Shifts[0].Time.From, Shifts[^1].Time.To);

    /// <returns>Those that have time in common with <paramref name="window"/>, whole, in order.</returns>
    public static IReadOnlyList<ReportingPeriod> Of(ShiftCalendar calendar, ReportingGrain grain, Period window)
    {
        // A week more on either side, so that the first and the last one are whole.
        var around = new Period(window.From.AddDays(-8), window.To.AddDays(8));
        return [.. calendar.Occurrences(around)
            .GroupBy(shift => LabelOf(grain, shift), (label, shifts) => new ReportingPeriod(label, [.. shifts]))
            .Where(period => period.Shifts.Any(shift => shift.Time.Within(window) is not null))];
    }

    private static string LabelOf(ReportingGrain grain, ShiftOccurrence shift)
    {
        var date = shift.Day.ToDateTime(TimeOnly.MinValue);
        var day = shift.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return grain switch
        {
            ReportingGrain.Shift => $"{day} {shift.Name}",
            ReportingGrain.Day => day,
            _ => string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(date)}-W{ISOWeek.GetWeekOfYear(date):00}"),
        };
    }
}
