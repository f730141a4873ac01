using System.Globalization;
using System.Text.RegularExpressions;

namespace DigitalTwin.Actors.Tests.Sqlite;

/// <summary>
/// What a process has written, as strace has seen it, and the disks that a power cut may leave of it: what a sync has ended before the cut is there;
/// each later write has landed, is lost, or is torn at a sector.
/// </summary>
internal sealed partial class DiskTrace
{
    private const int Sector = 512;

    private readonly List<Step> steps = [];

    /// <param name="log">Of <c>strace -f -y -xx</c> with all that changes the files, and what the process prints.</param>
    public DiskTrace(IEnumerable<string> log)
    {
        var pending = new Dictionary<string, string>();
        foreach (var line in log)
        {
            // Another thread's call came between: a write counts from its beginning, a sync from its end.
            if (Unfinished().Match(line) is { Success: true } begun)
            {
                if (Sync().Match(begun.Groups[2].Value) is { Success: true } sync) pending[begun.Groups[1].Value] = Text(sync.Groups[1].Value);
                else Add(begun.Groups[2].Value);
            }
            else if (Resumed().Match(line) is { Success: true } ended)
            {
                if (pending.Remove(ended.Groups[1].Value, out var file)) steps.Add(new Step.Synced(file));
            }
            else if (Whole().Match(line) is { Success: true } call)
            {
                if (Sync().Match(call.Groups[1].Value) is { Success: true } sync) steps.Add(new Step.Synced(Text(sync.Groups[1].Value)));
                else Add(call.Groups[1].Value);
            }
        }
    }

    /// <summary>Places in the trace at which the power may be cut.</summary>
    public int Length => steps.Count;

    /// <summary>All that the process had printed before the cut.</summary>
    public string Printed(int cut) => string.Concat(steps.Take(cut).OfType<Step.Printed>().Select(printed => printed.Text));

    /// <summary>Writes the files as a cut may leave them.</summary>
    /// <returns>Writes that were not yet synced.</returns>
    public int Leave(int cut, Random random, string folder)
    {
        var unsynced = 0;
        foreach (var file in steps.Take(cut).OfType<Step.Wrote>().Select(wrote => wrote.File).Distinct())
        {
            var synced = steps.FindLastIndex(cut - 1, step => step is Step.Synced done && done.File == file);
            var content = new MemoryStream();
            for (var at = 0; at < cut; at++)
            {
                if (steps[at] is Step.Cut shortened && shortened.File == file) content.SetLength(Math.Min(content.Length, shortened.Length));
                if (steps[at] is not Step.Wrote wrote || wrote.File != file) continue;
                if (at < synced) Write(content, wrote.Offset, wrote.Bytes);
                else
                {
                    unsynced++;
                    switch (random.Next(3))
                    {
                        case 0:
                            Write(content, wrote.Offset, wrote.Bytes);
                            break;
                        case 1:
                            Tear(content, wrote, random);
                            break;
                    }
                }
            }

            File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(file)), content.ToArray());
        }

        return unsynced;
    }

    /// <summary>Each sector of the disk that it touches has landed or has not.</summary>
    private static void Tear(MemoryStream content, Step.Wrote wrote, Random random)
    {
        for (var from = 0; from < wrote.Bytes.Length;)
        {
            var until = (int)Math.Min(wrote.Bytes.Length, (((wrote.Offset + from) / Sector) + 1) * Sector - wrote.Offset);
            if (random.Next(2) == 0) Write(content, wrote.Offset + from, wrote.Bytes[from..until]);
            from = until;
        }
    }

    private static void Write(MemoryStream content, long offset, byte[] bytes)
    {
        content.Position = offset;
        content.Write(bytes);
    }

    private void Add(string call)
    {
        if (Pwrite().Match(call) is { Success: true } write)
        {
            steps.Add(new Step.Wrote(Text(write.Groups[1].Value), long.Parse(write.Groups[3].Value, CultureInfo.InvariantCulture), Bytes(write.Groups[2].Value)));
        }
        else if (Truncate().Match(call) is { Success: true } cut)
        {
            steps.Add(new Step.Cut(Text(cut.Groups[1].Value), long.Parse(cut.Groups[2].Value, CultureInfo.InvariantCulture)));
        }
        else if (Print().Match(call) is { Success: true } print) steps.Add(new Step.Printed(Text(print.Groups[1].Value)));
    }

    private static string Text(string escaped) => System.Text.Encoding.UTF8.GetString(Bytes(escaped));

    private static byte[] Bytes(string escaped) => Convert.FromHexString(escaped.Replace("\\x", "", StringComparison.Ordinal));

    [GeneratedRegex(@"^(\d+) +(.*) <unfinished \.\.\.>$")]
    private static partial Regex Unfinished();

    [GeneratedRegex(@"^(\d+) +<\.\.\. f(?:data)?sync resumed>\) += 0$")]
    private static partial Regex Resumed();

    [GeneratedRegex(@"^\d+ +(\w+\(.*)\) += \d+$")]
    private static partial Regex Whole();

    [GeneratedRegex(@"^f(?:data)?sync\(\d+<([^>]+)>")]
    private static partial Regex Sync();

    [GeneratedRegex("""^pwrite64\(\d+<([^>]+)>, "([^"]*)", \d+, (\d+)""")]
    private static partial Regex Pwrite();

    [GeneratedRegex(@"^ftruncate\(\d+<([^>]+)>, (\d+)")]
    private static partial Regex Truncate();

    [GeneratedRegex("""^write\(\d+<[^>]+>, "([^"]*)",""")]
    private static partial Regex Print();

    private abstract record Step
    {
        private Step() { }

        public sealed record Wrote(string File, long Offset, byte[] Bytes) : Step;

        public sealed record Cut(string File, long Length) : Step;

        public sealed record Synced(string File) : Step;

        public sealed record Printed(string Text) : Step;
    }
}
