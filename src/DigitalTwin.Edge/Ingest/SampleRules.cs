using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Edge.Ingest;

/// <summary>What a sample has to be to move anything.</summary>
public static class SampleRules
{
    /// <summary>Longer texts are no identifiers but documents; they would swell the live table and the history.</summary>
    public const int LongestText = 4096;

    /// <summary>Why a sample of a known signal is not taken; null when it is. A Bad sample needs no value and is taken: bad stays bad.</summary>
    public static string? Refusal(SignalType type, uint status, double number, string? text)
    {
        if (status >= FirstBad) return text is { Length: > LongestText } ? RejectReason.TooLong : null;
        if (type == SignalType.Number) return text is not null ? RejectReason.WrongType : double.IsFinite(number) ? null : RejectReason.NotFinite;
        return text is null ? RejectReason.WrongType : text.Length > LongestText ? RejectReason.TooLong : null;
    }

    /// <summary>
    /// The status to store: that of the sample, and for a value outside its signal's engineering range the limit that it is beyond, in the bits
    /// that OPC UA has for it. The severity stays: what the range says is the plant definition's word, what the severity says the equipment's.
    /// </summary>
    /// <remarks>Part 4, 7.39.1: InfoType DataValue, with LimitBits Low or High.</remarks>
    /// <param name="low">Minus infinity where there is none; <paramref name="high"/>: infinity.</param>
    public static uint Marked(double low, double high, double number, uint status)
    {
        if (status >= FirstBad) return status;
        if (number > high) return status & ~InfoBits | LimitHigh;
        return number < low ? status & ~InfoBits | LimitLow : status;
    }

    /// <summary>The gateway's word for a value that is too long to be sent: the sample comes without it.</summary>
    public const uint BadEncodingLimitsExceeded = 0x8008_0000;

    public const uint LimitLow = 0x0000_0500;
    public const uint LimitHigh = 0x0000_0600;
    private const uint InfoBits = 0x0000_0F00;
    private const uint FirstBad = 0x8000_0000;

    /// <summary>
    /// Whether a sample takes the place of the current one, as <see cref="SourceTimes"/> says. Samples come in the order of their sequences,
    /// so of two at the same time the one that comes later is the newer one.
    /// </summary>
    /// <param name="sourceTime">Microseconds since 1970, as <paramref name="current"/>.</param>
    public static bool Supersedes(long sourceTime, long current, DateTimeOffset? plantNow) =>
        sourceTime >= current || SourceTimes.SetBack(SampleColumns.TimeOf(current), SampleColumns.TimeOf(sourceTime), plantNow);
}
