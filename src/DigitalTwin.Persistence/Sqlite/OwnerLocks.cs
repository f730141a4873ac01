using System.Collections.Concurrent;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>
/// Tells the living owners of leases from those whose process has ended: each holds a lock on a file of its own for its life.
/// </summary>
internal sealed class OwnerLocks(string folder) : IDisposable
{
    private const string Extension = ".lock";

    private readonly string directory = Directory.CreateDirectory(Path.Combine(folder, "owners")).FullName;
    private readonly ConcurrentDictionary<string, FileLock> own = [];

    /// <summary>Before the owner's first lease; in a <see cref="WriteTurn"/>, so that nobody takes its new file for a dead one's.</summary>
    /// <exception cref="InvalidOperationException">Another process of this name lives.</exception>
    public void Join(string owner)
    {
        if (own.ContainsKey(owner)) return;
        var held = new FileLock(PathOf(owner));
        if (!held.TryTake())
        {
            held.Dispose();
            throw new InvalidOperationException($"Another process holds leases of this journal as {owner}; an owner's name belongs to one process.");
        }

        own[owner] = held;
    }

    public bool Lives(string owner)
    {
        if (own.ContainsKey(owner)) return true;
        if (!File.Exists(PathOf(owner))) return false;
        using var probe = new FileLock(PathOf(owner));
        return !probe.TryTake();
    }

    /// <summary>In a <see cref="WriteTurn"/>.</summary>
    public IReadOnlyList<string> OthersThatLive() =>
    [
        .. Directory.EnumerateFiles(directory, "*" + Extension)
            .Select(path => Uri.UnescapeDataString(Path.GetFileNameWithoutExtension(path)))
            .Where(owner => !own.ContainsKey(owner) && Lives(owner)),
    ];

    /// <summary>Clears up after an owner that has ended.</summary>
    public void Forget(string owner)
    {
        if (!own.ContainsKey(owner)) File.Delete(PathOf(owner));
    }

    public void Dispose()
    {
        foreach (var (owner, held) in own)
        {
            File.Delete(PathOf(owner));
            held.Dispose();
        }
    }

    private string PathOf(string owner) => Path.Combine(directory, Uri.EscapeDataString(owner) + Extension);
}
