using System.Runtime.InteropServices;

namespace DigitalTwin.Historian;

/// <summary>A folder whose entries survive a power cut: .NET opens no folders, and a new, renamed or removed file is durable only when its folder is synced.</summary>
internal static partial class DurableFolder
{
    public static void Sync(string folder)
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

    /// <summary>Syncs a file that was written under another name of the same folder and gives it its own: after it, the name stands for the whole file or for the one before.</summary>
    public static void Publish(string written, string path)
    {
        using (var file = File.OpenHandle(written, FileMode.Open, FileAccess.ReadWrite)) RandomAccess.FlushToDisk(file);
        File.Move(written, path, overwrite: true);
        Sync(Path.GetDirectoryName(path)!);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
