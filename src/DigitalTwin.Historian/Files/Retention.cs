using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Historian.Files;

/// <summary>For how many days of plant time the samples of a class are kept, and the points that stand for them.</summary>
public sealed record Kept(int Samples, int Minutes, int Quarters);

/// <summary>How long what is kept. Samples that are gone are stood in for by minutes, then by quarters of an hour.</summary>
public sealed record Retention(Kept State, Kept Telemetry, Kept Diagnostic)
{
    /// <summary>What happened, for ten years; how it went, for a year, and in quarters of an hour for ten; fine detail for a month.</summary>
    public static Retention Default { get; } = new(new(3660, 3660, 3660), new(400, 800, 3660), new(30, 400, 3660));

    internal int DaysOf(SignalClass kind, Tier? tier)
    {
        var kept = kind switch { SignalClass.State => State, SignalClass.Telemetry => Telemetry, _ => Diagnostic };
        return tier is null ? kept.Samples : tier == Tier.Minute ? kept.Minutes : kept.Quarters;
    }
}
