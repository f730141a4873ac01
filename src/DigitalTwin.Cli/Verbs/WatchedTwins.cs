using DigitalTwin.Cli.Api;
using DigitalTwin.Cli.Output;
using Spectre.Console;

namespace DigitalTwin.Cli.Verbs;

/// <summary>The newest of each watched twin, brought up to date by the stream. One thread at a time.</summary>
internal sealed class WatchedTwins
{
    private readonly SortedDictionary<string, TwinShape> twins = new(StringComparer.Ordinal);
    // Ages grow here from receipt on, by the monotonic clock: a value turns old also while the host is silent.
    private readonly Dictionary<string, long> received = [];

    /// <summary>Takes one event in.</summary>
    /// <returns>The lines that tell of it: one, but a line per twin for a snapshot and none for a heartbeat.</returns>
    public IReadOnlyList<string> Take(StreamEvent happened) => happened.Type switch
    {
        "snapshot" => TakeSnapshot(happened.Data.As<SnapshotShape>()),
        "delta" => TakeDelta(happened.Data.As<DeltaShape>()),
        "tags" => TakeTags(happened.Data.As<TagsShape>()),
        _ => [],
    };

    /// <returns>Null before the first snapshot. The signals of a twin watched alone, else a row per twin.</returns>
    public Table? Table(Screen screen)
    {
        if (twins.Count == 0) return null;
        var now = twins.Values.Select(Aged).ToList();
        if (now.Count > 1) return TwinTable.Of(now, screen);
        var twin = now[0];
        return TwinTable.Signals(twin).Title(new TableTitle(Markup.Escape($"{twin.Id}  {twin.State ?? Words.Absent} since {Words.Time(twin.StateSince)}")));
    }

    private List<string> TakeSnapshot(SnapshotShape snapshot)
    {
        twins.Clear();
        foreach (var twin in snapshot.Items) Keep(twin);
        return [.. snapshot.Items.Select(twin => $"{Words.Time(twin.StateSince)}  snapshot  {twin.Id}  {twin.State ?? Words.Absent}")];
    }

    private List<string> TakeDelta(DeltaShape delta)
    {
        if (delta.Twin is { } twin) Keep(twin);
        var recorded = delta.Event;
        return [$"{Words.PreciseTime(recorded.At)}  id={recorded.Offset}  {recorded.Entity}  {recorded.Name}  {Words.EventData(recorded.Data)}"];
    }

    private List<string> TakeTags(TagsShape tags)
    {
        var told = new List<string>();
        for (var i = 0; i < tags.Ids.Count; i++)
        {
            var (owner, name) = Split(tags.Ids[i]);
            var unit = twins.TryGetValue(owner, out var twin) && twin.Reported?.TryGetValue(name, out var before) == true ? before.Unit : null;
            var quality = tags.Q[i] is null or "good" ? "" : $" ({tags.Q[i]})";
            told.Add($"{tags.Ids[i]}={Words.Value(tags.V[i], unit)}{quality}");
            if (twin?.Reported is not { } reported || !reported.TryGetValue(name, out var old)) continue;
            var time = tags.T[i] is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : (DateTimeOffset?)null;
            var newer = old with { V = tags.V[i], T = time, Q = tags.Q[i], Age = tags.Age[i] };
            twins[owner] = twin with { Reported = new Dictionary<string, ReportedShape>(reported) { [name] = newer } };
            received[tags.Ids[i]] = TimeProvider.System.GetTimestamp();
        }
        if (told.Count == 0) return [];
        var newest = tags.T.Max();
        return [$"{(newest is { } at ? Words.PreciseTime(DateTimeOffset.FromUnixTimeMilliseconds(at)) : Words.Absent)}  {string.Join("  ", told)}"];
    }

    private void Keep(TwinShape twin)
    {
        twins[twin.Id] = twin;
        foreach (var name in twin.Reported?.Keys ?? []) received[$"{twin.Id}.{name}"] = TimeProvider.System.GetTimestamp();
    }

    private TwinShape Aged(TwinShape twin) => twin.Reported is not { } reported ? twin : twin with
    {
        Reported = reported.ToDictionary(pair => pair.Key, pair => Aged($"{twin.Id}.{pair.Key}", pair.Value)),
    };

    private ReportedShape Aged(string signal, ReportedShape value)
    {
        if (value.Age is not { } age || !received.TryGetValue(signal, out var since)) return value;
        var now = age + TimeProvider.System.GetElapsedTime(since).TotalSeconds;
        return value with { Age = now, Q = value.Q is "good" or "uncertain" && now > value.StaleAfter ? "stale" : value.Q };
    }

    private static (string Owner, string Name) Split(string signal)
    {
        var dot = signal.LastIndexOf('.');
        return dot < 0 ? ("", signal) : (signal[..dot], signal[(dot + 1)..]);
    }
}
