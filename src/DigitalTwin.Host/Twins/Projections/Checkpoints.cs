using System.Text.Json;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Host.Twins.Cuts;
using DigitalTwin.Persistence.Projections;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Host.Twins.Projections;

/// <summary>
/// Saves the newest cut and the time index about each second, so that a start folds only what came after. What is saved is never needed:
/// a checkpoint that does not fit the journal, the plant or this version is left aside, and all is folded from the first event.
/// </summary>
/// <remarks>Called by one thread at a time, the feed's; what costs time runs beside it, on values that no longer change.</remarks>
public sealed class Checkpoints(ProjectionStore store, TwinModel model, TimeIndex times, CutHistory history, IJournalReader journal, TimeProvider time, ILogger log)
{
    public const string Name = "twins";

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly string version = VersionOf(model.Now.Places);
    private (Cut Cut, long By)? told;
    private Cut? savedCut;
    private TimeIndex.Saved? savedTimes;
    private Task saving = Task.CompletedTask;
    private long startedAt;
    private bool complained;

    /// <summary>The offset that this start went on from; 0: from the first event.</summary>
    public long ResumedAt { get; private set; }

    /// <summary>Changes with everything that makes the same journal fold into another cut.</summary>
    internal static string VersionOf(PlantPlaces places) => $"1 {StateCodecs.Unit.Format} {StateCodecs.Line.Format} {StateCodecs.WorkOrder.Format} {places.Fingerprint}";

    /// <summary>Puts into model and time index what was saved, as far as it is of this journal.</summary>
    public void Resume()
    {
        try
        {
            if (Fitting(Name, version) is { } twins)
            {
                Cut cut = CutRows.Read(model.Now.Places, twins.Offset, store.Rows(Name));
                model.Replace(cut);
                savedCut = model.Now;
                ResumedAt = cut.Offset;
            }

            if (Fitting(TimeIndex.Name, TimeIndex.Version) is { } index && times.TryLoad(index.Offset, store.Rows(TimeIndex.Name)))
                savedTimes = times.Since(null).Now;
        }
        catch (Exception damaged) when (damaged is ProjectionDamagedException or SqliteException or JsonException)
        {
            store.SetAside(damaged.Message);
        }

        times.FoldTo(model.Offset, journal);
    }

    /// <summary>The model has the event, and shows it.</summary>
    public void Folded(StoredEvent stored)
    {
        times.Take(stored);
        if (stored.Offset % CutHistory.Every == 0)
            history.Keep(model.Now);
    }

    /// <summary>The model has gone past a row that cannot be read.</summary>
    public void Passed(CorruptEventException rotten) => times.Pass(rotten);

    /// <summary>All that follows from the newest event is recorded: who goes on from here leaves nothing untold.</summary>
    public void Told()
    {
        // What follows was recorded after the cut: a journal that ends in between (restored from a backup) must not go on from it.
        told = (model.Now, journal.Head.Offset);
        if (saving.IsCompleted && time.GetElapsedTime(startedAt) >= Every)
            Start();
    }

    /// <summary>Saves what was told last, and ends when all is saved.</summary>
    public async Task FlushAsync()
    {
        await saving;
        Start();
        await saving;
        await history.FlushAsync();
    }

    private void Start()
    {
        if (told is not var (cut, by) || (cut.Offset == savedCut?.Offset && ReferenceEquals(cut.History, savedCut.History)))
            return;
        startedAt = time.GetTimestamp();
        long indexed = times.Offset;
        TimeIndex.Saved? before = savedTimes;
        (List<ProjectionRow> rows, TimeIndex.Saved now) = times.Since(before);
        saving = Task.Run(() =>
        {
            if (EventMark.At(journal, by) is { } mark)
                Save(cut, new ProjectionChange(new(TimeIndex.Name, TimeIndex.Version, indexed, mark), rows, [], Anew: before?.Generation != now.Generation), now);
        });
    }

    private void Save(Cut cut, ProjectionChange index, TimeIndex.Saved indexed)
    {
        Cut? since = ReferenceEquals(savedCut?.History, cut.History) ? savedCut : null;
        var twins = new ProjectionChange(
            new(Name, version, cut.Offset, index.Head.Mark), CutRows.Of(cut, since), since is null ? [] : CutRows.Gone(cut, since), Anew: since is null);
        try
        {
            store.Save(twins, index);
            savedCut = cut;
            savedTimes = indexed;
            complained = false;
        }
        catch (SqliteException fault)
        {
            if (!complained)
                log.LogWarning("The newest twins could not be saved, so the next start takes longer; tried again each second: {Reason}", fault.Message);
            complained = true;
        }
    }

    private ProjectionHead? Fitting(string name, string expected)
    {
        if (store.Head(name) is not { } head || head.Offset == 0)
            return null;
        if (head.Version == expected && EventMark.IsIn(journal, head.Mark))
            return head;
        log.LogWarning("What was saved of the {Projection} at offset {Offset} {Why}; it is made again from the journal.", name, head.Offset,
            head.Version == expected ? "was made of another journal than this one" : "is of another version or plant definition");
        return null;
    }
}
