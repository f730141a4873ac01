using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Edge.Ingest;

/// <summary>What a sample has to be to move anything.</summary>
public static class SampleRules
{
    /// <summary>Longer texts are no identifiers but documents; they would swell the live table and the history.</summary>
    public const int LongestText = 4096;

    /// <summary>How far a source time may be ahead of the announced plant clock: jitter of the announcement at the highest speed, generously.</summary>
    private static readonly TimeSpan AheadOfClock = TimeSpan.FromMinutes(2);

    /// <summary>Why a sample of a known signal is not taken; null when it is. A Bad sample needs no value and is taken: bad stays bad.</summary>
    public static string? Refusal(SignalDefinition signal, in Sample sample) => (signal.Type, sample.Quality) switch
    {
        (_, Quality.Bad) when sample.Text is not { Length: > LongestText } => null,
        (SignalType.Number, _) when sample.Text is not null => RejectReason.WrongType,
        (SignalType.Number, _) => double.IsFinite(sample.Number) ? null : RejectReason.NotFinite,
        _ when sample.Text is null => RejectReason.WrongType,
        _ => sample.Text.Length > LongestText ? RejectReason.TooLong : null,
    };

    /// <summary>
    /// Whether a sample of <paramref name="sourceTime"/> takes the place of one of <paramref name="current"/>: not when it is older. But a
    /// current one that lies ahead of the plant's own clock is of another time line (the plant was set up anew), and gives way.
    /// </summary>
    public static bool Supersedes(DateTimeOffset sourceTime, DateTimeOffset current, DateTimeOffset? plantNow) =>
        sourceTime >= current || (plantNow is { } now && current > now + AheadOfClock);
}
