using DigitalTwin.Domain.Calendars;
using DigitalTwin.Domain.Contexts;
using DigitalTwin.Domain.Plant;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.Domain.Tests.Contexts;

public sealed class ContextTimelineTests
{
    private const string Cell = "leipzig.body.line1.cell1";
    private const string Line = "leipzig.body.line1";
    private static readonly DateTimeOffset T0 = new(2026, 1, 5, 6, 0, 0, TimeSpan.Zero);
    private static readonly ShiftCalendar Shifts = new("Europe/Berlin", [new("early", Enum.GetValues<DayOfWeek>(), new(6, 0), new(14, 0), [])]);
    private static readonly ContextSources Sources = new(Cell, Line, Of("vehicle", SignalRole.Vehicle), null, null, Of("operator", SignalRole.Operator));
    private static readonly Period Window = new(T0, T0.AddMinutes(10));

    private static SignalDefinition Of(string name, SignalRole role) => new($"{Cell}.{name}", Cell, name, role, "", SignalType.Text, null, null, null, TimeSpan.FromSeconds(1));

    private static Sample Read(double minute, string? vehicle, ulong sequence = 1, uint status = 0) =>
        new($"{Cell}.vehicle", double.NaN, vehicle, status, T0.AddMinutes(minute), T0, sequence);

    private static IReadOnlyList<ContextSpan> Contexts(params Sample[] samples) => ContextTimeline.Of(Sources, samples.ToLookup(sample => sample.Signal), Shifts, Window);

    private static IEnumerable<(double From, double To, string? Vehicle)> Vehicles(params Sample[] samples) =>
        Contexts(samples).Select(span => ((span.Time.From - T0).TotalMinutes, (span.Time.To - T0).TotalMinutes, span.Context.Vehicle));

    [Fact]
    public void A_sample_belongs_to_the_vehicle_that_was_there_when_it_was_taken()
    {
        Assert.Equal([(0, 4, "A"), (4, 10, "B")], Vehicles(Read(-3, "A"), Read(4, "B", 2)));
        Assert.Equal("leipzig.body.line1.order-A", Contexts(Read(-3, "A"))[0].Context.Order);
    }

    [Fact]
    public void After_a_read_that_was_lost_the_vehicle_is_not_known_and_never_the_one_before()
    {
        Assert.Equal([(0, 4, "A"), (4, 6, null), (6, 10, "C")], Vehicles(Read(0, "A"), Read(4, ""), Read(6, "C")));
        Assert.Equal([(0, 4, "A"), (4, 10, null)], Vehicles(Read(0, "A"), Read(4, null, status: 0x809B_0000)));
        Assert.Equal([(0, 4, "A"), (4, 10, null)], Vehicles(Read(0, "A"), Read(4, "A", status: 0x4000_0000)));
        Assert.Equal([(0, 10, null)], Vehicles());
    }

    [Fact]
    public void A_read_that_comes_late_is_right_from_its_own_time_on() =>
        Assert.Equal([(0, 2, "A"), (2, 4, "B"), (4, 10, "C")], Vehicles(Read(0, "A", 1), Read(4, "C", 2), Read(2, "B", 3)));

    [Fact]
    public void Operator_and_shift_are_contexts_of_their_own()
    {
        var samples = new[] { Read(-1, "A"), Read(3, "") with { Signal = $"{Cell}.operator", Text = "Kim" } };
        var late = ContextTimeline.Of(Sources, samples.ToLookup(sample => sample.Signal), Shifts, new(T0, T0.AddHours(8)));
        Assert.Equal(
            [(0, null, "early"), (3, "Kim", "early"), (7 * 60, "Kim", null)],
            late.Select(span => ((int)(span.Time.From - T0).TotalMinutes, span.Context.Operator, span.Context.Shift)));
    }

    [Fact]
    public void Whatever_the_order_in_which_samples_come_every_moment_has_the_newest_known_before_it() =>
        Prop.ForAll(
            (from minute in Gen.Choose(-50, 110)
             from vehicle in Gen.Elements("A", "B", "C", "")
             from status in Gen.Frequency((6, Gen.Constant(0u)), (1, Gen.Constant(0x8000_0000u)))
             select (minute / 10.0, vehicle, status)).ArrayOf().ToArbitrary(),
            Gen.Choose(0, int.MaxValue).ToArbitrary(),
            (reads, seed) =>
            {
                var samples = reads.Select((read, i) => Read(read.Item1, read.vehicle, (ulong)i + 1, read.status)).ToArray();
                var spans = Contexts(samples);
                var shuffled = samples.ToArray();
                new Random(seed).Shuffle(shuffled);
                Assert.Equal(spans, Contexts(shuffled));

                Assert.Equal((Window.From, Window.To), (spans[0].Time.From, spans[^1].Time.To));
                Assert.All(spans.Zip(spans.Skip(1)), pair => Assert.Equal(pair.First.Time.To, pair.Second.Time.From));
                Assert.All(spans.Zip(spans.Skip(1)), pair => Assert.NotEqual(pair.First.Context, pair.Second.Context));
                for (var at = Window.From; at < Window.To; at = at.AddSeconds(3))
                {
                    var newest = samples.Where(sample => sample.SourceTime <= at).OrderBy(sample => sample.SourceTime).ThenBy(sample => sample.Sequence).LastOrDefault();
                    var known = newest.Signal is not null && newest.Quality == Quality.Good && newest.Text != "" ? newest.Text : null;
                    Assert.Equal(known, spans.Single(span => span.Time.Contains(at)).Context.Vehicle);
                }
            }).QuickCheckThrowOnFailure();
}
