using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Kpis;
using DigitalTwin.Domain.Packml;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using FsCheck;
using FsCheck.Fluent;
using static DigitalTwin.Domain.Packml.PackmlState;
using static DigitalTwin.Domain.Tests.Times;
using static DigitalTwin.Domain.Units.UnitEvent;

namespace DigitalTwin.Domain.Tests.Kpis;

public class OeeTests
{
    private static readonly TimeSpan pri = TimeSpan.FromSeconds(60);

    private static StateChanged To(PackmlState state, double seconds) => new("state", Undefined, state, At(seconds), true, false);
    private static Counted Count(SignalRole counter, double seconds, long added = 1) => new("count", counter, added, 0, 0, null, At(seconds));
    private static Period Seconds(double from, double to) => new(At(from), At(to));
    private static long Step(OeeResult oee, string key) => oee.Steps.Single(step => step.Key == key).Ms;
    private static IEnumerable<UnitEvent> Made(double seconds, long good, long scrap = 0) =>
        [Count(SignalRole.ProducedCount, seconds, good + scrap), Count(SignalRole.GoodCount, seconds, good), Count(SignalRole.ScrapCount, seconds, scrap)];

    /// <summary>
    /// An hour, worked out by hand: 2400 s in Execute, 600 s broken down, 300 s held, 200 s starved, 100 s stopped; 36 items at a planned
    /// 60 s each, 4 of them scrap. PBT 3600, APT 2400, so A = 2/3; E = 36 × 60 / 2400 = 0.9; Q = 32/36; OEE = 32 × 60 / 3600.
    /// </summary>
    [Fact]
    public void An_hour_worked_out_by_hand()
    {
        var oee = Oee.Of(
            [To(Execute, 0), To(Aborting, 2000), To(Aborted, 2010), To(Clearing, 2590), To(Stopped, 2600), To(Execute, 2700), To(Held, 2900),
                To(Execute, 3200), To(Suspended, 3400), .. Made(2000, 32, 4)],
            [Seconds(0, 3600)], pri);
        Assert.Equal(new OeeQuantities(36, 32, 4), oee.Quantities);
        Assert.Equal(new OeeTimes(3_600_000, 2_400_000, 60_000), oee.Times);
        Assert.Equal(2.0 / 3, oee.Ratios.Availability!.Value, 12);
        Assert.Equal(0.9, oee.Ratios.Effectiveness!.Value, 12);
        Assert.Equal(32.0 / 36, oee.Ratios.Quality!.Value, 12);
        Assert.Equal(32.0 * 60 / 3600, oee.Ratios.Oee!.Value, 12);
        Assert.Equal(
            "plannedBusy 3600000, breakdown 600000, held 300000, starvedOrBlocked 200000, stopped 100000, notObserved 0, other 0, speed 240000, speedGain 0, scrap 240000, effective 1920000",
            string.Join(", ", oee.Steps.Select(step => $"{step.Key} {step.Ms}")));
    }

    [Fact]
    public void A_unit_faster_than_planned_shows_a_gain_and_no_speed_loss()
    {
        var oee = Oee.Of([To(Execute, 0), .. Made(10, good: 70)], [Seconds(0, 3600)], pri);
        Assert.Equal((600_000, 0), (Step(oee, "speedGain"), Step(oee, "speed")));
        Assert.True(oee.Ratios.Effectiveness > 1);
    }

    [Fact]
    public void What_happens_in_a_break_counts_nowhere()
    {
        var busy = new[] { Seconds(0, 100), Seconds(200, 300) };
        var oee = Oee.Of([To(Execute, 0), .. Made(150, good: 5), To(Aborted, 150), To(Execute, 190), .. Made(250, good: 1)], busy, pri);
        Assert.Equal((200_000, 200_000), (oee.Times.PlannedBusyMs, oee.Times.ActualProductionMs));
        Assert.Equal((1, 0), (oee.Quantities.Good, Step(oee, "breakdown")));
    }

    [Fact]
    public void Time_before_the_first_report_is_not_observed() => Assert.Equal(40_000, Step(Oee.Of([To(Execute, 40)], [Seconds(0, 100)], pri), "notObserved"));

    [Fact]
    public void A_gap_and_a_lost_signal_are_not_observed_until_the_state_is_seen_again()
    {
        var oee = Oee.Of(
            [To(Execute, 0), new GapObserved(At(10), At(20), "server-lost", ["state"], StateUnseen: true), To(Execute, 21),
                new SignalLost("state", SignalRole.State, At(50)), new SignalRecovered("state", SignalRole.State, At(57)), To(Held, 57)],
            [Seconds(0, 100)], pri);
        Assert.Equal((18_000, 43_000, 39_000), (Step(oee, "notObserved"), Step(oee, "held"), oee.Times.ActualProductionMs));
    }

    [Fact]
    public void An_outage_that_lasts_is_not_observed_to_the_end_of_the_window()
    {
        var oee = Oee.Of([To(Execute, 0), new GapObserved(At(10), At(100), "server-lost", ["state"], StateUnseen: true)], [Seconds(0, 100)], pri);
        Assert.Equal((90_000, 10_000), (Step(oee, "notObserved"), oee.Times.ActualProductionMs));
    }

    [Fact]
    public void Items_made_in_a_gap_count_after_it_and_their_time_is_not_observed()
    {
        var oee = Oee.Of(
            [To(Execute, 0), new GapObserved(At(600), At(3000), "server-lost", ["state", "good"], StateUnseen: true), To(Execute, 3000), .. Made(3000, good: 40)],
            [Seconds(0, 3600)], pri);
        Assert.Equal((40, 2_400_000, 1_200_000), (oee.Quantities.Good, Step(oee, "notObserved"), oee.Times.ActualProductionMs));
        Assert.Equal(1_200_000, Step(oee, "speedGain"));   // no more than was not observed: owed to the gap, as OeeResult says
    }

    [Fact]
    public void A_gap_of_another_signal_leaves_the_state_observed() =>
        Assert.Equal(0, Step(Oee.Of([To(Execute, 0), new GapObserved(At(10), At(20), "queue-overflow", ["good"], StateUnseen: false)], [Seconds(0, 100)], pri), "notObserved"));

    [Fact]
    public void Items_fall_into_the_window_by_their_source_time()
    {
        var oee = Oee.Of([To(Execute, 0), .. Made(99.999, 1), .. Made(100, 1), .. Made(199.999, 1), .. Made(200, 1)], [Seconds(100, 200)], pri);
        Assert.Equal(2, oee.Quantities.Good);
    }

    [Fact]
    public void The_first_value_of_a_counter_is_no_production() =>
        Assert.Equal(0, Oee.Of([new CounterStarted("good", SignalRole.GoodCount, 1234, At(5))], [Seconds(0, 100)], pri).Quantities.Good);

    [Fact]
    public void Where_nothing_was_planned_or_made_there_is_no_ratio() =>
        Assert.Equal(new OeeRatios(null, null, null, null), Oee.Of([To(Execute, 0)], [], pri).Ratios);

    [Fact]
    public void The_rule_of_a_lines_OEE_is_stated_and_versioned() =>
        Assert.Equal(("ISO 22400-2:2014", "1", "line: OEE of its constraint station"), (OeeDefinition.Line.Standard, OeeDefinition.Line.Version, OeeDefinition.Line.Rule));

    /// <summary>Times in microseconds, as equipment gives them: their sums have to be exact all the same.</summary>
    private static readonly Gen<double> moments = Gen.Choose(-50_000_000, 1_050_000_000).Select(micros => micros / 1e6);

    private static DateTimeOffset Exactly(double seconds) => T0.AddTicks((long)(seconds * 1e7));

    private static readonly Gen<UnitEvent> events = Gen.Frequency(
        (6, from state in Gen.Choose(0, 17) from at in moments select (UnitEvent)(To((PackmlState)state, 0) with { At = Exactly(at) })),
        (6, from counter in Gen.Elements(SignalRole.ProducedCount, SignalRole.GoodCount, SignalRole.ScrapCount) from added in Gen.Choose(1, 3) from at in moments
            select (UnitEvent)(Count(counter, 0, added) with { At = Exactly(at) })),
        (1, from at in moments from length in Gen.Choose(0, 200) select (UnitEvent)new GapObserved(Exactly(at), Exactly(at + length), "server-lost", ["state"], true)),
        (1, moments.Select(at => (UnitEvent)new SignalLost("state", SignalRole.State, Exactly(at)))));

    private static readonly Gen<Period[]> busyTimes =
        Gen.Choose(0, 1_000_000_000).Select(micros => Exactly(micros / 1e6)).ListOf().Select(cuts => cuts.Order().Chunk(2).Where(pair => pair.Length == 2).Select(pair => new Period(pair[0], pair[1])).ToArray());

    private static readonly Arbitrary<(List<UnitEvent> History, Period[] Busy)> timelines =
        (from history in events.ListOf() from busy in busyTimes select (history, busy)).ToArbitrary();

    [Fact]
    public void The_parts_of_any_OEE_add_up_exactly() =>
        Prop.ForAll(timelines, timeline =>
        {
            var oee = Oee.Of(timeline.History, timeline.Busy, TimeSpan.FromMilliseconds(54_321));
            long Sum(OeeStepKind kind) => oee.Steps.Where(step => step.Kind == kind).Sum(step => step.Ms);
            return Sum(OeeStepKind.Total) - Sum(OeeStepKind.Loss) + Sum(OeeStepKind.Gain) == Sum(OeeStepKind.Result)
                && Sum(OeeStepKind.Total) == timeline.Busy.Sum(busy => busy.To.ToUnixTimeMilliseconds() - busy.From.ToUnixTimeMilliseconds())
                && Sum(OeeStepKind.Result) == 54_321 * oee.Quantities.Good
                && oee.Steps.All(step => step.Ms >= 0)
                && (Step(oee, "speed") == 0 || Step(oee, "speedGain") == 0)
                && oee.Quantities.Produced >= oee.Quantities.Good + oee.Quantities.Scrap;
        }).Holds();

    [Fact]
    public void OEE_is_the_product_of_its_ratios() =>
        Prop.ForAll(timelines, timeline =>
        {
            var (availability, effectiveness, quality, product) = Oee.Of(timeline.History, timeline.Busy, pri).Ratios;
            return availability is null || effectiveness is null || quality is null || Math.Abs((availability * effectiveness * quality - product).GetValueOrDefault()) < 1e-9;
        }).Holds();

    [Fact]
    public void A_window_is_filled_by_spans_without_a_hole() =>
        Prop.ForAll(timelines, timeline =>
        {
            var window = Seconds(0, 1000);
            var spans = StateTimeline.Spans(timeline.History, window);
            return spans[0].Time.From == window.From && spans[^1].Time.To == window.To
                && spans.Zip(spans.Skip(1)).All(pair => pair.First.Time.To == pair.Second.Time.From && pair.First.State != pair.Second.State)
                && spans.All(span => span.Time.From < span.Time.To);
        }).Holds();

    /// <summary>The reckoning again, the slow way: ask at a moment what the state was.</summary>
    [Fact]
    public void At_any_moment_a_span_shows_what_was_last_seen() =>
        Prop.ForAll(timelines, Gen.Choose(0, 999_999_999).Select(micros => Exactly(micros / 1e6)).ToArbitrary(), (timeline, moment) =>
        {
            PackmlState? expected = null;
            var marks = timeline.History.Select(e => e switch
            {
                StateChanged changed => (e.At, State: (PackmlState?)changed.To),
                SignalLost => (e.At, null),
                GapObserved gap => (gap.From, null),
                _ => (DateTimeOffset.MaxValue, null),
            });
            foreach (var (_, state) in marks.Where(mark => mark.At <= moment).OrderBy(mark => mark.At)) expected = state;
            if (timeline.History.OfType<GapObserved>().Any(gap => gap.From <= moment && moment < gap.To)) expected = null;
            return StateTimeline.Spans(timeline.History, Seconds(0, 1000)).Single(span => span.Time.Contains(moment)).State == expected;
        }).Holds();
}
