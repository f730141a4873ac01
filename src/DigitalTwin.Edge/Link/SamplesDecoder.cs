using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;

namespace DigitalTwin.Edge.Link;

/// <summary>
/// Frames of samples, read from their bytes straight into columns: nine in ten of all bytes that come are such frames, and the library's way
/// through its own lists costs several times as much. It reads what a gateway writes; whatever is written otherwise (protobuf allows much) goes
/// through the library, so what a frame means is the library's word.
/// </summary>
/// <remarks>Not thread-safe. After <see cref="Read"/>, source and server times are absolute, and sequences are not filled in: rows are contiguous.</remarks>
internal sealed class SamplesDecoder
{
    /// <summary>Bounds the memory of a frame; the gateway sends some hundred rows.</summary>
    public const int MostRows = 16_384;

    private const byte FrameSamples = 3 << 3 | 2;
    private readonly List<uint> statusRows = [];
    private readonly List<uint> statusCodes = [];
    private readonly List<uint> textRows = [];
    private readonly List<string> texts = [];
    private readonly int[] counts = new int[4];   // of the full columns

    /// <param name="first">Sequence of the first row.</param>
    /// <returns>False when it is no frame of samples, or not one that a gateway writes: nothing of it is in the columns then.</returns>
    /// <exception cref="MalformedFrameException">The columns do not fit together.</exception>
    public bool TryRead(ReadOnlySpan<byte> frame, SampleColumns columns, out ulong first)
    {
        if (!TryReadFields(frame, columns, out first, out var baseSource, out var baseServer))
        {
            columns.Clear();
            return false;
        }
        CheckSequence(first);
        Fit(columns, baseSource, baseServer);
        return true;
    }

    /// <summary>The same from the library's message.</summary>
    public void Read(Samples samples, SampleColumns columns)
    {
        CheckSequence(samples.FirstSequence);
        ReadUnnumbered(samples, columns);
    }

    /// <summary>The same of rows that have no sequences.</summary>
    public void ReadUnnumbered(Samples samples, SampleColumns columns)
    {
        Begin();
        if (samples.Signal.Count > MostRows) throw TooManyRows(samples.Signal.Count);
        columns.MakeRoom(Math.Max(Math.Max(samples.Signal.Count, samples.SourceDtUs.Count), Math.Max(samples.ServerDtUs.Count, samples.Value.Count)));
        samples.Signal.CopyTo(columns.Signals, 0);
        samples.SourceDtUs.CopyTo(columns.SourceTimes, 0);
        samples.ServerDtUs.CopyTo(columns.ServerTimes, 0);
        samples.Value.CopyTo(columns.Numbers, 0);
        (counts[0], counts[1], counts[2], counts[3]) = (samples.Signal.Count, samples.SourceDtUs.Count, samples.ServerDtUs.Count, samples.Value.Count);
        statusRows.AddRange(samples.StatusRow);
        statusCodes.AddRange(samples.StatusCode);
        textRows.AddRange(samples.TextRow);
        texts.AddRange(samples.Text);
        Fit(columns, samples.BaseSourceUs, samples.BaseServerUs);
    }

    private void Begin()
    {
        statusRows.Clear();
        statusCodes.Clear();
        textRows.Clear();
        texts.Clear();
        Array.Clear(counts);
    }

    private bool TryReadFields(ReadOnlySpan<byte> frame, SampleColumns columns, out ulong first, out long baseSource, out long baseServer)
    {
        (first, baseSource, baseServer) = (0, 0, 0);
        var at = 1;
        if (frame.Length < 2 || frame[0] != FrameSamples || !TryReadVarint(frame, ref at, out var all) || all != (ulong)(frame.Length - at)) return false;
        Begin();
        var seen = 0;
        while (at < frame.Length)
        {
            var tag = frame[at++];
            var field = tag >> 3;
            if (field is < 1 or > 11 || (field != 11 && (seen & 1 << field) != 0) || !TryReadVarint(frame, ref at, out var value)) return false;
            seen |= 1 << field;
            if (field <= 3)
            {
                if ((tag & 7) != 0) return false;
                if (field == 1) first = value;
                else if (field == 2) baseSource = unchecked((long)value);
                else baseServer = unchecked((long)value);
                continue;
            }
            if ((tag & 7) != 2 || value > (ulong)(frame.Length - at)) return false;
            var content = frame.Slice(at, (int)value);
            at += content.Length;
            var isRead = field switch
            {
                4 => TryReadSignals(content, columns),
                5 => TryReadDeltas(content, columns, server: false),
                6 => TryReadDeltas(content, columns, server: true),
                7 => TryReadNumbers(content, columns),
                8 => TryReadRows(content, statusRows),
                9 => TryReadCodes(content),
                10 => TryReadRows(content, textRows),
                _ => TryReadText(content),
            };
            if (!isRead) return false;
        }
        return true;
    }

    private bool TryReadSignals(ReadOnlySpan<byte> content, SampleColumns columns)
    {
        columns.MakeRoom(Math.Min(content.Length, MostRows));
        var (to, at, row) = (columns.Signals, 0, 0);
        while (at < content.Length)
        {
            if (!TryReadVarint(content, ref at, out var value) || value > uint.MaxValue) return false;
            if (row == MostRows) throw TooManyRows(row + 1);
            to[row++] = (uint)value;
        }
        counts[0] = row;
        return true;
    }

    private bool TryReadDeltas(ReadOnlySpan<byte> content, SampleColumns columns, bool server)
    {
        columns.MakeRoom(Math.Min(content.Length, MostRows));
        var (to, at, row) = (server ? columns.ServerTimes : columns.SourceTimes, 0, 0);
        while (at < content.Length)
        {
            if (!TryReadVarint(content, ref at, out var value) || row == MostRows) return false;
            to[row++] = unchecked((long)(value >> 1) ^ -(long)(value & 1));
        }
        counts[server ? 2 : 1] = row;
        return true;
    }

    private bool TryReadNumbers(ReadOnlySpan<byte> content, SampleColumns columns)
    {
        var rows = content.Length / sizeof(double);
        if (content.Length % sizeof(double) != 0 || rows > MostRows || !BitConverter.IsLittleEndian) return false;
        columns.MakeRoom(rows);
        MemoryMarshal.Cast<byte, double>(content).CopyTo(columns.Numbers);
        counts[3] = rows;
        return true;
    }

    private static bool TryReadRows(ReadOnlySpan<byte> content, List<uint> rows)
    {
        for (var at = 0; at < content.Length;)
        {
            if (!TryReadVarint(content, ref at, out var row) || row > uint.MaxValue || rows.Count == MostRows) return false;
            rows.Add((uint)row);
        }
        return true;
    }

    private bool TryReadCodes(ReadOnlySpan<byte> content)
    {
        if (content.Length % sizeof(uint) != 0 || content.Length / sizeof(uint) > MostRows || !BitConverter.IsLittleEndian) return false;
        statusCodes.AddRange(MemoryMarshal.Cast<byte, uint>(content));
        return true;
    }

    private bool TryReadText(ReadOnlySpan<byte> content)
    {
        if (texts.Count == MostRows || !Utf8.IsValid(content)) return false;
        texts.Add(Encoding.UTF8.GetString(content));
        return true;
    }

    /// <summary>Checks that the columns are of one length and the sparse ones ascend, makes times absolute, and puts the sparse ones in place.</summary>
    private void Fit(SampleColumns columns, long baseSource, long baseServer)
    {
        var rows = counts[0];
        if (counts[1] != rows || counts[2] != rows || counts[3] != rows)
            throw new MalformedFrameException("columns signal, source_dt_us, server_dt_us and value differ in length");
        CheckSparse("status", statusRows, statusCodes.Count, rows);
        CheckSparse("text", textRows, texts.Count, rows);
        foreach (ref var time in columns.SourceTimes.AsSpan(0, rows)) time = unchecked(time + baseSource);
        foreach (ref var time in columns.ServerTimes.AsSpan(0, rows)) time = unchecked(time + baseServer);
        columns.Statuses.AsSpan(0, rows).Clear();
        for (var i = 0; i < statusRows.Count; i++) columns.Statuses[(int)statusRows[i]] = statusCodes[i];
        for (var i = 0; i < textRows.Count; i++) columns.Texts.Add(((int)textRows[i], texts[i]));
        columns.Count = rows;
    }

    private static void CheckSequence(ulong first)
    {
        if (first is 0 or > long.MaxValue) throw new MalformedFrameException("sequences start at 1");
    }

    private static void CheckSparse(string name, List<uint> at, int values, int rows)
    {
        if (at.Count != values) throw new MalformedFrameException($"{name}_row and its values differ in length");
        for (var i = 0; i < at.Count; i++)
            if (at[i] >= rows || (i > 0 && at[i] <= at[i - 1])) throw new MalformedFrameException($"{name}_row is not ascending within the rows");
    }

    /// <summary>Seven bits a byte, the lowest first. One that is longer than its 64 bits is left to the library.</summary>
    private static bool TryReadVarint(ReadOnlySpan<byte> from, ref int at, out ulong value)
    {
        unchecked
        {
            value = 0;
            for (var shift = 0; shift < 64 && (uint)at < (uint)from.Length; shift += 7)
            {
                var next = from[at++];
                value |= (ulong)(next & 0x7F) << shift;
                if (next <= 0x7F) return shift < 63 || next <= 1;
            }
            return false;
        }
    }

    private static MalformedFrameException TooManyRows(int rows) => new($"{rows} rows in one frame; at most {MostRows}");
}
