using DigitalTwin.Historian.Segments;

namespace DigitalTwin.Historian.Tests;

/// <summary>What a kill, a power cut and a rotten disk leave of a segment file, byte by byte.</summary>
public sealed class SegmentLogTests : IDisposable
{
    private const int Frames = 4;
    private readonly TemporaryFolder folder = new();
    private readonly List<string> told = [];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_segment_cut_at_any_byte_holds_every_frame_before_the_cut_and_nothing_else()
    {
        var (bytes, ends) = Written();
        for (var length = 0; length <= bytes.Length; length++)
        {
            Lay(bytes.AsSpan(0, length));
            var whole = ends.Count(end => end <= length);
            AssertHolds(Enumerable.Range(0, whole), $"cut to {length} bytes");
            Assert.Equal(ends.Contains(length) || length == 0 ? 0 : 1, told.Count);
            Assert.DoesNotContain(told, sentence => sentence.Contains("lost", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_segment_with_any_byte_changed_holds_every_frame_but_that_one_and_says_what_is_lost()
    {
        var (bytes, ends) = Written();
        for (var at = 0; at < bytes.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var changed = (byte[])bytes.Clone();
                changed[at] ^= (byte)(1 << bit);
                Lay(changed);
                var hit = ends.Count(end => end <= at);
                AssertHolds(Enumerable.Range(0, Frames).Where(frame => frame != hit), $"bit {bit} of byte {at} changed");
                // After the last frame nothing shows that it was ever synced; if it was, the hole in the buffer's sequences will say so.
                Assert.Contains(hit == Frames - 1 ? "cut off" : "lost", Assert.Single(told), StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void What_was_on_the_disk_where_a_write_was_cut_short_is_no_frame()
    {
        // A power cut may leave old blocks where the end of the new file should be: here, of another segment and of another place.
        var (bytes, ends) = Written();
        var (first, second) = (bytes.AsSpan(0, ends[0]).ToArray(), bytes.AsSpan(ends[0], ends[1] - ends[0]).ToArray());
        Lay([.. first, .. second, .. second]);
        AssertHolds([0, 1], "a frame twice");
        Lay(bytes);
        File.WriteAllBytes(PathOf(2), bytes);   // the bytes of segment 1 as segment 2
        var (log, segments) = SegmentLog.Open(folder.Path, 0, told.Add);
        log.Dispose();
        Assert.Equal([Frames, 0], segments.Select(segment => segment.Frames().Count));
    }

    [Fact]
    public void A_cut_is_made_once_and_what_is_appended_after_it_is_kept()
    {
        var (bytes, ends) = Written();
        Lay(bytes.AsSpan(0, ends[2] - 5));
        var (log, _) = SegmentLog.Open(folder.Path, 0, told.Add);
        using (log)
        {
            var segment = log.Begin();
            log.Append(FrameOf(9, segment.Number, log.Offset));
        }
        told.Clear();
        var (again, segments) = SegmentLog.Open(folder.Path, 0, told.Add);
        again.Dispose();
        Assert.Empty(told);
        Assert.Equal([2, 1], segments.Select(segment => segment.Frames().Count));
        Assert.Equal(Made.Samples(28, 3), SamplesOf(segments[1].Frames()[0]));
    }

    [Fact]
    public void Damage_at_the_end_of_a_segment_that_is_not_the_last_is_told_as_loss()
    {
        var (bytes, ends) = Written();
        Lay(bytes);
        File.WriteAllBytes(PathOf(1), bytes[..(ends[^1] - 8)]);
        File.WriteAllBytes(PathOf(2), []);
        var (log, segments) = SegmentLog.Open(folder.Path, 0, told.Add);
        log.Dispose();
        Assert.Equal(Frames - 1, segments[0].Frames().Count);
        Assert.Contains("lost", Assert.Single(told), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_segment_is_named()
    {
        var (bytes, _) = Written();
        File.WriteAllBytes(PathOf(3), bytes);
        Assert.Contains("0000000002.segment", Assert.Throws<IOException>(() => SegmentLog.Open(folder.Path, 0, told.Add)).Message, StringComparison.Ordinal);
    }

    /// <summary>A segment of a few small frames, with names, texts and bad samples among them.</summary>
    private (byte[] Bytes, List<int> Ends) Written()
    {
        var (log, _) = SegmentLog.Open(folder.Path, 0, told.Add);
        using (log)
        {
            var segment = log.Begin();
            var ends = new List<int>();
            for (var i = 0; i < Frames; i++)
            {
                log.Append(FrameOf(i, segment.Number, log.Offset));
                ends.Add((int)log.Offset);
            }
            return (File.ReadAllBytes(PathOf(segment.Number)), ends);
        }
    }

    private static Frame FrameOf(int index, long segment, long offset)
    {
        var samples = Made.Samples((ulong)index * 3 + 1, 3);
        var builder = new FrameBuilder(samples.Length);
        foreach (var sample in samples) builder.Add((uint)Array.IndexOf(Made.Signals, sample.Signal), sample);
        return builder.Seal([((uint)index, $"signal {index}")], new Dictionary<string, ulong> { ["b"] = samples[^1].Sequence }, [], segment, offset);
    }

    private void AssertHolds(IEnumerable<int> frames, string after)
    {
        told.Clear();
        var (log, segments) = SegmentLog.Open(folder.Path, 0, told.Add);
        log.Dispose();
        var found = Assert.Single(segments).Frames();
        var expected = frames.ToList();
        Assert.True(expected.Count == found.Count, $"{after}: {found.Count} frames, not {expected.Count}");
        foreach (var (index, frame) in expected.Zip(found))
        {
            Assert.True(Made.Samples((ulong)index * 3 + 1, 3).SequenceEqual(SamplesOf(frame)), $"{after}: frame {index} holds other samples");
            var tail = frame.ReadTail();
            Assert.Equal(($"signal {index}", (ulong)index * 3 + 3), (tail.Signals.Single().Id, tail.Reached["b"]));
        }
    }

    private static List<DigitalTwin.Domain.Plant.Sample> SamplesOf(Frame frame) =>
        [.. Enumerable.Range(0, frame.Rows).Select(row => frame.SampleAt(row, Made.Signals[frame.Signals[row]]))];

    private void Lay(ReadOnlySpan<byte> bytes)
    {
        foreach (var path in Directory.GetFiles(folder.Path)) File.Delete(path);
        File.WriteAllBytes(PathOf(1), bytes);
    }

    private string PathOf(long segment) => Path.Combine(folder.Path, new Segment(segment).FileName);
}
