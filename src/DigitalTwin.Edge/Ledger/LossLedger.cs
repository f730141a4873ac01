using DigitalTwin.Edge.Ingest;

namespace DigitalTwin.Edge.Ledger;

/// <summary>
/// Counts per signal what was expected, sampled, sent and stored, and why the figures differ. Durable in step with the history: an entry is
/// synced before the batch that it is about goes to the history, and counts from when the history holds that batch. After a crash the
/// history's stored sequence says which entries count; the others are of samples that come again, and are counted then.
/// </summary>
public sealed class LossLedger : IDisposable
{
    private const long LeastBytesToBeginAnew = 16 << 20;

    private readonly Lock gate = new();
    private readonly LedgerLog log;
    private readonly LedgerBook book;
    private readonly Dictionary<string, Queue<LedgerEntry>> waiting = new(StringComparer.Ordinal);
    private bool damaged;

    private LossLedger(LedgerLog log, LedgerBook book) => (this.log, this.book) = (log, book);

    /// <param name="stored">The history's stored sequence of a buffer.</param>
    /// <param name="report">Told in one sentence when the log was not whole.</param>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    public static LossLedger Open(string folder, StoredSequence stored, Action<string>? report = null)
    {
        var (log, book, entries) = LedgerLog.Open(folder, report ?? (_ => { }));
        foreach (var entry in entries)
            if (entry.Highest <= stored(entry.Buffer)) book.Apply(entry);
        var ledger = new LossLedger(log, book);
        ledger.BeginAnew();
        return ledger;
    }

    public LedgerReport Report()
    {
        lock (gate) return book.Report();
    }

    public void Dispose()
    {
        lock (gate) log.Dispose();
    }

    /// <summary>A connection begins at this sequence: entries beyond it are of batches that the history has not stored.</summary>
    internal void Resume(string bufferId, ulong stored)
    {
        lock (gate)
        {
            Count(bufferId, stored);
            if (!waiting.Remove(bufferId, out var dropped) || dropped.Count == 0) return;
            BeginAnew();   // on disk too: the same sequences come again, perhaps cut into other batches
        }
    }

    /// <summary>Durable when it returns; counts from <see cref="Confirm"/> on.</summary>
    internal void Record(LedgerEntry entry)
    {
        if (entry.Before == entry.Highest && entry.Told is null) return;   // all of it came before
        lock (gate)
        {
            if (damaged || log.Length.All > Math.Max(LeastBytesToBeginAnew, 4 * log.Length.Book)) BeginAnew();
            damaged = true;   // until it is known to be on disk
            log.Add(entry);
            damaged = false;
            if (!waiting.TryGetValue(entry.Buffer, out var queue)) waiting.Add(entry.Buffer, queue = new());
            queue.Enqueue(entry);
        }
    }

    /// <summary>The history holds everything of this buffer up to here.</summary>
    internal void Confirm(string bufferId, ulong highest)
    {
        lock (gate) Count(bufferId, highest);
    }

    private void Count(string bufferId, ulong stored)
    {
        if (!waiting.TryGetValue(bufferId, out var queue)) return;
        while (queue.TryPeek(out var entry) && entry.Highest <= stored) book.Apply(queue.Dequeue());
    }

    private void BeginAnew()
    {
        damaged = true;
        log.BeginAnew(book, [.. waiting.Values.SelectMany(queue => queue)]);
        damaged = false;
    }
}
