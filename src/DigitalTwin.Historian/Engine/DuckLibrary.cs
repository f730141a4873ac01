using System.Reflection;

namespace DigitalTwin.Historian.Engine;

/// <summary>Where the DuckDB library is: it comes with the repository's npm packages, a deployment puts it beside the assembly.</summary>
internal static class DuckLibrary
{
    private const string File = "libduckdb.so";
    private const string Variable = "LIBDUCKDB";
    private static readonly string Package = Path.Combine("node_modules", "@duckdb", "node-bindings-linux-x64", File);

    public static string Find() => Find(Environment.GetEnvironmentVariable(Variable), Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!);

    internal static string Find(string? named, string folder)
    {
        if (!string.IsNullOrEmpty(named))
            return System.IO.File.Exists(named) ? named : throw Missing($"{Variable} names {named}, which does not exist");
        var beside = Path.Combine(folder, File);
        if (System.IO.File.Exists(beside)) return beside;
        for (var parent = new DirectoryInfo(folder); parent is not null; parent = parent.Parent)
        {
            var installed = Path.Combine(parent.FullName, Package);
            if (System.IO.File.Exists(installed)) return installed;
        }
        throw Missing($"it is neither beside the assembly in {folder} nor in a node_modules folder above it");
    }

    private static DllNotFoundException Missing(string where) =>
        new($"The historian needs DuckDB's {File}: {where}. Run 'npm ci --ignore-scripts' at the root of the repository, or set {Variable} to its path.");
}
