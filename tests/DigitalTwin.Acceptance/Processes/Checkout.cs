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

    // In the same configuration and for the same framework as this assembly: …/bin/Debug/net10.0/.
    private static string Built(string project, string assembly)
    {
        DirectoryInfo framework = new(AppContext.BaseDirectory.TrimEnd('/'));
        return Path.Combine(Find(), project, "bin", framework.Parent!.Name, framework.Name, assembly);
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
