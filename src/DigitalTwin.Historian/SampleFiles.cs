using System.Globalization;
using System.Runtime.InteropServices;
using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Historian;

/// <summary>
/// The Parquet files. The table <c>files</c> says which count: a file that it does not name is left over from a step that did not get to
/// its commit, its rows are still in the hot table, and it is removed at start.
/// </summary>
internal sealed partial class SampleFiles
{
    private readonly string folder;

    private SampleFiles(string folder) => this.folder = folder;

    public static SampleFiles Open(string folder, DuckDatabase database)
    {
        Directory.CreateDirectory(folder);
        var counted = new HashSet<string>(StringComparer.Ordinal);
        using (var connection = database.Connect())
        using (var names = connection.Query("SELECT name FROM files"))
            while (names.Read()) counted.Add(names.Text(0)!);
        foreach (var path in Directory.EnumerateFiles(folder))
            if (!counted.Remove(Path.GetFileName(path))) File.Delete(path);
        if (counted.Count > 0)
            throw new DuckDbException($"The sample history misses {counted.Count} of its files in {folder}, {counted.First()} among them. Put them back from a copy.");
        return new(folder);
    }

    /// <summary>A name that no file had before: the day, and where in the day and of the run it was made.</summary>
    public static string NewName(DateTimeOffset day) =>
        string.Create(CultureInfo.InvariantCulture, $"{day:yyyy-MM-dd}-{Guid.CreateVersion7():n}.parquet");

    public string PathOf(string name) => Path.Combine(folder, name);

    /// <summary>A path as SQL text. The statement that reads files takes no parameters for them.</summary>
    public string Quoted(string name) => $"'{PathOf(name).Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>Syncs a file that was written as <paramref name="temporary"/>, gives it its name and syncs the folder: from here on it survives a power cut.</summary>
    public void Publish(string temporary, string name)
    {
        using (var file = File.OpenHandle(PathOf(temporary), FileMode.Open, FileAccess.ReadWrite)) RandomAccess.FlushToDisk(file);
        File.Move(PathOf(temporary), PathOf(name));
        SyncFolder();
    }

    public void Delete(string name) => File.Delete(PathOf(name));

    /// <summary>.NET opens no folders, and a rename is durable only when its folder is synced.</summary>
    private void SyncFolder()
    {
        var descriptor = Open(folder, 0);
        if (descriptor < 0) throw new IOException($"{folder} cannot be opened for syncing (errno {Marshal.GetLastPInvokeError()})");
        try
        {
            if (Sync(descriptor) != 0) throw new IOException($"{folder} cannot be synced (errno {Marshal.GetLastPInvokeError()})");
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
