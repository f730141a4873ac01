using DigitalTwin.Domain.Contexts;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ledger;
using DigitalTwin.Edge.Link;
using Google.Protobuf.Collections;

namespace DigitalTwin.Edge.Ingest;

/// <summary>A frame of the link that cannot be right; the connection ends with this reason.</summary>
public sealed class MalformedFrameException(string message) : Exception(message);

/// <summary>What one frame has come to.</summary>
/// <param name="Samples">To be stored; null for none. Given back to the pool by who has stored them.</param>
/// <param name="Observations">For the twins, in sequence order.</param>
/// <param name="Facts">For the ledger: what of the sequences is not among the samples.</param>
/// <param name="Before">Everything up to this sequence was dealt with before.</param>
/// <param name="Highest">Everything up to this sequence is dealt with once samples and observations are durable.</param>
internal sealed record Taken(SampleColumns? Samples, IReadOnlyList<Observation> Observations, IReadOnlyList<LedgerFact> Facts, ulong Before, ulong Highest)
{
    /// <summary>Goes to history before the samples, and is none: the context of a place is not known from here on. Null for nothing.</summary>
    public SampleColumns? Marks { get; init; }

    public int Count => Samples?.Count ?? 0;
}

/// <summary>
/// First stage of ingest, one per connection: refuses and counts what is not right, moves the live table and picks what
/// the twins hear of. Single-threaded, and a function of the frames, the live table and the clocks alone.
/// </summary>
/// <remarks>What it knows of a signal lies in one array by the signal's number on this link, so that a row costs one look.</remarks>
internal sealed class Intake
{
    /// <summary>Bounds the table that a hello can ask for.</summary>
    public const uint HighestNumber = 1_000_000;

    private const long Never = LiveValues.NotStored;

    private readonly LiveValues live;
    private readonly Rejections rejections;
    private readonly PlantClock clock;
    private readonly LinkCounters counters;
    private readonly string?[] ids;
    private readonly SignalState[] signals;
    private readonly Sample?[] delivered;
    private ulong expected;
    private long lastSourceTime = Never;
    private DateTimeOffset? lastPlantNow;
    private bool bufferIsNew;

    /// <param name="stored">Highest sequence that is dealt with: what comes at or below it is a duplicate.</param>
    public Intake(
        IReadOnlyCollection<Signal> dictionary, ulong stored, LiveValues live, Rejections rejections, PlantClock clock, LinkCounters counters)
    {
        (this.live, this.rejections, this.clock, this.counters) = (live, rejections, clock, counters);
        var highest = dictionary.Count == 0 ? 0 : dictionary.Max(signal => signal.Number);
        if (highest > HighestNumber) throw new MalformedFrameException($"signal number {highest} is above {HighestNumber}");
        ids = new string?[highest + 1];
        signals = new SignalState[highest + 2];   // the last stands for all numbers that the dictionary does not hold
        delivered = new Sample?[highest + 1];
        foreach (var signal in dictionary)
        {
            ids[signal.Number] = signal.Id;
            signals[signal.Number] = live.FindSlot(signal.Id) is { } slot ? new(slot) : default;
        }
        expected = stored + 1;
        bufferIsNew = stored == 0;
        foreach (var number in Known)   // of an older connection, or from history
            lastSourceTime = Math.Max(lastSourceTime, signals[number].Slot!.StoredTime);
    }

    /// <summary>Numbers whose signal the plant definition has.</summary>
    private IEnumerable<uint> Known => Enumerable.Range(0, signals.Length).Where(number => signals[number].Slot is not null).Select(number => (uint)number);

    /// <param name="rows">As decoded: rows are contiguous from <paramref name="first"/>. What is taken of them stays in it.</param>
    public Taken Take(SampleColumns rows, ulong first)
    {
        if (rows.Count == 0) return Nothing();
        return Take(rows, first, rows.SourceTimes[0], [], []);
    }

    /// <summary>The same where the gateway has dropped some of the rows.</summary>
    /// <param name="rows">As decoded: what is left, perhaps nothing.</param>
    public Taken Take(Thinned frame, SampleColumns rows)
    {
        var thinning = Thinning.Of(frame, rows.Count);
        return Take(rows, thinning.First, rows.Count > 0 ? rows.SourceTimes[0] : frame.Lost[0].FromUs, thinning.Holes, Lost(thinning, frame.Lost));
    }

    /// <summary>Those of a frame that is new are told by signal. Of one that came in part before, nobody knows which of them are new.</summary>
    private List<(Observation.NotObserved Unseen, IReadOnlyList<uint> Known, IReadOnlyList<LedgerFact> Facts)> Lost(Thinning thinning, RepeatedField<Lost> lost)
    {
        var (told, isCounted) = (new List<(Observation.NotObserved, IReadOnlyList<uint>, IReadOnlyList<LedgerFact>)>(), thinning.First >= expected && thinning.IsCounted);
        ulong[] gone = [.. thinning.Gone.Where(sequence => sequence >= expected)];
        for (var i = 0; i < Math.Min(lost.Count, gone.Length); i++)
        {
            var (one, from, to) = (lost[i], TimeIn(lost[i].FromUs), TimeIn(lost[i].ToUs));
            foreach (var number in one.Signal.Where(number => number < delivered.Length)) delivered[number] = null;   // the first value after it is news
            uint[] known = [.. one.Signal.Where(number => number < signals.Length && signals[number].Slot is not null)];
            IReadOnlyList<LedgerFact> facts = isCounted
                ? [.. one.Signal.Zip(one.Count, (number, count) => new LedgerFact.Gone(new(NameOf(number), one.Reason, count, from, to)))]
                : i == 0 ? [new LedgerFact.Hole(new(one.Reason, gone.Length, from, to))] : [];
            told.Add((new(new([.. known.Select(number => ids[number]!)], from, to, one.Reason, gone[i]), [.. known.Select(number => signals[number].Slot!.Signal)]), known, facts));
        }
        return told;
    }

    private static DateTimeOffset TimeIn(long micros) => Time(micros) ?? throw new MalformedFrameException("a time of lost samples is outside the years 1 to 9999");

    private Taken Take(
        SampleColumns rows, ulong first, long firstTime, IReadOnlyList<Hole> holes, List<(Observation.NotObserved Unseen, IReadOnlyList<uint> Known, IReadOnlyList<LedgerFact> Facts)> lost)
    {
        var (observations, facts, before) = (new List<Observation>(), new List<LedgerFact>(), expected - 1);
        var marks = Unaccounted(first, firstTime, observations, facts);
        foreach (var (unseen, known, lostFacts) in lost)
        {
            observations.Add(unseen);
            facts.AddRange(lostFacts);
            marks = Marked(marks, unseen.Gap, known);
        }
        var plantNow = clock.Running;
        // A clock that is told again, or was set back, lets twins take what they had to hold for late.
        if (plantNow is not null && !(plantNow >= lastPlantNow)) Array.Clear(delivered);
        lastPlantNow = plantNow;
        using (var writer = live.BeginWrite()) TakeRows(rows, first, holes, plantNow, writer, observations, facts);
        return new(rows, observations, facts, before, expected - 1) { Marks = marks };
    }

    /// <summary>Moves the rows that are taken to the front, and cuts off the others.</summary>
    private void TakeRows(
        SampleColumns rows, ulong first, IReadOnlyList<Hole> holes, DateTimeOffset? plantNow, LiveValues.Writer writer, List<Observation> observations, List<LedgerFact> facts)
    {
        var (numbers, sources, servers, values) = (rows.Signals, rows.SourceTimes, rows.ServerTimes, rows.Numbers);
        var (statuses, sequences, texts) = (rows.Statuses, rows.Sequences, rows.Texts);
        var ahead = plantNow is { } now ? SampleColumns.MicrosOf(now + SourceTimes.AheadOfClock) : long.MaxValue;
        var serverAhead = SampleColumns.MicrosOf(writer.WallNow + SourceTimes.AheadOfClock);
        var (taken, textAt, textTaken, holeAt) = (0, 0, 0, 0);
        for (var row = 0; row < rows.Count; row++)
        {
            if (holeAt < holes.Count && holes[holeAt].Row == row) first += holes[holeAt++].Count;
            var text = textAt < texts.Count && texts[textAt].Row == row ? texts[textAt++].Text : null;
            var (number, sequence, source, value) = (numbers[row], first + (ulong)row, sources[row], text is null ? values[row] : double.NaN);
            ref var signal = ref signals[Math.Min(number, (uint)signals.Length - 1)];
            if (Refused(signal, sequence, statuses[row], value, text, source, servers[row]) is { } reason)
            {
                rejections.Add(NameOf(number), reason);
                if (reason != RejectReason.Duplicate) facts.Add(new LedgerFact.Refused(NameOf(number), reason, Time(source) ?? LastSeen));
                continue;
            }

            var status = SampleRules.Marked(signal.Low, signal.High, value, statuses[row]);
            if (status != statuses[row]) rejections.Add(signal.Id, RejectReason.OutOfRange);
            if (status == SampleRules.BadEncodingLimitsExceeded) rejections.Add(signal.Id, RejectReason.TooLarge);
            if (source > ahead) rejections.Add(signal.Id, RejectReason.AheadOfClock);
            if (servers[row] > serverAhead) rejections.Add(signal.Id, RejectReason.ServerClockAhead);
            lastSourceTime = source;
            if (!writer.Offer(signal.Slot!, source, servers[row], value, text, status, sequence)) rejections.Add(signal.Id, RejectReason.Late);
            (numbers[taken], sources[taken], servers[taken]) = (number, source, servers[row]);
            (values[taken], statuses[taken], sequences[taken]) = (value, status, sequence);
            if (text is not null) texts[textTaken++] = (taken, text);
            taken++;
            if (signal.IsDiscrete) Tell(ref signal, new(signal.Id, value, text, status, SampleColumns.TimeOf(source), SampleColumns.TimeOf(servers[taken - 1]), sequence), source, number, plantNow, observations);
        }
        texts.RemoveRange(textTaken, texts.Count - textTaken);
        if (holeAt < holes.Count) first += holes[holeAt].Count;   // behind the last row
        expected = Math.Max(expected, first + (ulong)rows.Count);
        (rows.Count, rows.Ids) = (taken, ids);
    }

    /// <summary>Lets the twin hear of a sample that is newer than all others of its signal on this link, and news.</summary>
    private void Tell(ref SignalState signal, in Sample sample, long source, uint number, DateTimeOffset? plantNow, List<Observation> observations)
    {
        if (signal.Newest != Never && !SampleRules.Supersedes(source, signal.Newest, plantNow)) return;
        signal.Newest = source;
        if (!TwinFilter.Forwards(signal.Slot!.Signal.Role, delivered[number], sample)) return;
        delivered[number] = sample;
        observations.Add(new Observation.Reported(signal.Slot.Signal, sample, plantNow));
    }

    private Taken Nothing() => new(null, [], [], expected - 1, expected - 1);

    /// <remarks>A gap that jumps ahead accounts for the sequences it jumps over: they were dropped with the buffer that held them.</remarks>
    public Taken Take(Gap frame)
    {
        var before = expected - 1;
        if (frame.Sequence < expected)
        {
            rejections.Add("?", RejectReason.Duplicate);
            return Nothing();
        }
        if (frame.Sequence > long.MaxValue) throw new MalformedFrameException("sequences end at 2^63 - 1");
        if (Time(frame.FromUs) is not { } from || Time(frame.ToUs) is not { } to)
            throw new MalformedFrameException("a gap's time is outside the years 1 to 9999");
        var skipped = frame.Sequence - expected;
        expected = frame.Sequence + 1;
        foreach (var number in frame.Signal.Where(number => number < delivered.Length)) delivered[number] = null;   // the first value after it is news
        uint[] known = [.. frame.Signal.Where(number => number < signals.Length && signals[number].Slot is not null)];
        var gap = new ObservationGap([.. known.Select(number => ids[number]!)], from, to, frame.Reason, frame.Sequence);
        IReadOnlyList<SignalDefinition> definitions = [.. known.Select(number => signals[number].Slot!.Signal)];
        return new(null, [new Observation.NotObserved(gap, definitions)], Facts(gap, definitions, skipped, TimeSpan.FromMicroseconds(Math.Clamp(frame.SamplingUs, 0, LongestSampling))), before, frame.Sequence) { Marks = Marked(null, gap, known) };
    }

    /// <summary>
    /// What nobody has seen is a sample to the context of a place: bad, since no data are there (OPC UA Part 8: Bad_NoData), from right after the last
    /// one. Without it the vehicle before would seem to stand there until the next is read.
    /// </summary>
    private SampleColumns? Marked(SampleColumns? marks, ObservationGap gap, IEnumerable<uint> numbers)
    {
        if (gap.From >= gap.To) return marks;
        var at = SampleColumns.MicrosOf(gap.From) + 1;
        foreach (var number in numbers.Where(number => ContextSources.IsContext(signals[number].Slot!.Signal.Role)))
        {
            marks ??= ColumnPool.Rent();
            marks.Ids = ids;
            marks.Add(number, at, at, double.NaN, null, BadNoData, gap.Sequence);
        }
        return marks;
    }

    private const uint BadNoData = 0x809B_0000;

    /// <summary>The gateway's counts say something only where we stand at the sequence that they are of; a frame sent again may be behind, one after a cut ahead.</summary>
    public Taken Take(Counts frame)
    {
        if (frame.Signal.Count != frame.Sampled.Count) throw new MalformedFrameException("columns signal and sampled differ in length");
        if (frame.Since == 0) throw new MalformedFrameException("sequences start at 1");
        var at = expected - 1;
        if (frame.Sequence != at) return Nothing();
        var counts = new List<(string, long)>(frame.Signal.Count);
        for (var i = 0; i < frame.Signal.Count; i++)
            if (frame.Signal[i] < ids.Length && ids[frame.Signal[i]] is { } id) counts.Add((id, (long)Math.Min(frame.Sampled[i], long.MaxValue / 2)));
        return new(null, [], [new LedgerFact.Told(new(frame.Since, counts) { Eased = [.. frame.Eased.SelectMany(Eased)] })], at, at);
    }

    private IEnumerable<(string, EasedTimes)> Eased(Eased told)
    {
        if (Time(told.FromUs) is not { } from || Time(told.ToUs) is not { } to || Time(told.SinceUs) is not { } since)
            throw new MalformedFrameException("a time of eased signals is outside the years 1 to 9999");
        if (!(told.SamplingMs is > 0 and < 1e12) || told.TotalUs is < 0 or > LongestSampling) throw new MalformedFrameException("eased signals are sampled each so many milliseconds, and not for less than no time");
        EasedTimes times = new(told.Times, from, told.ToUs == 0 ? null : to, TimeSpan.FromMicroseconds(told.TotalUs), told.SinceUs == 0 ? null : since, told.SamplingMs);
        return told.Signal.Where(number => number < ids.Length && ids[number] is not null).Select(number => (ids[number]!, times));
    }

    /// <summary>Microseconds: a hundred years.</summary>
    private const long LongestSampling = 3_155_760_000_000_000;

    /// <summary>
    /// A gap that the gateway made of numbered samples stands in the place of the last of them, and jumps over the others. Any other gap has a
    /// number of its own, and what it jumps over are samples that were lost without a word.
    /// </summary>
    private static IReadOnlyList<LedgerFact> Facts(ObservationGap gap, IReadOnlyList<SignalDefinition> signals, ulong skipped, TimeSpan sampling)
    {
        LedgerFact.Hole Hole(string reason, ulong count) => new(new(reason, (long)count, gap.From, gap.To));
        // The one sequence of such a gap may be that of a sample, or its own: the gateway's counts will tell.
        if (gap.Reason == "disk-full" && skipped == 0) return [Hole(gap.Reason, 1), new LedgerFact.Unseen(signals, LossReason.Unnumbered, gap.From, gap.To, Numbers: 0, sampling)];
        if (LossReason.Of(gap.Reason).Stage == LossStage.AfterSampling) return [Hole(gap.Reason, skipped + 1)];
        var unseen = new LedgerFact.Unseen(signals, gap.Reason, gap.From, gap.To, Numbers: 1, sampling);
        return skipped == 0 ? [unseen] : [Hole("sequence-hole", skipped), unseen];
    }

    private string? Refused(in SignalState signal, ulong sequence, uint status, double value, string? text, long source, long server)
    {
        if (sequence < expected) return RejectReason.Duplicate;
        if (signal.Slot is null) return RejectReason.UnknownSignal;
        if (!IsTime(source) || !IsTime(server)) return RejectReason.TimeOutOfRange;
        return SampleRules.Refusal(signal.Type, status, value, text);
    }

    private string NameOf(uint number) => (number < ids.Length ? ids[number] : null) ?? LedgerBook.Nameless;

    private DateTimeOffset LastSeen => lastSourceTime == Never ? DateTimeOffset.UnixEpoch : SampleColumns.TimeOf(lastSourceTime);

    /// <summary>
    /// What was lost before this frame without a gap frame that says so: a buffer made anew knows nothing of the one before, and a jump of
    /// the sequences is samples that the gateway has lost.
    /// </summary>
    /// <returns>Marks.</returns>
    private SampleColumns? Unaccounted(ulong first, long firstTime, List<Observation> observations, List<LedgerFact> facts)
    {
        SampleColumns? marks = null;
        if (bufferIsNew && lastSourceTime != Never && IsTime(firstTime) && lastSourceTime < firstTime)
        {
            uint[] seen = [.. Known.Where(number => signals[number].Slot!.StoredTime != LiveValues.NotStored)];
            var unseen = Unseen(seen, "buffer-new", first, firstTime);
            observations.Add(unseen);
            marks = Marked(marks, unseen.Gap with { Sequence = first }, seen);   // none is free before it
            facts.Add(new LedgerFact.Unseen(unseen.Signals, unseen.Gap.Reason, unseen.Gap.From, unseen.Gap.To, Numbers: 0));
        }
        bufferIsNew = false;
        if (first <= expected) return marks;
        var missing = (long)(first - expected);
        counters.AddMissing(missing);
        uint[] all = [.. Known];
        var lost = Unseen(all, "sequence-hole", first, firstTime);
        observations.Add(lost);
        facts.Add(new LedgerFact.Hole(new(lost.Gap.Reason, missing, lost.Gap.From, lost.Gap.To)));
        return Marked(marks, lost.Gap, all);
    }

    private Observation.NotObserved Unseen(uint[] unseen, string reason, ulong first, long firstTime)
    {
        Array.Clear(delivered);
        var until = Time(firstTime) ?? LastSeen;
        var from = lastSourceTime != Never && LastSeen < until ? LastSeen : until;   // after it where the plant was set back
        return new(new([.. unseen.Select(number => ids[number]!)], from, until, reason, first - 1), [.. unseen.Select(number => signals[number].Slot!.Signal)]);
    }

    internal static DateTimeOffset? Time(long micros) => IsTime(micros) ? SampleColumns.TimeOf(micros) : null;

    internal static bool IsTime(long micros) => micros is > EarliestMicros and < LatestMicros;

    // Years 1 and 9999, as microseconds since 1970.
    private const long EarliestMicros = -62_135_596_800_000_000;
    private const long LatestMicros = 253_402_300_800_000_000;

    /// <summary>What a row has to be held against.</summary>
    /// <param name="Slot">Null for a signal that the plant definition does not have.</param>
    private record struct SignalState(LiveValues.Slot? Slot, string Id, double Low, double High, SignalType Type, bool IsDiscrete)
    {
        public SignalState(LiveValues.Slot slot) : this(
            slot, slot.Signal.Id, slot.Signal.Low ?? double.NegativeInfinity, slot.Signal.High ?? double.PositiveInfinity, slot.Signal.Type, TwinFilter.IsDiscrete(slot.Signal.Role))
        {
        }

        /// <summary>On this connection alone: what the live table has seen of an older one comes to the twins again.</summary>
        public long Newest { get; set; } = Never;
    }
}
