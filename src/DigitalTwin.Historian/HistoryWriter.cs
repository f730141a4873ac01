using System.Collections.Concurrent;
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

    public async Task AppendAsync(ReadOnlyMemory<Sample> samples, string bufferId, ulong highestSequence, CancellationToken cancellation)
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
            for (var count = 0; count < MostSamplesPerCommit && waiting.Reader.TryRead(out var append); count += append.Samples.Length) group.Add(append);
            Commit(group);
        }
    }

    private void Commit(List<Append> group)
    {
        var added = new List<(uint, string)>();
        try
        {
            var reached = new Dictionary<string, ulong>(StringComparer.Ordinal);
            var fresh = group.ConvertAll(append => Fresh(append, reached));
            var rows = fresh.Sum(samples => samples.Length);
            MakeRoom(rows);
            var frame = new FrameBuilder(rows);
            foreach (var samples in fresh)
                foreach (ref readonly var sample in samples.Span) frame.Add(NumberOf(sample.Signal, added), sample);
            var whole = frame.Seal(added, reached, [], current.Number, log.Offset);
            log.Append(whole);
            current.Add(whole);
            foreach (var (bufferId, sequence) in reached) stored[bufferId] = sequence;
            Interlocked.Add(ref storedSamples, rows);
            Interlocked.Add(ref duplicates, group.Sum(append => append.Samples.Length) - rows);
            foreach (var append in group) append.Done.SetResult();
        }
        catch (Exception e)
        {
            // Nothing of the group is stored, and each caller hears why; whether to go on is theirs to say.
            numbers.Forget(added);
            foreach (var append in group) append.Done.SetException(e);
        }
    }

    /// <summary>What of an append is not stored yet: samples come in sequence order, so it is the end of it.</summary>
    private ReadOnlyMemory<Sample> Fresh(Append append, Dictionary<string, ulong> reached)
    {
        var from = reached.GetValueOrDefault(append.BufferId, StoredSequence(append.BufferId));
        reached[append.BufferId] = Math.Max(from, append.HighestSequence);
        var samples = append.Samples.Span;
        var first = 0;
        while (first < samples.Length && samples[first].Sequence <= from) first++;
        return append.Samples[first..];
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

    private uint NumberOf(string signal, List<(uint, string)> added)
    {
        if (numbers.Find(signal) is { } number) return number;
        number = numbers.Add(signal);
        added.Add((number, signal));
        return number;
    }

    private sealed record Append(ReadOnlyMemory<Sample> Samples, string BufferId, ulong HighestSequence)
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
