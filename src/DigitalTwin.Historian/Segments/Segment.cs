using System.Globalization;

namespace DigitalTwin.Historian.Segments;

/// <summary>The frames of one segment file, in memory as on disk. One thread adds, any number read.</summary>
internal sealed class Segment(long number)
{
    private readonly List<Frame> frames = [];
    private readonly Lock gate = new();

    public long Number => number;

    public string FileName => string.Create(CultureInfo.InvariantCulture, $"{number:d10}.segment");

    public int Rows { get; private set; }

    /// <summary>No more is added.</summary>
    public bool IsClosed { get; private set; }

    public void Add(Frame frame)
    {
        lock (gate)
        {
            frames.Add(frame);
            Rows += frame.Rows;
        }
    }

    public void Close() => IsClosed = true;

    public IReadOnlyList<Frame> Frames()
    {
        lock (gate) return [.. frames];
    }

    /// <summary>
    /// Reads a segment file as a kill, a power cut or a rotten disk has left it. A frame counts when all of it is there; what cannot be read
    /// is passed over up to the next frame that can.
    /// </summary>
    /// <param name="whole">The length up to which it can be read: after it comes no frame.</param>
    /// <param name="damaged">Bytes before that length that are no frame: they were once, since a frame follows only one that was synced.</param>
    public static Segment Read(ReadOnlyMemory<byte> file, long number, out int whole, out int damaged)
    {
        var segment = new Segment(number);
        (whole, damaged) = (0, 0);
        for (var at = 0; at + Frame.HeadBytes <= file.Length; at += 8)
        {
            if (Frame.Read(file, number, at) is not { } frame) continue;
            segment.Add(frame);
            damaged += at - whole;
            whole = at + frame.Bytes.Length;
            at = whole - 8;
        }
        return segment;
    }
}
