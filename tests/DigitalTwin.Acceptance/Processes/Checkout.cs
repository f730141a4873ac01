namespace DigitalTwin.Acceptance.Processes;

/// <summary>Where the built programs lie.</summary>
public static class Checkout
{
    public static string Root { get; } = Find();

    public static string Host { get; } = Built("src/DigitalTwin.Host", "DigitalTwin.Host.dll");

    public static string Cli { get; } = Built("src/DigitalTwin.Cli", "twin.dll");

    public static string VirtualPlant { get; } = Built("simulations/DigitalTwin.VirtualPlant", "DigitalTwin.VirtualPlant.dll");

    public static string OpcUaServer { get; } = Path.Combine(Root, "simulations/opcua-server/dist/main.js");

    public static string Gateway { get; } = Path.Combine(Root, "src/edge-gateway/dist/main.js");

    public static string PlantFile { get; } = Path.Combine(Root, "simulations/plants/first-line.json");

    /// <summary>An empty data folder of its own.</summary>
    public static string NewDataFolder() => Directory.CreateTempSubdirectory("dt-").FullName;

    // The same configuration and framework as this assembly: tests/DigitalTwin.Acceptance/bin/Debug/net10.0/.
    private static string Built(string project, string assembly)
    {
        string output = Path.GetRelativePath(Path.Combine(Find(), "tests/DigitalTwin.Acceptance"), AppContext.BaseDirectory);
        return Path.Combine(Find(), project, output, assembly);
    }

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DigitalTwin.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException("These tests run from a checkout.");
    }
}
