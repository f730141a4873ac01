namespace DigitalTwin.Edge.Ledger;

/// <summary>What became of the sequences (<paramref name="Before"/>, <paramref name="Highest"/>] of one gateway buffer: facts only, so that the ledger is a fold over them.</summary>
/// <param name="Before">Everything up to here was dealt with before.</param>
/// <param name="Sent">Samples that came, by signal: the stored ones and the refused ones.</param>
/// <param name="Lost">Samples that are not stored, by signal and reason.</param>
/// <param name="Holes">Sequences that never came; of which signals is known only when the gateway tells its counts.</param>
/// <param name="Told">The gateway's own counts at <paramref name="Highest"/>; null when it told none.</param>
public sealed record LedgerEntry(
    string Buffer, ulong Before, ulong Highest, IReadOnlyList<SentSamples> Sent, IReadOnlyList<LostSamples> Lost, IReadOnlyList<LostSequences> Holes, GatewayCounts? Told);

/// <param name="First">Earliest source time among them.</param>
/// <param name="Last">Latest source time among them.</param>
public readonly record struct SentSamples(string Signal, long Count, DateTimeOffset First, DateTimeOffset Last);

public readonly record struct LostSamples(string Signal, string Reason, long Count, DateTimeOffset From, DateTimeOffset To);

public readonly record struct LostSequences(string Reason, long Count, DateTimeOffset From, DateTimeOffset To);

/// <summary>Samples that the gateway has numbered, by signal: the other end's figure, to hold against our own.</summary>
/// <param name="Since">Sequence from which on it has counted: 1, unless it lost its counts.</param>
public sealed record GatewayCounts(ulong Since, IReadOnlyList<(string Signal, long Sampled)> Signals)
{
    /// <summary>Of each signal that it ever sampled more slowly on purpose, all times together.</summary>
    public IReadOnlyList<(string Signal, EasedTimes Times)> Eased { get; init; } = [];
}

/// <summary>For how long a signal was sampled more slowly because the gateway asked the server to.</summary>
/// <param name="From">Begin of the first time.</param>
/// <param name="To">End of the newest that is over; null before.</param>
/// <param name="Total">Length of those that are over.</param>
/// <param name="Since">Begin of the one that lasts; null for none.</param>
/// <param name="SamplingMs">The slowest sampling that the server has given, wall time.</param>
public readonly record struct EasedTimes(long Times, DateTimeOffset From, DateTimeOffset? To, TimeSpan Total, DateTimeOffset? Since, double SamplingMs);
