namespace DigitalTwin.Planning.CpSat;

/// <param name="Script">The worker's program, <c>main.js</c> of <c>src/solver</c>, built.</param>
/// <param name="Workers">Solves at a time.</param>
/// <param name="MemoryMegabytes">What the solver in one worker may take; one that needs more ends, with its solve.</param>
public sealed record CpSatPoolOptions(string Script, int Workers = 1, int MemoryMegabytes = 1024)
{
    /// <summary>A worker that has had so many is replaced: the solver's memory grows and never shrinks.</summary>
    public int SolvesBeforeRecycling { get; init; } = 500;

    /// <summary>And so is one that has grown to this; after a first small solve it has 230.</summary>
    public int ResidentMegabytesBeforeRecycling { get; init; } = 700;

    /// <summary>How long after its deadline, or a cancel, a worker may still answer before it counts as hung: it looks at the clock every few milliseconds, in its presolve more seldom.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A start takes 0.5 s on a quiet machine and 1.2 s on a busy one.</summary>
    public TimeSpan StartsWithin { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>After the second failure on end; doubled with each that follows, up to <see cref="LongestPause"/>. The first is made good at once.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The worker of this installation, wherever below its root this assembly lies; null where it is not built.</summary>
    public static string? FindScript()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var script = Path.Combine(folder.FullName, "src", "solver", "dist", "main.js");
            if (File.Exists(script)) return script;
        }
        return null;
    }
}
