using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>
/// A lock between processes that the system takes back from one that ends, however it ends. Not .NET's own: that one is taken while the
/// file is opened, and cannot be given back without closing it.
/// </summary>
internal sealed partial class FileLock(string path) : IDisposable
{
    private readonly SafeFileHandle file = Open(path, OpenFlags, mode: 0b110_100_100) is var handle && !handle.IsInvalid
        ? handle
        : throw new IOException($"{path} cannot be opened: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    /// <summary>Read and write, create, close in child processes.</summary>
    private const int OpenFlags = 0x2 | 0x40 | 0x80000;

    private const int Exclusive = 2;
    private const int NonBlocking = 4;
    private const int Unlock = 8;

    public bool TryTake() => Flock(file, Exclusive | NonBlocking) == 0;

    /// <returns>False: somebody else has held it for so long.</returns>
    public bool TryTake(TimeSpan patience)
    {
        if (TryTake()) return true;
        var until = Environment.TickCount64 + (long)patience.TotalMilliseconds;
        do
        {
            Thread.Sleep(1);
            if (TryTake()) return true;
        }
        while (Environment.TickCount64 < until);
        return false;
    }

    public void Release() => _ = Flock(file, Unlock);

    /// <summary>Ends the lock too.</summary>
    public void Dispose() => file.Dispose();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);
}
