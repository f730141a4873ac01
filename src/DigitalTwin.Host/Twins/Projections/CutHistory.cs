using System.Globalization;
using System.Text.Json;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Host.Twins.Cuts;
using DigitalTwin.Persistence.Projections;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Host.Twins.Projections;

/// <summary>Cuts of the past: kept each <see cref="Every"/> offsets, so that any other one is a short fold away.</summary>
/// <remarks>
/// The older, the fewer: of the cuts that are more than sixteen steps old every second one is kept, of those more than 32 steps old every
/// fourth, and so on. A plant of a billion events has about 110 of them, and the fold is never longer than a step and an eighth of the way back.
/// </remarks>
public sealed class CutHistory : IDisposable
{
    public const string Name = "cuts";
    public const int Every = 20_000;

    private const int Newest = 16;
    private const int AtHand = 4;

    private readonly SemaphoreSlim folding = new(1);
    private readonly Lock gate = new();
    private readonly SortedSet<long> kept = [];
    private readonly LinkedList<Cut> lately = new();
    private readonly ProjectionStore store;
    private readonly IJournalReader journal;
    private readonly WorkOrderArchive archive;
    private readonly PlantPlaces places;
    private readonly ILogger log;
    private readonly string version;
    private Task keeping = Task.CompletedTask;
    private int generation;

    public CutHistory(ProjectionStore store, IJournalReader journal, WorkOrderArchive archive, PlantPlaces places, ILogger log)
    {
        (this.store, this.journal, this.archive, this.places, this.log) = (store, journal, archive, places, log);
        version = Checkpoints.VersionOf(places);
        if (store.Head(Name) is not { Offset: > 0 } head)
            return;
        if (head.Version == version && EventMark.IsIn(journal, head.Mark))
            kept = [.. store.Keys(Name).Select(key => long.Parse(key, CultureInfo.InvariantCulture))];
        else
            store.Save(new ProjectionChange(head with { Offset = 0, Mark = "" }, [], [], Anew: true));
    }

    /// <summary>Changes when all cuts are let go of. Who makes one takes it before the first look at what the cut is made of.</summary>
    internal int Generation => Volatile.Read(ref generation);

    /// <summary>Offsets of the cuts that are kept.</summary>
    public IReadOnlyList<long> Kept
    {
        get
        {
            lock (gate)
                return [.. kept];
        }
    }

    /// <summary>The plant as it was after the event at an offset that the journal has, or before any at 0.</summary>
    public async Task<Cut> AtAsync(long offset, CancellationToken cancellation)
    {
        await folding.WaitAsync(cancellation);
        try
        {
            return await Task.Run(() => At(offset, cancellation), cancellation);
        }
        finally
        {
            folding.Release();
        }
    }

    /// <summary>Whether a cut is one of those to keep, once the journal has come to <paramref name="head"/>.</summary>
    internal static bool IsWorthKeeping(long offset, long head)
    {
        if (offset <= 0 || offset % Every != 0)
            return false;
        long age = (head - offset) / Every, step = 1;
        while (age > Newest * step)
            step *= 2;
        return offset / Every % step == 0;
    }

    /// <summary>Keeps a cut, if it is one to keep, some time soon.</summary>
    /// <param name="of">The <see cref="Generation"/> that it was made in.</param>
    internal void Keep(Cut cut, int of)
    {
        if (cut.Offset <= 0 || cut.Offset % Every != 0)
            return;
        lock (gate)
        {
            if (of != generation || kept.Contains(cut.Offset))
                return;
            keeping = keeping.ContinueWith(_ => Save(cut, of), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    /// <summary>Ends when all that was to be kept is.</summary>
    internal Task FlushAsync()
    {
        lock (gate)
            return keeping;
    }

    /// <summary>Lets go of all cuts: they were made of what no longer holds.</summary>
    internal void Forget()
    {
        lock (gate)
        {
            generation++;
            kept.Clear();
            lately.Clear();
            store.Save(new ProjectionChange(new ProjectionHead(Name, version, 0, ""), [], [], Anew: true));
        }
    }

    public void Dispose() => folding.Dispose();

    private Cut At(long offset, CancellationToken cancellation)
    {
        int of = Generation;
        Cut start = Before(offset);
        if (start.Offset == offset)
            return start;
        var builder = new CutBuilder(start, archive);
        while (builder.Offset < offset)
        {
            long target = Math.Min(offset, (builder.Offset / Every + 1) * Every);
            builder.FoldTo(target, journal, cancellation);
            if (builder.Offset < target)
                throw new InvalidOperationException($"The journal ends at {builder.Offset}, before offset {offset}.");
            Keep(builder.ToCut(), of);
        }

        Cut cut = builder.ToCut();
        lock (gate)
        {
            if (of != generation)
                return cut;
            lately.AddFirst(cut);
            if (lately.Count > AtHand)
                lately.RemoveLast();
        }

        return cut;
    }

    /// <summary>The nearest cut at hand that is not after an offset.</summary>
    private Cut Before(long offset)
    {
        Cut? near;
        long stored;
        lock (gate)
        {
            near = lately.Where(cut => cut.Offset <= offset).MaxBy(cut => cut.Offset);
            stored = kept.GetViewBetween(0, offset).Max;
        }

        if (stored == 0 || near?.Offset >= stored)
            return near ?? Cut.Empty(places);
        try
        {
            if (store.Find(Name, Key(stored)) is { } packed)
                return CutRows.Unpack(places, stored, packed);
        }
        catch (Exception fault) when (fault is ProjectionDamagedException or SqliteException or JsonException or IOException or InvalidDataException)
        {
            log.LogWarning("The cut kept at offset {Offset} is of no use and is made again from the journal: {Reason}", stored, fault.Message);
        }

        lock (gate)
            kept.Remove(stored);
        return Before(offset);
    }

    private void Save(Cut cut, int of)
    {
        try
        {
            if (!IsWorthKeeping(cut.Offset, journal.Head.Offset) || EventMark.At(journal, cut.Offset) is not { } mark)
                return;
            byte[] packed = CutRows.Pack(cut);
            lock (gate)
            {
                if (of != generation)
                    return;
                kept.Add(cut.Offset);
                long newest = kept.Max;
                List<long> gone = [.. kept.Where(offset => !IsWorthKeeping(offset, newest))];
                ProjectionHead head = newest == cut.Offset || store.Head(Name) is not { } before ? new(Name, version, cut.Offset, mark) : before;
                store.Save(new ProjectionChange(head, [new(Key(cut.Offset), packed)], [.. gone.Select(Key)]));
                kept.ExceptWith(gone);
            }
        }
        catch (Exception fault) when (fault is SqliteException or IOException)
        {
            lock (gate)
                kept.Remove(cut.Offset);
            log.LogWarning("The cut at offset {Offset} could not be kept, so looking back takes longer: {Reason}", cut.Offset, fault.Message);
        }
    }

    private static string Key(long offset) => offset.ToString("D15", CultureInfo.InvariantCulture);
}
