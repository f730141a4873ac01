using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Kpis;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using FsCheck;
using FsCheck.Fluent;
using static DigitalTwin.Domain.Units.UnitEvent;

namespace DigitalTwin.Domain.Tests.Kpis;

public class StationRecordTests
{
    private static readonly DateTimeOffset monday = new(2026, 1, 5, 5, 0, 0, TimeSpan.Zero);

    /// <summary>Against a plain walk over all that was recorded, with reports that come late, times that are equal and gaps that are told when they are over.</summary>
    [Fact]
    public void What_a_shift_depends_on_is_found_as_a_walk_over_everything_would_find_it()
    {
        var events =
            from minute in Gen.Choose(0, 6 * 24 * 60)
            from kind in Gen.Choose(0, 9)
            from length in Gen.Choose(1, 2000)
            let at = monday.AddMinutes(minute)
            select kind switch
            {
                0 => (UnitEvent)new GapObserved(at.AddMinutes(-length), at, "silence", [], true),
                < 4 => new StateChanged("state", PackmlState.Undefined, PackmlState.Execute, at, true, false),
                < 6 => new StateChanged("state", PackmlState.Undefined, PackmlState.Aborted, at, true, false),
                _ => new Counted("count", SignalRole.GoodCount, 1, 0, 0, $"B{minute % 50}", at),
            };
        var cases =
            from history in Gen.ListOf(events)
            from start in Gen.Choose(-600, 6 * 24 * 60)
            from length in Gen.Choose(1, 600)
            from seen in Gen.Choose(0, 3000)
            let shift = new Period(monday.AddMinutes(start), monday.AddMinutes(start + length))
            select (History: history.ToArray(), Shift: shift, Until: shift.To.AddMinutes(seen));
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var (walked, told) = Walk(c.History, c.Shift, c.Until);
            var found = new StationRecord(c.History).Around(c.Shift, c.Until);
            Assert.Equal(told, found.Told);
            Assert.Equal(walked, found.History);
        }).QuickCheckThrowOnFailure();
    }

    private static (IReadOnlyList<UnitEvent> History, Period Told) Walk(IReadOnlyList<UnitEvent> history, Period shift, DateTimeOffset until)
    {
        var productions = history.OfType<StateChanged>().Where(e => e.To.Category() == TimeCategory.Production).Select(e => e.At).ToList();
        var before = productions.Where(at => at <= shift.From).DefaultIfEmpty(DateTimeOffset.MinValue).Max();
        var from = before < shift.From - ShiftReckoning.ComesBackWithin ? before : shift.From - ShiftReckoning.ComesBackWithin;
        var after = productions.Where(at => at >= shift.To).Append(until).Min();
        var told = new Period(from, after > shift.To ? after : shift.To);
        return ([.. history.Where(e => from <= e.At && (e.At <= told.To || (e is GapObserved gap && gap.From < told.To)))], told);
    }
}
