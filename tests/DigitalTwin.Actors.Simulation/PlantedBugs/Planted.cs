namespace DigitalTwin.Actors.Simulation.PlantedBugs;

/// <summary>The bug that is awake on this thread; asked only by sources into which one was planted.</summary>
public static class Planted
{
    [ThreadStatic]
    private static string? awake;

    public static bool Is(string bug) => awake == bug;

    internal static void Wake(string? bug) => awake = bug;
}
