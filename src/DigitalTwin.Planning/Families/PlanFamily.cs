using System.Collections.Immutable;
using System.Globalization;
using DigitalTwin.Planning.Formats;

namespace DigitalTwin.Planning.Families;

/// <summary>One problem of a family, where it lies, and what is known of it.</summary>
/// <param name="Group">The folder below the family's that it lies in, or the family's name.</param>
/// <param name="BestKnown">The smallest objective anybody has published, as one number (<see cref="PlanFamily.Score"/>); null where none is known.</param>
public sealed record PlanInstance(string Family, string Group, string Name, string Path, string Format, double? BestKnown);

/// <summary>A kind of public instances: where they lie below the data folder, how they are written, and which column of <c>bks.csv</c> has the best known value.</summary>
/// <param name="Pattern">Of file names; null where a problem is a folder.</param>
/// <param name="Format">A name in <see cref="PlanFormats"/>.</param>
/// <param name="KeyColumn">The column that names the instance: by its path below the folder or the end of it, with or without extension.</param>
/// <param name="ValueColumn">The column of the best known value; empty cells are unknown values.</param>
public sealed record PlanFamily(string Name, string Folder, string? Pattern, string Format, string? KeyColumn, string? ValueColumn)
{
    public static ImmutableArray<PlanFamily> All { get; } =
    [
        new("roadef", "roadef2005-car-sequencing", null, "roadef", "instance", "ls_value"),
        new("csplib", "csplib001-car-sequencing", "*.txt", "csplib", "file", "literature"),
        new("jsp", "jobshop", "*", "jsp", "instance", "upper_bound"),
        new("fjsp", "fjsp", "*", "fjsp", "instance", "upper_bound"),
        new("fjsp-sdst", "fjsp-sdst", "*.fjs", "fjsp-sdst", null, null),
        new("fjsp-transfer", "fjsp-sdst", "*.fjsc", "fjsp-transfer", null, null),
        new("jsp-tardiness", "jobshop-tardiness", "*", "jsp-tardiness", "instance", "best_published_milp_1h"),
        new("jsp-tt", "jsp-sdst-tt", "*.txt", "jsp-tt", null, null),
        new("jsp-jit", "jsp-sdst-jit", null, "jsp-jit", "instance", "published_milp_objective"),
        new("jsp-intensity", "jobshop-intensity", "*.txt", "jsp-intensity", null, null),
        new("fsp-sdst", "flowshop-sdst", "*.txt", "fsp-sdst", "instance", "bks"),
        new("fsp-tardiness", "flowshop-tardiness", "*.txt", "fsp-tardiness", "instance", "bks"),
        new("sm-sdst-wt", "single-machine-sdst-wt", "*.instance", "sm-sdst-wt", "instance", "optimum_recalled"),
    ];

    /// <summary>One number of an objective vector, as the best known values of vehicle sequences are published: each rank counts a thousand times the next.</summary>
    public static double Score(IReadOnlyList<double> objective) => objective.Aggregate(0.0, (score, next) => score * 1000 + next);

    /// <summary>(value − best known) / best known; where the best known is zero, the value itself.</summary>
    public static double Gap(double value, double bestKnown) => bestKnown == 0 ? value : (value - bestKnown) / bestKnown;

    /// <param name="data">The folder that has the families' folders.</param>
    /// <returns>In the order of their paths; none where the folder is missing.</returns>
    public ImmutableArray<PlanInstance> Instances(string data)
    {
        var folder = Path.Combine(data, Folder);
        if (!Directory.Exists(folder)) return [];
        var known = BestKnown(Path.Combine(folder, "bks.csv"));
        var paths = Pattern is null
            ? Directory.GetDirectories(folder, "*", SearchOption.AllDirectories).Where(path => Directory.GetDirectories(path).Length == 0)
            : Directory.GetFiles(folder, Pattern, SearchOption.AllDirectories).Where(path => !IsAbout(Path.GetFileName(path)));
        return [.. paths.Order(StringComparer.Ordinal).Select(path =>
        {
            var below = Path.GetRelativePath(folder, path).Replace('\\', '/');
            var slash = below.IndexOf('/');
            return new PlanInstance(Name, slash < 0 ? Name : below[..slash], below, path, Format, Find(known, below));
        })];
    }

    private static bool IsAbout(string file) => file is "bks.csv" || file.StartsWith("LICENSE", StringComparison.Ordinal) || file.StartsWith("README", StringComparison.Ordinal);

    private static double? Find(Dictionary<string, double> known, string below)
    {
        for (var rest = below; ; rest = rest[(rest.IndexOf('/') + 1)..])
        {
            if (known.TryGetValue(rest, out var value) || known.TryGetValue(Path.ChangeExtension(rest, null), out value)) return value;
            if (!rest.Contains('/')) return null;
        }
    }

    private Dictionary<string, double> BestKnown(string file)
    {
        var known = new Dictionary<string, double>();
        if (KeyColumn is null || ValueColumn is null || !File.Exists(file)) return known;
        var lines = File.ReadAllLines(file);
        var columns = lines[0].Split(',');
        var (key, value) = (Array.IndexOf(columns, KeyColumn), Array.IndexOf(columns, ValueColumn));
        if (key < 0 || value < 0) return known;
        foreach (var cells in lines.Skip(1).Select(line => line.Split(',')))
            if (cells.Length > Math.Max(key, value) && double.TryParse(cells[value], NumberStyles.Float, CultureInfo.InvariantCulture, out var best))
                known[cells[key].Replace('\\', '/')] = best;
        return known;
    }
}
