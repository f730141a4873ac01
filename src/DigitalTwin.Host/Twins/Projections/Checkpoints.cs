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
/// <remarks>Told by the feed in its turn; saved beside it, since a cut does not change any more.</remarks>
/// <param name="every">Wall time between two saves.</param>
public sealed class Checkpoints(ProjectionStore store, TwinModel model, TimeIndex times, CutHistory history, IJournalReader journal, TimeSpan every, ILogger log)
{
    public const string Name = "twins";
    public const string Version = "1";

    private readonly string version = VersionOf(model.Now.Places);
    private readonly Lock saving = new();
    private volatile Cut? told;
    private Timer? timer;
    private Cut? savedCut;
    private TimeIndex.Saved? savedTimes;
    private bool complained;

    /// <summary>The offset that this start went on from; 0: from the first event.</summary>
    public long ResumedAt { get; private set; }

    /// <summary>Changes with everything that makes the same journal fold into another cut.</summary>
    internal static string VersionOf(PlantPlaces places) => $"{Version} {StateCodecs.Unit.Format} {StateCodecs.Line.Format} {StateCodecs.WorkOrder.Format} {places.Fingerprint}";

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
        {
            // Before the cut is taken: one of a history that was let go of since is not kept.
            int generation = history.Generation;
            history.Keep(model.Now, generation);
        }
    }

    /// <summary>The model has gone past a row that cannot be read.</summary>
    public void Passed(CorruptEventException rotten) => times.Pass(rotten);

    /// <summary>All that follows from the events up to a cut is recorded: who goes on from there leaves nothing untold.</summary>
    public void Told(Cut cut)
    {
        told = cut;
        timer ??= new Timer(_ => TrySave(), null, every, every);
    }

    /// <summary>Saves what was told last, and ends when all is saved; nothing is told after it.</summary>
    public async Task FlushAsync()
    {
        if (timer is not null)
            await timer.DisposeAsync();
        TrySave();
        await history.FlushAsync();
    }

    private void TrySave()
    {
        // A save that takes longer than the time to the next one is the next one too.
        if (!saving.TryEnter())
            return;
        try
        {
            Save();
            complained = false;
        }
        catch (Exception fault)
        {
            // Whatever it was: nothing depends on it, and the plant goes on.
            if (!complained)
                log.LogWarning("The newest twins could not be saved, so the next start takes longer; tried again each second: {Reason}", fault.Message);
            complained = true;
        }
        finally
        {
            saving.Exit();
        }
    }

    private void Save()
    {
        if (told is not { } cut || (cut.Offset == savedCut?.Offset && ReferenceEquals(cut.History, savedCut.History)))
            return;
        // What follows was recorded after the cut: a journal that ends in between (restored from a backup) must not go on from it.
        long by = journal.Head.Offset;
        (List<ProjectionRow> rows, TimeIndex.Saved indexed) = times.Since(savedTimes);
        // Past a row that cannot be read there is no event to tell this journal by; the next one will do.
        if (EventMark.At(journal, by) is not { } mark || EventMark.At(journal, indexed.Offset) is not { } indexMark)
            return;
        Cut? since = ReferenceEquals(savedCut?.History, cut.History) ? savedCut : null;
        store.Save(
            new ProjectionChange(new(Name, version, cut.Offset, mark), CutRows.Of(cut, since), since is null ? [] : CutRows.Gone(cut, since), Anew: since is null),
            new ProjectionChange(new(TimeIndex.Name, TimeIndex.Version, indexed.Offset, indexMark), rows, [], Anew: savedTimes?.Generation != indexed.Generation));
        (savedCut, savedTimes) = (cut, indexed);
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
