using System.Buffers.Binary;
using DigitalTwin.Actors.Journals;
using Microsoft.Win32.SafeHandles;

namespace DigitalTwin.Persistence;

/// <summary>
/// The journal's head, kept outside the database: SQLite drops a damaged end of its log without a word, and this file notices.
/// </summary>
/// <remarks>
/// Two slots, written in turn after each commit, so that a torn write leaves the other one; each is magic, offset, hash, CRC-32C.
/// Synced within a second of a change: it may lag behind the journal by what was committed in the last second, never run ahead.
/// </remarks>
internal sealed class HeadWitness : IDisposable
{
    public const string FileName = "journal.head";
    private const uint Magic = 0x484A5444;
    private const int SlotSize = 4 + 8 + EventChain.HashSize + 4;

    /// <summary>Slots lie in different sectors.</summary>
    private const int SlotDistance = 512;

    private static readonly TimeSpan SyncEvery = TimeSpan.FromSeconds(1);

    private readonly SafeFileHandle file;
    private readonly Timer sync;
    private readonly byte[] slot = new byte[SlotSize];
    private readonly Lock syncing = new();
    private readonly string folder;
    private int next;
    private volatile bool dirty;
    private volatile Exception? failure;
    private bool disposed;

    public HeadWitness(string folder)
    {
        this.folder = folder;
        file = File.OpenHandle(Path.Combine(folder, FileName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
        sync = new Timer(_ => Sync(), null, SyncEvery, SyncEvery);
    }

    /// <exception cref="IOException">This write, or a sync since the last one, has failed.</exception>
    public void Write(long offset, ReadOnlySpan<byte> hash)
    {
        if (failure is { } earlier) throw new IOException($"{FileName} could not be synced: {earlier.Message}", earlier);
        BinaryPrimitives.WriteUInt32LittleEndian(slot, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(slot.AsSpan(4), offset);
        hash.CopyTo(slot.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(slot.AsSpan(SlotSize - 4), EventChain.Crc32C(slot.AsSpan(0, SlotSize - 4)));
        RandomAccess.Write(file, slot, next * SlotDistance);
        next = 1 - next;
        dirty = true;
    }

    /// <summary>
    /// Both slots, synced: an accepted head must not be outbid by what the witness saw before, and a power cut must never leave a journal with events
    /// and a witness without any.
    /// </summary>
    public void Begin(long offset, ReadOnlySpan<byte> hash)
    {
        Write(offset, hash);
        Write(offset, hash);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>After another process has written: goes on in the slot that does not hold the newest.</summary>
    public void Resume() => next = 1 - Newest(folder).Slot;

    /// <summary>The newest whole slot. Null with <paramref name="exists"/>: the file is damaged. A file without a byte was made in the moment of a kill: it has seen nothing.</summary>
    public static JournalHead? Read(string folder, out bool exists)
    {
        exists = new FileInfo(Path.Combine(folder, FileName)) is { Exists: true, Length: > 0 };
        return exists ? Newest(folder).Head : null;
    }

    /// <summary>What a witness as read has against a journal's head, as a sentence; null when what it has seen lies on the journal's chain, or there is none.</summary>
    /// <param name="lostHow">A question: how such a store may lose its end.</param>
    public static string? Complaint(JournalHead head, JournalHead? seen, bool exists, Func<long, ReadOnlyMemory<byte>?> hashAt, string lostHow)
    {
        if (seen is null) return exists ? $"{FileName} is damaged, so a loss at the end could not be noticed." : null;
        if (seen.Offset > head.Offset)
            return $"it ends at offset {head.Offset}, but {FileName} has seen offset {seen.Offset}: {seen.Offset - head.Offset} acknowledged events are missing ({lostHow}).";
        var hash = seen.Offset == 0 ? JournalHead.Empty.Hash : hashAt(seen.Offset);
        return hash is { } stored && stored.Span.SequenceEqual(seen.Hash.Span)
            ? null
            : $"offset {seen.Offset} is not the event that {FileName} has seen: the journal has been replaced or rewritten.";
    }

    public void Dispose()
    {
        lock (syncing)
        {
            if (disposed) return;
            disposed = true;
        }

        sync.Dispose();
        try
        {
            if (dirty) RandomAccess.FlushToDisk(file);
        }
        catch (IOException)
        {
            // The journal itself is synced; the witness then lags behind, which opening allows.
        }

        file.Dispose();
    }

    private static (JournalHead? Head, int Slot) Newest(string folder)
    {
        using var file = File.OpenHandle(Path.Combine(folder, FileName), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        (JournalHead? Head, int Slot) newest = (null, 1);
        var slot = new byte[SlotSize];
        for (var i = 0; i < 2; i++)
        {
            if (RandomAccess.Read(file, slot, i * SlotDistance) < SlotSize) continue;
            if (BinaryPrimitives.ReadUInt32LittleEndian(slot) != Magic) continue;
            if (BinaryPrimitives.ReadUInt32LittleEndian(slot.AsSpan(SlotSize - 4)) != EventChain.Crc32C(slot.AsSpan(0, SlotSize - 4))) continue;
            var offset = BinaryPrimitives.ReadInt64LittleEndian(slot.AsSpan(4));
            if (newest.Head is null || offset >= newest.Head.Offset) newest = (new JournalHead(offset, slot.AsSpan(12, EventChain.HashSize).ToArray()), i);
        }

        return newest;
    }

    private void Sync()
    {
        lock (syncing)
        {
            if (disposed || !dirty) return;
            dirty = false;
            try
            {
                RandomAccess.FlushToDisk(file);
            }
            catch (IOException lost)
            {
                failure = lost;
            }
        }
    }
}
