using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Link;

namespace DigitalTwin.Edge.Tests.Ingest;

public sealed class IntakeTests
{
    private readonly PlantClock clock = new(new VirtualTime());
    private readonly Rejections rejections = new();
    private readonly LiveValues live;
    private readonly Intake intake;

    public IntakeTests()
    {
        live = new(Plant.Signals, clock, new VirtualTime());
        intake = new(Plant.Numbers, stored: 10, live, rejections, clock);
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
    public void A_gap_that_stands_for_dropped_samples_accounts_for_their_sequences()
    {
        intake.Take(new Gap { Sequence = 500, FromUs = 0, ToUs = 1, Reason = "buffer-full" });
        var taken = intake.Take(Plant.Frame(501, new Row(0, 0, 1)));
        Assert.Equal((1, 501ul, 0L), (taken.Count, taken.Highest, intake.Missing));
    }

    [Fact]
    public void Sequences_that_nobody_accounts_for_are_counted_and_told_as_a_gap_of_all_signals()
    {
        intake.Take(Plant.Frame(11, new Row(0, 1, 1)));
        var taken = intake.Take(Plant.Frame(20, new Row(0, 5, 1)));

        Assert.Equal(8, intake.Missing);
        var unseen = Assert.IsType<Observation.NotObserved>(Assert.Single(taken.Observations));
        Assert.Equal(("sequence-hole", Plant.T0.AddSeconds(1), Plant.T0.AddSeconds(5)), (unseen.Gap.Reason, unseen.Gap.From, unseen.Gap.To));
        Assert.Equal(Plant.Signals, unseen.Signals);
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
