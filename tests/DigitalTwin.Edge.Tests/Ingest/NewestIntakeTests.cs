using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf.Collections;

namespace DigitalTwin.Edge.Tests.Ingest;

/// <summary>What is shown while a gateway sends the newest values ahead of the older samples that wait in its buffer.</summary>
public sealed class NewestIntakeTests
{
    private readonly VirtualTime time = new();
    private readonly PlantClock clock;
    private readonly Rejections rejections = new();
    private readonly LiveValues live;
    private readonly Intake intake;
    private readonly NewestIntake newest;

    public NewestIntakeTests()
    {
        clock = new(time);
        live = new(Plant.Signals, clock, time);
        intake = new(Plant.Numbers, 0, live, rejections, clock, new());
        newest = new(Plant.Numbers, live);
    }

    private static RepeatedField<uint> Ages(int rows, uint age = 0) => [.. Enumerable.Repeat(age, rows)];

    private void Ahead(params Row[] rows) => newest.Show(Plant.Columns(rows), Ages(rows.Length));

    private (double? Number, double? Second) Shown(SignalDefinition signal) =>
        live.Find(signal.Id)!.Sample is { } sample ? (sample.Number, (sample.SourceTime - Plant.T0).TotalSeconds) : (null, null);

    [Fact]
    public void A_value_ahead_of_the_backlog_is_shown_at_once_and_the_backlog_does_not_turn_it_back()
    {
        intake.Take(Plant.Frame(1, new Row(0, 1, 3)));
        Ahead(new Row(0, 600, 9));
        Assert.Equal((9, 600), Shown(Plant.Vibration));
        var before = live.Version;

        var taken = intake.Take(Plant.Frame(2, new Row(0, 2, 4), new Row(0, 3, 5)));
        Assert.Equal((9, 600), Shown(Plant.Vibration));
        Assert.Empty(live.ChangedSince(before, [Plant.Vibration.Id]));
        Assert.Equal([4.0, 5], taken.Samples.All().Select(sample => sample.Number));
        intake.Take(Plant.Frame(4, new Row(0, 600, 9), new Row(0, 601, 10)));
        Assert.Equal((10, 601), Shown(Plant.Vibration));
        Assert.Empty(rejections.All);
    }

    [Fact]
    public void A_plant_that_is_set_up_anew_during_a_cut_shows_its_new_life_while_the_backlog_is_of_the_old_one()
    {
        clock.Announce(Plant.T0.AddHours(5), 1);
        intake.Take(Plant.Frame(1, new Row(0, 5 * 3600, 3)));
        clock.Announce(Plant.T0, 1);
        Ahead(new Row(0, 5, 9));
        Assert.Equal((9, 5), Shown(Plant.Vibration));
        intake.Take(Plant.Frame(2, new Row(0, (5 * 3600) + 1, 4), new Row(0, (5 * 3600) + 2, 5)));
        Assert.Equal((9, 5), Shown(Plant.Vibration));
        intake.Take(Plant.Frame(4, new Row(0, 4, 8), new Row(0, 5, 9), new Row(0, 6, 10)));
        Assert.Equal((10, 6), Shown(Plant.Vibration));
    }

    [Fact]
    public void The_backlog_is_not_late_because_newer_values_are_shown_and_what_is_late_in_it_still_is()
    {
        Ahead(new Row(0, 600, 9));
        intake.Take(Plant.Frame(1, new Row(0, 5, 4), new Row(0, 4, 5), new Row(0, 6, 6)));
        Assert.Equal([(Plant.Vibration.Id, RejectReason.Late, 1L)], rejections.All.Select(one => (one.Signal, one.Reason, one.Count)));
    }

    [Fact]
    public void A_state_that_is_shown_ahead_is_told_to_the_twin_with_all_that_was_before_it_and_in_order()
    {
        Ahead(new Row(1, 600, 8));
        var taken = intake.Take(Plant.Frame(1, new Row(1, 1, 6), new Row(1, 2, 4), new Row(1, 600, 8)));
        Assert.Equal([6.0, 4, 8], taken.Observations.OfType<Observation.Reported>().Select(report => report.Sample.Number));
        Assert.Equal(3ul, taken.Highest);
        Assert.Empty(taken.Facts);
    }

    [Fact]
    public void The_value_that_was_shown_ahead_is_no_news_when_it_comes_in_its_order_and_is_as_old_as_it_is()
    {
        Ahead(new Row(0, 600, 9));
        var before = live.Version;
        time.Advance(2);
        intake.Take(Plant.Frame(1, new Row(0, 600, 9)));
        Assert.Empty(live.ChangedSince(before, [Plant.Vibration.Id]));
        Assert.Equal((TimeSpan.FromSeconds(2), 1ul), (live.Find(Plant.Vibration.Id)!.Age, live.Find(Plant.Vibration.Id)!.Sample!.Value.Sequence));
    }

    [Fact]
    public void Of_two_values_at_the_same_time_the_one_shown_ahead_is_the_later_one()
    {
        Ahead(new Row(1, 600, 8));
        intake.Take(Plant.Frame(1, new Row(1, 600, 6)));
        Assert.Equal((8, 600), Shown(Plant.State));
        intake.Take(Plant.Frame(2, new Row(1, 600, 8), new Row(1, 600, 4)));
        Assert.Equal((4, 600), Shown(Plant.State));
    }

    [Fact]
    public void A_value_is_as_old_as_the_gateway_has_had_it()
    {
        live.Restore([new Sample(Plant.Mode.Id, 1, null, 0, Plant.T0, Plant.T0, 900)]);
        newest.Show(Plant.Columns(new Row(3, 0, 1), new Row(0, 5, 2)), [6_000, 400]);
        Assert.Equal((TimeSpan.FromSeconds(6), ShownQuality.Good), (live.Find(Plant.Mode.Id)!.Age, live.Find(Plant.Mode.Id)!.Quality));
        time.Advance(2);
        Assert.Equal(ShownQuality.Stale, live.Find(Plant.Mode.Id)!.Quality);
        newest.Show(Plant.Columns(new Row(3, 0, 1)), [0]);   // told again after a cut: heard no later for that
        Assert.Equal(TimeSpan.FromSeconds(8), live.Find(Plant.Mode.Id)!.Age);
    }

    [Fact]
    public void An_older_value_does_not_take_the_place_of_a_newer_one_and_one_that_is_not_right_is_passed_over()
    {
        Ahead(new Row(0, 600, 9), new Row(2, 600, double.NaN, "V1"));
        Ahead(new Row(0, 599, 8), new Row(0, 700, double.NaN), new Row(2, 700, 7), new Row(4, 700, 1), new Row(77, 700, 1), new Row(0, 1e12, 1));
        Assert.Equal((9, 600), Shown(Plant.Vibration));
        Assert.Equal("V1", live.Find(Plant.Vehicle.Id)!.Sample!.Value.Text);
        Assert.Empty(rejections.All);
        Ahead(new Row(0, 701, 99), new Row(2, 701, double.NaN, Status: 0x8005_0000));
        Assert.Equal((SampleRules.LimitHigh, Quality.Bad), (live.Find(Plant.Vibration.Id)!.Sample!.Value.StatusCode, live.Find(Plant.Vehicle.Id)!.Sample!.Value.Quality));
    }

    [Fact]
    public void A_value_of_a_clock_that_was_wrong_holds_nothing_up()
    {
        clock.Announce(Plant.T0.AddSeconds(600), 1);
        Ahead(new Row(0, 86_400, 9));
        Ahead(new Row(0, 600, 5));
        Assert.Equal((5, 600), Shown(Plant.Vibration));
        intake.Take(Plant.Frame(1, new Row(0, 10, 4)));
        Assert.Equal((5, 600), Shown(Plant.Vibration));
    }

    [Fact]
    public void A_gap_begins_where_the_stored_samples_end_not_at_what_is_shown()
    {
        intake.Take(Plant.Frame(1, new Row(1, 10, 6)));
        Ahead(new Row(1, 600, 8));
        var again = new Intake(Plant.Numbers, 1, live, rejections, clock, new());
        var gap = again.Take(Plant.Frame(5, new Row(1, 100, 4))).Observations.OfType<Observation.NotObserved>().Single().Gap;
        Assert.Equal((Plant.T0.AddSeconds(10), Plant.T0.AddSeconds(100)), (gap.From, gap.To));
    }

    [Fact]
    public void Rows_without_an_age_are_no_frame() =>
        Assert.Throws<MalformedFrameException>(() => newest.Show(Plant.Columns(new Row(0, 0, 1), new Row(0, 1, 1)), [0]));

    /// <summary>Rows as they come in at the gateway, some late; after each of some batches the newest of each signal is told ahead.</summary>
    private static Gen<(Row[] All, int[] Sent, bool[] Tells)> Backlogs() =>
        from signals in Gen.Elements(0, 1, 3).ArrayOf()
        from late in Gen.Choose(0, 9).ArrayOf(signals.Length)
        from steps in Gen.Choose(1, 12)
        from sent in Gen.Choose(0, 1 + signals.Length / 4).ArrayOf(steps)
        from tells in Gen.Elements(true, false).ArrayOf(steps)
        select (signals.Select((signal, i) => new Row(signal, late[i] == 0 ? Math.Max(i - 3, 0) : i, i % 15 + 1)).ToArray(), sent, tells);

    [Fact]
    public void Whatever_is_told_ahead_the_backlog_comes_to_the_same_and_no_signal_is_ever_shown_older_than_before() =>
        Prop.ForAll(Backlogs().ToArbitrary(), backlog =>
        {
            var (all, sent, tells) = backlog;
            var with = new NewestIntakeTests();
            var without = new NewestIntakeTests();
            var (at, shown) = (0, new Dictionary<string, DateTimeOffset>());
            for (var step = 0; step <= sent.Length; step++)
            {
                if (step < tells.Length && tells[step])
                {
                    Row[] told = [.. all.GroupBy(row => row.Signal).Select(rows => rows.OrderBy(row => row.Second).Last())];
                    with.Ahead(told);
                }
                var count = step < sent.Length ? Math.Min(sent[step], all.Length - at) : all.Length - at;
                Row[] rows = all[at..(at + count)];
                var (one, other) = (with.intake.Take(Plant.Frame((ulong)at + 1, rows)), without.intake.Take(Plant.Frame((ulong)at + 1, rows)));
                Assert.Equal(other.Samples.All(), one.Samples.All());
                Assert.Equal(other.Observations.Count, one.Observations.Count);
                Assert.Equal((other.Before, other.Highest, other.Facts.Count), (one.Before, one.Highest, one.Facts.Count));
                at += count;
                foreach (var value in with.live.All.Where(value => value.Sample is not null))
                {
                    Assert.True(value.Sample!.Value.SourceTime >= shown.GetValueOrDefault(value.Signal.Id));
                    shown[value.Signal.Id] = value.Sample.Value.SourceTime;
                }
            }
            Assert.Equal(without.rejections.All.OrderBy(one => one.Signal), with.rejections.All.OrderBy(one => one.Signal));
            Assert.Equal(without.live.All.Select(value => (value.Sample?.SourceTime, value.Sample?.Number)), with.live.All.Select(value => (value.Sample?.SourceTime, value.Sample?.Number)));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));
}
