using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DigitalTwin.Persistence;

/// <summary>Puts on disk which files a folder has: a file that is synced and renamed is lost with the power all the same until its folder is synced too.</summary>
/// <remarks>.NET opens no folders.</remarks>
internal static partial class FolderSync
{
    /// <summary>Read only, folders only, close in child processes.</summary>
    private const int OpenFlags = 0x10000 | 0x80000;

    /// <exception cref="IOException">Whether the folder's names would outlast a power cut is not known.</exception>
    public static void Flush(string folder)
    {
        using var handle = Open(folder, OpenFlags);
        if (handle.IsInvalid || Sync(handle) != 0) throw new IOException($"The folder {folder} could not be synced: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(SafeFileHandle folder);
}
