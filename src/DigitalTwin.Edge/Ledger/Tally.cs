using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;

namespace DigitalTwin.Edge.Ledger;

/// <summary>What became of sequences that are no stored samples.</summary>
internal abstract record LedgerFact
{
    private LedgerFact() { }

    /// <summary>A sample that came and is not taken.</summary>
    public sealed record Refused(string Signal, string Reason, DateTimeOffset At) : LedgerFact;

    /// <summary>Signals that the gateway has not seen for a while.</summary>
    /// <param name="Numbers">Sequences that the gap itself takes.</param>
    /// <param name="Sampling">Plant time from one sample to the next where that was longer than the period, since the signals were eased.</param>
    public sealed record Unseen(IReadOnlyList<SignalDefinition> Signals, string Reason, DateTimeOffset From, DateTimeOffset To, int Numbers, TimeSpan Sampling = default) : LedgerFact;

    /// <summary>Samples that had sequences which never come.</summary>
    public sealed record Gone(LostSamples Samples) : LedgerFact;

    public sealed record Hole(LostSequences Lost) : LedgerFact;

    public sealed record Told(GatewayCounts Counts) : LedgerFact;
}

/// <summary>Adds up one batch for the ledger, by the numbers that signals have on the link: one look into an array per sample.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class Tally(string bufferId)
{
    private readonly List<uint> touched = [];
    private readonly List<LostSamples> lost = [];
    private readonly List<LostSequences> holes = [];
    private Entry[] byNumber = [];
    private GatewayCounts? told;
    private ulong? before;
    private ulong highest;
    private long accounted;

    private struct Entry
    {
        public string Signal;
        public long Count;
        public long First, Last;   // µs since 1970
    }

    public void Add(Taken part)
    {
        before ??= part.Before;
        highest = part.Highest;
        if (part.Samples is { } samples) Count(samples);
        accounted += part.Count;
        foreach (var fact in part.Facts) Add(fact);
    }

    /// <summary>The entry of all that was added since the last call.</summary>
    /// <exception cref="InvalidOperationException">A sequence is accounted for twice or not at all: a fault of ours, better told than stored.</exception>
    public LedgerEntry Take()
    {
        var from = before ?? highest;
        if ((ulong)accounted != highest - from)
            throw new InvalidOperationException($"the ledger accounts for {accounted} of the sequences {from + 1} to {highest} of buffer {bufferId}");
        var sent = new SentSamples[touched.Count];
        for (var i = 0; i < sent.Length; i++)
        {
            ref var entry = ref byNumber[touched[i]];
            sent[i] = new(entry.Signal, entry.Count, SampleColumns.TimeOf(entry.First), SampleColumns.TimeOf(entry.Last));
            entry = default;
        }
        IReadOnlyList<SentSamples> refused = [.. lost.Where(sample => LossReason.Of(sample.Reason).Stage == LossStage.AtCore)
            .Select(sample => new SentSamples(sample.Signal, sample.Count, sample.From, sample.To))];
        var taken = new LedgerEntry(bufferId, from, highest, refused.Count == 0 ? sent : [.. sent, .. refused], [.. lost], [.. holes], told);
        touched.Clear();
        lost.Clear();
        holes.Clear();
        (told, before, accounted) = (null, null, 0);
        return taken;
    }

    private void Count(SampleColumns samples)
    {
        if (byNumber.Length < samples.Ids.Count) Array.Resize(ref byNumber, samples.Ids.Count);
        for (var row = 0; row < samples.Count; row++)
        {
            var (number, at) = (samples.Signals[row], samples.SourceTimes[row]);
            ref var entry = ref byNumber[number];
            if (entry.Count++ == 0)
            {
                (entry.Signal, entry.First, entry.Last) = (samples.Ids[(int)number]!, at, at);
                touched.Add(number);
            }
            else if (at > entry.Last) entry.Last = at;
            else if (at < entry.First) entry.First = at;
        }
    }

    private void Add(LedgerFact fact)
    {
        switch (fact)
        {
            case LedgerFact.Refused refused:
                lost.Add(new(refused.Signal, refused.Reason, 1, refused.At, refused.At));
                accounted++;
                break;
            case LedgerFact.Unseen unseen:
                lost.AddRange(unseen.Signals.Select(signal => new LostSamples(signal.Id, unseen.Reason, Due(signal.Period > unseen.Sampling ? signal.Period : unseen.Sampling, unseen.From, unseen.To), unseen.From, unseen.To)));
                accounted += unseen.Numbers;
                break;
            case LedgerFact.Gone gone:
                lost.Add(gone.Samples);
                accounted += gone.Samples.Count;
                break;
            case LedgerFact.Hole hole:
                holes.Add(hole.Lost);
                accounted += hole.Lost.Count;
                break;
            case LedgerFact.Told counts:
                told = counts.Counts;
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Sampling moments strictly between the last sample before and the first one after.</summary>
    private static long Due(TimeSpan period, DateTimeOffset from, DateTimeOffset to) =>
        to <= from || period <= TimeSpan.Zero ? 0 : Math.Max(0, ((to - from).Ticks + period.Ticks - 1) / period.Ticks - 1);
}
