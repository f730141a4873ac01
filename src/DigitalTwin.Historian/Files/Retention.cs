using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Historian.Files;

/// <summary>For how many days of plant time the samples of a class are kept, and the points that stand for them.</summary>
public sealed record Kept(int Samples, int Minutes, int Quarters);

/// <summary>How long what is kept, at most <see cref="Longest"/> days. Samples that are gone are stood in for by minutes, then by quarters of an hour.</summary>
public sealed record Retention(Kept State, Kept Telemetry, Kept Diagnostic)
{
    public const int Longest = 3660;

    /// <summary>What happened, for ten years; how it went, for a year, and in quarters of an hour for ten; fine detail for a month.</summary>
    public static Retention Default { get; } = new(new(Longest, Longest, Longest), new(400, 800, Longest), new(30, 400, Longest));

    /// <summary>The same with other days of samples. Minutes stay at least as long as the samples that they were made of.</summary>
    public static Retention OfSamples(int state, int telemetry, int diagnostic)
    {
        return new(Of(Default.State, state), Of(Default.Telemetry, telemetry), Of(Default.Diagnostic, diagnostic));

        static Kept Of(Kept usual, int days) => usual with { Samples = days, Minutes = Math.Max(usual.Minutes, days) };
    }

    internal int DaysOf(SignalClass kind, Tier? tier)
    {
        var kept = kind switch { SignalClass.State => State, SignalClass.Telemetry => Telemetry, _ => Diagnostic };
        return tier is null ? kept.Samples : tier == Tier.Minute ? kept.Minutes : kept.Quarters;
    }
}
