using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Historian.Files;

/// <summary>A Parquet file that counts.</summary>
/// <param name="Earliest">First source time in it, in µs.</param>
/// <param name="Latest">Last source time in it, in µs.</param>
internal sealed record SampleFile(string Name, long Earliest, long Latest, long Rows)
{
    /// <summary>What the name says.</summary>
    public FileName Says { get; } = FileName.Parse(Name) ?? throw new IOException($"The sample history counts {Name}, which is no name of one of its files. Put the folder back from a copy.");
}

/// <summary>
/// The folder of the Parquet files. The checkpoint says which count. A file of a segment after the checkpoint's is left over from a
/// conversion that did not get to its end: the segment is still there, and the file is removed at start. So is what an exchange of files has left.
/// </summary>
internal sealed class SampleFiles
{
    private const string Unfinished = ".new";

    /// <summary>Beside the folder: names that may be deleted unless they count.</summary>
    private const string WrittenDown = "exchange";

    private readonly string folder;

    private SampleFiles(string folder) => this.folder = folder;

    public static SampleFiles Open(string folder, IEnumerable<SampleFile> counted, long converted, Action<string> report)
    {
        Directory.CreateDirectory(folder);
        var exchange = Path.Combine(Path.GetDirectoryName(folder)!, WrittenDown);
        var leaving = File.Exists(exchange) ? File.ReadAllLines(exchange).ToHashSet(StringComparer.Ordinal) : [];
        var missing = counted.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(folder))
        {
            if (missing.Remove(Path.GetFileName(path))) continue;
            if (path.EndsWith(Unfinished, StringComparison.Ordinal) || leaving.Contains(Path.GetFileName(path)) || FileName.Parse(Path.GetFileName(path))?.Segment > converted) File.Delete(path);
            else report($"{path} is not one of the files that the historian has written and counts: it is left alone, and its rows are not read.");
        }
        if (missing.Count > 0)
            throw new IOException($"The sample history misses {missing.Count} of its files in {folder}, {missing.First()} among them. Put them back from a copy.");
        return new(folder);
    }

    /// <summary>Names as an SQL list of paths. The statement that reads files takes no parameters for them.</summary>
    public string Quoted(IEnumerable<string> names) => $"[{string.Join(',', names.Select(Quoted))}]";

    public string Quoted(string name) => $"'{Path.Combine(folder, name).Replace("'", "''", StringComparison.Ordinal)}'";

    public static string UnfinishedNameOf(string name) => name + Unfinished;

    /// <summary>Before an exchange of files: of these, those that do not count at the next start are deleted then.</summary>
    public void WriteDown(IReadOnlyList<string> names)
    {
        var path = Path.Combine(Path.GetDirectoryName(folder)!, WrittenDown);
        File.WriteAllLines(path + Unfinished, names);
        DurableFolder.Publish(path + Unfinished, path);
    }

    /// <summary>Gives a finished file its name, synced.</summary>
    public void Publish(string name) => DurableFolder.Publish(Path.Combine(folder, UnfinishedNameOf(name)), Path.Combine(folder, name));

    public void Delete(string name) => File.Delete(Path.Combine(folder, name));
}
