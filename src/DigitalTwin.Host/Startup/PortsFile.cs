using System.Text.Json;
using System.Text.Json.Nodes;

namespace DigitalTwin.Host.Startup;

/// <summary>
/// <c>DIR/run/ports.json</c>: which port each process of this data folder listens on. Every process merges its own key,
/// under a lock file, and replaces the file as a whole, so a reader never sees half of it.
/// </summary>
public static class PortsFile
{
    /// <summary>Nobody holds the lock for so long: its holder has died.</summary>
    private static readonly TimeSpan Stale = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Again = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Clear(DataFolder data) => File.Delete(data["run/ports.json"]);

    public static void Merge(DataFolder data, IReadOnlyDictionary<string, int> ports)
    {
        string path = data["run/ports.json"];
        using FileStream taken = Lock(path + ".lock");
        JsonObject all = Read(path);
        foreach ((string name, int port) in ports)
            all[name] = port;
        File.WriteAllText(path + ".tmp", all.ToJsonString(Indented));
        File.Move(path + ".tmp", path, overwrite: true);
    }

    private static JsonObject Read(string path)
    {
        try
        {
            return File.Exists(path) && JsonNode.Parse(File.ReadAllBytes(path)) is JsonObject known ? known : [];
        }
        catch (JsonException)
        {
            return []; // cut off by a loss of power; every process tells its port again when it starts
        }
    }

    private static FileStream Lock(string path)
    {
        for (long started = Environment.TickCount64; ;)
        {
            try
            {
                return new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (Environment.TickCount64 - started < Patience.TotalMilliseconds)
            {
                // Year 1601: it was let go of just now.
                DateTime taken = File.GetLastWriteTimeUtc(path);
                if (taken.Year > 1601 && DateTime.UtcNow - taken > Stale)
                    File.Delete(path);
                else
                    Thread.Sleep(Again);
            }
        }
    }
}
