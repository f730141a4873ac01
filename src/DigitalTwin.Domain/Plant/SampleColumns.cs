namespace DigitalTwin.Domain.Plant;

/// <summary>
/// Samples of one gateway buffer by column, in the order of their sequences: what the link brings is what the history writes, without an object or a
/// text for each sample. Rows from 0 to before <see cref="Count"/> hold; the arrays may be longer.
/// </summary>
/// <remarks>Not thread-safe, and used again: who gets it from a stage before gives it on or back.</remarks>
public sealed class SampleColumns
{
    private const int UsualRows = 512;

    /// <summary>Id of each signal, by the number that <see cref="Signals"/> has for it.</summary>
    public IReadOnlyList<string?> Ids { get; set; } = [];

    public int Count { get; set; }

    public uint[] Signals { get; private set; } = new uint[UsualRows];

    /// <summary>Microseconds since 1970.</summary>
    public long[] SourceTimes { get; private set; } = new long[UsualRows];

    /// <summary>Microseconds since 1970.</summary>
    public long[] ServerTimes { get; private set; } = new long[UsualRows];

    /// <summary>NaN for a text or where the source gave none.</summary>
    public double[] Numbers { get; private set; } = new double[UsualRows];

    public uint[] Statuses { get; private set; } = new uint[UsualRows];

    public ulong[] Sequences { get; private set; } = new ulong[UsualRows];

    /// <summary>Rows that are texts, ascending.</summary>
    public List<(int Row, string Text)> Texts { get; } = [];

    public Sample this[int row]
    {
        get
        {
            var text = Texts.FindIndex(known => known.Row == row);
            return new(Ids[(int)Signals[row]]!, Numbers[row], text < 0 ? null : Texts[text].Text, Statuses[row], TimeOf(SourceTimes[row]), TimeOf(ServerTimes[row]), Sequences[row]);
        }
    }

    /// <summary>Samples of any signals; each id gets a number here.</summary>
    public static SampleColumns Of(ReadOnlySpan<Sample> samples)
    {
        var (columns, ids, numbers) = (new SampleColumns(), new List<string?>(), new Dictionary<string, uint>(StringComparer.Ordinal));
        columns.MakeRoom(samples.Length);
        foreach (ref readonly var sample in samples)
        {
            if (!numbers.TryGetValue(sample.Signal, out var number))
            {
                numbers.Add(sample.Signal, number = (uint)ids.Count);
                ids.Add(sample.Signal);
            }
            columns.Add(number, MicrosOf(sample.SourceTime), MicrosOf(sample.ServerTime), sample.Number, sample.Text, sample.StatusCode, sample.Sequence);
        }
        columns.Ids = ids;
        return columns;
    }

    public void Add(uint signal, long sourceTime, long serverTime, double number, string? text, uint status, ulong sequence)
    {
        MakeRoom(Count + 1);
        (Signals[Count], SourceTimes[Count], ServerTimes[Count]) = (signal, sourceTime, serverTime);
        (Numbers[Count], Statuses[Count], Sequences[Count]) = (number, status, sequence);
        if (text is not null) Texts.Add((Count, text));
        Count++;
    }

    /// <summary>Keeps what is in the arrays.</summary>
    public void MakeRoom(int rows)
    {
        if (rows <= Signals.Length) return;
        var room = Math.Max(rows, 2 * Signals.Length);
        (Signals, SourceTimes, ServerTimes) = (Grown(Signals), Grown(SourceTimes), Grown(ServerTimes));
        (Numbers, Statuses, Sequences) = (Grown(Numbers), Grown(Statuses), Grown(Sequences));

        T[] Grown<T>(T[] column)
        {
            Array.Resize(ref column, room);
            return column;
        }
    }

    public void Clear()
    {
        Count = 0;
        Texts.Clear();
    }

    public static DateTimeOffset TimeOf(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);

    public static long MicrosOf(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;
}
