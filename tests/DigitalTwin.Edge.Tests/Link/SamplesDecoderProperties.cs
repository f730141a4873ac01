using DigitalTwin.Domain.Plant;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Edge.Link;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace DigitalTwin.Edge.Tests.Link;

/// <summary>What the decoder makes of a frame's bytes is what the library makes of them, or it leaves them to the library.</summary>
public sealed class SamplesDecoderProperties
{
    private static readonly Gen<long> Longs = Gen.OneOf(
        Gen.Choose(-300, 300).Select(number => (long)number), Gen.Elements(0, long.MinValue, long.MaxValue, 1L << 35, -1L << 42, 1_790_000_000_000_000),
        Gen.Choose(int.MinValue, int.MaxValue).Select(number => (long)number << 21 ^ number));

    private static readonly Gen<double> Doubles = Gen.OneOf(
        Gen.Choose(-1000, 1000).Select(number => number / 8.0), Gen.Elements(double.NaN, double.NegativeInfinity, -0.0, double.Epsilon, double.MaxValue));

    private static Gen<Samples> Frames() =>
        from rows in Gen.Choose(0, 40)
        from first in Gen.Frequency((20, Gen.Choose(1, int.MaxValue).Select(number => (ulong)number)), (1, Gen.Elements(0ul, ulong.MaxValue, (ulong)long.MaxValue)))
        from baseSource in Longs
        from baseServer in Longs
        from signals in Gen.Choose(0, 200_000).ArrayOf(rows)
        from sources in Longs.ArrayOf(rows)
        from servers in Longs.ArrayOf(rows)
        from values in Doubles.ArrayOf(rows)
        from statuses in Gen.Choose(0, 5).ArrayOf(rows)
        from texts in Gen.Elements(null, null, null, "", "B00000042", "Müller 木").ArrayOf(rows)
        from fault in Gen.Choose(0, 40)
        select Made(rows, first, (baseSource, baseServer), signals, sources, servers, values, statuses, texts, fault);

    private static Samples Made(
        int rows, ulong first, (long Source, long Server) bases, int[] signals, long[] sources, long[] servers, double[] values, int[] statuses, string?[] texts, int fault)
    {
        var samples = new Samples { FirstSequence = first, BaseSourceUs = bases.Source, BaseServerUs = bases.Server };
        samples.Signal.Add(signals.Select(signal => (uint)signal));
        samples.SourceDtUs.Add(sources);
        samples.ServerDtUs.Add(servers);
        samples.Value.Add(values);
        for (var row = 0u; row < rows; row++)
        {
            if (statuses[row] == 0)
            {
                samples.StatusRow.Add(row);
                samples.StatusCode.Add(0x8005_0000 + row);
            }
            if (texts[row] is not { } text) continue;
            samples.TextRow.Add(row);
            samples.Text.Add(text);
        }
        // Now and then a column that does not fit the others.
        if (fault == 1) samples.Value.Add(1);
        else if (fault == 2) samples.StatusRow.Add((uint)rows);
        else if (fault == 3 && rows > 0) samples.TextRow.Insert(0, 5);
        else if (fault == 4) samples.SourceDtUs.Clear();
        return samples;
    }

    private static readonly Gen<(int At, int Bits)> Flips = from at in Gen.Choose(0, 4_000) from bits in Gen.Choose(1, 255) select (at, bits);

    [Fact]
    public void A_frame_as_a_gateway_writes_it_is_read_as_the_library_reads_it() =>
        Prop.ForAll(Frames().ToArbitrary(), samples =>
        {
            var bytes = new Frame { Samples = samples }.ToByteArray();
            Assert.Equal(Library(bytes), Own(bytes) ?? "left to the library");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    [Fact]
    public void Damaged_bytes_are_read_as_the_library_reads_them_or_left_to_it() =>
        Prop.ForAll(Frames().ToArbitrary(), Flips.NonEmptyListOf().ToArbitrary(), Gen.Choose(0, 30).ToArbitrary(), (samples, flips, cut) =>
        {
            var bytes = new Frame { Samples = samples }.ToByteArray();
            foreach (var (at, bits) in flips.Take(3)) bytes[at % bytes.Length] ^= (byte)bits;
            if (cut < 5) bytes = bytes[..^Math.Min(cut, bytes.Length)];
            if (Own(bytes) is { } read) Assert.Equal(Library(bytes), read);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));

    [Fact]
    public void Columns_that_are_used_again_hold_nothing_of_the_frame_before() =>
        Prop.ForAll(Frames().ToArbitrary(), Frames().ToArbitrary(), (before, samples) =>
        {
            var (decoder, columns) = (new SamplesDecoder(), new SampleColumns());
            Shown(() => decoder.TryRead(new Frame { Samples = before }.ToByteArray(), columns, out var first), columns);
            columns.Clear();
            var bytes = new Frame { Samples = samples }.ToByteArray();
            Assert.Equal(Own(bytes), Own(bytes, decoder, columns));
        }).QuickCheckThrowOnFailure();

    /// <returns>Null when it is left to the library.</returns>
    private static string? Own(byte[] bytes, SamplesDecoder? decoder = null, SampleColumns? columns = null)
    {
        var (isRead, first) = (true, 0ul);
        (decoder, columns) = (decoder ?? new(), columns ?? new());
        var shown = Shown(() => isRead = decoder.TryRead(bytes, columns, out first), columns);
        return !isRead ? null : columns.Count > 0 ? $"{first} {shown}" : shown;
    }

    private static string Library(byte[] bytes)
    {
        Frame frame;
        try
        {
            frame = Frame.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException)
        {
            return "no protobuf";
        }
        var columns = new SampleColumns();
        if (frame.BodyCase != Frame.BodyOneofCase.Samples) return $"{frame.BodyCase}";
        var shown = Shown(() => new SamplesDecoder().Read(frame.Samples, columns), columns);
        return columns.Count > 0 ? $"{frame.Samples.FirstSequence} {shown}" : shown;
    }

    private static string Shown(Action read, SampleColumns columns)
    {
        try
        {
            read();
        }
        catch (MalformedFrameException e)
        {
            return e.Message;
        }
        return string.Join('\n', Enumerable.Range(0, columns.Count).Select(row =>
            $"{columns.Signals[row]} {columns.SourceTimes[row]} {columns.ServerTimes[row]} {BitConverter.DoubleToInt64Bits(columns.Numbers[row])} {columns.Statuses[row]} {columns.Texts.Find(text => text.Row == row).Text}"));
    }
}
