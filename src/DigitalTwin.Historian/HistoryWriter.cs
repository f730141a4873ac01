using System.Collections.Concurrent;
using System.Threading.Channels;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Historian;

/// <summary>The one thread that appends. All that waits when it comes round goes into one transaction, so one disk sync serves them all.</summary>
internal sealed class HistoryWriter : IAsyncDisposable
{
    /// <summary>Callers beyond wait: the back-pressure of the historian.</summary>
    private const int MostWaiting = 256;

    /// <summary>Bounds a transaction, and with it how long the first caller of a group waits for the last.</summary>
    private const int MostSamplesPerCommit = 262_144;

    private readonly DuckDatabase database;
    private readonly SignalNumbers numbers;
    private readonly ConcurrentDictionary<string, ulong> stored = new(StringComparer.Ordinal);
    private readonly Channel<Request> waiting = Channel.CreateBounded<Request>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly Thread thread;
    private long storedSamples;
    private long duplicates;

    public HistoryWriter(DuckDatabase database, SignalNumbers numbers)
    {
        (this.database, this.numbers) = (database, numbers);
        using (var connection = database.Connect())
        using (var buffers = connection.Query("SELECT id, stored_sequence FROM buffers"))
            while (buffers.Read()) stored[buffers.Text(0)!] = buffers.UInt64(1);
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

    /// <summary>
    /// Moves the write-ahead log into the database file. DuckDB does it by itself only when no other transaction is open at a commit, which
    /// under load is never; here it takes its turn between two groups, and the caller has none open.
    /// </summary>
    public async Task CheckpointAsync(CancellationToken cancellation)
    {
        var checkpoint = new Checkpoint();
        await waiting.Writer.WriteAsync(checkpoint, cancellation);
        await checkpoint.Done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await Task.Run(thread.Join);
    }

    private void Run()
    {
        using var connection = database.Connect();
        using var appender = new SampleAppender(connection);
        var group = new List<Append>();
        while (waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            group.Clear();
            Request? last = null;
            for (var count = 0; count < MostSamplesPerCommit && waiting.Reader.TryRead(out last) && last is Append append; count += append.Samples.Length) group.Add(append);
            if (group.Count > 0) Commit(group, connection, appender);
            if (last is Checkpoint checkpoint) Settle(checkpoint, connection);
        }
    }

    private static void Settle(Checkpoint checkpoint, DuckConnection connection)
    {
        try
        {
            connection.Execute("CHECKPOINT");
            checkpoint.Done.SetResult();
        }
        catch (DuckDbException e) when (e.Message.Contains("Cannot CHECKPOINT", StringComparison.Ordinal))
        {
            checkpoint.Done.SetResult();   // a reader still needs an older state; the next step of compaction asks again
        }
        catch (DuckDbException e)
        {
            checkpoint.Done.SetException(e);
        }
    }

    private void Commit(List<Append> group, DuckConnection connection, SampleAppender appender)
    {
        var added = new List<string>();
        var reached = new Dictionary<string, ulong>(StringComparer.Ordinal);
        try
        {
            var (fresh, repeated) = connection.InTransaction(() =>
            {
                appender.Begin();
                var counts = (Fresh: 0L, Repeated: 0L);
                foreach (var append in group)
                {
                    var from = reached.TryGetValue(append.BufferId, out var within) ? within : StoredSequence(append.BufferId);
                    foreach (ref readonly var sample in append.Samples.Span)
                    {
                        if (sample.Sequence <= from)
                        {
                            counts.Repeated++;
                            continue;
                        }
                        counts.Fresh++;
                        appender.Add(NumberOf(sample.Signal, connection, added), sample);
                    }
                    reached[append.BufferId] = Math.Max(from, append.HighestSequence);
                }
                appender.Flush();
                foreach (var (bufferId, sequence) in reached) StoreSequence(bufferId, sequence, connection);
                return counts;
            });
            foreach (var (bufferId, sequence) in reached) stored[bufferId] = sequence;
            Interlocked.Add(ref storedSamples, fresh);
            Interlocked.Add(ref duplicates, repeated);
            foreach (var append in group) append.Done.SetResult();
        }
        catch (Exception e)
        {
            // Nothing of the group is stored, and each caller hears why; whether to go on is theirs to say.
            appender.Abandon();
            numbers.Forget(added);
            foreach (var append in group) append.Done.SetException(e);
        }
    }

    private uint NumberOf(string signal, DuckConnection connection, List<string> added)
    {
        if (numbers.Find(signal) is { } number) return number;
        added.Add(signal);
        return numbers.Add(signal, connection);
    }

    private void StoreSequence(string bufferId, ulong sequence, DuckConnection connection)
    {
        if (stored.ContainsKey(bufferId)) connection.Execute("UPDATE buffers SET stored_sequence = ? WHERE id = ?", sequence, bufferId);
        else connection.Execute("INSERT INTO buffers VALUES (?, ?)", bufferId, sequence);
    }

    private abstract record Request
    {
        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
    private sealed record Append(ReadOnlyMemory<Sample> Samples, string BufferId, ulong HighestSequence) : Request;

    private sealed record Checkpoint : Request;
}
