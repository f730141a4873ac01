using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Persistence;

/// <summary>
/// The bytes that a row's checksum and hash cover. Hash = SHA-256(previous hash, row), so the last hash vouches for every row
/// before it; the CRC covers the row alone, so a reader of one entity needs no other row to see rot.
/// </summary>
/// <remarks>
/// Row = offset, seq, at, recorded (64-bit), entity, name (each with a 32-bit length), payload; little-endian. A row stored under a lease ends with
/// its command's id, the length of that (32-bit; -1: no command), body and epoch (64-bit); rows of format 1 have epoch 0 and end with the payload.
/// One instance a thread.
/// </remarks>
internal sealed class EventChain
{
    public const int HashSize = SHA256.HashSizeInBytes;
    private const int NumbersSize = 4 * sizeof(long);
    private const int EntityStart = HashSize + NumbersSize + sizeof(int);
    private const int TailSize = sizeof(int) + 2 * sizeof(long);

    private byte[] buffer = new byte[1024];
    private int length;
    private int entityLength;
    private int nameLength;
    private int commandStart;
    private int commandLength;

    private int NameStart => EntityStart + entityLength + sizeof(int);

    public ReadOnlySpan<byte> Entity => buffer.AsSpan(EntityStart, entityLength);

    public ReadOnlySpan<byte> Name => buffer.AsSpan(NameStart, nameLength);

    /// <summary>Id of the command; empty when there is none.</summary>
    public ReadOnlySpan<byte> Command => buffer.AsSpan(commandStart, commandLength);

    public uint Crc => Crc32C(buffer.AsSpan(HashSize, length - HashSize));

    /// <summary>Lays out one row; the properties and <see cref="Hash"/> are about the last one. Times are <see cref="Microseconds"/>.</summary>
    public void Load(long offset, string entity, long seq, string name, long at, long recorded, ReadOnlySpan<byte> payload, long epoch, CommandTag? command)
    {
        var texts = entity.Length + name.Length + (command?.Id.Length ?? 0);
        var longest = HashSize + NumbersSize + 2 * sizeof(int) + Encoding.UTF8.GetMaxByteCount(texts) + payload.Length + TailSize;
        if (buffer.Length < longest) buffer = new byte[Math.Max(longest, buffer.Length * 2)];
        var numbers = buffer.AsSpan(HashSize);
        BinaryPrimitives.WriteInt64LittleEndian(numbers, offset);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[8..], seq);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[16..], at);
        BinaryPrimitives.WriteInt64LittleEndian(numbers[24..], recorded);
        entityLength = PutText(EntityStart, entity);
        nameLength = PutText(NameStart, name);
        length = NameStart + nameLength;
        payload.CopyTo(buffer.AsSpan(length));
        length += payload.Length;
        commandStart = length;
        commandLength = 0;
        if (epoch > 0) PutTail(epoch, command);
    }

    public void Load(JournalRow row) =>
        Load(row.Offset, row.Entity, row.Seq, row.Name, row.At, row.Recorded, row.Payload.Span, row.Epoch, row.Command);

    public void Hash(ReadOnlySpan<byte> previous, Span<byte> hash)
    {
        previous.CopyTo(buffer);
        SHA256.HashData(buffer.AsSpan(0, length), hash);
    }

    public static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var rest in bytes) crc = BitOperations.Crc32C(crc, rest);
        return ~crc;
    }

    private int PutText(int start, string text)
    {
        var size = Encoding.UTF8.GetBytes(text, buffer.AsSpan(start));
        BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(start - sizeof(int)), size);
        return size;
    }

    private void PutTail(long epoch, CommandTag? command)
    {
        if (command is { } tag) commandLength = Encoding.UTF8.GetBytes(tag.Id, buffer.AsSpan(commandStart));
        var tail = buffer.AsSpan(commandStart + commandLength, TailSize);
        BinaryPrimitives.WriteInt32LittleEndian(tail, command is null ? -1 : commandLength);
        BinaryPrimitives.WriteInt64LittleEndian(tail[4..], command?.Body ?? 0);
        BinaryPrimitives.WriteInt64LittleEndian(tail[12..], epoch);
        length = commandStart + commandLength + TailSize;
    }
}
