using DigitalTwin.VirtualPlant.Chance;

namespace DigitalTwin.VirtualPlant.Production;

/// <summary>The stations' antennas that read the transponder on a body's skid: sometimes not at all, and then for as long as the body stays.</summary>
/// <param name="LostShare">Of reads that are lost. Which ones depends on seed, station and body alone.</param>
internal sealed record Antennas(long Seed, double LostShare)
{
    /// <returns>The body's id; empty when there is none, or when the read is lost.</returns>
    public string Read(Body? body, string station) => body is { } there && !Loses(there, station) ? there.Id : "";

    public bool Loses(Body body, string station) => LostShare > 0 && Generator.For(unchecked(Seed * 1_000_003 + body.Number), station).Uniform() < LostShare;
}
