using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace DigitalTwin.Actors.Simulation.PlantedBugs;

/// <summary>
/// The engine and the simulation compiled anew from their sources, with every bug of the catalogue in it and asleep: no hook for a test stands in
/// what is shipped, and one compilation serves all bugs.
/// </summary>
internal sealed class MutatedEngine
{
    private static readonly string[] Sources =
    [
        "src/DigitalTwin.Actors",
        "tests/DigitalTwin.Actors.Simulation/Cells",
        "tests/DigitalTwin.Actors.Simulation/Clients",
        "tests/DigitalTwin.Actors.Simulation/Cluster",
        "tests/DigitalTwin.Actors.Simulation/Invariants",
        "tests/DigitalTwin.Actors.Simulation/Runs",
        "tests/DigitalTwin.Actors.Simulation/PlantedBugs/Planted.cs",
        "tests/DigitalTwin.Actors.Tests/TestKit/MemoryJournal.cs",
        "tests/DigitalTwin.Actors.Tests/TestKit/VirtualTime.cs",
    ];

    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private readonly Type hunt;

    private MutatedEngine(Assembly assembly) => hunt = assembly.GetType("DigitalTwin.Actors.Simulation.Runs.Hunt", throwOnError: true)!;

    public static MutatedEngine Compile(IEnumerable<PlantedBug> bugs)
    {
        var folder = Directory.CreateTempSubdirectory("planted-bugs-");
        try
        {
            var root = RepositoryRoot();
            var planted = Plant(bugs, root);
            var sources = Sources.SelectMany(source => Files(Path.GetFullPath(Path.Combine(root, source)))).ToList();
            foreach (var file in planted.Keys.Except(sources)) throw new InvalidOperationException($"{file} is no source of the engine or of the simulation.");

            File.WriteAllText(Path.Combine(folder.FullName, "usings.cs"), ImplicitUsings);
            var arguments = new List<string> { "-nologo -target:library -optimize+ -checked+ -nullable+ -langversion:latest -warn:0 -nostdlib+ -out:mutated.dll usings.cs" };
            arguments.AddRange(References().Select(reference => $"-r:\"{reference}\""));
            foreach (var (file, number) in sources.Select((file, number) => (file, number)))
            {
                var text = planted.GetValueOrDefault(file);
                var compiled = text is null ? file : Path.Combine(folder.FullName, $"{number}.cs");
                if (text is not null) File.WriteAllText(compiled, text);
                arguments.Add($"\"{compiled}\"");
            }

            File.WriteAllLines(Path.Combine(folder.FullName, "compile.rsp"), arguments);
            RunCompiler(folder.FullName);
            using var assembly = new MemoryStream(File.ReadAllBytes(Path.Combine(folder.FullName, "mutated.dll")));
            return new MutatedEngine(new AssemblyLoadContext("planted bugs").LoadFromStream(assembly));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    public (ulong Seed, int Step, string? Broken) Search(string? bug, ulong firstSeed, int seeds) =>
        ((ulong, int, string?))hunt.GetMethod("Search")!.Invoke(null, [bug, firstSeed, seeds])!;

    public string Fingerprint(ulong seed) => (string)hunt.GetMethod("Fingerprint")!.Invoke(null, [seed])!;

    private static Dictionary<string, string> Plant(IEnumerable<PlantedBug> bugs, string root)
    {
        var planted = new Dictionary<string, string>();
        var misfits = new List<string>();
        foreach (var bug in bugs)
        {
            var file = Path.GetFullPath(Path.Combine(root, bug.File));
            if (!planted.TryGetValue(file, out var source)) source = File.Exists(file) ? File.ReadAllText(file) : "";
            if (bug.TryPlantInto(source, out var result)) planted[file] = result;
            else misfits.Add($"'{bug.Name}' into {bug.File}, where its original text stands {(source.Contains(bug.Original, StringComparison.Ordinal) ? "more than once" : "not at all")}:\n{bug.Original}");
        }

        if (misfits.Count > 0) throw new InvalidOperationException($"The source has changed, and these bugs no longer fit in; plant them anew:\n{string.Join('\n', misfits)}");
        return planted;
    }

    private static IEnumerable<string> Files(string source) =>
        Directory.Exists(source)
            ? Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories).Where(file => !Path.GetRelativePath(source, file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin")).Order(StringComparer.Ordinal)
            : [source];

    private static IEnumerable<string> References() =>
        Directory.EnumerateFiles(RuntimeEnvironment.GetRuntimeDirectory(), "*.dll").Where(file => Path.GetFileName(file).StartsWith("System.", StringComparison.Ordinal));

    private static void RunCompiler(string folder)
    {
        var installed = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host : Path.Combine(installed, "dotnet");
        var sdks = Path.Combine(installed, "sdk");
        var compiler = Directory.EnumerateDirectories(sdks).OrderBy(VersionOf).Select(sdk => Path.Combine(sdk, "Roslyn", "bincore", "csc.dll")).LastOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"There is no C# compiler below {sdks}; the bugs are planted by compiling the engine anew, which needs the SDK.");
        using var process = Process.Start(new ProcessStartInfo(dotnet, ["exec", compiler, "@compile.rsp"]) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        var said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"The engine with the planted bugs does not compile:\n{said}");
    }

    private static Version VersionOf(string sdk) => Version.TryParse(Path.GetFileName(sdk).Split('-')[0], out var version) ? version : new Version();

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DigitalTwin.sln"))) return folder.FullName;
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not inside a checkout; the planted bugs need the engine's sources.");
    }
}
