using System.Runtime.CompilerServices;

namespace DigitalTwin.Actors.Journals;

/// <summary>
/// Committed events in the order of their offsets, without gaps, to any number of readers at their own pace.
/// The newest are kept in memory; a reader that has fallen behind reads on from the journal, so it neither loses
/// events nor holds up the writer.
/// </summary>
public sealed class CommittedFeed
{
    private const int PageSize = 1000;

    /// <summary>Wait before events that should be there are looked for again.</summary>
    private static readonly TimeSpan BeforeAgain = TimeSpan.FromSeconds(1);

    private readonly IJournalReader journal;
    private readonly TimeProvider time;
    private readonly Action<string>? notice;
    private readonly Lock gate = new();
    private readonly StoredEvent?[] recent;
    private TaskCompletionSource grown = NewSignal();
    private long head;
    private long firstRecent;
    private int lossTold;

    /// <param name="capacity">Events kept in memory.</param>
    /// <param name="notice">Told once, when the journal has lost events.</param>
    public CommittedFeed(IJournalReader journal, int capacity = 4096, TimeProvider? time = null, Action<string>? notice = null)
    {
        ArgumentNullException.ThrowIfNull(journal);
        (this.journal, this.notice) = (journal, notice);
        this.time = time ?? TimeProvider.System;
        recent = new StoredEvent?[capacity];
        head = journal.Head.Offset;
        firstRecent = head + 1;
    }

    /// <summary>Offset of the newest committed event; 0 before the first.</summary>
    public long Head
    {
        get
        {
            lock (gate) return head;
        }
    }

    /// <summary>All events above <paramref name="afterOffset"/>, those to come included; ends with the cancellation only.</summary>
    public async IAsyncEnumerable<StoredEvent> ReadAsync(long afterOffset, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var position = afterOffset;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var (page, more) = Next(position);
            foreach (var committed in page)
            {
                yield return committed;
                position = committed.Offset;
            }

            if (page.Count > 0) continue;
            if (more is null) await LostAsync(position, cancellation);
            else await more.WaitAsync(cancellation);
        }
    }

    /// <summary>Takes over what this process has committed.</summary>
    internal void Publish(List<StoredEvent> events)
    {
        if (events.Count == 0) return;
        TaskCompletionSource signal;
        lock (gate)
        {
            var newest = events[^1].Offset;
            // Seen by Refresh already: readers find it in the journal.
            if (newest <= head) return;
            // Another process has committed in between; that too is read from the journal.
            if (events[0].Offset != head + 1) firstRecent = Math.Max(events[0].Offset, head + 1);
            foreach (var committed in events) recent[committed.Offset % recent.Length] = committed;
            head = newest;
            firstRecent = Math.Max(firstRecent, head - recent.Length + 1);
            signal = grown;
            grown = NewSignal();
        }

        signal.TrySetResult();
    }

    /// <summary>Looks for what other processes have committed.</summary>
    internal void Refresh()
    {
        var newest = journal.Head.Offset;
        TaskCompletionSource signal;
        lock (gate)
        {
            if (newest <= head) return;
            head = newest;
            firstRecent = head + 1;
            signal = grown;
            grown = NewSignal();
        }

        signal.TrySetResult();
    }

    /// <summary>Nobody can do anything about it here; the reader goes on should the events come back.</summary>
    private async Task LostAsync(long after, CancellationToken cancellation)
    {
        if (Interlocked.Exchange(ref lossTold, 1) == 0)
        {
            notice?.Invoke($"The journal has had events up to {Head}, and now returns none above {after}: its end is lost. "
                + "Readers wait for them. Stop the program and look at the journal with 'twin journal verify'.");
        }

        await Task.Delay(BeforeAgain, time, cancellation);
    }

    /// <returns>No page: wait for more; null: the events should be there and are not.</returns>
    private (IReadOnlyList<StoredEvent> Page, Task? More) Next(long afterOffset)
    {
        lock (gate)
        {
            if (afterOffset >= head) return ([], grown.Task);
            if (afterOffset + 1 >= firstRecent)
            {
                var page = new StoredEvent[Math.Min(head - afterOffset, PageSize)];
                for (var i = 0; i < page.Length; i++) page[i] = recent[(afterOffset + 1 + i) % recent.Length]!;
                return (page, null);
            }
        }

        return (journal.ReadAll(afterOffset, PageSize), null);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
