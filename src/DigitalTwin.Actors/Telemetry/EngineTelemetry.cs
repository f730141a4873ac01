using System.Diagnostics;
using System.Diagnostics.Metrics;
using DigitalTwin.Actors.Entities;

namespace DigitalTwin.Actors.Telemetry;

/// <summary>What one system measures of itself. Nothing is timed or allocated for an instrument that nobody listens to.</summary>
internal sealed class EngineTelemetry : IDisposable
{
    public const string Name = "DigitalTwin.Actors";

    public static readonly ActivitySource Source = new(Name);

    private readonly Meter meter = new(Name);
    private readonly Histogram<double> turn;
    private readonly Histogram<double> commit;
    private readonly Histogram<int> commitSize;
    private readonly Histogram<double> recovery;
    private readonly Histogram<long> recoveryEvents;
    private readonly Counter<long> deadLetters;
    private readonly Counter<long> snapshotsIgnored;
    private readonly Counter<long> shardsLost;

    public EngineTelemetry(IEnumerable<IEntity> entities)
    {
        turn = meter.CreateHistogram<double>("digitaltwin.turn.duration", "s", "Time of one turn of an entity.");
        commit = meter.CreateHistogram<double>("digitaltwin.commit.duration", "s", "Time of one commit to the journal.");
        commitSize = meter.CreateHistogram<int>("digitaltwin.commit.size", "{append}", "Appends of entities that share one commit.");
        recovery = meter.CreateHistogram<double>("digitaltwin.recovery.duration", "s", "Time to bring one entity back from snapshot and journal.");
        recoveryEvents = meter.CreateHistogram<long>("digitaltwin.recovery.events", "{event}", "Events replayed for one entity.");
        deadLetters = meter.CreateCounter<long>("digitaltwin.dead_letters", "{message}", "Messages that nobody has handled; stored=false: that could not be kept either.");
        snapshotsIgnored = meter.CreateCounter<long>("digitaltwin.snapshots.ignored", "{snapshot}", "Snapshots that were not what was written, or of another history.");
        shardsLost = meter.CreateCounter<long>("digitaltwin.shards.lost", "{shard}", "Shards that this process had to give up.");
        // A counter that stands there at 0 can be watched for its first step.
        foreach (var stored in (bool[])[true, false]) deadLetters.Add(0, new KeyValuePair<string, object?>("stored", stored));
        snapshotsIgnored.Add(0);
        shardsLost.Add(0);
        meter.CreateObservableGauge(
            "digitaltwin.mailbox.depth",
            () => Depths(entities),
            "{message}",
            "Messages that wait: of all entities, and of the one with the most.");
        meter.CreateObservableGauge("digitaltwin.entities", () => entities.Count(), "{entity}", "Entities in memory.");
    }

    /// <summary>0: nobody listens.</summary>
    public long StartTurn() => Start(turn);

    public void TurnEnded(long started) => Stop(turn, started);

    public long StartCommit() => Start(commit);

    public void Committed(long started, int appends)
    {
        Stop(commit, started);
        if (commitSize.Enabled) commitSize.Record(appends);
    }

    public long StartRecovery() => Start(recovery);

    public void Recovered(long started, long events)
    {
        Stop(recovery, started);
        if (recoveryEvents.Enabled) recoveryEvents.Record(events);
    }

    public void DeadLetter(bool stored) => deadLetters.Add(1, new KeyValuePair<string, object?>("stored", stored));

    public void SnapshotIgnored() => snapshotsIgnored.Add(1);

    public void ShardLost() => shardsLost.Add(1);

    public void Dispose() => meter.Dispose();

    private static long Start(Histogram<double> histogram) => histogram.Enabled ? Stopwatch.GetTimestamp() : 0;

    private static void Stop(Histogram<double> histogram, long started)
    {
        if (started != 0) histogram.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    private static IEnumerable<Measurement<int>> Depths(IEnumerable<IEntity> entities)
    {
        var (total, deepest) = (0, 0);
        foreach (var entity in entities)
        {
            var depth = entity.Depth;
            total += depth;
            deepest = Math.Max(deepest, depth);
        }

        return
        [
            new Measurement<int>(total, new KeyValuePair<string, object?>("of", "all")),
            new Measurement<int>(deepest, new KeyValuePair<string, object?>("of", "deepest")),
        ];
    }
}
