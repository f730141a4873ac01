using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Engine;
using DigitalTwin.Historian.Files;

namespace DigitalTwin.Historian.Segments;

/// <summary>
/// What one commit has stored, as the bytes that lie on disk: rows by column, the names of signals that are new in it, and how far each
/// gateway buffer is stored. It counts whole or not at all. One CRC-32C covers all of it but the magic and itself, with the segment's
/// number and the frame's place in it, so that the bytes of a frame are a frame nowhere else.
/// </summary>
/// <remarks>
/// Little-endian. Head: magic, CRC-32C, length (a multiple of 8), rows, each 4 bytes; segment, offset, each 8 bytes. Then the columns, 40
/// bytes a row in all: source time, server time (µs since 1970), number, sequence, each 8 bytes; signal, status, each 4. Then the
/// <see cref="Tail"/>.
/// </remarks>
internal sealed class Frame
{
    public const int HeadBytes = 32;
    public const int RowBytes = 40;
    internal const uint Magic = 0x31535444;   // "DTS1"
    private const int CheckedFrom = 8;

    private readonly IReadOnlyDictionary<int, string> texts;

    private Frame(ReadOnlyMemory<byte> bytes)
    {
        Bytes = bytes;
        Rows = MemoryMarshal.Read<int>(bytes.Span[12..]);
        texts = ReadTail().Texts;
        (Earliest, Latest) = (long.MaxValue, long.MinValue);
        foreach (var time in SourceTimes) (Earliest, Latest) = (Math.Min(Earliest, time), Math.Max(Latest, time));
    }

    public ReadOnlyMemory<byte> Bytes { get; }
    public int Rows { get; }

    /// <summary>Of the source times, in µs; after <see cref="Latest"/> when there are no rows.</summary>
    public long Earliest { get; }
    public long Latest { get; }

    public ReadOnlySpan<long> SourceTimes => Column<long>(0);
    public ReadOnlySpan<uint> Signals => Column<uint>(32);

    public Sample SampleAt(int row, string signal) => new(
        signal, Column<double>(16)[row], texts.GetValueOrDefault(row), Column<uint>(36)[row],
        Micros.ToTime(SourceTimes[row]), Micros.ToTime(Column<long>(8)[row]), Column<ulong>(24)[row]);

    public Tail ReadTail()
    {
        using var stream = new MemoryStream(Bytes[(HeadBytes + Rows * RowBytes)..].ToArray());
        return Tail.Read(stream);
    }

    /// <returns>Null when these bytes are no frame of this segment and place, or not the whole of it.</returns>
    public static Frame? Read(ReadOnlyMemory<byte> file, long segment, int offset)
    {
        var bytes = file.Span[offset..];
        if (bytes.Length < HeadBytes || MemoryMarshal.Read<uint>(bytes) != Magic) return null;
        var (length, rows) = (MemoryMarshal.Read<int>(bytes[8..]), MemoryMarshal.Read<int>(bytes[12..]));
        if (length > bytes.Length || length % 8 != 0 || rows < 0 || length < HeadBytes + (long)rows * RowBytes) return null;
        if (MemoryMarshal.Read<long>(bytes[16..]) != segment || MemoryMarshal.Read<long>(bytes[24..]) != offset) return null;
        return Checksum(bytes[CheckedFrom..length]) == MemoryMarshal.Read<uint>(bytes[4..]) ? new(file.Slice(offset, length)) : null;
    }

    /// <param name="columns">Head and columns of <paramref name="rows"/> rows; what follows them is overwritten.</param>
    public static Frame Seal(byte[] columns, int rows, Tail tail, long segment, long offset)
    {
        using var rest = new MemoryStream();
        tail.Write(rest);
        var end = HeadBytes + rows * RowBytes;
        var length = (end + (int)rest.Length + 7) & ~7;
        if (columns.Length < length) Array.Resize(ref columns, length);
        var bytes = columns.AsSpan(0, length);
        bytes[end..].Clear();
        rest.GetBuffer().AsSpan(0, (int)rest.Length).CopyTo(bytes[end..]);
        MemoryMarshal.Write(bytes, Magic);
        MemoryMarshal.Write(bytes[8..], length);
        MemoryMarshal.Write(bytes[12..], rows);
        MemoryMarshal.Write(bytes[16..], segment);
        MemoryMarshal.Write(bytes[24..], offset);
        MemoryMarshal.Write(bytes[4..], Checksum(bytes[CheckedFrom..]));
        return new(columns.AsMemory(0, length));
    }

    private ReadOnlySpan<T> Column<T>(int at) where T : unmanaged =>
        MemoryMarshal.Cast<byte, T>(Bytes.Span.Slice(HeadBytes + at * Rows, Marshal.SizeOf<T>() * Rows));

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes)) crc = BitOperations.Crc32C(crc, word);
        return ~crc;
    }
}

/// <summary>What a frame holds beside its columns.</summary>
/// <param name="Signals">Numbers given to signals in this commit, with their ids.</param>
/// <param name="Reached">Gateway buffers, and the sequence up to which each is stored with this frame.</param>
/// <param name="Texts">By row.</param>
/// <param name="Files">The Parquet files that count; in a checkpoint only.</param>
internal sealed record Tail(
    IReadOnlyList<(uint Number, string Id)> Signals, IReadOnlyDictionary<string, ulong> Reached, IReadOnlyDictionary<int, string> Texts, IReadOnlyList<SampleFile> Files)
{
    public void Write(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Signals.Count);
        foreach (var (number, id) in Signals)
        {
            writer.Write(number);
            writer.Write(id);
        }
        writer.Write(Reached.Count);
        foreach (var (buffer, sequence) in Reached)
        {
            writer.Write(buffer);
            writer.Write(sequence);
        }
        writer.Write(Texts.Count);
        foreach (var (row, text) in Texts)
        {
            writer.Write(row);
            writer.Write(text);
        }
        writer.Write(Files.Count);
        foreach (var file in Files)
        {
            writer.Write(file.Name);
            writer.Write(file.Earliest);
            writer.Write(file.Latest);
            writer.Write(file.Rows);
        }
    }

    public static Tail Read(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        var signals = new (uint, string)[reader.ReadInt32()];
        for (var i = 0; i < signals.Length; i++) signals[i] = (reader.ReadUInt32(), reader.ReadString());
        var reached = new Dictionary<string, ulong>(StringComparer.Ordinal);
        for (var left = reader.ReadInt32(); left > 0; left--) reached[reader.ReadString()] = reader.ReadUInt64();
        var texts = new Dictionary<int, string>();
        for (var left = reader.ReadInt32(); left > 0; left--) texts[reader.ReadInt32()] = reader.ReadString();
        var files = new SampleFile[reader.ReadInt32()];
        for (var i = 0; i < files.Length; i++) files[i] = new(reader.ReadString(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
        return new(signals, reached, texts, files);
    }
}
