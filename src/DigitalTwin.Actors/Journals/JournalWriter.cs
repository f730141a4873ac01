using System.Globalization;
using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.Journals;

/// <summary>Who waits for an append; one at a time each, so the writer's queue is bounded by the number of entities.</summary>
internal interface IAppender
{
    /// <summary>Stable from <see cref="JournalWriter.Enqueue"/> until <see cref="Appended"/>.</summary>
    Append Pending { get; }

    /// <param name="recorded">Wall time of the commit.</param>
    /// <param name="committed">Appends that are answered at this moment.</param>
    void Appended(in AppendResult result, DateTimeOffset recorded, int committed);
}

/// <summary>Whether the journal takes appends.</summary>
public sealed record JournalHealth(bool Ok, string? Why)
{
    public static JournalHealth Good { get; } = new(true, null);
}

/// <summary>
/// Group commit: one turn at a time takes every append that waits and stores them in one transaction, so the cost of a
/// sync to disk is shared by all entities that are busy at that moment.
/// </summary>
/// <remarks>
/// After a failure of the store nothing more is written: a second fsync may report success for pages that the first one lost.
/// </remarks>
internal sealed class JournalWriter(IJournal journal, EntityContext context, CommittedFeed feed) : IThreadPoolWorkItem
{
    /// <summary>Bounds one transaction, so that its latency and the feed's batches stay small.</summary>
    public const int MaxAppendsPerCommit = 4096;

    /// <summary>Clocks of several machines may differ by so much.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(1);

    /// <summary>A commit waits for at most this part of the time that the one before it took.</summary>
    private const int LingerPart = 4;

    private readonly Lock gate = new();
    private readonly Append[] batch = new Append[MaxAppendsPerCommit];
    private readonly AppendResult[] results = new AppendResult[MaxAppendsPerCommit];
    private readonly List<IAppender> owners = new(MaxAppendsPerCommit);
    private List<IAppender> waiting = [];
    private List<IAppender> spare = [];
    private bool scheduled;
    private bool clockTold;
    private volatile JournalHealth health = JournalHealth.Good;

    public JournalHealth Health => health;

    public void Enqueue(IAppender owner)
    {
        lock (gate)
        {
            waiting.Add(owner);
            if (scheduled) return;
            scheduled = true;
        }

        context.Dispatcher.ScheduleBlocking(this);
    }

    public void Execute()
    {
        var started = context.Options.Time.GetTimestamp();
        List<IAppender> taken;
        lock (gate)
        {
            taken = waiting;
            waiting = spare;
        }

        for (var from = 0; from < taken.Count; from += MaxAppendsPerCommit)
        {
            owners.Clear();
            for (var i = from; i < Math.Min(taken.Count, from + MaxAppendsPerCommit); i++) owners.Add(taken[i]);
            Commit();
        }

        // Most of those who were answered ask again at once: a commit that waits a moment for them saves another one.
        var answered = taken.Count;
        context.Dispatcher.Linger(() => Waiting >= answered, context.Options.Time.GetElapsedTime(started) / LingerPart);
        taken.Clear();
        lock (gate)
        {
            spare = taken;
            if (waiting.Count == 0)
            {
                scheduled = false;
                return;
            }
        }

        context.Dispatcher.ScheduleBlocking(this);
    }

    private int Waiting
    {
        get
        {
            lock (gate) return waiting.Count;
        }
    }

    private void Commit()
    {
        var count = owners.Count;
        for (var i = 0; i < count; i++) batch[i] = owners[i].Pending;
        var now = Microseconds.Truncate(context.Options.Time.GetUtcNow());
        var recorded = now;
        var started = context.Telemetry.StartCommit();
        if (!TryAppend(batch.AsSpan(0, count), ref recorded, results.AsSpan(0, count)))
        {
            for (var i = 0; i < count; i++) owners[i].Appended(results[0], recorded, count);
            return;
        }

        context.Telemetry.Committed(started, count);
        var events = Committed(count, recorded);
        // Replies first; whoever reads the feed and asks an entity waits behind its append's result anyway.
        for (var i = 0; i < count; i++) owners[i].Appended(results[i], recorded, count);
        feed.Publish(events);
        if (recorded - now > ClockTolerance) TellOfClock(recorded - now);
    }

    /// <summary>Once: it stays so until the clock has caught up.</summary>
    private void TellOfClock(TimeSpan behind)
    {
        if (clockTold) return;
        clockTold = true;
        context.Notice(context.Options.Name, string.Create(CultureInfo.InvariantCulture,
            $"The clock of this machine is {behind.TotalSeconds:0.#} s behind the newest event of the journal. Events are recorded with that event's time until the clock has caught up; set it right."));
    }

    private bool TryAppend(ReadOnlySpan<Append> appends, ref DateTimeOffset recorded, Span<AppendResult> outcome)
    {
        if (!health.Ok)
        {
            outcome[0] = new AppendResult(AppendStatus.NotStored, 0, health.Why);
            return false;
        }

        try
        {
            recorded = journal.Append(appends, recorded, outcome);
            return true;
        }
        catch (JournalFullException full)
        {
            outcome[0] = new AppendResult(AppendStatus.NotStored, 0, full.Message);
        }
        catch (Exception failure)
        {
            health = new JournalHealth(false, $"The journal has failed and takes no more events until a restart: {failure.Message}");
            outcome[0] = new AppendResult(AppendStatus.Unknown, 0, health.Why);
        }

        return false;
    }

    private List<StoredEvent> Committed(int count, DateTimeOffset recorded)
    {
        var events = new List<StoredEvent>(count);
        for (var i = 0; i < count; i++)
        {
            if (results[i].Status != AppendStatus.Stored) continue;
            var append = batch[i];
            for (var e = 0; e < append.Events.Count; e++)
            {
                var added = append.Events[e];
                events.Add(new StoredEvent(
                    results[i].FirstOffset + e, append.Entity, append.ExpectedSeq + 1 + e, added.Name, added.At, recorded, added.Payload)
                {
                    Epoch = append.Lease.Epoch,
                    Command = append.Command,
                });
            }
        }

        return events;
    }
}
