using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Plant;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.Domain.Tests.Calendars;

/// <summary>Leipzig changes its clocks on 29 March 2026 (02:00 becomes 03:00) and on 25 October 2026 (03:00 becomes 02:00), both at 01:00 UTC.</summary>
public class ShiftCalendarTests
{
    private static readonly DayOfWeek[] everyDay = Enum.GetValues<DayOfWeek>();

    private static readonly ShiftCalendar threeShifts = new("Europe/Berlin", [
        Shift("early", "06:00", "14:00", ("09:00", "09:15"), ("11:30", "12:00")),
        Shift("late", "14:00", "22:00", ("17:00", "17:15"), ("19:30", "20:00")),
        Shift("night", "22:00", "06:00", ("23:50", "00:05"), ("02:15", "02:45"))]);

    private static ShiftDefinition Shift(string name, string start, string end, params (string Start, string End)[] breaks) =>
        new(name, everyDay, TimeOnly.Parse(start), TimeOnly.Parse(end), [.. breaks.Select(b => new BreakDefinition(TimeOnly.Parse(b.Start), TimeOnly.Parse(b.End)))]);

    private static DateTimeOffset Utc(string time) => DateTimeOffset.Parse(time + "Z");

    private static Period Window(string from, string to) => new(Utc(from), Utc(to));

    private static TimeSpan Sum(IEnumerable<Period> periods) => periods.Aggregate(TimeSpan.Zero, (sum, period) => sum + (period.To - period.From));

    [Fact]
    public void An_early_shift_in_winter_starts_at_five_UTC_and_in_summer_at_four()
    {
        Assert.Equal(Window("2026-01-15T05:00", "2026-01-15T13:00"), threeShifts.At(Utc("2026-01-15T08:00"))!.Time);
        Assert.Equal(Window("2026-07-15T04:00", "2026-07-15T12:00"), threeShifts.At(Utc("2026-07-15T08:00"))!.Time);
    }

    [Fact]
    public void A_night_shift_belongs_to_the_day_it_starts_on_and_keeps_its_breaks_across_midnight()
    {
        var night = threeShifts.At(Utc("2026-01-16T02:00"))!;
        Assert.Equal(("night", Window("2026-01-15T21:00", "2026-01-16T05:00")), (night.Name, night.Time));
        Assert.Equal([Window("2026-01-15T22:50", "2026-01-15T23:05"), Window("2026-01-16T01:15", "2026-01-16T01:45")], night.Breaks);
    }

    [Fact]
    public void When_one_shift_ends_the_next_one_runs() => Assert.Equal("late", threeShifts.At(Utc("2026-01-15T13:00"))!.Name);

    [Fact]
    public void The_night_in_which_an_hour_is_left_out_is_seven_hours_long_and_loses_a_break_that_does_not_exist()
    {
        var night = threeShifts.At(Utc("2026-03-29T00:30"))!;
        Assert.Equal(Window("2026-03-28T21:00", "2026-03-29T04:00"), night.Time);
        Assert.Equal([Window("2026-03-28T22:50", "2026-03-28T23:05")], night.Breaks);
        Assert.Equal(TimeSpan.FromMinutes((7 * 60) - 15), Sum(threeShifts.PlannedBusy(night.Time)));
    }

    [Fact]
    public void The_night_in_which_an_hour_comes_twice_is_nine_hours_long_and_has_its_break_in_the_first_of_the_two()
    {
        var night = threeShifts.At(Utc("2026-10-25T01:30"))!;
        Assert.Equal(Window("2026-10-24T20:00", "2026-10-25T05:00"), night.Time);
        Assert.Contains(Window("2026-10-25T00:15", "2026-10-25T00:45"), night.Breaks);
    }

    [Fact]
    public void Outside_its_shifts_a_plant_has_no_running_shift()
    {
        var weekdays = new ShiftCalendar("Europe/Berlin", [Shift("day", "08:00", "16:00") with { Days = [DayOfWeek.Friday] }]);
        Assert.Null(weekdays.At(Utc("2026-01-16T16:00")));
        Assert.Null(weekdays.At(Utc("2026-01-17T10:00")));
        Assert.Equal("day", weekdays.At(Utc("2026-01-16T07:00"))!.Name);
        Assert.Empty(new ShiftCalendar("UTC", []).PlannedBusy(Window("2026-01-16T00:00", "2026-01-17T00:00")));
    }

    [Fact]
    public void Planned_busy_time_is_shift_time_without_breaks_inside_the_window() =>
        Assert.Equal(
            [Window("2026-01-15T07:30", "2026-01-15T08:00"), Window("2026-01-15T08:15", "2026-01-15T10:30"), Window("2026-01-15T11:00", "2026-01-15T13:00"), Window("2026-01-15T13:00", "2026-01-15T13:30")],
            threeShifts.PlannedBusy(Window("2026-01-15T07:30", "2026-01-15T13:30")));

    [Fact]
    public void A_shift_may_last_the_whole_day() =>
        Assert.Equal(Window("2026-01-15T05:00", "2026-01-16T05:00"), new ShiftCalendar("Europe/Berlin", [Shift("all day", "06:00", "06:00")]).At(Utc("2026-01-16T04:00"))!.Time);

    private static readonly Arbitrary<Period> windows = (
        from start in Gen.Choose(0, 365 * 24 * 60)
        from minutes in Gen.Choose(0, 3 * 24 * 60)
        let first = Utc("2026-01-01T00:00").AddMinutes(start)
        select new Period(first, first.AddMinutes(minutes))).ToArbitrary();

    [Fact]
    public void Shifts_around_the_clock_leave_no_hole_and_do_not_overlap_whatever_the_clocks_do() =>
        Prop.ForAll(windows, window =>
        {
            var shifts = threeShifts.Occurrences(window);
            return shifts.Zip(shifts.Skip(1)).All(pair => pair.First.Time.To == pair.Second.Time.From)
                && Sum(shifts.Select(shift => shift.Time.Within(window)!.Value)) == window.To - window.From;
        }).Holds();

    [Fact]
    public void Busy_time_and_breaks_add_up_to_shift_time() =>
        Prop.ForAll(windows, window =>
        {
            var shifts = threeShifts.Occurrences(window);
            var breaks = shifts.SelectMany(shift => shift.Breaks).Select(pause => pause.Within(window)).OfType<Period>();
            return Sum(threeShifts.PlannedBusy(window)) + Sum(breaks) == Sum(shifts.Select(shift => shift.Time.Within(window)!.Value));
        }).Holds();

    [Fact]
    public void Busy_time_of_two_neighbouring_windows_is_that_of_both_together() =>
        Prop.ForAll(windows, window =>
        {
            var middle = window.From + ((window.To - window.From) / 3);
            return Sum(threeShifts.PlannedBusy(new Period(window.From, middle))) + Sum(threeShifts.PlannedBusy(new Period(middle, window.To)))
                == Sum(threeShifts.PlannedBusy(window));
        }).Holds();
}
