using System.Buffers.Binary;
using System.Text;

namespace DigitalTwin.Planning.CpSat;

/// <summary>What a worker says.</summary>
internal abstract record WorkerReport
{
    private WorkerReport() { }
    public sealed record Ready : WorkerReport;
    public sealed record Progress(uint Id, double Objective, double Bound) : WorkerReport;
    public sealed record Answer(uint Id, byte[] Response) : WorkerReport;
    public sealed record Failed(uint Id, string Reason) : WorkerReport;
}

/// <summary>The frames between planner and worker, as <c>src/solver/src/frames.ts</c> has them: length u32, kind u8, id u32, payload; little-endian.</summary>
internal static class WorkerFrames
{
    private const byte SolveKind = 1, CancelKind = 2, ReadyKind = 16, ProgressKind = 17, AnswerKind = 18, FailedKind = 19;
    private const int LengthBytes = 4, HeadBytes = 5, SolveHeadBytes = 9, LongestFrame = 256 * 1024 * 1024;

    public static byte[] Solve(uint id, TimeSpan deadline, bool progress, ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> model)
    {
        var frame = Frame(SolveKind, id, SolveHeadBytes + parameters.Length + model.Length);
        var payload = frame.AsSpan(LengthBytes + HeadBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(payload, (uint)Math.Clamp(deadline.TotalMilliseconds, 0, uint.MaxValue));
        payload[4] = progress ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(payload[5..], parameters.Length);
        parameters.CopyTo(payload[SolveHeadBytes..]);
        model.CopyTo(payload[(SolveHeadBytes + parameters.Length)..]);
        return frame;
    }

    public static byte[] Cancel(uint id) => Frame(CancelKind, id, 0);

    /// <returns>Null at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">What comes is no frame; nothing after it can be understood.</exception>
    public static WorkerReport? Read(Stream stream)
    {
        Span<byte> head = stackalloc byte[LengthBytes + HeadBytes];
        if (stream.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length) return null;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (length is < HeadBytes or > LongestFrame) throw new InvalidDataException($"a frame of {length} bytes: expected {HeadBytes} to {LongestFrame}");
        var payload = new byte[length - HeadBytes];
        if (stream.ReadAtLeast(payload, payload.Length, throwOnEndOfStream: false) < payload.Length) return null;
        var id = BinaryPrimitives.ReadUInt32LittleEndian(head[5..]);
        return head[4] switch
        {
            ReadyKind => new WorkerReport.Ready(),
            ProgressKind when payload.Length == 16 => new WorkerReport.Progress(id, BinaryPrimitives.ReadDoubleLittleEndian(payload), BinaryPrimitives.ReadDoubleLittleEndian(payload.AsSpan(8))),
            AnswerKind => new WorkerReport.Answer(id, payload),
            FailedKind => new WorkerReport.Failed(id, Encoding.UTF8.GetString(payload)),
            var kind => throw new InvalidDataException($"a frame of kind {kind} with {payload.Length} bytes, which no worker sends"),
        };
    }

    private static byte[] Frame(byte kind, uint id, int payloadBytes)
    {
        var frame = new byte[LengthBytes + HeadBytes + payloadBytes];
        BinaryPrimitives.WriteInt32LittleEndian(frame, HeadBytes + payloadBytes);
        frame[4] = kind;
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(5), id);
        return frame;
    }
}
