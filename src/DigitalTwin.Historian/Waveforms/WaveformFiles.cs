using System.Globalization;
using System.Security.Cryptography;

namespace DigitalTwin.Historian.Waveforms;

/// <summary>A content as it lies on the disk.</summary>
public sealed record StoredContent(string Path, string Format);

/// <summary>
/// Contents of waveforms and images, each a file named by its hash: <c>DAY/first two digits/HASH.FORMAT</c>, the day that of plant time in UTC.
/// A name stands there only when all of its bytes are synced, so what can be read is whole, and the same content of a day is there once.
/// </summary>
/// <remarks>A day's folder is all that belongs to the day: it can be copied away or deleted by itself, which is how old days go.</remarks>
public sealed class WaveformFiles
{
    /// <summary>The gateway refuses what is longer.</summary>
    public const int LongestContent = 1 << 20;

    private const string Unfinished = ".tmp";
    private readonly string root;

    private WaveformFiles(string root) => this.root = root;

    /// <summary>One process at a time; what one that was killed left unfinished is removed.</summary>
    public static WaveformFiles Open(string folder)
    {
        var root = System.IO.Path.GetFullPath(folder);
        Directory.CreateDirectory(root);
        foreach (var left in Directory.EnumerateFiles(root, "*" + Unfinished, SearchOption.AllDirectories)) File.Delete(left);
        return new(root);
    }

    /// <summary>Stores a content; returns when it is synced to disk.</summary>
    /// <param name="sourceTime">When it was taken, plant time.</param>
    /// <param name="format">One of <see cref="ContentFormat.All"/>.</param>
    /// <param name="sampleRate">Of a waveform; null where nobody knows it.</param>
    public ContentReference Keep(DateTimeOffset sourceTime, string format, ReadOnlySpan<byte> content, double? sampleRate)
    {
        if (!ContentFormat.All.Contains(format)) throw new ArgumentException($"'{format}' is none of {string.Join(", ", ContentFormat.All)}", nameof(format));
        var hash = Convert.ToHexStringLower(SHA256.HashData(content));
        var folder = Made(Made(root, DayOf(sourceTime)), hash[..2]);
        var path = System.IO.Path.Combine(folder, $"{hash}.{format}");
        if (new FileInfo(path) is { Exists: true } there && there.Length == content.Length)
            DurableFolder.Sync(folder);   // its writer may have been killed before it got so far
        else
        {
            File.WriteAllBytes(path + Unfinished, content);
            DurableFolder.Publish(path + Unfinished, path);
        }
        var bare = new ContentReference(hash, format, content.Length);
        return ContentFormat.IsWaveform(format) ? WaveformFeatures.Of(bare, content, sampleRate) : ImageFeatures.Of(bare, content);
    }

    /// <returns>Null where no day holds it, or no longer.</returns>
    public StoredContent? Find(string sha256)
    {
        if (!IsHash(sha256)) return null;
        foreach (var day in Directory.EnumerateDirectories(root).OrderDescending(StringComparer.Ordinal))
            foreach (var format in ContentFormat.All)
                if (System.IO.Path.Combine(day, sha256[..2], $"{sha256}.{format}") is var path && File.Exists(path))
                    return new(path, format);
        return null;
    }

    public static bool IsHash(string text) => text.Length == 64 && text.All(char.IsAsciiHexDigitLower);

    /// <summary>Deletes the days that lie wholly before a time.</summary>
    /// <returns>Days deleted.</returns>
    public int RemoveBefore(DateTimeOffset time)
    {
        var first = DayOf(time);
        var removed = 0;
        foreach (var day in Directory.EnumerateDirectories(root))
        {
            var name = System.IO.Path.GetFileName(day);
            // Only what is named as a day: nobody knows what else somebody has put here.
            if (!DateOnly.TryParseExact(name, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _) || string.CompareOrdinal(name, first) >= 0) continue;
            Directory.Delete(day, recursive: true);
            removed++;
        }
        return removed;
    }

    private const string DayFormat = "yyyy-MM-dd";

    private static string DayOf(DateTimeOffset time) => time.UtcDateTime.ToString(DayFormat, CultureInfo.InvariantCulture);

    private static string Made(string parent, string name)
    {
        var folder = System.IO.Path.Combine(parent, name);
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            DurableFolder.Sync(parent);
        }
        return folder;
    }
}
