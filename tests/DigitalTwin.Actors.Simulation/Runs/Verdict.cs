namespace DigitalTwin.Actors.Simulation.Runs;

/// <summary>What one seed came to.</summary>
/// <param name="Trace">A hash over every choice of the run in its order.</param>
/// <param name="Journal">The hash of the journal's last event, which stands for all.</param>
/// <param name="Broken">The claim that did not hold; null: all did.</param>
/// <param name="History">What happened, the newest last; only when the run was recorded.</param>
public sealed record Verdict(
    ulong Seed, int Steps, IReadOnlyList<int> Struck, IReadOnlyList<int> Reached, long Events, ulong Trace, string Journal, string? Broken, IReadOnlyList<string> History);
