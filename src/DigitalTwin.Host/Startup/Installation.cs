namespace DigitalTwin.Host.Startup;

/// <summary>Where the files lie that the host starts or serves: the checkout (or unpacked release) that its assembly is in.</summary>
public static class Installation
{
    public static string Root { get; } = Find();

    /// <param name="relative">Path below the root, with forward slashes.</param>
    public static string File(string relative) => Path.Combine(Root, relative);

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "simulations")) && Directory.Exists(Path.Combine(folder.FullName, "src")))
                return folder.FullName;
        }

        return AppContext.BaseDirectory;
    }
}
