using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace DigitalTwin.Persistence;

/// <summary>
/// SHA-256 over all that is stored of a snapshot: seq, offset, recorded (microseconds), entity, format (each with its length; all 64-bit, little-endian), state.
/// </summary>
internal static class SnapshotHash
{
    public static byte[] Of(string entity, long seq, long offset, long recorded, string format, ReadOnlySpan<byte> state)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (var value in (ReadOnlySpan<long>)[seq, offset, recorded])
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, value);
            hash.AppendData(number);
        }

        foreach (var text in (ReadOnlySpan<string>)[entity, format])
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt64LittleEndian(number, bytes.Length);
            hash.AppendData(number);
            hash.AppendData(bytes);
        }

        hash.AppendData(state);
        return hash.GetHashAndReset();
    }
}
