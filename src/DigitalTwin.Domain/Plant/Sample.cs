namespace DigitalTwin.Domain.Plant;

/// <summary>OPC UA status severity (Part 4, 7.39): the top two bits of a status code.</summary>
public enum Quality { Good, Uncertain, Bad }

/// <summary>One value of one signal as it left the equipment.</summary>
/// <param name="Signal">Signal id.</param>
/// <param name="Number">The value of a numeric signal; NaN for a text or where the source gave none.</param>
/// <param name="Text">The value of a text signal, else null.</param>
/// <param name="StatusCode">OPC UA status code as received; 0 is Good.</param>
/// <param name="SourceTime">Plant time, given by the equipment.</param>
/// <param name="ServerTime">Wall time, given by the OPC UA server.</param>
/// <param name="Sequence">Number given by the gateway: grows by one per sample and gap over the life of its buffer.</param>
public readonly record struct Sample(
    string Signal, double Number, string? Text, uint StatusCode, DateTimeOffset SourceTime, DateTimeOffset ServerTime, ulong Sequence)
{
    public Quality Quality => (StatusCode >> 30) switch { 0 => Quality.Good, 1 => Quality.Uncertain, _ => Quality.Bad };
}

/// <summary>Samples that were not seen: the gateway says for which signals, since when and why.</summary>
/// <param name="Signals">Signal ids.</param>
/// <param name="From">Plant time of the last sample before the gap.</param>
/// <param name="To">Plant time of the first sample after it.</param>
/// <param name="Reason">Stable, e.g. <c>gateway-restart</c>, <c>server-lost</c>, <c>queue-overflow</c>, <c>buffer-full</c>.</param>
public sealed record ObservationGap(IReadOnlyList<string> Signals, DateTimeOffset From, DateTimeOffset To, string Reason, ulong Sequence);
