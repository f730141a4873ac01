using System.Collections.Concurrent;

namespace DigitalTwin.Edge.Ingest;

/// <summary>Why a sample moved nothing, or what is doubtful about one that did. Stable words: they are labels of a metric.</summary>
public static class RejectReason
{
    public const string UnknownSignal = "unknown-signal";
    public const string WrongType = "wrong-type";
    public const string NotFinite = "not-finite";
    public const string TooLong = "too-long";
    public const string TimeOutOfRange = "time-out-of-range";

    /// <summary>Its sequence was taken in before.</summary>
    public const string Duplicate = "duplicate";

    /// <summary>Stored in history, but older than the newest of its signal: moves neither the live value nor the twin.</summary>
    public const string Late = "late";

    /// <summary>Taken, and marked in its status: outside the engineering range of its signal.</summary>
    public const string OutOfRange = "out-of-range";

    /// <summary>Taken without its value, which was longer than the gateway takes.</summary>
    public const string TooLarge = "too-large";

    /// <summary>Taken, but its source time lies ahead of the plant's own clock: a clock in the plant is wrong, or was.</summary>
    public const string AheadOfClock = "ahead-of-clock";

    /// <summary>Taken, but its server time lies ahead of this host's clock: one of the two is wrong, and buffered samples cannot say when they were taken.</summary>
    public const string ServerClockAhead = "server-clock-ahead";
}

/// <param name="Signal">Signal id; <c>?</c> for a number that the gateway's dictionary does not hold.</param>
public sealed record Rejection(string Signal, string Reason, long Count);

/// <summary>Counts of what was not taken or is doubtful, by signal and reason, since the process started.</summary>
public sealed class Rejections
{
    private readonly ConcurrentDictionary<(string Signal, string Reason), long> counts = new();

    public IReadOnlyList<Rejection> All => [.. counts.Select(entry => new Rejection(entry.Key.Signal, entry.Key.Reason, entry.Value))];

    public long Of(string reason) => counts.Where(entry => entry.Key.Reason == reason).Sum(entry => entry.Value);

    internal void Add(string signal, string reason) => counts.AddOrUpdate((signal, reason), 1, static (_, count) => count + 1);
}
