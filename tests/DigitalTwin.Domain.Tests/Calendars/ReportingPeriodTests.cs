using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Plant;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.Domain.Tests.Calendars;

/// <summary>Leipzig changes its clocks on 29 March and 25 October 2026, both Sundays, at 01:00 UTC: in the middle of the night shift of the Saturday.</summary>
public class ReportingPeriodTests
{
    private static readonly ShiftCalendar threeShifts = new("Europe/Berlin", [Shift("early", "06:00", "14:00"), Shift("late", "14:00", "22:00"), Shift("night", "22:00", "06:00")]);

    private static ShiftDefinition Shift(string name, string start, string end) => new(name, Enum.GetValues<DayOfWeek>(), TimeOnly.Parse(start), TimeOnly.Parse(end), []);

    private static DateTimeOffset Utc(string time) => DateTimeOffset.Parse(time + "Z");

    private static IReadOnlyList<ReportingPeriod> Of(ReportingGrain grain, string from, string to) => ReportingPeriod.Of(threeShifts, grain, new Period(Utc(from), Utc(to)));

    private static double Hours(ReportingPeriod period) => (period.Time.To - period.Time.From).TotalHours;

    [Fact]
    public void A_night_shift_belongs_to_the_day_that_it_starts_on()
    {
        var day = Assert.Single(Of(ReportingGrain.Day, "2026-01-16T02:00", "2026-01-16T03:00"));
        Assert.Equal(("2026-01-15", new Period(Utc("2026-01-15T05:00"), Utc("2026-01-16T05:00"))), (day.Label, day.Time));
        Assert.Equal("2026-01-15 night", Assert.Single(Of(ReportingGrain.Shift, "2026-01-16T02:00", "2026-01-16T03:00")).Label);
    }

    [Fact]
    public void The_day_in_which_an_hour_is_left_out_has_23_hours_and_its_night_shift_seven()
    {
        var day = Assert.Single(Of(ReportingGrain.Day, "2026-03-29T01:00", "2026-03-29T02:00"));
        Assert.Equal(("2026-03-28", 23.0), (day.Label, Hours(day)));
        Assert.Equal(7, Hours(Assert.Single(Of(ReportingGrain.Shift, "2026-03-29T01:00", "2026-03-29T02:00"))));
    }

    [Fact]
    public void The_day_in_which_an_hour_comes_twice_has_25_hours_and_its_night_shift_nine()
    {
        var day = Assert.Single(Of(ReportingGrain.Day, "2026-10-25T01:00", "2026-10-25T02:00"));
        Assert.Equal(("2026-10-24", 25.0), (day.Label, Hours(day)));
        Assert.Equal(9, Hours(Assert.Single(Of(ReportingGrain.Shift, "2026-10-25T01:00", "2026-10-25T02:00"))));
    }

    [Fact]
    public void A_week_goes_from_Mondays_first_shift_to_the_end_of_Sundays_last_and_is_as_long_as_the_clocks_make_it()
    {
        Assert.Equal(167, Hours(Assert.Single(Of(ReportingGrain.Week, "2026-03-25T12:00", "2026-03-25T13:00"))));
        Assert.Equal(169, Hours(Assert.Single(Of(ReportingGrain.Week, "2026-10-21T12:00", "2026-10-21T13:00"))));
        var week = Assert.Single(Of(ReportingGrain.Week, "2026-01-14T12:00", "2026-01-14T13:00"));
        Assert.Equal(("2026-W03", new Period(Utc("2026-01-12T05:00"), Utc("2026-01-19T05:00"))), (week.Label, week.Time));
    }

    [Fact]
    public void The_first_days_of_a_year_may_be_of_the_last_week_of_the_year_before() =>
        Assert.Equal("2026-W53", Assert.Single(Of(ReportingGrain.Week, "2027-01-02T12:00", "2027-01-02T13:00")).Label);

    private static readonly Arbitrary<Period> windows = (
        from hour in Gen.Choose(0, 365 * 24)
        from length in Gen.Choose(1, 40 * 24)
        let first = Utc("2026-01-01T00:00").AddHours(hour)
        select new Period(first, first.AddHours(length))).ToArbitrary();

    [Fact]
    public void Shifts_days_and_weeks_each_cover_a_window_without_a_hole_whatever_the_clocks_do() =>
        Prop.ForAll(windows, Gen.Elements(Enum.GetValues<ReportingGrain>()).ToArbitrary(), (window, grain) =>
        {
            var periods = ReportingPeriod.Of(threeShifts, grain, window);
            return periods[0].Time.From <= window.From && window.To <= periods[^1].Time.To
                && periods.Zip(periods.Skip(1)).All(pair => pair.First.Time.To == pair.Second.Time.From)
                && periods.Select(period => period.Label).Distinct().Count() == periods.Count
                && (grain != ReportingGrain.Day || periods.All(period => period.Shifts.Count == 3))
                && (grain != ReportingGrain.Week || periods.All(period => period.Shifts.Count == 21));
        }).Holds();
}
