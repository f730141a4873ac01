using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Link;

namespace DigitalTwin.Edge.Tests.Ingest;

public sealed class IntakeTests
{
    private readonly PlantClock clock = new(new VirtualTime());
    private readonly Rejections rejections = new();
    private readonly LinkCounters counters = new();
    private readonly LiveValues live;
    private readonly Intake intake;

    public IntakeTests()
    {
        live = new(Plant.Signals, clock, new VirtualTime());
        intake = new(Plant.Numbers, stored: 10, live, rejections, clock, counters);
    }

    [Fact]
    public void Each_refused_sample_is_counted_with_its_signal_and_reason()
    {
        var endless = new string('x', SampleRules.LongestText + 1);
        var taken = intake.Take(Plant.Frame(11,
            new Row(0, 0, double.NaN), new Row(0, 0, double.PositiveInfinity), new Row(0, 0, double.NaN, "text"), new Row(2, 0, 5),
            new Row(2, 0, double.NaN, endless), new Row(4, 0, 1), new Row(77, 0, 1), new Row(0, 1e12, 1)));

        Assert.Equal((0, 18ul), (taken.Count, taken.Highest));
        Assert.Equal(
        [
            ("?", RejectReason.UnknownSignal, 1),
            (Plant.Vehicle.Id, RejectReason.TooLong, 1), (Plant.Vehicle.Id, RejectReason.WrongType, 1),
            (Plant.Vibration.Id, RejectReason.NotFinite, 2), (Plant.Vibration.Id, RejectReason.TimeOutOfRange, 1), (Plant.Vibration.Id, RejectReason.WrongType, 1),
            (Plant.Dictionary[4], RejectReason.UnknownSignal, 1),
        ], rejections.All.Select(one => (one.Signal, one.Reason, (int)one.Count)).Order());
    }

    [Fact]
    public void A_bad_sample_without_a_value_is_taken_as_it_is()
    {
        var taken = intake.Take(Plant.Frame(11, new Row(0, 0, double.NaN, Status: 0x8005_0000), new Row(2, 0, double.NaN, Status: 0x8005_0000)));
        Assert.Equal(2, taken.Count);
        Assert.Equal(Quality.Bad, live.Find(Plant.Vehicle.Id)!.Sample!.Value.Quality);
        Assert.Empty(rejections.All);
    }

    [Fact]
    public void A_value_outside_its_range_is_taken_and_marked_with_the_limit_that_it_is_beyond()
    {
        var taken = intake.Take(Plant.Frame(11,
            new Row(0, 0, 15), new Row(0, 1, 15.1), new Row(0, 2, 0.9), new Row(0, 3, 99, Status: 0x4080_0000), new Row(0, 4, 99, Status: 0x8005_0000)));

        Assert.Equal([0u, 0x600u, 0x500u, 0x4080_0600u, 0x8005_0000u], taken.Samples.All().Select(sample => sample.StatusCode));
        Assert.Equal(3, rejections.Of(RejectReason.OutOfRange));
        Assert.Equal(Quality.Good, taken.Samples![1].Quality);
    }

    [Fact]
    public void A_source_time_ahead_of_the_plants_clock_is_counted_and_holds_nothing_up()
    {
        clock.Announce(Plant.T0, 1);
        intake.Take(Plant.Frame(11, new Row(1, 86_400, 6), new Row(1, 1, 8)));
        Assert.Equal(1, rejections.Of(RejectReason.AheadOfClock));
        Assert.Equal(8, live.Find(Plant.State.Id)!.Sample!.Value.Number);
    }

    [Fact]
    public void A_server_whose_clock_is_ahead_of_ours_is_counted_and_its_samples_are_taken()
    {
        var wall = new VirtualTime().GetUtcNow();
        var frame = Plant.Frame(11, new Row(1, 0, 6), new Row(1, 1, 8), new Row(1, 2, 9));
        frame.BaseServerUs = Plant.Micros(wall);
        (frame.ServerDtUs[0], frame.ServerDtUs[1], frame.ServerDtUs[2]) = (-86_400_000_000, 120_000_000, 120_000_001);
        Assert.Equal(3, intake.Take(frame).Count);
        Assert.Equal((1, 1), (rejections.Of(RejectReason.ServerClockAhead), rejections.All.Sum(one => one.Count)));
    }

    [Fact]
    public void A_late_report_does_not_turn_a_twin_back_not_even_where_the_newer_one_was_no_news()
    {
        var told = intake.Take(Plant.Frame(11, new Row(1, 10, 6), new Row(1, 12, 6), new Row(1, 11, 9))).Observations;
        Assert.Equal(6, Assert.IsType<Observation.Reported>(Assert.Single(told)).Sample.Number);
        Assert.Equal(1, rejections.Of(RejectReason.Late));
    }

    [Fact]
    public void A_gap_reaches_the_twins_between_the_samples_around_it()
    {
        var gap = new Gap { Sequence = 12, FromUs = Plant.Micros(Plant.T0), ToUs = Plant.Micros(Plant.T0.AddSeconds(9)), Reason = "server-lost" };
        gap.Signal.AddRange([1, 4]);
        Observation[] seen =
        [
            .. intake.Take(Plant.Frame(11, new Row(1, 0, 6))).Observations,
            .. intake.Take(gap).Observations,
            .. intake.Take(Plant.Frame(13, new Row(1, 9, 9))).Observations,
        ];

        Assert.Equal(6, Assert.IsType<Observation.Reported>(seen[0]).Sample.Number);
        var unseen = Assert.IsType<Observation.NotObserved>(seen[1]);
        Assert.Equal([Plant.State], unseen.Signals);
        Assert.Equal(("server-lost", Plant.T0.AddSeconds(9), 12ul), (unseen.Gap.Reason, unseen.Gap.To, unseen.Gap.Sequence));
        Assert.Equal(9, Assert.IsType<Observation.Reported>(seen[2]).Sample.Number);
    }

    [Fact]
    public void The_first_state_after_a_gap_is_told_even_if_it_is_the_one_before()
    {
        var gap = new Gap { Sequence = 13, FromUs = Plant.Micros(Plant.T0), ToUs = Plant.Micros(Plant.T0.AddSeconds(9)), Reason = "server-lost" };
        gap.Signal.Add(1);
        intake.Take(Plant.Frame(11, new Row(1, 0, 6), new Row(3, 0, 1)));
        intake.Take(gap);
        var told = Assert.Single(intake.Take(Plant.Frame(14, new Row(1, 9, 6), new Row(3, 9, 1))).Observations);   // the mode was seen all the time
        Assert.Equal(Plant.State, Assert.IsType<Observation.Reported>(told).Signal);
    }

    [Fact]
    public void After_a_hole_every_signal_is_told_again()
    {
        intake.Take(Plant.Frame(11, new Row(1, 0, 6), new Row(3, 0, 1)));
        var told = intake.Take(Plant.Frame(20, new Row(1, 9, 6), new Row(3, 9, 1))).Observations;
        Assert.Equal([Plant.State, Plant.Mode], told.OfType<Observation.Reported>().Select(report => report.Signal));
    }

    [Fact]
    public void A_hole_at_the_first_frame_of_a_connection_reaches_back_to_what_was_seen_before_it()
    {
        intake.Take(Plant.Frame(11, new Row(1, 3, 6)));
        var again = new Intake(Plant.Numbers, stored: 11, live, rejections, clock, counters);
        var unseen = Assert.IsType<Observation.NotObserved>(again.Take(Plant.Frame(15, new Row(1, 9, 6))).Observations[0]);
        Assert.Equal(("sequence-hole", Plant.T0.AddSeconds(3), Plant.T0.AddSeconds(9)), (unseen.Gap.Reason, unseen.Gap.From, unseen.Gap.To));
    }

    [Fact]
    public void A_buffer_made_anew_is_told_as_a_gap_of_the_signals_seen_before_it()
    {
        live.Restore([new Sample(Plant.State.Id, 6, null, 0, Plant.T0, Plant.T0, 900)]);
        var anew = new Intake(Plant.Numbers, stored: 0, live, rejections, clock, counters);
        var told = anew.Take(Plant.Frame(1, new Row(1, 60, 6))).Observations;
        var unseen = Assert.IsType<Observation.NotObserved>(told[0]);
        Assert.Equal(("buffer-new", Plant.T0, Plant.T0.AddSeconds(60)), (unseen.Gap.Reason, unseen.Gap.From, unseen.Gap.To));
        Assert.Equal([Plant.State], unseen.Signals);
        Assert.IsType<Observation.Reported>(told[1]);
        Assert.Empty(anew.Take(Plant.Frame(2, new Row(1, 61, 6))).Observations);
    }

    [Fact]
    public void The_first_buffer_of_a_plant_never_seen_is_no_gap() =>
        Assert.IsType<Observation.Reported>(Assert.Single(new Intake(Plant.Numbers, 0, live, rejections, clock, counters).Take(Plant.Frame(1, new Row(1, 60, 6))).Observations));

    [Fact]
    public void A_plant_that_was_set_back_is_told_anew_with_the_clock_that_says_so()
    {
        intake.Take(Plant.Frame(11, new Row(1, 20_000, 6)));
        intake.Take(Plant.Frame(12, new Row(1, 5, 6)));   // nobody knows yet that this is not late
        clock.Announce(Plant.T0.AddSeconds(6), 1);
        var told = Assert.IsType<Observation.Reported>(Assert.Single(intake.Take(Plant.Frame(13, new Row(1, 6, 6))).Observations));
        Assert.Equal((Plant.T0.AddSeconds(6), Plant.T0.AddSeconds(6)), (told.Sample.SourceTime, told.PlantNow));
        Assert.Equal(13ul, live.Find(Plant.State.Id)!.Sample!.Value.Sequence);
    }

    [Fact]
    public void What_a_connection_told_before_the_first_tick_is_told_again_with_the_clock()
    {
        Assert.Null(Assert.IsType<Observation.Reported>(Assert.Single(intake.Take(Plant.Frame(11, new Row(1, 5, 6))).Observations)).PlantNow);
        clock.Announce(Plant.T0.AddSeconds(6), 1);
        Assert.NotNull(Assert.IsType<Observation.Reported>(Assert.Single(intake.Take(Plant.Frame(12, new Row(1, 6, 6))).Observations)).PlantNow);
        Assert.Empty(intake.Take(Plant.Frame(13, new Row(1, 7, 6))).Observations);
    }

    [Fact]
    public void A_gap_that_stands_for_dropped_samples_accounts_for_their_sequences()
    {
        intake.Take(new Gap { Sequence = 500, FromUs = 0, ToUs = 1, Reason = "buffer-full" });
        var taken = intake.Take(Plant.Frame(501, new Row(0, 0, 1)));
        Assert.Equal((1, 501ul, 0L), (taken.Count, taken.Highest, counters.Missing));
    }

    [Fact]
    public void Sequences_that_nobody_accounts_for_are_counted_and_told_as_a_gap_of_all_signals()
    {
        intake.Take(Plant.Frame(11, new Row(0, 1, 1)));
        var taken = intake.Take(Plant.Frame(20, new Row(0, 5, 1)));

        Assert.Equal(8, counters.Missing);
        var unseen = Assert.IsType<Observation.NotObserved>(Assert.Single(taken.Observations));
        Assert.Equal(("sequence-hole", Plant.T0.AddSeconds(1), Plant.T0.AddSeconds(5)), (unseen.Gap.Reason, unseen.Gap.From, unseen.Gap.To));
        Assert.Equal(Plant.Signals, unseen.Signals);
    }

    [Fact]
    public void Where_a_vehicle_was_not_seen_history_says_so_from_right_after_the_last_sample()
    {
        var gap = new Gap { Sequence = 11, FromUs = Plant.Micros(Plant.T0), ToUs = Plant.Micros(Plant.T0.AddSeconds(9)), Reason = "server-lost" };
        gap.Signal.AddRange([1, 2]);
        var mark = Assert.Single(intake.Take(gap).Marks.All());
        Assert.Equal((Plant.Vehicle.Id, Quality.Bad, null, Plant.T0.AddMicroseconds(1), 11ul), (mark.Signal, mark.Quality, mark.Text, mark.SourceTime, mark.Sequence));

        intake.Take(Plant.Frame(12, new Row(1, 9, 6)));
        var hole = intake.Take(Plant.Frame(20, new Row(1, 30, 6)));
        Assert.Equal((Plant.T0.AddSeconds(9).AddMicroseconds(1), 19ul), (hole.Marks.All().Single().SourceTime, hole.Marks.All().Single().Sequence));
        Assert.Equal(1, hole.Count);
        Assert.Null(intake.Take(Plant.Frame(21, new Row(1, 31, 6))).Marks);
    }

    [Fact]
    public void A_frame_whose_columns_do_not_fit_is_malformed()
    {
        var shortColumn = Plant.Frame(11, new Row(0, 0, 1), new Row(0, 1, 1));
        shortColumn.Value.RemoveAt(1);
        var sparseOutside = Plant.Frame(11, new Row(0, 0, 1));
        sparseOutside.StatusRow.Add(1);
        sparseOutside.StatusCode.Add(5);
        var sparseTwice = Plant.Frame(11, new Row(2, 0, 0, "a"), new Row(2, 1, 0, "b"));
        sparseTwice.TextRow[1] = 0;
        Assert.All([shortColumn, sparseOutside, sparseTwice, Plant.Frame(0, new Row(0, 0, 1))],
            frame => Assert.Throws<MalformedFrameException>(() => intake.Take(frame)));
    }
}
