namespace DigitalTwin.Actors.Simulation.PlantedBugs;

/// <summary>A mistake that somebody could make in the engine one day, as a change of its source.</summary>
/// <param name="Name">What goes wrong.</param>
/// <param name="File">Source file, from the root of the repository.</param>
/// <param name="Original">Text that stands in the file exactly once.</param>
/// <param name="Mistaken">What stands there instead; <c>BUG</c> is true while the bug is awake.</param>
internal sealed record PlantedBug(string Name, string File, string Original, string Mistaken)
{
    /// <returns>False: the text does not stand there exactly once.</returns>
    public bool TryPlantInto(string source, out string planted)
    {
        planted = "";
        var at = source.IndexOf(Original, StringComparison.Ordinal);
        if (at < 0 || source.IndexOf(Original, at + 1, StringComparison.Ordinal) >= 0) return false;
        planted = source.Replace(Original, Mistaken.Replace("BUG", $"DigitalTwin.Actors.Simulation.PlantedBugs.Planted.Is(\"{Name}\")", StringComparison.Ordinal), StringComparison.Ordinal);
        return true;
    }
}
