using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Historian.Files;

/// <summary>
/// Makes few files of the many that a day has come in: while it runs, of each eight one, and of each eight of those; when it is over, one by class
/// and area. And lets go of what is kept no longer. Each is an exchange of files: what may come and what may leave is written down, the new files are written, the checkpoint is replaced, which is the commit, and what has left
/// is deleted when nobody reads it any more. After a kill at any step, what was written down and does not count is deleted at the next start.
/// </summary>
/// <param name="readersHavePassed">Ends when every question has that was asked before.</param>
/// <param name="reached">Told each step; a test ends it there.</param>
internal sealed class Upkeep(
    string folder, DuckDatabase database, SampleFiles files, Shelf shelf, SignalNumbers numbers, Func<string, SignalClass> classOf, Func<Task> readersHavePassed, Action<string> reached)
{
    /// <summary>A day is merged when so many segments have held nothing of it: it is over, or what came late has come.</summary>
    private const int QuietSegments = 4;

    /// <summary>So many files of a level become one of the next. Each row is written once for each level.</summary>
    private const int FilesOfALevel = 8;

    /// <summary>Files of 64 segments are large enough to be opened one by one, and small enough to be sorted within a minute.</summary>
    private const int HighestLevel = 2;

    /// <summary>While a day runs. Its oldest files of a level are merged, so that a higher level always is of earlier segments.</summary>
    /// <returns>False when there are not enough of any level.</returns>
    public async Task<bool> MergeRunningAsync(CancellationToken cancellation)
    {
        var before = shelf.Now.Checkpoint;
        var due = Samples(before.Files).Where(file => file.Says is { Of: null, Level: < HighestLevel }).GroupBy(file => (file.Says.Day, file.Says.Level))
            .Where(level => level.Count() >= FilesOfALevel).OrderBy(level => level.Key).FirstOrDefault();
        if (due is null) return false;
        var merged = due.OrderBy(file => file.Says.Segment).Take(FilesOfALevel).ToList();
        var names = merged.Select(file => file.Says).ToHashSet();
        IReadOnlyList<SampleFile> leaving = [.. before.Files.Where(file => names.Contains(file.Says with { Tier = null }))];
        var name = merged[^1].Says with { Level = due.Key.Level + 1 };
        using var connection = database.Connect();
        connection.Ending = cancellation;
        using var interrupting = cancellation.Register(connection.Interrupt);
        await ExchangeAsync(leaving, Tier.All.Prepend(null).Select(tier => (name with { Tier = tier }).ToString()), () =>
            AllOf(leaving, new DayFiles(connection, files).Write(name, $"read_parquet({files.Quoted(merged.Select(file => file.Name))})"), due.Key.Day));
        return true;
    }

    /// <summary>When a day is over.</summary>
    /// <returns>False when no day is due.</returns>
    public async Task<bool> MergeAsync(CancellationToken cancellation)
    {
        var before = shelf.Now.Checkpoint;
        var due = before.Files.Where(file => file.Says is { Of: null }).GroupBy(file => file.Says.Day).OrderBy(day => day.Key)
            .FirstOrDefault(day => day.Max(file => file.Says.Segment) <= before.Converted - QuietSegments);
        if (due is null) return false;
        using var connection = database.Connect();
        connection.Ending = cancellation;
        using var interrupting = cancellation.Register(connection.Interrupt);
        var loose = due.ToList();
        var name = new FileName(due.Key, loose.Max(file => file.Says.Segment), null, null);
        var parts = PartsOf(connection, [.. Samples(loose)]);
        // The part of the day that is there already is written anew with what came late, unless its samples have been let go of.
        var inputs = parts.Keys.ToDictionary(part => part, part => Samples(before.Files).Where(file => file.Says.Day == due.Key && file.Says.Of == part).ToList());
        var renewed = inputs.Values.SelectMany(found => found).Select(file => file.Says).ToHashSet();
        IReadOnlyList<SampleFile> leaving = [.. loose, .. before.Files.Where(file => renewed.Contains(file.Says with { Tier = null }))];
        var coming = parts.Keys.SelectMany(part => Tier.All.Prepend(null).Select(tier => (name with { Of = part, Tier = tier }).ToString()));
        await ExchangeAsync(leaving, coming, () => AllOf(leaving,
        [
            .. parts.SelectMany(part =>
            {
                var rows = $"(SELECT * FROM read_parquet({files.Quoted(Samples(loose).Select(file => file.Name))}) WHERE signal IN ({string.Join(',', part.Value)}){string.Concat(inputs[part.Key].Select(file => $" UNION ALL SELECT * FROM read_parquet({files.Quoted([file.Name])})"))})";
                return new DayFiles(connection, files).Write(name with { Of = part.Key }, rows);
            }),
        ], due.Key));
        return true;
    }

    /// <summary>Lets go of files that are older than they are to be kept. A day that has not been merged yet is kept.</summary>
    /// <param name="today">In plant time: the wall clock may be far from it.</param>
    public async Task<int> RetainAsync(Retention retention, DateOnly today)
    {
        var before = shelf.Now.Checkpoint;
        var leaving = before.Files.Where(file => file.Says.Of is { } part && file.Says.Day.DayNumber + retention.DaysOf(part.Class, file.Says.Tier) < today.DayNumber).ToList();
        if (leaving.Count > 0) await ExchangeAsync(leaving, [], () => []);
        return leaving.Count;
    }

    private async Task ExchangeAsync(IReadOnlyCollection<SampleFile> leaving, IEnumerable<string> coming, Func<IReadOnlyList<SampleFile>> write)
    {
        files.WriteDown([.. coming, .. leaving.Select(file => file.Name)]);
        reached("written down");
        var written = write();
        reached("written");
        shelf.Commit(folder, before => before with { Files = [.. before.Files.Except(leaving), .. written] });   // segments may have become files meanwhile
        reached("committed");
        await readersHavePassed();
        foreach (var file in leaving)
        {
            files.Delete(file.Name);
            reached("deleted one");
        }
    }

    private static IReadOnlyList<SampleFile> AllOf(IEnumerable<SampleFile> leaving, IReadOnlyList<SampleFile> written, DateOnly day) =>
        Samples(written).Sum(file => file.Rows) == Samples(leaving).Sum(file => file.Rows)
            ? written
            : throw new DuckDbException($"the files of {day:yyyy-MM-dd} have not as many samples merged as they had; they stay as they are");

    private Dictionary<Shelfmark, List<uint>> PartsOf(DuckConnection connection, IReadOnlyList<SampleFile> loose)
    {
        using var signals = connection.Query($"SELECT DISTINCT signal FROM read_parquet({files.Quoted(loose.Select(file => file.Name))})");
        var parts = new Dictionary<Shelfmark, List<uint>>();
        while (signals.Read())
        {
            var number = signals.UInt32(0);
            var id = numbers.NameOf(number) ?? "";   // the name may have been in a damaged frame
            var part = Shelfmark.Of(id, classOf(id));
            if (!parts.TryGetValue(part, out var its)) parts[part] = its = [];
            its.Add(number);
        }
        return parts;
    }

    private static IEnumerable<SampleFile> Samples(IEnumerable<SampleFile> files) => files.Where(file => file.Says.Tier is null);
}
