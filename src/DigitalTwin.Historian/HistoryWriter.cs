using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Segments;

namespace DigitalTwin.Historian;

/// <summary>The one thread that appends. All that waits when it comes round goes into one frame, so one disk sync serves them all.</summary>
internal sealed class HistoryWriter : IAsyncDisposable
{
    /// <summary>Callers beyond wait: the back-pressure of the historian.</summary>
    private const int MostWaiting = 256;

    /// <summary>Bounds a frame, and with it how long the first caller of a group waits for the last.</summary>
    private const int MostSamplesPerCommit = 262_144;

    private readonly SegmentLog log;
    private readonly Shelf shelf;
    private readonly SignalNumbers numbers;
    private readonly int rowsPerSegment;
    private readonly Action closedOne;
    private readonly ConcurrentDictionary<string, ulong> stored;
    private readonly Channel<Append> waiting = Channel.CreateBounded<Append>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly ConditionalWeakTable<IReadOnlyList<string?>, uint[]> numbersByIds = [];
    private readonly Thread thread;
    private Segment current;
    private long storedSamples;
    private long duplicates;

    /// <param name="reached">How far each buffer is stored.</param>
    /// <param name="closedOne">Called when a segment has been closed.</param>
    public HistoryWriter(
        SegmentLog log, Shelf shelf, SignalNumbers numbers, IReadOnlyDictionary<string, ulong> reached, int rowsPerSegment, Action closedOne)
    {
        (this.log, this.shelf, this.numbers, this.rowsPerSegment, this.closedOne) = (log, shelf, numbers, rowsPerSegment, closedOne);
        stored = new(reached, StringComparer.Ordinal);
        current = Begin();
        thread = new(Run) { Name = "historian writer", IsBackground = true };
        thread.Start();
    }

    public long Stored => Volatile.Read(ref storedSamples);
    public long Duplicates => Volatile.Read(ref duplicates);

    public ulong StoredSequence(string bufferId) => stored.GetValueOrDefault(bufferId);

    public async Task AppendAsync(IReadOnlyList<SampleColumns> samples, string bufferId, ulong highestSequence, CancellationToken cancellation)
    {
        var append = new Append(samples, bufferId, highestSequence);
        await waiting.Writer.WriteAsync(append, cancellation);
        await append.Done.Task;   // not cancelled: the samples belong to the writer until it has answered
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await Task.Run(thread.Join);
    }

    private void Run()
    {
        var group = new List<Append>();
        while (waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            group.Clear();
            for (var count = 0; count < MostSamplesPerCommit && waiting.Reader.TryRead(out var append); count += append.Rows) group.Add(append);
            Commit(group);
        }
    }

    private void Commit(List<Append> group)
    {
        var added = new List<(uint, string)>();
        try
        {
            var reached = new Dictionary<string, ulong>(StringComparer.Ordinal);
            var fresh = group.SelectMany(append => Fresh(append, reached)).ToList();
            var rows = fresh.Sum(part => part.Samples.Count - part.From);
            MakeRoom(rows);
            var frame = new FrameBuilder(rows);
            foreach (var (samples, from) in fresh)
            {
                var numberOf = NumbersOf(samples, from, added);
                frame.Add(samples, from, numberOf);
            }
            var whole = frame.Seal(added, reached, [], current.Number, log.Offset);
            log.Append(whole);
            current.Add(whole);
            foreach (var (bufferId, sequence) in reached) stored[bufferId] = sequence;
            Interlocked.Add(ref storedSamples, rows);
            Interlocked.Add(ref duplicates, group.Sum(append => append.Rows) - rows);
            foreach (var append in group) append.Done.SetResult();
        }
        catch (Exception e)
        {
            // Nothing of the group is stored, and each caller hears why; whether to go on is theirs to say.
            numbers.Forget(added);
            numbersByIds.Clear();
            foreach (var append in group) append.Done.SetException(e);
        }
    }

    /// <summary>What of an append is not stored yet: samples come in sequence order, so it is the end of it.</summary>
    private IEnumerable<(SampleColumns Samples, int From)> Fresh(Append append, Dictionary<string, ulong> reached)
    {
        var stored = reached.GetValueOrDefault(append.BufferId, StoredSequence(append.BufferId));
        reached[append.BufferId] = Math.Max(stored, append.HighestSequence);
        foreach (var samples in append.Samples)
        {
            var first = 0;
            while (first < samples.Count && samples.Sequences[first] <= stored) first++;
            if (first < samples.Count) yield return (samples, first);
        }
    }

    private void MakeRoom(int rows)
    {
        if (!current.IsClosed && (current.Rows == 0 || current.Rows + rows <= rowsPerSegment)) return;
        if (!current.IsClosed)
        {
            current.Close();
            closedOne();
        }
        shelf.WaitForRoom();
        current = Begin();
    }

    private Segment Begin()
    {
        var begun = log.Begin();
        shelf.Add(begun);
        return begun;
    }

    /// <summary>The historian's numbers by those that the rows have: looked up once for each list of ids, not once a row. 0 where none was needed yet.</summary>
    private uint[] NumbersOf(SampleColumns samples, int from, List<(uint, string)> added)
    {
        var ids = samples.Ids;
        var known = numbersByIds.GetValue(ids, ids => new uint[ids.Count]);
        for (var row = from; row < samples.Count; row++)
        {
            ref var number = ref known[samples.Signals[row]];
            if (number == 0) number = NumberOf(ids[(int)samples.Signals[row]]!, added);
        }
        return known;
    }

    private uint NumberOf(string signal, List<(uint, string)> added)
    {
        if (numbers.Find(signal) is { } number) return number;
        number = numbers.Add(signal);
        added.Add((number, signal));
        return number;
    }

    private sealed record Append(IReadOnlyList<SampleColumns> Samples, string BufferId, ulong HighestSequence)
    {
        public int Rows { get; } = Samples.Sum(samples => samples.Count);

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
