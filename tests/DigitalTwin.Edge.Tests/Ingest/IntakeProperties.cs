using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.Edge.Tests.Ingest;

/// <summary>Whatever arrives (late, twice, out of order, NaN, Bad, of an unknown signal), nothing moves that should not and nothing vanishes.</summary>
public sealed class IntakeProperties
{
    private sealed record Sent(ulong First, Row[] Rows);

    private static Gen<Row> Rows() =>
        from signal in Gen.Choose(0, 5)
        from second in Gen.Choose(0, 30)
        from number in Gen.Frequency(
            (8, Gen.Choose(0, 17).Select(whole => (double)whole)), (1, Gen.Constant(double.NaN)), (1, Gen.Constant(double.NegativeInfinity)))
        from text in signal == 2 ? Gen.Frequency((4, Gen.Elements("V1", "V2", "")), (1, Gen.Constant<string>(null!))) : Gen.Frequency((9, Gen.Constant<string>(null!)), (1, Gen.Constant("V3")))
        from status in Gen.Frequency((7, Gen.Constant(0u)), (1, Gen.Constant(0x4000_0000u)), (2, Gen.Constant(0x8005_0000u)))
        select new Row(signal, second, number, text, status);

    /// <summary>A gateway's samples in frames; some frames are sent again, with the tail of the one before, and some change places.</summary>
    private static Gen<Sent[]> Links() =>
        from all in Rows().ArrayOf()
        from size in Gen.Choose(1, 6)
        let frames = all.Chunk(size).Select((rows, i) => new Sent((ulong)(i * size) + 1, rows)).ToArray()
        from repeats in Gen.Choose(0, 3).ArrayOf(frames.Length)
        from overlap in Gen.Choose(0, size)
        from swap in Gen.Choose(0, 20)
        let sent = frames.SelectMany((frame, i) => Enumerable.Repeat(frame, repeats[i] == 0 ? 2 : 1)
            .Append(repeats[i] == 1 && i > 0 ? Overlapping(frames[i - 1], frame, overlap) : frame)).ToArray()
        select swap < sent.Length - 1 && swap < 3 ? Swapped(sent, swap) : sent;

    private static Sent Overlapping(Sent before, Sent frame, int overlap)
    {
        var tail = before.Rows.TakeLast(overlap).ToArray();
        return new(frame.First - (ulong)tail.Length, [.. tail, .. frame.Rows]);
    }

    private static Sent[] Swapped(Sent[] sent, int at)
    {
        (sent[at], sent[at + 1]) = (sent[at + 1], sent[at]);
        return sent;
    }

    [Fact]
    public void State_and_history_are_those_of_the_clean_samples_in_sequence_and_every_other_one_is_counted() =>
        Prop.ForAll(Links().ToArbitrary(), link =>
        {
            var clock = new PlantClock(new VirtualTime());
            var (live, rejections) = (new LiveValues(Plant.Signals, clock, new VirtualTime()), new Rejections());
            var intake = new Intake(Plant.Numbers, 0, live, rejections, clock, new());
            var stored = new List<(ulong Sequence, string Signal)>();
            var told = new List<(string Signal, double Number, string? Text, Quality Quality)>();
            foreach (var frame in link)
            {
                var taken = intake.Take(Plant.Frame(frame.First, frame.Rows));
                stored.AddRange(taken.Samples.All().Select(sample => (sample.Sequence, sample.Signal)));
                told.AddRange(taken.Observations.OfType<Observation.Reported>().Select(report =>
                    (report.Sample.Signal, report.Sample.Number, report.Sample.Text, report.Sample.Quality)));
            }

            var (clean, duplicates) = Clean(link);
            Assert.Equal(clean.Select(row => (row.Sequence, Plant.Dictionary[row.Row.Signal])), stored);
            foreach (var signal in Plant.Signals)
            {
                var newest = clean.Where(row => Plant.Dictionary[row.Row.Signal] == signal.Id).OrderBy(row => row.Row.Second).ThenBy(row => row.Sequence).LastOrDefault();
                Assert.Equal(newest.Row is null ? null : newest.Sequence, live.Find(signal.Id)!.Sample?.Sequence);
                if (newest.Row is null || !TwinFilter.IsDiscrete(signal.Role)) continue;
                var last = told.Last(report => report.Signal == signal.Id);
                Assert.Equal(QualityOf(newest.Row), last.Quality);
                if (last.Quality == Quality.Good) Assert.Equal((newest.Row.Number, newest.Row.Text), (signal.Type == SignalType.Text ? newest.Row.Number : last.Number, last.Text));
            }
            var bound = clean.Count(row => row.Row.Signal == 0 && QualityOf(row.Row) != Quality.Bad && row.Row.Number is < 1 or > 15);
            Assert.Equal(bound, rejections.Of(RejectReason.OutOfRange));
            foreach (var signal in told.GroupBy(report => report.Signal))
                Assert.All(signal.Zip(signal.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
            Assert.DoesNotContain(told, report => report.Signal == Plant.Vibration.Id);
            Assert.Equal(duplicates, rejections.Of(RejectReason.Duplicate));
            var counted = rejections.All.Where(one => one.Reason is not (RejectReason.Late or RejectReason.OutOfRange)).Sum(one => one.Count);
            Assert.Equal(link.Sum(frame => frame.Rows.Length), stored.Count + counted);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Whatever_a_wrong_clock_has_sent_before_the_first_sample_at_the_plants_own_time_is_shown_and_told() =>
        Prop.ForAll(Links().ToArbitrary(), Gen.Choose(-90_000, 90_000).ToArbitrary(), (link, wrongBy) =>
        {
            var clock = new PlantClock(new VirtualTime());
            var live = new LiveValues(Plant.Signals, clock, new VirtualTime());
            var intake = new Intake(Plant.Numbers, 0, live, new(), clock, new());
            clock.Announce(Plant.T0.AddSeconds(31), 1);
            foreach (var frame in link)
                intake.Take(Plant.Frame(frame.First, [.. frame.Rows.Select(row => row with { Second = row.Second + wrongBy })]));
            // Ahead by less than the clock's own jitter, it is not known to be wrong; then the plant's time has to pass it first.
            var right = wrongBy > SourceTimes.AheadOfClock.TotalSeconds + 32 ? 32 : Math.Max(wrongBy, 0) + 32;
            clock.Announce(Plant.T0.AddSeconds(right), 1);
            var next = link.Aggregate(0ul, (highest, frame) => Math.Max(highest, frame.First + (ulong)frame.Rows.Length - 1)) + 1;
            var told = intake.Take(Plant.Frame(next, new Row(1, right, 99))).Observations;

            Assert.Equal(next, live.Find(Plant.State.Id)!.Sample!.Value.Sequence);
            Assert.Equal(99, told.OfType<Observation.Reported>().Single().Sample.Number);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    private static Quality QualityOf(Row row) => (row.Status >> 30) switch { 0 => Quality.Good, 1 => Quality.Uncertain, _ => Quality.Bad };

    /// <summary>The rules again, told plainly: sequences only grow, and what has no right value is left out.</summary>
    private static (List<(ulong Sequence, Row Row)> Rows, long Duplicates) Clean(Sent[] link)
    {
        var (rows, highest, duplicates) = (new List<(ulong, Row)>(), 0ul, 0L);
        foreach (var frame in link)
        {
            for (var i = 0; i < frame.Rows.Length; i++)
            {
                var (sequence, row) = (frame.First + (ulong)i, frame.Rows[i]);
                if (sequence <= highest) duplicates++;
                else if (row.Signal < Plant.Signals.Length && HasItsValue(row)) rows.Add((sequence, row));
            }
            highest = Math.Max(highest, frame.First + (ulong)frame.Rows.Length - 1);
        }
        return (rows, duplicates);
    }

    private static bool HasItsValue(Row row)
    {
        if (row.Status >= 0x8000_0000) return true;
        return row.Signal == 2 ? row.Text is not null : row.Text is null && double.IsFinite(row.Number);
    }
}
