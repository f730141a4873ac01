using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Ledger;
using DigitalTwin.Edge.Link;
using DigitalTwin.Edge.Tests.Ingest;
using FsCheck;
using FsCheck.Fluent;

namespace DigitalTwin.Edge.Tests.Ledger;

/// <summary>Whatever becomes of frames on their way (lost, sent again, swapped) and of samples in them (late, NaN, Bad, unknown), every one is accounted for.</summary>
public sealed class LedgerProperties
{
    private const string BufferId = "b";

    private sealed record Sent(ulong First, Row[] Rows);

    /// <param name="Made">All that the gateway has numbered: the truth.</param>
    /// <param name="Arrived">What came over the link, in the order it came.</param>
    /// <param name="BatchSize">After so many arrivals a batch ends.</param>
    private sealed record Story(Row[] Made, Sent[] Arrived, int BatchSize);

    private static Gen<Row> Rows() =>
        from signal in Gen.Choose(0, 4)   // the last is not in the plant definition
        from second in Gen.Choose(0, 30)
        from number in Gen.Frequency((8, Gen.Choose(0, 17).Select(whole => (double)whole)), (1, Gen.Constant(double.NaN)), (1, Gen.Constant(double.NegativeInfinity)))
        from text in signal == 2 ? Gen.Elements("V1", "V2", "") : Gen.Frequency((9, Gen.Constant<string>(null!)), (1, Gen.Constant("V3")))
        from status in Gen.Frequency((7, Gen.Constant(0u)), (1, Gen.Constant(0x4000_0000u)), (2, Gen.Constant(0x8005_0000u)))
        select new Row(signal, second, number, text, status);

    private static Gen<Story> Stories() =>
        from made in Rows().NonEmptyListOf().Select(rows => rows.ToArray())
        from size in Gen.Choose(1, 6)
        let frames = made.Chunk(size).Select((rows, i) => new Sent((ulong)(i * size) + 1, rows)).ToArray()
        from fate in Gen.Choose(0, 9).ArrayOf(frames.Length)
        from swap in Gen.Choose(0, 20)
        from batch in Gen.Choose(1, 4)
        let arrived = frames.SelectMany((frame, i) => fate[i] switch { 0 => [], 1 => new[] { frame, frame }, _ => [frame] }).ToArray()
        select new Story(made, swap < arrived.Length - 1 ? Swapped(arrived, swap) : arrived, batch);

    private static Sent[] Swapped(Sent[] sent, int at)
    {
        (sent[at], sent[at + 1]) = (sent[at + 1], sent[at]);
        return sent;
    }

    [Fact]
    public void Every_sample_that_the_gateway_has_numbered_is_stored_or_lost_for_a_reason() =>
        Prop.ForAll(Stories().ToArbitrary(), story =>
        {
            var (book, stored, intake) = Told(story);
            // The gateway's last word: a frame that is lost at the very end shows only by the next one, so one more comes.
            var end = (ulong)story.Made.Length + 1;
            stored.AddRange(Take(intake, new() { Samples = Plant.Frame(end, new Row(0, 31, 1)) }, book));
            Take(intake, Counts([.. story.Made, new Row(0, 31, 1)]), book);

            var report = book.Report();
            Assert.Equal(0, report.Unattributed);
            Assert.All(report.Lines, line => Assert.Equal(0, line.Unexplained));
            foreach (var id in Plant.Dictionary)
            {
                var line = report.Lines.SingleOrDefault(one => one.Signal == id) ?? new(id, null, null, 0, 0, 0, 0, [], 0);
                var made = story.Made.Count(row => Plant.Dictionary[row.Signal] == id) + (id == Plant.Vibration.Id ? 1 : 0);
                Assert.Equal(made, line.Sampled);
                Assert.Equal(made, line.Expected);
                Assert.Equal(stored.Count(signal => signal == id), line.Stored);
                Assert.Equal(line.Expected, line.Stored + line.Gaps.Sum(gap => gap.Count));
                Assert.Equal(line.Sampled - line.Sent, line.Gaps.Where(gap => gap.Reason == "sequence-hole").Sum(gap => gap.Count));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void A_sample_that_is_gone_without_a_hole_is_unexplained_and_no_hole_hides_it() =>
        Prop.ForAll(Stories().ToArbitrary(), Gen.Choose(1, 9).ToArbitrary(), (story, stolen) =>
        {
            var (book, _, intake) = Told(story);
            var end = (ulong)story.Made.Length + 1;
            Take(intake, new() { Samples = Plant.Frame(end, new Row(0, 31, 1)) }, book);
            // The gateway has numbered more of one signal than there were numbers.
            var more = Enumerable.Repeat(new Row(3, 0, 1), stolen);
            Take(intake, Counts([.. story.Made, new Row(0, 31, 1), .. more], end), book);
            Assert.Equal(stolen, book.Report().Lines.Sum(line => line.Unexplained));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Book_and_entries_are_read_back_as_they_were_written() =>
        Prop.ForAll(Stories().ToArbitrary(), story =>
        {
            var (encoder, decoder) = (new LedgerEncoder(), new LedgerDecoder());
            var (book, again) = (new LedgerBook(), decoder.Book(encoder.Encode(new LedgerBook()).ToArray()));
            foreach (var entry in Entries(story))
            {
                book.Apply(entry);
                again.Apply(decoder.Entry(encoder.Encode(entry).ToArray()));
            }
            var copy = new LedgerDecoder().Book(new LedgerEncoder().Encode(book).ToArray());
            Assert.Equal(Shown(book), Shown(again));
            Assert.Equal(Shown(book), Shown(copy));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_a_full_buffer_has_dropped_is_lost_by_signal_also_where_a_part_of_its_frame_had_come_before() =>
        Prop.ForAll(Thinnings().ToArbitrary(), thinning =>
        {
            var (book, intake, stored) = (new LedgerBook(), NewIntake(), 0);
            var (lost, next) = (new Dictionary<string, int>(), 0);
            foreach (var frame in thinning.Frames)
            {
                var first = (ulong)next + 1;
                // So many of its rows came before the link was cut and the buffer full.
                if (frame.CameBefore > 0) stored += Take(intake, new() { Samples = Plant.Frame(first, thinning.Made[next..(next + frame.CameBefore)]) }, book).Count;
                for (var times = 0; times <= frame.Again; times++)
                    stored += Take(intake, Thinned(first, thinning.Made[next..(next + frame.Drops.Length)], frame.Drops), book).Count;
                for (var i = frame.CameBefore; i < frame.Drops.Length; i++)
                    if (frame.Drops[i]) lost[Id(thinning.Made[next + i])] = lost.GetValueOrDefault(Id(thinning.Made[next + i])) + 1;
                next += frame.Drops.Length;
                if (thinning.Frames.All(one => one.CameBefore == 0)) Assert.Equal(0, book.Report().Unattributed);   // nothing has to wait for the gateway's counts
            }
            Take(intake, Counts(thinning.Made), book);
            var report = book.Report();
            Assert.Equal(0, report.Unattributed);
            Assert.All(report.Lines, line => Assert.Equal(0, line.Unexplained));
            Assert.Equal(stored, report.Lines.Sum(line => line.Stored));
            foreach (var line in report.Lines)
            {
                Assert.Equal(thinning.Made.Count(row => Id(row) == line.Signal), line.Sampled);
                Assert.Equal(lost.GetValueOrDefault(line.Signal), line.Gaps.Where(gap => gap.Reason == "buffer-full").Sum(gap => gap.Count));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    private sealed record ThinnedFrame(bool[] Drops, int CameBefore, int Again);

    private sealed record ThinnedStory(Row[] Made, ThinnedFrame[] Frames);

    private static Gen<ThinnedStory> Thinnings() =>
        from sizes in Gen.Choose(1, 12).NonEmptyListOf()
        from made in Rows().ArrayOf(sizes.Sum())
        from frames in Gen.CollectToArray(sizes.Select(size =>
            from drops in Gen.Elements(true, false).ArrayOf(size)
            from before in Gen.Frequency((3, Gen.Constant(0)), (1, Gen.Choose(0, size)))
            from again in Gen.Choose(0, 1)
            select new ThinnedFrame(drops, before, again)))
        select new ThinnedStory(made, frames);

    private static string Id(Row row) => Plant.Dictionary[row.Signal];

    private static Frame Thinned(ulong first, Row[] rows, bool[] drops) =>
        drops.Any(drop => drop) ? new() { Thinned = Plant.Thinned(first, rows, i => drops[i]) } : new() { Samples = Plant.Frame(first, rows) };

    internal static string Shown(LedgerBook book) => Shown(book.Report());

    internal static string Shown(LedgerReport report) => string.Join('\n', report.Lines.OrderBy(line => line.Signal, StringComparer.Ordinal)
        .Select(line => $"{line with { Gaps = [] }} {string.Join(' ', line.Gaps)}").Append($"{report.Unattributed}"));

    private static (LedgerBook Book, List<string> Stored, Intake Intake) Told(Story story)
    {
        var (book, stored, intake) = (new LedgerBook(), new List<string>(), NewIntake());
        var tally = new Tally(BufferId);
        foreach (var batch in story.Arrived.Chunk(story.BatchSize))
        {
            foreach (var frame in batch)
            {
                var taken = intake.Take(Plant.Frame(frame.First, frame.Rows));
                tally.Add(taken);
                stored.AddRange(taken.Samples.All().Select(sample => sample.Signal));
            }
            book.Apply(tally.Take());
        }
        return (book, stored, intake);
    }

    private static IEnumerable<LedgerEntry> Entries(Story story)
    {
        var (intake, tally) = (NewIntake(), new Tally(BufferId));
        foreach (var frame in story.Arrived)
        {
            tally.Add(intake.Take(Plant.Frame(frame.First, frame.Rows)));
            yield return tally.Take();
        }
        tally.Add(intake.Take(Counts(story.Made).Counts));
        yield return tally.Take();
    }

    private static List<string> Take(Intake intake, Frame frame, LedgerBook book)
    {
        var tally = new Tally(BufferId);
        var taken = frame.Counts is { } counts ? intake.Take(counts) : frame.Thinned is { } thinned ? intake.Take(thinned) : intake.Take(frame.Samples);
        tally.Add(taken);
        book.Apply(tally.Take());
        return [.. taken.Samples.All().Select(sample => sample.Signal)];
    }

    private static Frame Counts(Row[] made, ulong? sequence = null)
    {
        var counts = new Counts { Sequence = sequence ?? (ulong)made.Length, Since = 1 };
        foreach (var signal in made.GroupBy(row => row.Signal))
        {
            counts.Signal.Add((uint)signal.Key);
            counts.Sampled.Add((ulong)signal.Count());
        }
        return new() { Counts = counts };
    }

    private static Intake NewIntake()
    {
        var clock = new PlantClock(new VirtualTime());
        return new(Plant.Numbers, 0, new(Plant.Signals, clock, new VirtualTime()), new(), clock, new());
    }
}
