using System.Buffers;
using System.Text;

namespace DigitalTwin.Edge.Ledger;

/// <summary>
/// Books and entries as bytes. Numbers are short where they are small, and a text is written out once a file and is a number from then on;
/// so encoder and decoder belong to one file, from its beginning.
/// </summary>
internal sealed class LedgerEncoder
{
    private readonly Dictionary<string, int> texts = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> to = new();
    private long time;

    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Encode(LedgerEntry entry)
    {
        Begin();
        Text(entry.Buffer);
        Count(entry.Before);
        Count(entry.Highest);
        Many(entry.Sent, sent =>
        {
            Text(sent.Signal);
            Number(sent.Count);
            Time(sent.First);
            Time(sent.Last);
        });
        Many(entry.Lost, Lost);
        Many(entry.Holes, Hole);
        Many(entry.Told is { } told ? new[] { told } : [], counts =>
        {
            Count(counts.Since);
            Many(counts.Signals, signal =>
            {
                Text(signal.Signal);
                Number(signal.Sampled);
            });
        });
        if (entry.Told is { Eased.Count: > 0 } easing) Many(easing.Eased, signal => Eased(signal.Signal, signal.Times));
        return to.WrittenSpan;
    }

    public ReadOnlySpan<byte> Encode(LedgerBook book)
    {
        Begin();
        Many(book.Buffers, buffer =>
        {
            Text(buffer.Key);
            Count(buffer.Value.Highest);
            Count(buffer.Value.CountedSince);
            Many(buffer.Value.Holes, Hole);
            Many(buffer.Value.Signals, signal =>
            {
                Text(signal.Key);
                Number(signal.Value.Sent);
                Many(signal.Value is { First: { } first, Last: { } last } ? new[] { first, last } : [], Time);
                Number(signal.Value.Base);
                Number(signal.Value.Unexplained);
                Many(signal.Value.Lost, Lost);
            });
        });
        // At the end: a book of before there was easing ends here.
        Many(book.Buffers, buffer => Many([.. buffer.Value.Signals.Where(signal => signal.Value.Eased is not null)], signal => Eased(signal.Key, signal.Value.Eased!.Value)));
        return to.WrittenSpan;
    }

    private void Begin()
    {
        to.ResetWrittenCount();
        time = 0;
    }

    private void Eased(string signal, EasedTimes times)
    {
        Text(signal);
        Number(times.Times);
        Time(times.From);
        Many(times.To is { } to ? new[] { to } : [], Time);
        Number(times.Total.Ticks);
        Many(times.Since is { } since ? new[] { since } : [], Time);
        Number(BitConverter.DoubleToInt64Bits(times.SamplingMs));
    }

    private void Lost(LostSamples lost)
    {
        Text(lost.Signal);
        Hole(new(lost.Reason, lost.Count, lost.From, lost.To));
    }

    private void Hole(LostSequences hole)
    {
        Text(hole.Reason);
        Number(hole.Count);
        Time(hole.From);
        Time(hole.To);
    }

    private void Many<T>(IReadOnlyCollection<T> items, Action<T> write)
    {
        Count((ulong)items.Count);
        foreach (var item in items) write(item);
    }

    private void Text(string text)
    {
        var isKnown = texts.TryGetValue(text, out var number);
        if (!isKnown) texts.Add(text, number = texts.Count);
        Count((ulong)number);
        if (isKnown) return;
        Count((ulong)Encoding.UTF8.GetByteCount(text));
        to.Advance(Encoding.UTF8.GetBytes(text, to.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
    }

    /// <summary>Seven bits a byte, the lowest first; the eighth says that more follow.</summary>
    private void Count(ulong number)
    {
        var room = to.GetSpan(10);
        var length = 0;
        for (; number > 0x7F; number >>= 7) room[length++] = (byte)(number & 0x7F | 0x80);
        room[length++] = (byte)number;
        to.Advance(length);
    }

    /// <summary>The sign in the lowest bit, so that small numbers are short on both sides of 0.</summary>
    private void Number(long number) => Count(unchecked((ulong)((number << 1) ^ (number >> 63))));

    private void Time(DateTimeOffset at)
    {
        Number(at.UtcTicks - time);
        time = at.UtcTicks;
    }
}

/// <inheritdoc cref="LedgerEncoder"/>
internal sealed class LedgerDecoder
{
    private readonly List<string> texts = [];
    private byte[] from = [];
    private int at;
    private long time;

    public LedgerEntry Entry(byte[] bytes)
    {
        Begin(bytes);
        var (buffer, before, highest) = (Text(), Count(), Count());
        var sent = Many(() => new SentSamples(Text(), Number(), Time(), Time()));
        var (lost, holes, told) = (Many(Lost), Many(Hole), Many(() => new GatewayCounts(Count(), Many(() => (Text(), Number())))).FirstOrDefault());
        if (told is not null && HasMore) told = told with { Eased = Many(Eased) };
        return new(buffer, before, highest, sent, lost, holes, told);
    }

    public LedgerBook Book(byte[] bytes)
    {
        Begin(bytes);
        var book = new LedgerBook();
        Many(() =>
        {
            var (id, buffer) = (Text(), new BufferAccount { Highest = Count(), CountedSince = Count() });
            buffer.Holes.AddRange(Many(Hole));
            Many(() =>
            {
                var signal = buffer.Of(Text());
                signal.Sent = Number();
                if (Many(Time) is [var first, var last]) (signal.First, signal.Last) = (first, last);
                signal.Base = Number();
                signal.Unexplained = Number();
                signal.Lost.AddRange(Many(Lost));
                return signal;
            });
            book.Add(id, buffer);
            return buffer;
        });
        if (!HasMore) return book;
        var buffers = book.Buffers.Values.ToArray();   // in the order in which they were written
        var next = 0;
        Many(() =>
        {
            var buffer = buffers[next++];
            foreach (var (signal, times) in Many(Eased)) buffer.Of(signal).Eased = times;
            return buffer;
        });
        return book;
    }

    private bool HasMore => at < from.Length;

    private (string, EasedTimes) Eased()
    {
        var (signal, times, first, to) = (Text(), Number(), Time(), Many(Time));
        var (total, since) = (TimeSpan.FromTicks(Number()), Many(Time));
        return (signal, new(times, first, to is [var end] ? end : null, total, since is [var begin] ? begin : null, BitConverter.Int64BitsToDouble(Number())));
    }

    private void Begin(byte[] bytes)
    {
        (from, at, time) = (bytes, 0, 0);
    }

    private LostSamples Lost()
    {
        var (signal, hole) = (Text(), Hole());
        return new(signal, hole.Reason, hole.Count, hole.From, hole.To);
    }

    private LostSequences Hole() => new(Text(), Number(), Time(), Time());

    private List<T> Many<T>(Func<T> read)
    {
        var count = Count();
        var items = new List<T>();
        for (var i = 0ul; i < count; i++) items.Add(read());
        return items;
    }

    private string Text()
    {
        var number = (int)Count();
        if (number < texts.Count) return texts[number];
        var length = (int)Count();
        texts.Add(Encoding.UTF8.GetString(from, at, length));
        at += length;
        return texts[number];
    }

    private ulong Count()
    {
        var number = 0ul;
        for (var shift = 0; ; shift += 7)
        {
            var next = from[at++];
            number |= (next & 0x7Ful) << shift;
            if (next <= 0x7F) return number;
        }
    }

    private long Number()
    {
        var folded = Count();
        return unchecked((long)(folded >> 1) ^ -(long)(folded & 1));
    }

    private DateTimeOffset Time() => new(time += Number(), TimeSpan.Zero);
}
