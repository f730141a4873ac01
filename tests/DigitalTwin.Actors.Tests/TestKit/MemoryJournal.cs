using System.Security.Cryptography;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Actors.TestKit;

/// <summary>What happens to one commit.</summary>
public enum CommitFault
{
    None,

    /// <summary>No room; certainly nothing stored.</summary>
    DiskFull,

    /// <summary>An I/O error before anything was stored.</summary>
    FailBefore,

    /// <summary>An I/O error after all was stored.</summary>
    FailAfter,
}

/// <summary>A journal that lives as long as the test, over any number of systems that are killed on top of it.</summary>
public sealed class MemoryJournal : IJournal
{
    private readonly Lock gate = new();
    private readonly List<StoredEvent> events = [];
    private readonly Dictionary<EntityId, long> sequences = [];
    private readonly HashSet<long> corrupt = [];
    private byte[] hash = JournalHead.Empty.Hash.ToArray();

    /// <summary>Asked before each commit.</summary>
    public Func<CommitFault> Faults { get; set; } = () => CommitFault.None;

    /// <summary>Asked before each read; true: it fails.</summary>
    public Func<bool> ReadFaults { get; set; } = () => false;

    public int Commits { get; private set; }

    public IReadOnlyList<StoredEvent> Events
    {
        get
        {
            lock (gate) return [.. events];
        }
    }

    public JournalHead Head
    {
        get
        {
            lock (gate) return new JournalHead(events.Count, hash);
        }
    }

    /// <summary>The row no longer is what was written.</summary>
    public void Corrupt(long offset)
    {
        lock (gate) corrupt.Add(offset);
    }

    public void Append(ReadOnlySpan<Append> batch, DateTimeOffset recorded, Span<AppendResult> results)
    {
        var fault = Faults();
        if (fault == CommitFault.DiskFull) throw new JournalFullException("No room for the journal.");
        if (fault == CommitFault.FailBefore) throw new IOException("The disk has failed.");
        lock (gate)
        {
            Commits++;
            for (var i = 0; i < batch.Length; i++) results[i] = Add(batch[i], recorded);
        }

        if (fault == CommitFault.FailAfter) throw new IOException("The disk has failed.");
    }

    public IReadOnlyList<StoredEvent> ReadEntity(EntityId entity, long afterSeq, int limit) =>
        Read(stored => stored.Entity == entity && stored.Seq > afterSeq, limit);

    public IReadOnlyList<StoredEvent> ReadAll(long afterOffset, int limit) => Read(stored => stored.Offset > afterOffset, limit);

    public IReadOnlyList<StoredEvent> Find(EventQuery query)
    {
        var found = Read(
            stored => stored.Entity == query.Entity
                && (query.From is not { } from || stored.At >= from)
                && (query.To is not { } to || stored.At < to)
                && (query.Cursor is not { } cursor || (query.NewestFirst ? stored.Offset < cursor : stored.Offset > cursor)),
            int.MaxValue);
        return [.. (query.NewestFirst ? found.AsEnumerable().Reverse() : found).Take(query.Limit)];
    }

    public int CountEntities()
    {
        lock (gate) return sequences.Count;
    }

    private List<StoredEvent> Read(Func<StoredEvent, bool> wanted, int limit)
    {
        if (ReadFaults()) throw new IOException("The disk cannot be read.");
        lock (gate)
        {
            var page = events.Where(wanted).Take(limit).ToList();
            if (page.Find(stored => corrupt.Contains(stored.Offset)) is { } bad)
            {
                throw new CorruptEventException(bad.Offset, bad.Entity, $"event {bad.Seq} does not match its checksum");
            }

            return page;
        }
    }

    private AppendResult Add(Append append, DateTimeOffset recorded)
    {
        var seq = sequences.GetValueOrDefault(append.Entity);
        if (seq != append.ExpectedSeq) return AppendResult.Conflict(append.Entity, append.ExpectedSeq, seq);
        var first = events.Count + 1;
        foreach (var added in append.Events)
        {
            events.Add(new StoredEvent(events.Count + 1, append.Entity, ++seq, added.Name, added.At, recorded, added.Payload.ToArray()));
            hash = SHA256.HashData([.. hash, .. added.Payload.Span]);
        }

        sequences[append.Entity] = seq;
        return AppendResult.Stored(first);
    }
}
