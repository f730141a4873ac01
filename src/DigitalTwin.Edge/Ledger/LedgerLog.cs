using System.Buffers.Binary;
using System.Numerics;

namespace DigitalTwin.Edge.Ledger;

/// <summary>
/// The ledger on disk: a book, then the entries since, each with length and checksum. There are two such files, and the one in use is that
/// with the higher generation: to begin anew, a whole book is written over the other one and synced before anything relies on it. So no
/// file is ever renamed or removed, and a cut at any moment leaves one that is whole.
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class LedgerLog : IDisposable
{
    private static readonly string[] Names = ["ledger.a", "ledger.b"];
    private const int HeadBytes = 8;

    private readonly string folder;
    private ulong generation;
    private FileStream? file;
    private LedgerEncoder encoder = new();

    private LedgerLog(string folder) => this.folder = folder;

    /// <summary>Bytes of the file in use, and of the book that it begins with.</summary>
    public (long All, long Book) Length { get; private set; }

    /// <summary>Reads what is whole. <see cref="BeginAnew"/> has to be called before anything can be added.</summary>
    /// <param name="report">Told in one sentence when a file ends in bytes that are no record.</param>
    public static (LedgerLog Log, LedgerBook Book, IReadOnlyList<LedgerEntry> Entries) Open(string folder, Action<string> report)
    {
        Directory.CreateDirectory(folder);
        var log = new LedgerLog(folder);
        (LedgerBook Book, List<LedgerEntry> Entries)? newest = null;
        foreach (var name in Names)
        {
            var path = Path.Combine(folder, name);
            if (File.Exists(path) && Read(path, log.generation, report) is { } read) (log.generation, newest) = (read.Generation, (read.Book, read.Entries));
        }
        return newest is { } known ? (log, known.Book, known.Entries) : (log, new(), []);
    }

    /// <summary>Durable when it returns.</summary>
    /// <exception cref="IOException">Whether it is on disk is not known; the log has to begin anew.</exception>
    public void Add(LedgerEntry entry)
    {
        Write(encoder.Encode(entry));
        file!.Flush(flushToDisk: true);
    }

    /// <summary>Goes over to the other file, which then holds this book and these entries and nothing else.</summary>
    public void BeginAnew(LedgerBook book, IReadOnlyCollection<LedgerEntry> entries)
    {
        file?.Dispose();
        var next = generation + 1;
        file = new(Path.Combine(folder, Names[next % 2]), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        encoder = new();
        Length = default;
        Span<byte> head = stackalloc byte[2 * sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(head, next);
        BinaryPrimitives.WriteInt64LittleEndian(head[sizeof(ulong)..], entries.Count);
        Write(head);
        Write(encoder.Encode(book));
        Length = (Length.All, Length.All);
        foreach (var entry in entries) Write(encoder.Encode(entry));
        file.Flush(flushToDisk: true);
        generation = next;
    }

    public void Dispose() => file?.Dispose();

    private void Write(ReadOnlySpan<byte> content)
    {
        var record = new byte[HeadBytes + content.Length];
        BinaryPrimitives.WriteInt32LittleEndian(record, content.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), Checksum(content));
        content.CopyTo(record.AsSpan(HeadBytes));
        file!.Write(record);
        Length = Length with { All = Length.All + record.Length };
    }

    /// <returns>Null where the file is not newer than <paramref name="newerThan"/>, or was being written when the power went.</returns>
    private static (ulong Generation, LedgerBook Book, List<LedgerEntry> Entries)? Read(string path, ulong newerThan, Action<string> report)
    {
        var bytes = File.ReadAllBytes(path);
        var (at, decoder) = (0, new LedgerDecoder());
        if (Next(bytes, ref at) is not { Length: 2 * sizeof(ulong) } head || Next(bytes, ref at) is not { } first) return null;
        var generation = BinaryPrimitives.ReadUInt64LittleEndian(head);
        if (generation <= newerThan) return null;
        var (book, entries) = (decoder.Book(first), new List<LedgerEntry>());
        while (Next(bytes, ref at) is { } record) entries.Add(decoder.Entry(record));
        if (entries.Count < BinaryPrimitives.ReadInt64LittleEndian(head.AsSpan(sizeof(ulong)))) return null;
        if (at < bytes.Length) report($"{path} ends in {bytes.Length - at} bytes that are no record: left out, as a write that was cut off");
        return (generation, book, entries);
    }

    private static byte[]? Next(byte[] bytes, ref int at)
    {
        if (bytes.Length - at < HeadBytes) return null;
        var (length, checksum) = (BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 4)));
        if (length < 0 || length > bytes.Length - at - HeadBytes) return null;
        var content = bytes.AsSpan(at + HeadBytes, length);
        if (Checksum(content) != checksum) return null;
        at += HeadBytes + length;
        return content.ToArray();
    }

    private static uint Checksum(ReadOnlySpan<byte> content)
    {
        var crc = ~0u;
        for (; content.Length >= sizeof(ulong); content = content[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(content));
        foreach (var one in content) crc = BitOperations.Crc32C(crc, one);
        return ~crc;
    }
}
