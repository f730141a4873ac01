using DigitalTwin.Actors.Simulation.PlantedBugs;

namespace DigitalTwin.Actors.Simulation.Runs;

/// <summary>Runs seeds until a claim does not hold.</summary>
public static class Hunt
{
    public static Verdict Run(ulong seed, bool record = false) => new World(seed, record).Run();

    /// <param name="bug">The planted bug to look for; null: none.</param>
    /// <returns>The seed that finds it, its step, and the claim that it breaks; the claim is null when none does.</returns>
    public static (ulong Seed, int Step, string? Broken) Search(string? bug, ulong firstSeed, int seeds)
    {
        Planted.Wake(bug);
        try
        {
            for (var i = 0; i < seeds; i++)
            {
                var verdict = Run(firstSeed + (ulong)i);
                if (verdict.Broken is not null) return (verdict.Seed, verdict.Steps, verdict.Broken);
            }

            return default;
        }
        finally
        {
            Planted.Wake(null);
        }
    }

    /// <summary>What two runs of one seed must have in common, to the last choice.</summary>
    public static string Fingerprint(ulong seed) => Run(seed) is var verdict ? $"{verdict.Trace:x16} {verdict.Journal}" : "";
}
