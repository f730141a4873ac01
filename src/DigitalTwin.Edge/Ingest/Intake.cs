using System.Buffers;
using DigitalTwin.Domain.Contexts;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ledger;
using DigitalTwin.Edge.Link;

namespace DigitalTwin.Edge.Ingest;

/// <summary>A frame of the link that cannot be right; the connection ends with this reason.</summary>
public sealed class MalformedFrameException(string message) : Exception(message);

/// <summary>What one frame has come to.</summary>
/// <param name="Samples">Rented; the first <paramref name="Count"/> are to be stored.</param>
/// <param name="Numbers">Rented: of each of the samples the number that its signal has on this link.</param>
/// <param name="Observations">For the twins, in sequence order.</param>
/// <param name="Facts">For the ledger: what of the sequences is not among the samples.</param>
/// <param name="Before">Everything up to this sequence was dealt with before.</param>
/// <param name="Highest">Everything up to this sequence is dealt with once samples and observations are durable.</param>
internal sealed record Taken(
    Sample[] Samples, uint[] Numbers, int Count, IReadOnlyList<Observation> Observations, IReadOnlyList<LedgerFact> Facts, ulong Before, ulong Highest)
{
    /// <summary>Goes to history before the samples, and is none: the context of a place is not known from here on.</summary>
    public IReadOnlyList<Sample> Marks { get; init; } = [];

    public static Taken WithoutSamples(IReadOnlyList<Observation> observations, IReadOnlyList<LedgerFact> facts, ulong before, ulong highest) =>
        new([], [], 0, observations, facts, before, highest);

    public void Return()
    {
        ArrayPool<Sample>.Shared.Return(Samples, clearArray: true);
        ArrayPool<uint>.Shared.Return(Numbers);
    }
}

/// <summary>
/// First stage of ingest, one per connection: decodes a frame, refuses and counts what is not right, moves the live table and picks what
/// the twins hear of. Single-threaded, and a function of the frames, the live table and the announced plant clock alone.
/// </summary>
internal sealed class Intake
{
    /// <summary>Bounds the memory of a frame; the gateway sends some hundred rows.</summary>
    public const int MostRows = 16_384;

    /// <summary>Bounds the table that a hello can ask for.</summary>
    public const uint HighestNumber = 1_000_000;

    private readonly LiveValues live;
    private readonly Rejections rejections;
    private readonly PlantClock clock;
    private readonly LinkCounters counters;
    private readonly string[] ids;
    private readonly LiveValues.Slot?[] slots;
    private readonly Sample?[] delivered;
    private readonly DateTimeOffset?[] newest;   // on this connection: what the live table has seen of an older one comes to the twins again
    private ulong expected;
    private DateTimeOffset? lastSourceTime;
    private DateTimeOffset? lastPlantNow;
    private bool bufferIsNew;

    /// <param name="stored">Highest sequence that is dealt with: what comes at or below it is a duplicate.</param>
    public Intake(
        IReadOnlyCollection<Signal> dictionary, ulong stored, LiveValues live, Rejections rejections, PlantClock clock, LinkCounters counters)
    {
        (this.live, this.rejections, this.clock, this.counters) = (live, rejections, clock, counters);
        var highest = dictionary.Count == 0 ? 0 : dictionary.Max(signal => signal.Number);
        if (highest > HighestNumber) throw new MalformedFrameException($"signal number {highest} is above {HighestNumber}");
        ids = new string[highest + 1];
        slots = new LiveValues.Slot?[highest + 1];
        delivered = new Sample?[highest + 1];
        newest = new DateTimeOffset?[highest + 1];
        foreach (var signal in dictionary)
        {
            ids[signal.Number] = signal.Id;
            slots[signal.Number] = live.FindSlot(signal.Id);
        }
        expected = stored + 1;
        bufferIsNew = stored == 0;
        lastSourceTime = Known.Select(slot => slot.Newest?.Sample.SourceTime).Max();   // of an older connection, or from history
    }

    private IEnumerable<LiveValues.Slot> Known => slots.OfType<LiveValues.Slot>();

    public Taken Take(Samples frame)
    {
        var rows = frame.Signal.Count;
        CheckShape(frame, rows);
        var (observations, facts) = (new List<Observation>(), new List<LedgerFact>());
        IReadOnlyList<Sample> marks = [];
        var (before, first, firstTime) = (expected - 1, frame.FirstSequence, rows == 0 ? null : Time(frame.BaseSourceUs, frame.SourceDtUs[0]));
        if (rows > 0) marks = Unaccounted(first, firstTime, observations, facts);

        var (samples, numbers) = (ArrayPool<Sample>.Shared.Rent(rows), ArrayPool<uint>.Shared.Rent(rows));
        var (count, statusAt, textAt) = (0, 0, 0);
        var plantNow = clock.Running;
        // A clock that is told again, or was set back, lets twins take what they had to hold for late.
        if (plantNow is not null && !(plantNow >= lastPlantNow)) Array.Clear(delivered);
        lastPlantNow = plantNow;
        using (var writer = live.BeginWrite())
        {
            for (var row = 0; row < rows; row++)
            {
                var status = statusAt < frame.StatusRow.Count && frame.StatusRow[statusAt] == row ? frame.StatusCode[statusAt++] : 0;
                var text = textAt < frame.TextRow.Count && frame.TextRow[textAt] == row ? frame.Text[textAt++] : null;
                var number = frame.Signal[row];
                var slot = number < slots.Length ? slots[number] : null;
                var sequence = first + (ulong)row;
                if (Refused(slot, number, sequence, status, text, frame, row, out var sample) is { } reason)
                {
                    rejections.Add(slot?.Signal.Id ?? NameOf(number), reason);
                    if (reason != RejectReason.Duplicate) facts.Add(new LedgerFact.Refused(NameOf(number), reason, Time(frame.BaseSourceUs, frame.SourceDtUs[row]) ?? LastSeen));
                    continue;
                }

                numbers[count] = number;
                samples[count++] = sample;
                lastSourceTime = sample.SourceTime;
                if (!writer.Offer(slot!, sample)) rejections.Add(sample.Signal, RejectReason.Late);
                if ((status ^ sample.StatusCode) != 0) rejections.Add(sample.Signal, RejectReason.OutOfRange);
                if (sample.SourceTime > plantNow + SourceTimes.AheadOfClock) rejections.Add(sample.Signal, RejectReason.AheadOfClock);
                var isNewest = newest[number] is not { } known || SampleRules.Supersedes(sample.SourceTime, known, plantNow);
                if (!isNewest) continue;
                newest[number] = sample.SourceTime;
                if (!TwinFilter.Forwards(slot!.Signal.Role, delivered[number], sample)) continue;
                delivered[number] = sample;
                observations.Add(new Observation.Reported(slot.Signal, sample, plantNow));
            }
        }
        if (rows > 0) expected = Math.Max(expected, first + (ulong)rows);
        return new(samples, numbers, count, observations, facts, before, expected - 1) { Marks = marks };
    }

    /// <remarks>A gap that jumps ahead accounts for the sequences it jumps over: they were dropped with the buffer that held them.</remarks>
    public Taken Take(Gap frame)
    {
        var before = expected - 1;
        if (frame.Sequence < expected)
        {
            rejections.Add("?", RejectReason.Duplicate);
            return Taken.WithoutSamples([], [], before, before);
        }
        if (frame.Sequence > long.MaxValue) throw new MalformedFrameException("sequences end at 2^63 - 1");
        if (Time(frame.FromUs, 0) is not { } from || Time(frame.ToUs, 0) is not { } to)
            throw new MalformedFrameException("a gap's time is outside the years 1 to 9999");
        var skipped = frame.Sequence - expected;
        expected = frame.Sequence + 1;
        foreach (var number in frame.Signal.Where(number => number < delivered.Length)) delivered[number] = null;   // the first value after it is news
        var known = frame.Signal.Where(number => number < slots.Length && slots[number] is not null).ToList();
        var gap = new ObservationGap([.. known.Select(number => ids[number])], from, to, frame.Reason, frame.Sequence);
        IReadOnlyList<SignalDefinition> signals = [.. known.Select(number => slots[number]!.Signal)];
        return Taken.WithoutSamples([new Observation.NotObserved(gap, signals)], Facts(gap, signals, skipped), before, frame.Sequence) with { Marks = Marks(gap, signals) };
    }

    /// <summary>
    /// What nobody has seen is a sample to the context of a place: bad, since no data are there (OPC UA Part 8: Bad_NoData), from right after the last
    /// one. Without it the vehicle before would seem to stand there until the next is read.
    /// </summary>
    private static IReadOnlyList<Sample> Marks(ObservationGap gap, IReadOnlyList<SignalDefinition> signals) =>
        gap.From >= gap.To ? [] : [.. signals.Where(signal => ContextSources.IsContext(signal.Role)).Select(signal => new Sample(
            signal.Id, double.NaN, null, BadNoData, gap.From.AddMicroseconds(1), gap.From.AddMicroseconds(1), gap.Sequence))];

    private const uint BadNoData = 0x809B_0000;

    /// <summary>The gateway's counts say something only where we stand at the sequence that they are of; a frame sent again may be behind, one after a cut ahead.</summary>
    public Taken Take(Counts frame)
    {
        if (frame.Signal.Count != frame.Sampled.Count) throw new MalformedFrameException("columns signal and sampled differ in length");
        if (frame.Since == 0) throw new MalformedFrameException("sequences start at 1");
        var at = expected - 1;
        if (frame.Sequence != at) return Taken.WithoutSamples([], [], at, at);
        var counts = new List<(string, long)>(frame.Signal.Count);
        for (var i = 0; i < frame.Signal.Count; i++)
            if (frame.Signal[i] < ids.Length && ids[frame.Signal[i]] is { } id) counts.Add((id, (long)Math.Min(frame.Sampled[i], long.MaxValue / 2)));
        return Taken.WithoutSamples([], [new LedgerFact.Told(new(frame.Since, counts))], at, at);
    }

    /// <summary>
    /// A gap that the gateway made of numbered samples stands in the place of the last of them, and jumps over the others. Any other gap has a
    /// number of its own, and what it jumps over are samples that were lost without a word.
    /// </summary>
    private static IReadOnlyList<LedgerFact> Facts(ObservationGap gap, IReadOnlyList<SignalDefinition> signals, ulong skipped)
    {
        LedgerFact.Hole Hole(string reason, ulong count) => new(new(reason, (long)count, gap.From, gap.To));
        // The one sequence of such a gap may be that of a sample, or its own: the gateway's counts will tell.
        if (gap.Reason == "disk-full" && skipped == 0) return [Hole(gap.Reason, 1), new LedgerFact.Unseen(signals, LossReason.Unnumbered, gap.From, gap.To, Numbers: 0)];
        if (LossReason.Of(gap.Reason).Stage == LossStage.AfterSampling) return [Hole(gap.Reason, skipped + 1)];
        var unseen = new LedgerFact.Unseen(signals, gap.Reason, gap.From, gap.To, Numbers: 1);
        return skipped == 0 ? [unseen] : [Hole("sequence-hole", skipped), unseen];
    }

    private string? Refused(
        LiveValues.Slot? slot, uint number, ulong sequence, uint status, string? text, Samples frame, int row, out Sample sample)
    {
        sample = default;
        if (sequence < expected) return RejectReason.Duplicate;
        if (slot is null) return RejectReason.UnknownSignal;
        var (source, server) = (Time(frame.BaseSourceUs, frame.SourceDtUs[row]), Time(frame.BaseServerUs, frame.ServerDtUs[row]));
        if (source is null || server is null) return RejectReason.TimeOutOfRange;
        sample = new(slot.Signal.Id, text is null ? frame.Value[row] : double.NaN, text, status, source.Value, server.Value, sequence);
        if (SampleRules.Refusal(slot.Signal, sample) is { } reason) return reason;
        sample = sample with { StatusCode = SampleRules.Marked(slot.Signal, sample.Number, status) };
        return null;
    }

    private string NameOf(uint number) => (number < ids.Length ? ids[number] : null) ?? LedgerBook.Nameless;

    private DateTimeOffset LastSeen => lastSourceTime ?? DateTimeOffset.UnixEpoch;

    /// <summary>
    /// What was lost before this frame without a gap frame that says so: a buffer made anew knows nothing of the one before, and a jump of
    /// the sequences is samples that the gateway has lost.
    /// </summary>
    private List<Sample> Unaccounted(ulong first, DateTimeOffset? firstTime, List<Observation> observations, List<LedgerFact> facts)
    {
        var marks = new List<Sample>();
        if (bufferIsNew && lastSourceTime < firstTime)
        {
            var unseen = Unseen([.. Known.Where(slot => slot.Newest is not null)], "buffer-new", first, firstTime);
            observations.Add(unseen);
            marks.AddRange(Marks(unseen.Gap with { Sequence = first }, unseen.Signals));   // none is free before it
            facts.Add(new LedgerFact.Unseen(unseen.Signals, unseen.Gap.Reason, unseen.Gap.From, unseen.Gap.To, Numbers: 0));
        }
        bufferIsNew = false;
        if (first <= expected) return marks;
        var missing = (long)(first - expected);
        counters.AddMissing(missing);
        var lost = Unseen([.. Known], "sequence-hole", first, firstTime);
        observations.Add(lost);
        facts.Add(new LedgerFact.Hole(new(lost.Gap.Reason, missing, lost.Gap.From, lost.Gap.To)));
        marks.AddRange(Marks(lost.Gap, lost.Signals));
        return marks;
    }

    private Observation.NotObserved Unseen(IReadOnlyList<LiveValues.Slot> unseen, string reason, ulong first, DateTimeOffset? firstTime)
    {
        Array.Clear(delivered);
        var until = firstTime ?? LastSeen;
        var from = lastSourceTime < until ? lastSourceTime.Value : until;   // after it where the plant was set back
        return new(new([.. unseen.Select(slot => slot.Signal.Id)], from, until, reason, first - 1), [.. unseen.Select(slot => slot.Signal)]);
    }

    private static void CheckShape(Samples frame, int rows)
    {
        if (rows > MostRows) throw new MalformedFrameException($"{rows} rows in one frame; at most {MostRows}");
        if (frame.FirstSequence == 0 || frame.FirstSequence > long.MaxValue) throw new MalformedFrameException("sequences start at 1");
        if (frame.SourceDtUs.Count != rows || frame.ServerDtUs.Count != rows || frame.Value.Count != rows)
            throw new MalformedFrameException("columns signal, source_dt_us, server_dt_us and value differ in length");
        CheckSparse("status", frame.StatusRow, frame.StatusCode.Count, rows);
        CheckSparse("text", frame.TextRow, frame.Text.Count, rows);
    }

    private static void CheckSparse(string name, Google.Protobuf.Collections.RepeatedField<uint> at, int values, int rows)
    {
        if (at.Count != values) throw new MalformedFrameException($"{name}_row and its values differ in length");
        for (var i = 0; i < at.Count; i++)
            if (at[i] >= rows || (i > 0 && at[i] <= at[i - 1])) throw new MalformedFrameException($"{name}_row is not ascending within the rows");
    }

    private static DateTimeOffset? Time(long baseMicros, long delta)
    {
        var micros = unchecked(baseMicros + delta);
        return micros is > EarliestMicros and < LatestMicros ? DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond) : null;
    }

    // Years 1 and 9999, as microseconds since 1970.
    private const long EarliestMicros = -62_135_596_800_000_000;
    private const long LatestMicros = 253_402_300_800_000_000;
}
