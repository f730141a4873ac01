using System.Buffers.Binary;
using System.Globalization;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Host.Twins.Cuts;
using DigitalTwin.Persistence.Projections;

namespace DigitalTwin.Host.Twins.Projections;

/// <summary>
/// Where in the journal a plant time is: each <see cref="Every"/> offsets, the newest plant time that equipment had reported something at by
/// then. It only grows along the journal, whatever comes late.
/// </summary>
/// <remarks>One writer, any number of readers.</remarks>
public sealed class TimeIndex
{
    public const string Name = "times";
    public const string Version = "1";
    public const int Every = 1000;

    private const int PageSize = 1000;
    private const string NewestKey = "newest";

    private readonly Lock gate = new();
    private readonly List<DateTimeOffset?> newestBy = [null];
    private DateTimeOffset? newest;
    private DateTimeOffset? first;
    private int generation;
    private long offset;

    public long Offset => Volatile.Read(ref offset);

    /// <summary>Of the first report that is in the journal; null before it.</summary>
    public DateTimeOffset? First
    {
        get
        {
            lock (gate)
                return first;
        }
    }

    /// <summary>Takes the next event; one that it knows is passed over.</summary>
    internal void Take(StoredEvent stored)
    {
        lock (gate)
        {
            if (stored.Offset <= offset)
                return;
            if (EventCatalogs.Observed.Contains(stored.Name) && !(stored.At <= newest))
            {
                newest = stored.At;
                first ??= stored.At;
            }

            MoveTo(stored.Offset);
        }
    }

    /// <summary>Goes past a row that cannot be read.</summary>
    internal void Pass(CorruptEventException rotten)
    {
        lock (gate)
        {
            if (rotten.Offset > offset)
                MoveTo(rotten.Offset);
        }
    }

    internal void FoldTo(long target, IJournalReader journal, CancellationToken cancellation = default)
    {
        while (Offset < target)
        {
            cancellation.ThrowIfCancellationRequested();
            (IReadOnlyList<StoredEvent> page, CorruptEventException? rotten) = journal.ReadPast(Offset, (int)Math.Min(PageSize, target - Offset));
            foreach (StoredEvent stored in page)
                Take(stored);
            if (rotten is not null)
                Pass(rotten);
            else if (page.Count == 0)
                return;
        }
    }

    /// <summary>
    /// The last offset before the first event whose plant time is after <paramref name="time"/>: what the plant's computers knew when its
    /// clock passed that time. What was reported late, or after the clock was set back, does not move it.
    /// </summary>
    /// <returns>0 where even the first report is after it.</returns>
    public long OffsetAt(DateTimeOffset time, IJournalReader journal)
    {
        long after;
        lock (gate)
        {
            int low = 0, high = newestBy.Count - 1;   // the last entry that is not after the time; the first one never is
            while (low < high)
            {
                int middle = (low + high + 1) / 2;
                if (newestBy[middle] > time)
                    high = middle - 1;
                else
                    low = middle;
            }

            after = (long)low * Every;
        }

        while (true)
        {
            (IReadOnlyList<StoredEvent> page, CorruptEventException? rotten) = journal.ReadPast(after, PageSize);
            foreach (StoredEvent stored in page)
            {
                if (stored.At > time && EventCatalogs.Observed.Contains(stored.Name))
                    return stored.Offset - 1;
                after = stored.Offset;
            }

            if (rotten is not null)
                after = rotten.Offset;
            else if (page.Count == 0)
                return after;
        }
    }

    /// <summary>The newest plant time that equipment had reported something at when an event was recorded, or up to <see cref="Every"/> events before; null before the first.</summary>
    public DateTimeOffset? KnownAt(long offset)
    {
        lock (gate)
            return newestBy[(int)Math.Min(offset / Every, newestBy.Count - 1)];
    }

    /// <summary>What is new since it was saved last.</summary>
    /// <param name="saved">As this gave it then; null: nothing was saved.</param>
    internal (List<ProjectionRow> Rows, Saved Now) Since(Saved? saved)
    {
        lock (gate)
        {
            var rows = new List<ProjectionRow> { new(NewestKey, Encode(newest, first)) };
            for (int i = saved?.Generation == generation ? saved.Entries : 0; i < newestBy.Count; i++)
                rows.Add(new(i.ToString("D12", CultureInfo.InvariantCulture), Encode(newestBy[i])));
            return (rows, new Saved(generation, newestBy.Count, offset));
        }
    }

    /// <param name="Generation">Another one has nothing in common with this one.</param>
    internal sealed record Saved(int Generation, int Entries, long Offset);

    /// <returns>False where the rows are not a whole index up to that offset.</returns>
    internal bool TryLoad(long upTo, IReadOnlyList<ProjectionRow> rows)
    {
        var entries = rows.Where(row => row.Key != NewestKey).ToList();
        ProjectionRow last = rows.FirstOrDefault(row => row.Key == NewestKey);
        if (last.Key is null || last.Value.Length != 16 || entries.Count != upTo / Every + 1 || entries.Any(row => row.Value.Length != 8))
            return false;
        lock (gate)
        {
            newestBy.Clear();
            newestBy.AddRange(entries.Select(row => Decode(row.Value.Span)));
            (newest, first) = (Decode(last.Value.Span), Decode(last.Value.Span[8..]));
            Volatile.Write(ref offset, upTo);
            return true;
        }
    }

    /// <summary>Puts another index of the same journal in place, and folds onto it what this one is ahead by.</summary>
    internal void Replace(TimeIndex by, IJournalReader journal)
    {
        lock (gate)
        {
            by.FoldTo(offset, journal);
            newestBy.Clear();
            newestBy.AddRange(by.newestBy);
            generation++;
            (newest, first) = (by.newest, by.first);
            Volatile.Write(ref offset, by.offset);
        }
    }

    /// <returns>The first offset up to which two indexes do not say the same; null where they do as far as both reach.</returns>
    internal long? FirstDifference(TimeIndex other)
    {
        lock (gate)
        {
            for (int i = 0; i < Math.Min(newestBy.Count, other.newestBy.Count); i++)
            {
                if (newestBy[i] != other.newestBy[i])
                    return (long)i * Every;
            }

            return null;
        }
    }

    private void MoveTo(long next)
    {
        Volatile.Write(ref offset, next);
        if (next % Every == 0)
            newestBy.Add(newest);
    }

    private static byte[] Encode(params ReadOnlySpan<DateTimeOffset?> times)
    {
        byte[] value = new byte[8 * times.Length];
        for (int i = 0; i < times.Length; i++)
            BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(8 * i), times[i]?.UtcTicks ?? 0);
        return value;
    }

    private static DateTimeOffset? Decode(ReadOnlySpan<byte> value) =>
        BinaryPrimitives.ReadInt64LittleEndian(value) is > 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;
}
