namespace DigitalTwin.Edge.Ledger;

/// <summary>
/// The ledger itself: a fold over entries, no clock and no disk. Two figures meet in it that know nothing of each other, what the gateway
/// says it has numbered and what came here; where they differ and no hole in the sequences accounts for it, the line says so.
/// </summary>
/// <remarks>
/// A hole in the sequences does not say whose samples it has taken. It waits until the gateway tells its counts: what a signal has then
/// fewer here than there was in the hole. Where two holes of different reasons wait for the same count, the older is filled first: the sums
/// by signal and by reason are right, which signal's loss bears which reason is then not known.
/// </remarks>
internal sealed class LedgerBook
{
    /// <summary>The account of rows whose number the gateway's dictionary does not hold.</summary>
    public const string Nameless = "?";

    private readonly Dictionary<string, BufferAccount> buffers = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, BufferAccount> Buffers => buffers;

    public void Add(string bufferId, BufferAccount account) => buffers.Add(bufferId, account);

    public void Apply(LedgerEntry entry)
    {
        if (!buffers.TryGetValue(entry.Buffer, out var buffer))
            buffers.Add(entry.Buffer, buffer = new() { Highest = entry.Before, CountedSince = entry.Before == 0 ? 1 : 0ul });
        // The ledger is older than the history (a restored disk): what lies between is in neither count, so the check starts anew.
        if (entry.Before != buffer.Highest) buffer.CountedSince = 0;
        buffer.Highest = entry.Highest;
        foreach (var sent in entry.Sent) buffer.Of(sent.Signal).Send(sent);
        foreach (var lost in entry.Lost) buffer.Of(lost.Signal).Lose(lost);
        buffer.Holes.AddRange(entry.Holes);
        if (entry.Told is { } told) Check(buffer, told);
    }

    /// <returns>A line for each signal that was ever seen or missed, over all buffers it came from.</returns>
    public LedgerReport Report()
    {
        var lines = buffers.Values.SelectMany(buffer => buffer.Signals).GroupBy(signal => signal.Key, signal => signal.Value, StringComparer.Ordinal);
        return new([.. lines.Select(line => Line(line.Key, [.. line]))], buffers.Values.Sum(buffer => buffer.Holes.Sum(hole => hole.Count)));
    }

    private static LedgerLine Line(string signal, SignalAccount[] accounts)
    {
        var lost = accounts.SelectMany(account => account.Lost).GroupBy(gap => gap.Reason, StringComparer.Ordinal)
            .Select(same => same.Aggregate(SignalAccount.Joined)).ToList();
        long At(LossStage stage) => lost.Where(gap => LossReason.Of(gap.Reason).Stage == stage).Sum(gap => gap.Count);
        var (sent, unexplained) = (accounts.Sum(account => account.Sent), accounts.Sum(account => account.Unexplained));
        var sampled = sent + At(LossStage.AfterSampling) + unexplained;
        return new(signal, accounts.Min(account => account.First), accounts.Max(account => account.Last),
            sampled + At(LossStage.BeforeSampling), sampled, sent, sent - At(LossStage.AtCore),
            [.. lost.OrderBy(gap => gap.From).Select(gap => new LedgerGap(gap.Reason, gap.Count, gap.From, gap.To, LossReason.Of(gap.Reason).Says))], unexplained, Eased(accounts));
    }

    private static LedgerEased? Eased(SignalAccount[] accounts)
    {
        var eased = accounts.Where(account => account.Eased is not null).Select(account => (Times: account.Eased!.Value, account.Last)).ToList();
        if (eased.Count == 0) return null;
        var lasting = eased.Sum(one => one.Times.Since is { } since && one.Last > since ? (one.Last.Value - since).TotalSeconds : 0);
        return new(
            eased.Sum(one => one.Times.Times), eased.Min(one => one.Times.From), eased.Any(one => one.Times.Since is not null) ? null : eased.Max(one => one.Times.To),
            eased.Sum(one => one.Times.Total.TotalSeconds) + lasting, eased.Max(one => one.Times.SamplingMs) / 1000);
    }

    private static void Check(BufferAccount buffer, GatewayCounts told)
    {
        if (told.Since != buffer.CountedSince) StartAnew(buffer, told);
        foreach (var account in buffer.Signals.Values) account.EndEased();   // what lasts is told again
        foreach (var (id, eased) in told.Eased) buffer.Of(id).Eased = eased;
        foreach (var (id, account) in buffer.Signals)
            if (id != Nameless) account.Unexplained = account.Base - account.Numbered;   // of what the gateway does not name it has sampled nothing
        foreach (var (id, sampled) in told.Signals)
        {
            var account = buffer.Of(id);
            account.Unexplained = sampled + account.Base - account.Numbered;
            while (account.Unexplained > 0 && buffer.Holes is [var hole, ..])
            {
                var taken = Math.Min(account.Unexplained, hole.Count);
                account.Lose(new(id, hole.Reason, taken, hole.From, hole.To));
                account.Unexplained -= taken;
                if (taken == hole.Count) buffer.Holes.RemoveAt(0);
                else buffer.Holes[0] = hole with { Count = hole.Count - taken };
            }
        }
        buffer.Holes.Clear();   // what is left were the numbers of gaps
    }

    /// <summary>The gateway counts from another sequence than we do: from here on the two are compared, and what was found before stays.</summary>
    private static void StartAnew(BufferAccount buffer, GatewayCounts told)
    {
        foreach (var hole in buffer.Holes) buffer.Of(Nameless).Lose(new(Nameless, hole.Reason, hole.Count, hole.From, hole.To));
        buffer.Holes.Clear();
        foreach (var account in buffer.Signals.Values) account.Base = account.Numbered + account.Unexplained;
        foreach (var (id, sampled) in told.Signals) buffer.Of(id).Base -= sampled;
        buffer.CountedSince = told.Since;
    }
}

/// <summary>What is known of one gateway buffer.</summary>
internal sealed class BufferAccount
{
    public ulong Highest { get; set; }

    /// <summary>Sequence from which on the gateway's counts and ours are of the same samples; 0 where they are not comparable yet.</summary>
    public ulong CountedSince { get; set; }

    /// <summary>Waiting for the gateway to tell its counts.</summary>
    public List<LostSequences> Holes { get; } = [];

    public Dictionary<string, SignalAccount> Signals { get; } = new(StringComparer.Ordinal);

    public SignalAccount Of(string signal)
    {
        if (!Signals.TryGetValue(signal, out var account)) Signals.Add(signal, account = new());
        return account;
    }
}
