using System.Runtime.InteropServices;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Engine;
using DigitalTwin.Historian.Files;

namespace DigitalTwin.Historian.Segments;

/// <summary>Fills the columns of a frame in place: what it writes is what goes to disk and what readers read.</summary>
internal ref struct FrameBuilder
{
    /// <summary>Room for a tail without many names or texts, so that sealing does not copy the columns.</summary>
    private const int UsualTail = 1024;

    private readonly byte[] bytes;
    private readonly Span<long> sourceTimes;
    private readonly Span<long> serverTimes;
    private readonly Span<double> numbers;
    private readonly Span<ulong> sequences;
    private readonly Span<uint> signals;
    private readonly Span<uint> statuses;
    private readonly Dictionary<int, string> texts = [];
    private int row;

    /// <param name="rows">Exactly so many have to be added.</param>
    public FrameBuilder(int rows)
    {
        bytes = GC.AllocateUninitializedArray<byte>(Frame.HeadBytes + rows * Frame.RowBytes + UsualTail);
        var columns = bytes.AsSpan(Frame.HeadBytes, rows * Frame.RowBytes);
        sourceTimes = MemoryMarshal.Cast<byte, long>(columns[..(8 * rows)]);
        serverTimes = MemoryMarshal.Cast<byte, long>(columns[(8 * rows)..(16 * rows)]);
        numbers = MemoryMarshal.Cast<byte, double>(columns[(16 * rows)..(24 * rows)]);
        sequences = MemoryMarshal.Cast<byte, ulong>(columns[(24 * rows)..(32 * rows)]);
        signals = MemoryMarshal.Cast<byte, uint>(columns[(32 * rows)..(36 * rows)]);
        statuses = MemoryMarshal.Cast<byte, uint>(columns[(36 * rows)..]);
    }

    public void Add(uint signal, in Sample sample)
    {
        sourceTimes[row] = Micros.Of(sample.SourceTime);
        serverTimes[row] = Micros.Of(sample.ServerTime);
        numbers[row] = sample.Number;
        sequences[row] = sample.Sequence;
        signals[row] = signal;
        statuses[row] = sample.StatusCode;
        if (sample.Text is { } text) texts[row] = text;
        row++;
    }

    /// <param name="numberOf">The historian's number of a signal, by the one in the columns.</param>
    public void Add(SampleColumns samples, int from, ReadOnlySpan<uint> numberOf)
    {
        var count = samples.Count - from;
        samples.SourceTimes.AsSpan(from, count).CopyTo(sourceTimes[row..]);
        samples.ServerTimes.AsSpan(from, count).CopyTo(serverTimes[row..]);
        samples.Numbers.AsSpan(from, count).CopyTo(numbers[row..]);
        samples.Sequences.AsSpan(from, count).CopyTo(sequences[row..]);
        samples.Statuses.AsSpan(from, count).CopyTo(statuses[row..]);
        var given = samples.Signals.AsSpan(from, count);
        var to = signals.Slice(row, count);
        for (var i = 0; i < given.Length; i++) to[i] = numberOf[(int)given[i]];
        foreach (var (at, text) in samples.Texts)
            if (at >= from) texts[row + at - from] = text;
        row += count;
    }

    public readonly Frame Seal(
        IReadOnlyList<(uint Number, string Id)> added, IReadOnlyDictionary<string, ulong> reached, IReadOnlyList<SampleFile> files, long segment, long offset)
    {
        if (row != signals.Length) throw new InvalidOperationException($"a frame for {signals.Length} rows was given {row}");
        return Frame.Seal(bytes, row, new(added, reached, texts, files), segment, offset);
    }
}
