namespace DigitalTwin.Host.Startup;

/// <summary>The folder of one host. Held for as long as the host runs, so that no second one writes to the same journal.</summary>
public sealed class DataFolder : IDisposable
{
    private readonly FileStream held;

    private DataFolder(string path, FileStream held) => (Path, this.held) = (path, held);

    public string Path { get; }

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <exception cref="StartupException">The folder cannot be written, or another host holds it.</exception>
    public static DataFolder Hold(DirectoryInfo folder)
    {
        try
        {
            Directory.CreateDirectory(System.IO.Path.Combine(folder.FullName, "run"));
            Directory.CreateDirectory(System.IO.Path.Combine(folder.FullName, "logs"));
            string probe = System.IO.Path.Combine(folder.FullName, "run", ".write-test");
            File.WriteAllText(probe, "");
            File.Delete(probe);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new StartupException(1, $"The data folder {folder.FullName} cannot be written ({fault.Message.TrimEnd('.')}); make it writable or name another one with --data DIR.", fault);
        }

        try
        {
            return new DataFolder(folder.FullName, new FileStream(System.IO.Path.Combine(folder.FullName, "run", "host.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException fault)
        {
            throw new StartupException(1, $"Another host is running on the data folder {folder.FullName}; stop it, or name another folder with --data DIR.", fault);
        }
    }

    public void Dispose() => held.Dispose();
}
