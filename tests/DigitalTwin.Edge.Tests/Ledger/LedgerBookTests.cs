using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Ledger;
using DigitalTwin.Edge.Link;
using DigitalTwin.Edge.Tests.Ingest;

namespace DigitalTwin.Edge.Tests.Ledger;

public sealed class LedgerBookTests
{
    private readonly LedgerBook book = new();
    private readonly LiveValues live;
    private readonly PlantClock clock = new(new VirtualTime());
    private Intake intake;

    public LedgerBookTests()
    {
        live = new(Plant.Signals, clock, new VirtualTime());
        intake = Connected(0);
    }

    private Intake Connected(ulong stored) => new(Plant.Numbers, stored, live, new(), clock, new());

    private void Come(Taken taken, string bufferId = "b")
    {
        var tally = new Tally(bufferId);
        tally.Add(taken);
        book.Apply(tally.Take());
    }

    private static Gap Unseen(ulong sequence, string reason, double from, double to, params uint[] signals)
    {
        var gap = new Gap { Sequence = sequence, FromUs = Plant.Micros(Plant.T0.AddSeconds(from)), ToUs = Plant.Micros(Plant.T0.AddSeconds(to)), Reason = reason };
        gap.Signal.AddRange(signals);
        return gap;
    }

    private static Counts Told(ulong sequence, ulong since, params (uint Signal, ulong Sampled)[] counts)
    {
        var told = new Counts { Sequence = sequence, Since = since };
        told.Signal.AddRange(counts.Select(count => count.Signal));
        told.Sampled.AddRange(counts.Select(count => count.Sampled));
        return told;
    }

    private LedgerLine Line(string id) => book.Report().Lines.Single(line => line.Signal == id);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_full_disk_kept_from_being_numbered_counts_by_the_clock_and_a_number_it_cost_by_the_gateways_count(bool tookASample)
    {
        Come(intake.Take(Plant.Frame(1, new Row(1, 0, 6))));
        Come(intake.Take(Unseen(2, "disk-full", 0, 10, 1)));   // right after the last one: its number is that of a sample, or its own
        Come(intake.Take(Plant.Frame(3, new Row(1, 10, 6))));
        Assert.Equal(1, book.Report().Unattributed);
        Come(intake.Take(Told(3, 1, (1, tookASample ? 3u : 2u))));

        var state = Line(Plant.State.Id);
        Assert.Equal((2, 0, 0L), (state.Stored, state.Unexplained, book.Report().Unattributed));
        Assert.Equal(9, state.Gaps.Single(gap => gap.Reason == LossReason.Unnumbered).Count);
        Assert.Equal(tookASample ? 1 : 0, state.Gaps.Where(gap => gap.Reason == "disk-full").Sum(gap => gap.Count));
        Assert.Equal(state.Expected, state.Stored + state.Gaps.Sum(gap => gap.Count));
    }

    [Fact]
    public void A_server_that_was_away_costs_one_sample_for_each_period_that_passed_unseen()
    {
        Come(intake.Take(Plant.Frame(1, new Row(1, 0, 6), new Row(3, 0, 1))));
        Come(intake.Take(Unseen(3, "server-lost", 0, 20, 1, 3)));
        Come(intake.Take(Plant.Frame(4, new Row(1, 20, 6), new Row(3, 20, 1))));

        var (state, mode) = (Line(Plant.State.Id), Line(Plant.Mode.Id));   // each second, and every five
        Assert.Equal((21, 2, 2, 2, 0), (state.Expected, state.Sampled, state.Sent, state.Stored, state.Unexplained));
        Assert.Equal(("server-lost", 19), (state.Gaps.Single().Reason, state.Gaps.Single().Count));
        Assert.Equal((5, 3), (mode.Expected, mode.Gaps.Single().Count));
        Assert.Equal((Plant.T0, Plant.T0.AddSeconds(20)), (state.From, state.To));
    }

    [Fact]
    public void A_signal_that_is_sampled_more_slowly_on_purpose_is_expected_less_often_and_the_ledger_says_since_when()
    {
        Come(intake.Take(Plant.Frame(1, new Row(1, 0, 6), new Row(1, 1, 6), new Row(1, 2, 6))));
        Come(intake.Take(Plant.Frame(4, new Row(1, 7, 6), new Row(1, 12, 6))));
        Come(intake.Take(Eased(Told(5, 1, (1, 5)), from: 2, to: null, total: 0, since: 2)));
        var state = Line(Plant.State.Id);
        Assert.Equal((5, 5, 0), (state.Expected, state.Stored, state.Unexplained));
        Assert.Equal(new LedgerEased(1, Plant.T0.AddSeconds(2), null, 10, 5), state.Eased);

        Come(intake.Take(Plant.Frame(6, new Row(1, 13, 6))));
        var ended = intake.Take(Eased(Told(6, 1, (1, 6)), from: 2, to: 12, total: 10, since: null));
        Come(ended);
        Come(ended with { Before = 6 });   // told again
        state = Line(Plant.State.Id);
        Assert.Equal((6, 6, 0, 0), (state.Expected, state.Stored, state.Unexplained, state.Gaps.Count));
        Assert.Equal(new LedgerEased(1, Plant.T0.AddSeconds(2), Plant.T0.AddSeconds(12), 10, 5), state.Eased);
        Assert.All(book.Report().Lines.Where(line => line.Signal != Plant.State.Id), line => Assert.Null(line.Eased));
    }

    [Fact]
    public void What_a_gateway_that_lost_its_account_no_longer_calls_eased_has_ended_with_the_last_sample()
    {
        Come(intake.Take(Plant.Frame(1, new Row(1, 0, 6), new Row(1, 7, 6))));
        Come(intake.Take(Eased(Told(2, 1, (1, 2)), from: 2, to: null, total: 0, since: 2)));
        Come(intake.Take(Told(2, 1, (1, 2))));
        Assert.Equal(new LedgerEased(1, Plant.T0.AddSeconds(2), Plant.T0.AddSeconds(7), 5, 5), Line(Plant.State.Id).Eased);
    }

    [Fact]
    public void A_gap_while_a_signal_is_eased_costs_one_sample_for_each_sampling_that_passed_unseen()
    {
        Come(intake.Take(Plant.Frame(1, new Row(1, 0, 6))));
        var gap = Unseen(2, "server-lost", 0, 20, 1);
        gap.SamplingUs = 5_000_000;
        Come(intake.Take(gap));
        Come(intake.Take(Plant.Frame(3, new Row(1, 20, 6))));
        var state = Line(Plant.State.Id);
        Assert.Equal((5, 2, 3L, 0), (state.Expected, state.Stored, state.Gaps.Single().Count, state.Unexplained));
    }

    [Fact]
    public void Eased_times_that_cannot_be_are_refused()
    {
        Come(intake.Take(Plant.Frame(1, new Row(1, 0, 6))));
        Assert.Throws<MalformedFrameException>(() => intake.Take(Eased(Told(1, 1), from: 1e12, to: 2, total: 1, since: null)));
        Assert.Throws<MalformedFrameException>(() => intake.Take(Eased(Told(1, 1), from: 1, to: 2, total: -1, since: null)));
    }

    private static Counts Eased(Counts told, double from, double? to, double total, double? since)
    {
        long At(double? seconds) => seconds is { } known ? Plant.Micros(Plant.T0) + (long)(known * 1e6) : 0;
        told.Eased.Add(new Eased { Signal = { 1 }, Times = 1, FromUs = At(from), ToUs = At(to), TotalUs = (long)(total * 1e6), SinceUs = At(since), SamplingMs = 5000 });
        return told;
    }

    [Fact]
    public void What_a_full_buffer_has_dropped_is_each_signals_own_once_the_gateway_tells_its_counts()
    {
        Come(intake.Take(Plant.Frame(1, new Row(1, 0, 6))));
        // The gap stands in the place of sequence 10 and jumps over 2 to 9: nine samples, seven of them of the state.
        Come(intake.Take(Unseen(10, "buffer-full", 0, 9, 1, 3)));
        Assert.Equal((9, 1), (book.Report().Unattributed, Line(Plant.State.Id).Expected));
        Come(intake.Take(Plant.Frame(11, new Row(1, 10, 6))));
        Come(intake.Take(Told(11, 1, (1, 9), (3, 2))));

        var (state, mode) = (Line(Plant.State.Id), Line(Plant.Mode.Id));
        Assert.Equal((9, 9, 2, 2, 0), (state.Expected, state.Sampled, state.Sent, state.Stored, state.Unexplained));
        Assert.Equal(("buffer-full", 7), (state.Gaps.Single().Reason, state.Gaps.Single().Count));
        Assert.Equal((2, 0, 2), (mode.Sampled, mode.Stored, mode.Gaps.Single().Count));
        Assert.Equal(0, book.Report().Unattributed);
    }

    [Fact]
    public void A_gap_that_jumps_ahead_does_not_hide_the_samples_it_jumps_over()
    {
        Come(intake.Take(Plant.Frame(1, new Row(1, 0, 6))));
        Come(intake.Take(Unseen(5, "plant-lost", 0, 4, 1)));
        Come(intake.Take(Told(5, 1, (1, 4))));
        Assert.Equal(["plant-lost 3", "sequence-hole 3"], Line(Plant.State.Id).Gaps.Select(gap => $"{gap.Reason} {gap.Count}").Order());
        Assert.Equal(0, Line(Plant.State.Id).Unexplained);
    }

    [Fact]
    public void More_stored_than_sampled_shows_as_well_as_less()
    {
        Come(intake.Take(Plant.Frame(1, new Row(1, 0, 6), new Row(1, 1, 6), new Row(3, 1, 1))));
        Come(intake.Take(Told(3, 1, (1, 1), (3, 3))));
        Assert.Equal((-1, 1, 2), (Line(Plant.State.Id).Unexplained, Line(Plant.State.Id).Sampled, Line(Plant.State.Id).Stored));
        Assert.Equal((2, 3, 1), (Line(Plant.Mode.Id).Unexplained, Line(Plant.Mode.Id).Sampled, Line(Plant.Mode.Id).Stored));
    }

    [Fact]
    public void Counts_of_another_moment_than_ours_say_nothing()
    {
        Come(intake.Take(Plant.Frame(1, new Row(1, 0, 6))));
        Come(intake.Take(Told(0, 1)));
        Come(intake.Take(Told(7, 1, (1, 7))));
        Assert.Equal(0, Line(Plant.State.Id).Unexplained);
    }

    [Fact]
    public void A_ledger_that_begins_in_the_middle_of_a_buffer_compares_from_the_gateways_first_word_on()
    {
        intake = Connected(100);
        Come(intake.Take(Plant.Frame(101, new Row(1, 0, 6))));
        Come(intake.Take(Told(101, 1, (1, 90), (3, 11))));
        Come(intake.Take(Plant.Frame(102, new Row(1, 1, 6))));
        Come(intake.Take(Told(102, 1, (1, 92), (3, 11))));
        Assert.Equal((1, 3), (Line(Plant.State.Id).Unexplained, Line(Plant.State.Id).Expected));
        Assert.Equal(0, Line(Plant.Mode.Id).Unexplained);
    }

    [Fact]
    public void A_gateway_whose_disk_was_set_back_counts_anew_and_what_was_found_before_stays()
    {
        Come(intake.Take(Plant.Frame(1, new Row(1, 0, 6))));
        Come(intake.Take(Told(1, 1, (1, 3))));
        Come(intake.Take(Told(1, 2)));
        Come(intake.Take(Plant.Frame(2, new Row(1, 1, 6))));
        Come(intake.Take(Told(2, 2, (1, 1))));
        Assert.Equal((2, 4, 2), (Line(Plant.State.Id).Unexplained, Line(Plant.State.Id).Sampled, Line(Plant.State.Id).Stored));
    }

    [Fact]
    public void A_signal_that_came_over_two_buffers_has_one_line()
    {
        Come(intake.Take(Plant.Frame(1, new Row(1, 0, 6))));
        Come(intake.Take(Told(1, 1, (1, 1))));
        intake = Connected(0);
        Come(intake.Take(Plant.Frame(1, new Row(1, 5, 6))), "anew");
        Come(intake.Take(Told(1, 1, (1, 1))), "anew");
        var line = Line(Plant.State.Id);
        Assert.Equal((6, 2, 2, 0), (line.Expected, line.Sampled, line.Stored, line.Unexplained));
        Assert.Equal(("buffer-new", 4), (line.Gaps.Single().Reason, line.Gaps.Single().Count));
    }

    [Fact]
    public void Each_reason_that_the_core_refuses_for_is_explained_in_a_sentence()
    {
        foreach (var word in new[] { RejectReason.NotFinite, RejectReason.WrongType, RejectReason.TooLong, RejectReason.TimeOutOfRange, RejectReason.UnknownSignal })
            Assert.Equal(LossStage.AtCore, LossReason.Of(word).Stage);
        Assert.Equal((LossStage.BeforeSampling, "The gateway did not see them and calls it 'sun-spots'."), (LossReason.Of("sun-spots").Stage, LossReason.Of("sun-spots").Says));
    }
}
