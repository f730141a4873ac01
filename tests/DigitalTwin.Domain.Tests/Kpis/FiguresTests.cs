using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Kpis;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Stops;
using DigitalTwin.Domain.Units;
using FsCheck;
using FsCheck.Fluent;
using static DigitalTwin.Domain.Packml.PackmlState;
using static DigitalTwin.Domain.Units.UnitEvent;

namespace DigitalTwin.Domain.Tests.Kpis;

/// <summary>Three shifts around the clock in Leipzig, each with a break of half an hour; also over the nights in which its clocks change.</summary>
public class FiguresTests
{
    private static readonly TimeSpan pri = TimeSpan.FromSeconds(60);
    private static readonly StopReasons reasons = new([], TimeSpan.FromSeconds(60));

    private static readonly ShiftCalendar calendar = new("Europe/Berlin",
        [Shift("early", "06:00", "14:00", "09:00", "09:30"), Shift("late", "14:00", "22:00", "18:00", "18:30"), Shift("night", "22:00", "06:00", "02:15", "02:45")]);

    private static readonly DateTimeOffset winter = Utc("2026-01-14T05:00");
    private static readonly DateTimeOffset march = Utc("2026-03-28T05:00");
    private static readonly DateTimeOffset october = Utc("2026-10-24T04:00");

    private static ShiftDefinition Shift(string name, string start, string end, string pause, string over) =>
        new(name, Enum.GetValues<DayOfWeek>(), TimeOnly.Parse(start), TimeOnly.Parse(end), [new BreakDefinition(TimeOnly.Parse(pause), TimeOnly.Parse(over))]);

    private static DateTimeOffset Utc(string time) => DateTimeOffset.Parse(time + "Z");
    private static StateChanged To(PackmlState state, DateTimeOffset at) => new("state", Undefined, state, at, true, false);
    private static Counted Judged(SignalRole verdict, string? vehicle, DateTimeOffset at) => new("count", verdict, 1, 0, 0, vehicle, at);

    private static Figures Of(IReadOnlyList<UnitEvent> history, ShiftOccurrence shift, StopBookState book, Period? part = null)
    {
        var counted = part ?? shift.Time;
        var (around, told) = new StationRecord(history).Around(counted, shift.Time.To.AddDays(3));
        return ShiftReckoning.Of(around, Stop.In(around, told, _ => book, reasons), counted, shift.Breaks, pri);
    }

    private static Figures Day(IReadOnlyList<UnitEvent> history, DateTimeOffset morning, StopBookState book) =>
        ReportingPeriod.Of(calendar, ReportingGrain.Day, new Period(morning, morning.AddHours(1))).Single().Shifts.Aggregate(Figures.None, (sum, shift) => sum + Of(history, shift, book));

    /// <summary>By hand: an early shift of 480 min with a break of 30; from 07:00 on it is broken down for 20 min, from 08:50 to 09:40 held, of which 20 are outside the break.</summary>
    [Fact]
    public void A_shift_worked_out_by_hand()
    {
        var six = winter;
        UnitEvent[] history = [To(Execute, six), To(Aborted, six.AddMinutes(60)), To(Execute, six.AddMinutes(80)), To(Held, six.AddMinutes(170)), To(Execute, six.AddMinutes(220)),
            Judged(SignalRole.GoodCount, "A", six.AddMinutes(10)), Judged(SignalRole.ScrapCount, "B", six.AddMinutes(20)), Judged(SignalRole.GoodCount, "B", six.AddMinutes(30)), Judged(SignalRole.GoodCount, null, six.AddMinutes(40))];
        var early = calendar.At(six)!;
        var figures = Of(history, early, StopBookState.Initial);
        Assert.Equal((450, 0, 410, 0), (Minutes(figures.PlannedBusyMs), Minutes(figures.PlannedStopMs), Minutes(figures.ActualProductionMs), Minutes(figures.NotObservedMs)));
        Assert.Equal([new StopSum(StopReason.Uncoded, 40 * 60_000, 2)], figures.Stops);
        Assert.Equal((4, 3, 1), (figures.Produced, figures.Good, figures.Scrap));
        Assert.Equal((0.5, 0.25), (figures.FirstTimeThrough, figures.ScrapRatio));   // of A and B only A was good at once
        Assert.Equal((4 / 7.5, 112.5 * 60_000), (figures.JobsPerHour!.Value, figures.ActualTaktMs!.Value));
        Assert.Equal((410 / 450.0, 4 / 410.0, 0.75, 3 / 450.0), (figures.Availability, figures.Effectiveness, figures.QualityRatio, figures.Oee));
    }

    [Fact]
    public void A_stop_that_is_coded_as_planned_days_later_is_no_loss_any_more()
    {
        var six = winter;
        UnitEvent[] history = [To(Execute, six), To(Stopped, six.AddMinutes(60)), To(Execute, six.AddMinutes(105))];
        var stop = new Period(six.AddMinutes(60), six.AddMinutes(105));
        var coded = StopBook.Apply(StopBookState.Initial, new StopBookEvent.Coded(stop.From, stop.To, "maintenance-planned", "", "Meier", six.AddDays(4)));
        var (before, after) = (Of(history, calendar.At(six)!, StopBookState.Initial), Of(history, calendar.At(six)!, coded));
        Assert.Equal((0.9, 1.0), (before.Availability, after.Availability));
        Assert.Equal((45, 405), (Minutes(after.PlannedStopMs), Minutes(after.PlannedBusyMs)));
        Assert.Equal("maintenance-planned", after.Stops.Single().Reason.Code);
        Assert.NotEqual(before, after);
        Assert.Equal(before, Of(history, calendar.At(six)!, StopBook.Apply(coded, new StopBookEvent.CodeUndone(stop.From, stop.To, "Meier", six.AddDays(5)))));
    }

    [Fact]
    public void An_item_that_is_counted_as_a_planned_stop_begins_still_counts()
    {
        var six = winter;
        UnitEvent[] history = [To(Execute, six), To(Stopped, six.AddMinutes(60)), Judged(SignalRole.GoodCount, "A", six.AddMinutes(60)), To(Execute, six.AddMinutes(105))];
        var coded = StopBook.Apply(StopBookState.Initial, new StopBookEvent.Coded(six.AddMinutes(60), six.AddMinutes(105), "no-orders", "", "Meier", six));
        Assert.Equal(1, Of(history, calendar.At(six)!, coded).Good);
    }

    [Fact]
    public void A_stop_over_the_end_of_a_shift_has_time_in_both_and_is_counted_in_the_first()
    {
        UnitEvent[] history = [To(Execute, winter), To(Aborted, winter.AddHours(7.5)), To(Execute, winter.AddHours(9))];
        var (early, late) = (Of(history, calendar.At(winter)!, StopBookState.Initial), Of(history, calendar.At(winter.AddHours(8))!, StopBookState.Initial));
        Assert.Equal([(30, 1), (60, 0)], new[] { early, late }.Select(shift => (Minutes(shift.Stops.Single().Ms), shift.Stops.Single().Count)));
    }

    [Theory]
    [InlineData("2026-01-14T21:00", 480, "an ordinary night")]
    [InlineData("2026-03-28T21:00", 420, "the night in which an hour is left out")]
    [InlineData("2026-10-24T20:00", 540, "the night in which an hour comes twice")]
    public void A_stop_through_the_whole_night_shift_is_as_long_as_the_night(string start, int minutes, string night)
    {
        var shift = calendar.At(Utc(start))!;
        UnitEvent[] history = [To(Execute, shift.Time.From.AddHours(-1)), To(Aborted, shift.Time.From), To(Execute, shift.Time.To)];
        var figures = Of(history, shift, StopBookState.Initial);
        Assert.True(figures.PlannedBusyMs == figures.Stops.Single().Ms, night);
        Assert.Equal(minutes, Minutes(figures.PlannedBusyMs + shift.Breaks.Sum(pause => pause.Milliseconds())));
        Assert.Equal(0, figures.Availability);
    }

    [Fact]
    public void A_vehicle_that_comes_back_the_next_shift_was_not_judged_for_the_first_time()
    {
        UnitEvent[] history = [To(Execute, winter), Judged(SignalRole.ScrapCount, "A", winter.AddHours(7)), Judged(SignalRole.GoodCount, "A", winter.AddHours(9)), Judged(SignalRole.GoodCount, "B", winter.AddHours(10))];
        var late = Of(history, calendar.At(winter.AddHours(8))!, StopBookState.Initial);
        Assert.Equal((2, 1, 1.0), (late.Good, late.Judged, late.FirstTimeThrough));
    }

    private static int Minutes(long milliseconds) => (int)(milliseconds / 60_000);

    private sealed record Morning(DateTimeOffset Start, IReadOnlyList<UnitEvent> History, StopBookState Book);

    /// <summary>A day of anything, on an ordinary day or on one whose night the clocks change in, with anything said about its stops.</summary>
    private static readonly Arbitrary<Morning> mornings = (
        from start in Gen.Elements(winter, march, october)
        from history in Events(start).ListOf()
        from said in Gen.Choose(0, int.MaxValue).ListOf()
        let told = new Period(start.AddDays(-2), start.AddDays(3))
        select new Morning(start, [.. history], said.Aggregate(StopBookState.Initial, (book, dice) => Say(book, Stop.In([.. history], told, _ => book, reasons), dice)))).ToArbitrary();

    private static Gen<UnitEvent> Events(DateTimeOffset start)
    {
        var moments = Gen.Choose(-30 * 3600, 30 * 3600).Select(tenths => start.AddTicks(tenths * 10_000_123L));
        return Gen.Frequency(
            (8, from state in Gen.Elements(Execute, Execute, Aborted, Held, Suspended, Stopped, Idle, Undefined) from at in moments select (UnitEvent)To(state, at)),
            (4, from verdict in Gen.Elements(SignalRole.GoodCount, SignalRole.ScrapCount) from vehicle in Gen.Elements("A", "B", "C") from at in moments select (UnitEvent)Judged(verdict, vehicle, at)),
            (1, from at in moments from length in Gen.Choose(1, 4000) select (UnitEvent)new GapObserved(at, at.AddSeconds(length), "server-lost", ["state"], true)));
    }

    private static StopBookState Say(StopBookState book, IReadOnlyList<Stop> stops, int dice)
    {
        if (stops.Count == 0) return book;
        var (stop, at) = (stops[dice % stops.Count].Time, winter.AddDays(300));
        return (dice / 7 % 3) switch
        {
            0 when stop.Milliseconds() > 1 => StopBook.Apply(book, new StopBookEvent.Split(stop.From, stop.To, stop.From.AddMilliseconds(stop.Milliseconds() / 2), "Meier", at)),
            1 when book.CodeOf(stop) is not null => StopBook.Apply(book, new StopBookEvent.CodeUndone(stop.From, stop.To, "Meier", at)),
            _ => StopBook.Apply(book, new StopBookEvent.Coded(stop.From, stop.To, StopReasons.BuiltIn[dice / 21 % StopReasons.BuiltIn.Count].Code, "", "Meier", at)),
        };
    }

    [Fact]
    public void Coded_or_not_the_time_of_all_stops_is_the_downtime_of_the_shift() =>
        Prop.ForAll(mornings, morning => calendar.Occurrences(new Period(morning.Start, morning.Start.AddDays(1))).All(shift =>
        {
            var figures = Of(morning.History, shift, morning.Book);
            var gross = shift.Time.Milliseconds() - shift.Breaks.Sum(pause => pause.Milliseconds());
            long Sum(bool planned) => figures.Stops.Where(sum => sum.Reason.Category == StopCategory.Planned == planned).Sum(sum => sum.Ms);
            return figures.PlannedBusyMs + figures.PlannedStopMs == gross
                && Sum(planned: true) == figures.PlannedStopMs
                && Sum(planned: false) == figures.PlannedBusyMs - figures.ActualProductionMs - figures.NotObservedMs;
        })).Holds();

    /// <summary>The sum against the whole day reckoned in one piece, as if its shifts were one.</summary>
    [Fact]
    public void The_shifts_of_a_day_add_up_to_the_day_also_where_the_clocks_change() =>
        Prop.ForAll(mornings, morning =>
        {
            var shifts = ReportingPeriod.Of(calendar, ReportingGrain.Day, new Period(morning.Start, morning.Start.AddHours(1))).Single().Shifts;
            var whole = new ShiftOccurrence("day", new Period(shifts[0].Time.From, shifts[^1].Time.To), [.. shifts.SelectMany(shift => shift.Breaks)], shifts[0].Day);
            var (sum, day) = (Day(morning.History, morning.Start, morning.Book), Of(morning.History, whole, morning.Book));
            return (sum with { Judged = 0, FirstTimeGood = 0 }).Equals(day with { Judged = 0, FirstTimeGood = 0 });
        }).Holds();

    [Fact]
    public void Figures_do_not_depend_on_how_they_are_added() =>
        Prop.ForAll(mornings, morning =>
        {
            var parts = calendar.Occurrences(new Period(morning.Start, morning.Start.AddDays(1))).Select(shift => Of(morning.History, shift, morning.Book)).ToList();
            return parts.Aggregate(Figures.None, (sum, next) => sum + next).Equals(parts.AsEnumerable().Reverse().Aggregate((sum, next) => next + sum));
        }).Holds();

    [Fact]
    public void Giving_every_stop_the_code_that_it_has_once_more_restates_nothing() =>
        Prop.ForAll(mornings, morning =>
        {
            var again = Stop.In(morning.History, Told(morning), _ => morning.Book, reasons).Where(stop => stop.Code is not null)
                .Aggregate(morning.Book, (book, stop) => StopBook.Apply(book, new StopBookEvent.Coded(stop.Time.From, stop.Time.To, stop.Code!.Reason, "seen again", "Schulz", winter)));
            return Day(morning.History, morning.Start, morning.Book).Equals(Day(morning.History, morning.Start, again));
        }).Holds();

    /// <summary>Against the same figures from the whole history.</summary>
    [Fact]
    public void The_part_of_a_history_that_is_looked_at_is_all_that_matters() =>
        Prop.ForAll(mornings, morning => calendar.Occurrences(new Period(morning.Start, morning.Start.AddDays(1))).All(shift =>
            Of(morning.History, shift, morning.Book).Equals(
                ShiftReckoning.Of(morning.History, Stop.In(morning.History, Told(morning), _ => morning.Book, reasons), shift.Time, shift.Breaks, pri)))).Holds();

    private static Period Told(Morning morning) => new(morning.Start.AddDays(-2), morning.Start.AddDays(5));

    [Fact]
    public void Splitting_stops_never_changes_any_figure_but_how_many_there_were() =>
        Prop.ForAll(mornings, Gen.Choose(0, int.MaxValue).ToArbitrary(), (morning, dice) =>
        {
            var stops = Stop.In(morning.History, Told(morning), _ => morning.Book, reasons).Where(stop => stop.Time.Milliseconds() > 1).ToList();
            if (stops.Count == 0) return true;
            var time = stops[dice % stops.Count].Time;
            var split = StopBook.Apply(morning.Book, new StopBookEvent.Split(time.From, time.To, time.From.AddMilliseconds(1 + dice % (time.Milliseconds() - 1)), "Meier", winter));
            return Uncounted(Day(morning.History, morning.Start, morning.Book)).Equals(Uncounted(Day(morning.History, morning.Start, split)));

            static Figures Uncounted(Figures figures) => figures with { Stops = [.. figures.Stops.Select(sum => sum with { Count = 0 })] };
        }).Holds();
}
