using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Domain.Lines;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Domain.Units;
using DigitalTwin.Domain.WorkOrders;
using DigitalTwin.Host.Twins.Cuts;
using DigitalTwin.Host.Twins.Projections;

namespace DigitalTwin.Host.Twins;

/// <summary>
/// Follows the journal: folds each event into the model, and lets what a station recorded move its line and the orders of the vehicles in it.
/// </summary>
/// <remarks>
/// Stations do not tell their line; the journal does. So a host that dies between the two loses nothing: at the next start, whatever
/// came after the station event that the line's newest report stems from is told again, and the deciders pass over what they know.
/// Orders are told before the line, hence a line's report says of both that they have heard.
/// </remarks>
public sealed class TwinFeed
{
    private const int PageSize = 1000;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BeforeAgain = TimeSpan.FromMilliseconds(250);

    private sealed record Report(string Station, long Offset, long Seq, UnitEvent Happened, UnitState After)
    {
        /// <summary>What the orders were told and have answered, and need not be told again while the line takes nothing.</summary>
        public int Answers { get; set; }
    }

    private readonly EntitySystem system;
    private readonly IJournalReader journal;
    private readonly TwinModel model;
    private readonly TwinEntities twins;
    private readonly Checkpoints? checkpoints;
    private readonly ILogger<TwinFeed> log;
    private readonly Dictionary<string, LineDefinition> lineOf;
    private readonly Dictionary<string, Queue<Report>> untold;
    private readonly Dictionary<string, SemaphoreSlim> arrived;
    private readonly Lock gate = new();
    private Cut? waiting;

    /// <param name="checkpoints">Where the model is saved; null: each start folds the whole journal.</param>
    public TwinFeed(EntitySystem system, IJournalReader journal, TwinModel model, TwinEntities twins, PlantDefinition plant, Checkpoints? checkpoints, ILogger<TwinFeed> log)
    {
        (this.system, this.journal, this.model, this.twins, this.checkpoints, this.log) = (system, journal, model, twins, checkpoints, log);
        lineOf = plant.Lines.SelectMany(line => line.Stations, (line, station) => (station.Id, line)).ToDictionary();
        untold = plant.Lines.ToDictionary(line => line.Id, _ => new Queue<Report>());
        arrived = plant.Lines.ToDictionary(line => line.Id, _ => new SemaphoreSlim(0));
    }

    /// <summary>Folds what the journal holds and no checkpoint has; the model is complete when this returns.</summary>
    public void CatchUp()
    {
        checkpoints?.Resume();
        while (true)
        {
            // Pages end where a cut may have to be kept.
            (IReadOnlyList<StoredEvent> page, CorruptEventException? rotten) = journal.ReadPast(model.Offset, PageSize - (int)(model.Offset % PageSize));
            model.Apply(page, Take);
            foreach (StoredEvent stored in page)
                checkpoints?.Folded(stored);
            if (rotten is not null)
            {
                log.LogError("{Reason} {Entity} stays as it was before that row; the other twins go on.", rotten.Message, rotten.Entity);
                model.Pass(rotten);
                checkpoints?.Passed(rotten);
            }
            else if (page.Count == 0)
            {
                return;
            }
        }
    }

    /// <summary>Reports that no line has taken yet.</summary>
    public int Untold
    {
        get
        {
            lock (gate)
                return untold.Values.Sum(reports => reports.Count);
        }
    }

    /// <summary>Tells what was left untold, and follows the journal until cancelled. A line that takes no reports holds up neither the folding nor the other lines.</summary>
    /// <remarks>
    /// A checkpoint is only taken where all is told: what is told again at a start are the reports after it, and those before it are not
    /// folded again, so nobody would remember them.
    /// </remarks>
    public async Task RunAsync(CancellationToken stop)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] parts = [];
        try
        {
            Mark();
            parts = [FollowAsync(end.Token), .. untold.Select(line => TellAsync(line.Key, line.Value, end.Token))];
            await await Task.WhenAny(parts);
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (checkpoints is not null)
                await checkpoints.FlushAsync();
        }
    }

    private async Task FollowAsync(CancellationToken stop)
    {
        bool away = false;
        while (true)
        {
            try
            {
                await foreach (StoredEvent stored in system.Committed.ReadAsync(model.Offset, stop))
                {
                    lock (gate)
                    {
                        Take(stored, model.Apply(stored), model.Unit(stored.Entity.Value).State);
                        checkpoints?.Folded(stored);
                        Mark();
                    }

                    if (away)
                        log.LogWarning("The journal can be read again, and what is shown goes on.");
                    away = false;
                }
            }
            catch (IOException fault)
            {
                // A database that is away comes back; nothing was folded that would be folded twice.
                if (!away)
                    log.LogWarning("The journal cannot be read, so what is shown stands still until it can be again: {Reason}", fault.Message);
                away = true;
                await Task.Delay(BeforeAgain, stop);
            }
        }
    }

    /// <summary>Gives the checkpoints the newest cut that everything was told of. While some line is behind, one cut waits until it is not any more.</summary>
    private void Mark()
    {
        if (checkpoints is null)
            return;
        lock (gate)
        {
            long told = untold.Values.Select(reports => reports.TryPeek(out Report? first) ? first.Offset - 1 : long.MaxValue).DefaultIfEmpty(long.MaxValue).Min();
            // A rebuild may have put another history in place of the one that waits.
            if (waiting is { } cut && ReferenceEquals(cut.History, model.Now.History))
            {
                if (cut.Offset > told)
                    return;
                checkpoints.Told(cut);
            }

            waiting = model.Now;
            if (waiting.Offset <= told)
                checkpoints.Told(waiting);
        }
    }

    private void Take(StoredEvent stored, UnitEvent? happened, UnitState after)
    {
        string id = stored.Entity.Value;
        switch (happened)
        {
            case LineEvent.StationReported report when untold.TryGetValue(id, out Queue<Report>? queue):
                while (IsTold(queue, report))
                    queue.Dequeue();
                break;
            case not null when lineOf.TryGetValue(id, out LineDefinition? line):
                untold[line.Id].Enqueue(new Report(id, stored.Offset, stored.Seq, happened, after));
                if (arrived[line.Id].CurrentCount == 0)
                    arrived[line.Id].Release();
                break;
        }
    }

    // Reports are told in the order of the journal, so the one that this report stems from, and all before it, are told.
    private static bool IsTold(Queue<Report> queue, LineEvent.StationReported report) =>
        queue.Any(waiting => waiting.Station == report.Station && waiting.Seq <= report.Revision);

    private async Task TellAsync(string lineId, Queue<Report> queue, CancellationToken stop)
    {
        SemaphoreSlim more = arrived[lineId];
        bool stuck = false;
        while (true)
        {
            if (Next() is not { } report)
            {
                await more.WaitAsync(stop);
                continue;
            }

            if (await TryTellAsync(lineId, report, stop) is { } why)
            {
                if (!stuck)
                    log.LogWarning("{Entity} does not get what {Station} reported, which is told again until it does: {Reason}", lineId, report.Station, why);
                stuck = true;
                await Task.Delay(BeforeAgain, stop);
                continue;
            }

            Done(report);
            if (stuck)
                log.LogWarning("{Entity} gets again what its stations report.", lineId);
            stuck = false;
        }

        Report? Next()
        {
            lock (gate)
                return queue.TryPeek(out Report? first) ? first : null;
        }

        void Done(Report report)
        {
            lock (gate)
            {
                // The line's own event may have said so already.
                if (queue.TryPeek(out Report? first) && ReferenceEquals(first, report))
                    queue.Dequeue();
                Mark();
            }
        }
    }

    /// <returns>Why the report has to be told again: nobody answered, or the journal had no room. Null: it was told.</returns>
    private async Task<string?> TryTellAsync(string lineId, Report report, CancellationToken stop)
    {
        try
        {
            foreach ((string order, WorkOrderCommand command) in StationReports.For(lineOf[report.Station], report.Station, report.Happened).Skip(report.Answers))
            {
                if (WhyAgain(order, await twins.WorkOrders.AskAsync(new EntityId(order), command, Deadline, stop)) is { } why)
                    return why;
                report.Answers++;
            }

            LineCommand.ReportStation standing = LineCommand.ReportStation.Of(report.Station, report.Seq, report.After, report.Happened.At);
            return WhyAgain(lineId, await twins.Lines.AskAsync(new EntityId(lineId), standing, Deadline, stop));
        }
        catch (TimeoutException fault)
        {
            return fault.Message;
        }
    }

    private string? WhyAgain<TState, TEvent>(string id, Reply<TState, TEvent> reply)
    {
        switch (reply)
        {
            case Reply<TState, TEvent>.Failed failed when failed.WorthRetry:
                return $"{id} cannot record: {failed.Reason}";
            case Reply<TState, TEvent>.Refused refused:
                log.LogWarning("{Entity} refused what a station reported: {Code}, {Reason}", id, refused.Code, refused.Reason);
                return null;
            case Reply<TState, TEvent>.Failed failed:
                log.LogError("{Entity} could not take what a station reported: {Reason}", id, failed.Reason);
                return null;
            default:
                return null;
        }
    }
}
