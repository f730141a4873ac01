using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Edge.Ingest;

/// <summary>What a sample has to be to move anything.</summary>
public static class SampleRules
{
    /// <summary>Longer texts are no identifiers but documents; they would swell the live table and the history.</summary>
    public const int LongestText = 4096;

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
    /// The status to store: that of the sample, and for a value outside its signal's engineering range the limit that it is beyond, in the bits
    /// that OPC UA has for it. The severity stays: what the range says is the plant definition's word, what the severity says the equipment's.
    /// </summary>
    /// <remarks>Part 4, 7.39.1: InfoType DataValue, with LimitBits Low or High.</remarks>
    public static uint Marked(SignalDefinition signal, double number, uint status)
    {
        if (status >= FirstBad) return status;
        if (number > signal.High) return status & ~InfoBits | LimitHigh;
        return number < signal.Low ? status & ~InfoBits | LimitLow : status;
    }

    public const uint LimitLow = 0x0000_0500;
    public const uint LimitHigh = 0x0000_0600;
    private const uint InfoBits = 0x0000_0F00;
    private const uint FirstBad = 0x8000_0000;

    /// <summary>
    /// Whether a sample takes the place of the current one, as <see cref="SourceTimes"/> says. Samples come in the order of their sequences,
    /// so of two at the same time the one that comes later is the newer one.
    /// </summary>
    public static bool Supersedes(DateTimeOffset sourceTime, DateTimeOffset current, DateTimeOffset? plantNow) =>
        sourceTime >= current || SourceTimes.SetBack(current, sourceTime, plantNow);
}
