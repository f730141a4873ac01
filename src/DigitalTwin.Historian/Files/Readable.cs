namespace DigitalTwin.Historian.Files;

/// <summary>Files of one kind to read in one go, in the order in which their rows were stored.</summary>
internal sealed record Readable(Tier? Tier, IReadOnlyList<string> Names)
{
    /// <summary>
    /// Which files to read for a window so that each sample counts once. The same samples may lie in a file of their own and in one of each tier:
    /// the coarsest is taken that is as fine as asked for; where that is gone, the finest that is left.
    /// </summary>
    /// <param name="wanted">Null for the samples themselves.</param>
    public static IReadOnlyList<Readable> Of(IEnumerable<SampleFile> files, long start, long end, Tier? wanted) =>
    [
        .. files.GroupBy(file => file.Says with { Tier = null }).Select(same => Chosen(same, wanted))
            .Where(file => file.Latest >= start && file.Earliest < end)
            .OrderBy(file => file.Says.Segment).GroupBy(file => file.Says.Tier).Select(kind => new Readable(kind.Key, [.. kind.Select(file => file.Name)])),
    ];

    private static SampleFile Chosen(IEnumerable<SampleFile> same, Tier? wanted)
    {
        var fromFinest = same.OrderBy(file => file.Says.Tier?.Width ?? 0).ToList();
        return fromFinest.LastOrDefault(file => (file.Says.Tier?.Width ?? 0) <= (wanted?.Width ?? 0)) ?? fromFinest[0];
    }
}
