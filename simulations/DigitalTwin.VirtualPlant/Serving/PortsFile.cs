using System.Text.Json.Nodes;

namespace DigitalTwin.VirtualPlant.Serving;

/// <summary><c>DIR/run/ports.json</c>: where each process of an installation listens. Several processes write it, each its own key, under a lock file.</summary>
internal static class PortsFile
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task Publish(string dataFolder, string key, int port, CancellationToken stop)
    {
        var folder = Path.Combine(Path.GetFullPath(dataFolder), "run");
        var path = Path.Combine(folder, "ports.json");
        try
        {
            Directory.CreateDirectory(folder);
            await Lock(path + ".lock", stop);
            try
            {
                var ports = File.Exists(path) ? JsonNode.Parse(await File.ReadAllTextAsync(path, stop)) as JsonObject ?? [] : [];
                ports[key] = port;
                await File.WriteAllTextAsync(path + ".plant.tmp", ports.ToJsonString(), stop);
                File.Move(path + ".plant.tmp", path, overwrite: true);
            }
            finally
            {
                File.Delete(path + ".lock");
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
        {
            throw new Refusal($"the plant cannot write its port to {path} ({fault.Message}): give a folder that can be written with --data, or delete the file");
        }
    }

    private static async Task Lock(string path, CancellationToken stop)
    {
        for (var deadline = DateTime.UtcNow + Patience; ;)
        {
            try
            {
                new FileStream(path, FileMode.CreateNew).Dispose();
                return;
            }
            catch (IOException) when (File.Exists(path) && DateTime.UtcNow < deadline)
            {
                if (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > Patience)
                    File.Delete(path);   // its owner died while holding it
                await Task.Delay(20, stop);
            }
        }
    }
}
