using DigitalTwin.Edge.Link;

namespace DigitalTwin.Edge.Ingest;

/// <summary>Sequences that are gone before a row of a frame; the number of rows stands for behind the last.</summary>
internal readonly record struct Hole(int Row, ulong Count);

/// <summary>Where in a thinned frame sequences are gone.</summary>
/// <param name="First">First sequence that the frame accounts for.</param>
/// <param name="IsCounted">Whether it says how many of them each signal has lost.</param>
internal sealed record Thinning(ulong First, IReadOnlyList<Hole> Holes, bool IsCounted)
{
    /// <exception cref="MalformedFrameException">It says one thing here and another there.</exception>
    public static Thinning Of(Thinned frame, int rows)
    {
        if (frame.Rows is null or { FirstSequence: 0 or > long.MaxValue }) throw new MalformedFrameException("sequences start at 1");
        if (frame.HoleRow.Count != frame.HoleCount.Count) throw new MalformedFrameException("columns hole_row and hole_count differ in length");
        var (holes, all) = (new Hole[frame.HoleRow.Count], 0L);
        for (var i = 0; i < holes.Length; i++)
        {
            if (frame.HoleRow[i] > rows || (i > 0 && frame.HoleRow[i] <= frame.HoleRow[i - 1])) throw new MalformedFrameException("hole_row is not ascending within the rows");
            holes[i] = new((int)frame.HoleRow[i], frame.HoleCount[i]);
            all += frame.HoleCount[i];
        }
        if (all == 0 || frame.Lost.Count == 0) throw new MalformedFrameException("a thinned frame has lost nothing, or for no reason");
        var isCounted = frame.Lost.All(lost => lost.Count.Count > 0);
        if (isCounted && (frame.Lost.Any(lost => lost.Count.Count != lost.Signal.Count) || frame.Lost.Sum(lost => lost.Count.Sum(count => count)) != all))
            throw new MalformedFrameException($"what each signal has lost does not add up to the {all} sequences that are gone");
        return new(frame.Rows.FirstSequence, holes, isCounted);
    }

    /// <summary>The sequences that are gone.</summary>
    public IEnumerable<ulong> Gone
    {
        get
        {
            var next = First;
            var row = 0;
            foreach (var hole in Holes)
            {
                next += (ulong)(hole.Row - row);
                row = hole.Row;
                for (var i = 0ul; i < hole.Count; i++) yield return next++;
            }
        }
    }
}
