using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Edge.Ingest;
using DigitalTwin.Host.Api;
using DigitalTwin.Host.Twins;

namespace DigitalTwin.Host.Streaming;

public sealed record SnapshotView(long Offset, ClockView Plant, IReadOnlyList<TwinView> Items);

public sealed record DeltaView(long Offset, EventView Event, TwinView? Twin);

/// <summary>Columns of equal length: newest values of signals.</summary>
/// <param name="T">Milliseconds since 1970 UTC, plant time; null where there was never a value.</param>
/// <param name="Age">Wall seconds since receipt.</param>
public sealed record TagsView(IReadOnlyList<string> Ids, IReadOnlyList<object?> V, IReadOnlyList<long?> T, IReadOnlyList<string> Q, IReadOnlyList<double?> Age);

/// <param name="Wall">Wall time.</param>
public sealed record HeartbeatView(long Offset, DateTimeOffset Wall, DateTimeOffset PlantTime, double Speed, Freshness Freshness);

/// <summary>
/// One listener's stream: a snapshot, then every event it covers, in order and without a gap, and the newest values at a bounded rate.
/// </summary>
/// <remarks>
/// Events are read from the journal at the listener's own pace: a slow one falls behind and holds up nobody. Values are not queued: what changed
/// since the last frame goes into the next, so a slow listener sees fewer steps, and the newest always.
/// </remarks>
public sealed class PlantBroadcast(EntitySystem system, TwinModel model, TwinDirectory twins, LiveValues live, PlantTime plantTime, PlantClock clock, TimeProvider time)
{
    private const int ItemsToSend = 256;
    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(5);

    /// <param name="after">Offset that the listener has seen; events after it come again. Null: from now.</param>
    /// <param name="framesPerSecond">Frames of values, at most.</param>
    public async IAsyncEnumerable<SseItem<object>> ReadAsync(StreamScope scope, long? after, int framesPerSecond, [EnumeratorCancellation] CancellationToken stop)
    {
        long seenValues = live.Version;
        long now = model.Offset;
        // An offset beyond the journal's end is another journal's; and nobody can resume across a row that cannot be read.
        long from = after is { } seen && seen <= now && seen >= model.Now.NewestDamage ? seen : now;
        yield return Item("snapshot", new SnapshotView(now, PlantEndpoints.Clock(time, plantTime, clock), [.. Snapshot(scope)]), from);
        yield return Heartbeat();

        var items = Channel.CreateBounded<SseItem<object>>(new BoundedChannelOptions(ItemsToSend) { SingleReader = true });
        // Ends the answer as it should end, so that a listener sees an end and not a failure.
        using CancellationTokenRegistration closing = stop.Register(() => items.Writer.TryComplete());
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] producers =
        [
            WriteDeltasAsync(scope, from, items.Writer, ending.Token),
            WriteTagsAsync(scope, seenValues, TimeSpan.FromSeconds(1.0 / framesPerSecond), items.Writer, ending.Token),
            WriteHeartbeatsAsync(items.Writer, ending.Token),
        ];
        try
        {
            await foreach (SseItem<object> item in items.Reader.ReadAllAsync(CancellationToken.None))
            {
                if (stop.IsCancellationRequested)
                    break;
                yield return item;
            }
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(producers).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private IEnumerable<TwinView> Snapshot(StreamScope scope)
    {
        foreach (string root in scope.Twins)
        {
            if (twins.Find(root) is { } twin)
                yield return twin;
            if (!twins.IsPlace(root))
                continue;
            foreach (TwinView below in twins.Below(root, null, null).Where(below => below.State is not ("Completed" or "Scrapped")))
                yield return below;
        }
    }

    private async Task WriteDeltasAsync(StreamScope scope, long after, ChannelWriter<SseItem<object>> items, CancellationToken stop)
    {
        try
        {
            await foreach (StoredEvent stored in system.Committed.ReadAsync(after, stop))
            {
                if (!scope.Covers(stored.Entity.Value))
                    continue;
                await model.ReachAsync(stored.Offset, stop);
                await items.WriteAsync(Item("delta", new DeltaView(stored.Offset, TwinEndpoints.View(stored), twins.Find(stored.Entity.Value)), stored.Offset), stop);
            }
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            items.TryComplete(fault); // the listener connects anew and resumes
        }
    }

    private async Task WriteTagsAsync(StreamScope scope, long since, TimeSpan least, ChannelWriter<SseItem<object>> items, CancellationToken stop)
    {
        while (true)
        {
            await live.WaitForChangeAsync(since, stop);
            long version = live.Version;
            LiveValue[] changed = [.. live.ChangedSince(since, scope.Signals)];
            since = version;
            if (changed.Length > 0)
                await items.WriteAsync(Item("tags", Frame(changed)), stop);
            await Task.Delay(least, time, stop);
        }
    }

    private async Task WriteHeartbeatsAsync(ChannelWriter<SseItem<object>> items, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(HeartbeatEvery, time);
        while (await timer.WaitForNextTickAsync(stop))
            await items.WriteAsync(Heartbeat(), stop);
    }

    private SseItem<object> Heartbeat() => Item("heartbeat", new HeartbeatView(model.Offset, time.GetUtcNow(), plantTime.GetUtcNow(), clock.Speed, live.Freshness()));

    private static TagsView Frame(LiveValue[] values) => new(
        [.. values.Select(value => value.Signal.Id)],
        [.. values.Select(value => TwinDirectory.Shown(value.Sample))],
        [.. values.Select(value => value.Sample?.SourceTime.ToUnixTimeMilliseconds())],
        [.. values.Select(value => value.Quality.ToString().ToLowerInvariant())],
        [.. values.Select(value => value.Age?.TotalSeconds)]);

    private static SseItem<object> Item(string type, object data, long? offset = null) =>
        new(data, type) { EventId = offset?.ToString(CultureInfo.InvariantCulture) };
}
