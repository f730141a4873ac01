namespace DigitalTwin.VirtualPlant.Tests;

/// <summary>The folder this was built from.</summary>
internal static class Checkout
{
    public static string Folder(params string[] parts)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "DigitalTwin.sln")))
            folder = folder.Parent!;
        return Path.Combine([folder.FullName, .. parts]);
    }
}
