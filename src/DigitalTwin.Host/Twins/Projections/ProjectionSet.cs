using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Host.Twins.Cuts;

namespace DigitalTwin.Host.Twins.Projections;

/// <summary>How far what is shown is behind what is recorded.</summary>
/// <param name="Seconds">Since it was seen that the first event that is not shown is committed, by monotonic time; 0 when all are shown.</param>
public readonly record struct Lag(long Events, double Seconds)
{
    /// <summary>Beyond it, whoever shows the projections says so.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(5);

    public bool IsBehind => Seconds > Bound.TotalSeconds;
}

public enum RebuildState { Running, Done, Cancelled, Failed }

/// <summary>A projection made anew from the first event on, beside the one that is in use.</summary>
/// <param name="Started">Wall time.</param>
/// <param name="Offset">How far it has come.</param>
/// <param name="Target">How far it goes: where the projection in use was when it began.</param>
/// <param name="Differed">Whether the one in use was another than it ought to be; it is replaced then. Null while it is not known.</param>
/// <param name="Differences">What was different, the first <see cref="ProjectionSet.DifferencesTold"/>.</param>
public sealed record Rebuild(
    DateTimeOffset Started, RebuildState State, long Offset, long Target, double Seconds, bool? Differed, IReadOnlyList<string> Differences, string? Why);

/// <param name="Offset">The newest event that is in it.</param>
/// <param name="Head">The newest event that is recorded.</param>
public sealed record ProjectionStatus(string Name, string Version, long Offset, long Head, Lag Lag, Rebuild? Rebuilt);

/// <summary>The read models of the plant: how far they are, and making them anew while they are in use.</summary>
/// <remarks>How far they are is known without the journal, which may be a database that is away.</remarks>
public sealed class ProjectionSet : IDisposable
{
    public const int DifferencesTold = 20;

    private const int Step = 10_000;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly TwinModel model;
    private readonly TimeIndex times;
    private readonly CutHistory history;
    private readonly WorkOrderArchive archive;
    private readonly CommittedFeed committed;
    private readonly IJournalReader journal;
    private readonly TimeProvider time;
    private readonly LagClock twinsBehind;
    private readonly LagClock timesBehind;
    private readonly ITimer looks;
    private readonly Lock gate = new();
    private readonly Dictionary<string, (Rebuild Last, CancellationTokenSource Cancel, Task Run)> rebuilds = [];

    public ProjectionSet(TwinModel model, TimeIndex times, CutHistory history, WorkOrderArchive archive, CommittedFeed committed, IJournalReader journal, TimeProvider time)
    {
        (this.model, this.times, this.history, this.archive, this.committed, this.journal, this.time) = (model, times, history, archive, committed, journal, time);
        (twinsBehind, timesBehind) = (new LagClock(time), new LagClock(time));
        All();
        looks = time.CreateTimer(_ => All(), null, Look, Look);
    }

    public static IReadOnlyList<string> Names { get; } = [Checkpoints.Name, TimeIndex.Name];

    public Lag Lag() => twinsBehind.Of(model.Offset, committed.Head);

    public IReadOnlyList<ProjectionStatus> All() =>
    [
        new(Checkpoints.Name, Checkpoints.Version, model.Offset, committed.Head, Lag(), Last(Checkpoints.Name)),
        new(TimeIndex.Name, TimeIndex.Version, times.Offset, committed.Head, timesBehind.Of(times.Offset, committed.Head), Last(TimeIndex.Name)),
    ];

    /// <summary>Begins to make a projection anew; nothing when that is under way.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    public void Rebuild(string name)
    {
        lock (gate)
        {
            if (rebuilds.TryGetValue(name, out var known) && known.Last.State == RebuildState.Running)
                return;
            var cancel = new CancellationTokenSource();
            rebuilds[name] = (new Rebuild(time.GetUtcNow(), RebuildState.Running, 0, name == TimeIndex.Name ? times.Offset : model.Offset, 0, null, [], null), cancel, Task.CompletedTask);
            rebuilds[name] = rebuilds[name] with { Run = Task.Run(() => Run(name, cancel.Token)) };
        }
    }

    /// <summary>Ends a rebuild; the projection in use stays as it is.</summary>
    /// <returns>False where none is under way.</returns>
    public bool Cancel(string name)
    {
        lock (gate)
        {
            if (!rebuilds.TryGetValue(name, out var known) || known.Last.State != RebuildState.Running)
                return false;
            known.Cancel.Cancel();
            return true;
        }
    }

    /// <summary>Ends when no rebuild is under way.</summary>
    public Task SettledAsync()
    {
        lock (gate)
            return Task.WhenAll(rebuilds.Values.Select(known => known.Run));
    }

    public void Dispose()
    {
        looks.Dispose();
        foreach (string name in Names)
            Cancel(name);
        SettledAsync().Wait(TimeSpan.FromSeconds(1));
    }

    private Rebuild? Last(string name)
    {
        lock (gate)
            return rebuilds.TryGetValue(name, out var known) ? known.Last : null;
    }

    private void Tell(string name, Func<Rebuild, Rebuild> change)
    {
        lock (gate)
        {
            (Rebuild last, CancellationTokenSource cancel, Task run) = rebuilds[name];
            rebuilds[name] = (change(last) with { Seconds = (time.GetUtcNow() - last.Started).TotalSeconds }, cancel, run);
        }
    }

    private void Run(string name, CancellationToken cancellation)
    {
        try
        {
            List<string> differences = name == TimeIndex.Name ? RebuildTimes(cancellation) : RebuildTwins(cancellation);
            Tell(name, last => last with { State = RebuildState.Done, Differed = differences.Count > 0, Differences = [.. differences.Take(DifferencesTold)] });
        }
        catch (OperationCanceledException)
        {
            Tell(name, last => last with { State = RebuildState.Cancelled, Why = "cancelled; the projection in use stays as it is" });
        }
        catch (Exception fault)
        {
            Tell(name, last => last with { State = RebuildState.Failed, Why = fault.Message });
        }
    }

    private List<string> RebuildTwins(CancellationToken cancellation)
    {
        Cut inUse = model.Now;
        var builder = new CutBuilder(Cut.Empty(inUse.Places), archive);
        var cuts = new List<Cut>();
        while (builder.Offset < inUse.Offset)
        {
            long before = builder.Offset;
            builder.FoldTo(Math.Min(inUse.Offset, before + Step), journal, cancellation);
            if (builder.Offset == before)
                throw new InvalidOperationException($"the journal ends at {before}, before offset {inUse.Offset}");
            if (CutHistory.IsWorthKeeping(builder.Offset, inUse.Offset))
                cuts.Add(builder.ToCut());
            Tell(Checkpoints.Name, last => last with { Offset = builder.Offset });
        }

        Cut anew = builder.ToCut();
        List<string> differences = Differences(inUse, anew);
        if (differences.Count > 0)
            model.Replace(anew);
        history.Forget();
        int generation = history.Generation;
        cuts.ForEach(cut => history.Keep(cut, generation));
        return differences;
    }

    private List<string> RebuildTimes(CancellationToken cancellation)
    {
        var anew = new TimeIndex();
        for (long target = times.Offset; anew.Offset < target;)
        {
            long before = anew.Offset;
            anew.FoldTo(Math.Min(target, before + Step), journal, cancellation);
            if (anew.Offset == before)
                throw new InvalidOperationException($"the journal ends at {before}, before offset {target}");
            Tell(TimeIndex.Name, last => last with { Offset = anew.Offset });
        }

        if (times.FirstDifference(anew) is not { } different)
            return [];
        times.Replace(anew, journal);
        return [$"the plant time at offset {different}"];
    }

    /// <summary>Compares stored forms: two states are the same where they would be written the same.</summary>
    private static List<string> Differences(Cut a, Cut b)
    {
        List<string> found = [];
        Dictionary<string, byte[]> rows = CutRows.Of(a).ToDictionary(row => row.Key, row => row.Value.ToArray());
        foreach (var row in CutRows.Of(b))
        {
            if (!rows.Remove(row.Key, out byte[]? known))
                found.Add($"{row.Key} was missing");
            else if (!row.Value.Span.SequenceEqual(known))
                found.Add($"{row.Key}: {Encoding.UTF8.GetString(known)}, not {Encoding.UTF8.GetString(row.Value.Span)}");
        }

        found.AddRange(rows.Keys.Select(key => $"{key} ought not to be there"));
        return found;
    }
}
