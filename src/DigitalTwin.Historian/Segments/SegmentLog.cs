using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace DigitalTwin.Historian.Segments;

/// <summary>
/// Appends frames to segment files and syncs each before it counts. A segment that was there at start is never appended to: what a kill has
/// left at its end is cut off once, and from then on everything in it has been acknowledged.
/// </summary>
internal sealed class SegmentLog : IDisposable
{
    private readonly string folder;
    private readonly Action<SafeFileHandle> sync;
    private SafeFileHandle? file;
    private long length;
    private Exception? broken;

    private SegmentLog(string folder, long newest, Action<SafeFileHandle> sync) => (this.folder, Newest, this.sync) = (folder, newest, sync);

    /// <summary>Number of the segment that was begun last.</summary>
    public long Newest { get; private set; }

    /// <summary>Where the next frame goes.</summary>
    public long Offset => length;

    /// <param name="converted">Segments up to here are in Parquet files; one that is still there is removed.</param>
    /// <param name="report">Told in a sentence what could not be read.</param>
    /// <param name="sync">In place of the disk's, for a trial.</param>
    /// <returns>The log, and the segments after <paramref name="converted"/> in order.</returns>
    public static (SegmentLog Log, IReadOnlyList<Segment> Segments) Open(string folder, long converted, Action<string> report, Action<SafeFileHandle>? sync = null)
    {
        Directory.CreateDirectory(folder);
        var numbers = Directory.EnumerateFiles(folder, "*.segment").Select(path => long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture)).Order().ToList();
        foreach (var old in numbers.Where(number => number <= converted)) File.Delete(Path.Combine(folder, new Segment(old).FileName));
        numbers.RemoveAll(number => number <= converted);
        for (var i = 0; i < numbers.Count; i++)
            if (numbers[i] != converted + 1 + i)
                throw new IOException($"The sample history misses {new Segment(converted + 1 + i).FileName} in {folder}, which held acknowledged samples. Put it back from a copy.");
        var segments = numbers.Select(number => Read(folder, number, isLast: number == numbers[^1], report)).ToList();
        return (new(folder, converted + segments.Count, sync ?? RandomAccess.FlushToDisk), segments);
    }

    /// <summary>Starts a new segment file.</summary>
    public Segment Begin()
    {
        file?.Dispose();
        file = null;
        var segment = new Segment(Newest + 1);
        // One that could not be begun to its end may lie here: nothing in it was acknowledged.
        file = File.OpenHandle(Path.Combine(folder, segment.FileName), FileMode.Create, FileAccess.Write);
        DurableFolder.Sync(folder);
        (Newest, length) = (segment.Number, 0);
        return segment;
    }

    /// <summary>Ends when the frame is on the disk. When it fails nothing of it is there, and the next may be tried.</summary>
    /// <exception cref="IOException">Once a sync has failed, always: a second one may report success for what the first has lost.</exception>
    public void Append(Frame frame)
    {
        if (broken is not null) throw new IOException($"The sample history in {folder} takes no more samples since its disk failed ({broken.Message}). Check the disk, then start the host again.", broken);
        try
        {
            RandomAccess.Write(file!, frame.Bytes.Span, length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            CutBack();   // a full disk has taken a part of it
            throw;
        }
        try
        {
            sync(file!);
        }
        catch (Exception e)
        {
            broken = e;
            throw;
        }
        length += frame.Bytes.Length;
    }

    /// <summary>Removes the file of a segment whose rows are in Parquet files. One that stays is removed at the next start.</summary>
    public void Remove(Segment segment) => File.Delete(Path.Combine(folder, segment.FileName));

    public void Dispose() => file?.Dispose();

    private void CutBack()
    {
        try
        {
            RandomAccess.SetLength(file!, length);
        }
        catch (Exception e)
        {
            broken = e;
        }
    }

    private static Segment Read(string folder, long number, bool isLast, Action<string> report)
    {
        var path = Path.Combine(folder, new Segment(number).FileName);
        var bytes = File.ReadAllBytes(path);
        var segment = Segment.Read(bytes, number, out var whole, out var damaged);
        if (isLast && whole < bytes.Length)
        {
            report($"{path}: its last {bytes.Length - whole} bytes are of a write that was not finished, and are cut off.");
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.SetLength(file, whole);
            RandomAccess.FlushToDisk(file);
        }
        else
        {
            damaged += bytes.Length - whole;
        }
        if (damaged > 0)
            report($"{path}: {damaged} of its {bytes.Length} bytes are damaged, and the samples in them are lost; all others are read. Check the disk, and put the file back from a copy if there is one.");
        segment.Close();
        return segment;
    }
}
