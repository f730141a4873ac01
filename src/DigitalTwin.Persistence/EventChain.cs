using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace DigitalTwin.Persistence;

/// <summary>
/// The bytes that a row's checksum and hash cover. Hash = SHA-256(previous hash, row), so the last hash vouches for every row
/// before it; the CRC covers the row alone, so a reader of one entity needs no other row to see rot.
/// </summary>
/// <remarks>
/// Row = offset, seq, at, recorded (64-bit), entity, name (each with a 32-bit length), payload; little-endian. One instance a thread.
/// </remarks>
internal sealed class EventChain
{
    public const int HashSize = SHA256.HashSizeInBytes;
    private const int NumbersSize = 4 * sizeof(long);
    private const int EntityStart = HashSize + NumbersSize + sizeof(int);

    private byte[] buffer = new byte[1024];
    private int length;
    private int entityLength;
    private int nameLength;

    private int NameStart => EntityStart + entityLength + sizeof(int);

    public ReadOnlySpan<byte> Entity => buffer.AsSpan(EntityStart, entityLength);

    public ReadOnlySpan<byte> Name => buffer.AsSpan(NameStart, nameLength);

    public uint Crc => Crc32C(buffer.AsSpan(HashSize, length - HashSize));

    /// <summary>Lays out one row; the properties and <see cref="Hash"/> are about the last one.</summary>
    public void Load(long offset, string entity, long seq, string name, long at, long recorded, ReadOnlySpan<byte> payload)
    {
        var longest = HashSize + NumbersSize + 2 * sizeof(int) + Encoding.UTF8.GetMaxByteCount(entity.Length + name.Length) + payload.Length;
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
    }

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
}
