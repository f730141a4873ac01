namespace DigitalTwin.Edge.Ledger;

/// <summary>The account of one signal since the ledger began: expected − what is lost for a reason − unexplained = stored.</summary>
/// <param name="From">Earliest source time that is accounted for; null when nothing was ever seen.</param>
/// <param name="Expected"><paramref name="Sampled"/>, and one for each sampling period that the gateway says has passed unseen.</param>
/// <param name="Sampled">Values that the gateway took from the OPC UA server and numbered: by its own count, as of when it told it last.</param>
/// <param name="Sent">Of those, the ones that came to the core. What comes again after a cut counts once.</param>
/// <param name="Stored">Of those, the ones that are in the durable history, late and bad ones included.</param>
/// <param name="Unexplained">Has to be 0. Above: samples are gone without a word. Below: more are stored than were sampled.</param>
public sealed record LedgerLine(
    string Signal, DateTimeOffset? From, DateTimeOffset? To, long Expected, long Sampled, long Sent, long Stored, IReadOnlyList<LedgerGap> Gaps, long Unexplained, LedgerEased? Eased = null);

/// <summary>Fewer samples were due, by the gateway's own will and for a time: no loss, but the reason why the data are coarser there. All times together.</summary>
/// <param name="From">Source time at which the first began.</param>
/// <param name="To">At which the newest ended; null while it lasts.</param>
/// <param name="Seconds">Length of all of them, plant time; of one that lasts, up to the newest sample.</param>
/// <param name="SamplingSeconds">How far apart the samples were at the slowest, wall time, as the server has answered.</param>
public sealed record LedgerEased(long Times, DateTimeOffset From, DateTimeOffset? To, double Seconds, double SamplingSeconds);

/// <summary>What a signal has lost for one reason, all times together.</summary>
/// <param name="From">Earliest source time of it; <paramref name="To"/> the latest.</param>
/// <param name="Says">The reason in a sentence.</param>
public sealed record LedgerGap(string Reason, long Count, DateTimeOffset From, DateTimeOffset To, string Says);

/// <param name="Unattributed">Sequences known to be lost, of which the gateway has not told yet whose they were. They are in no signal's line until then.</param>
public sealed record LedgerReport(IReadOnlyList<LedgerLine> Lines, long Unattributed);
