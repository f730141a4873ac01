using System.Security.Cryptography;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;

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

/// <summary>A journal that lives as long as the test, over any number of systems that are killed on top of it; leases count by the given clock.</summary>
public sealed class MemoryJournal(TimeProvider? time = null) : IJournal
{
    private readonly TimeProvider time = time ?? TimeProvider.System;
    private readonly Lock gate = new();
    private readonly List<StoredEvent> events = [];
    private readonly Dictionary<EntityId, List<StoredEvent>> byEntity = [];
    private readonly Dictionary<ShardId, Held> leases = [];
    private readonly Dictionary<EntityId, PendingWake> wakes = [];
    private readonly HashSet<long> corrupt = [];
    private byte[] hash = JournalHead.Empty.Hash.ToArray();
    private long newestEpoch;

    /// <summary>Asked before each commit.</summary>
    public Func<CommitFault> Faults { get; set; } = () => CommitFault.None;

    /// <summary>Asked before each read; true: it fails.</summary>
    public Func<bool> ReadFaults { get; set; } = () => false;

    /// <summary>Called with each event as it is stored, within the commit.</summary>
    public Action<StoredEvent>? Stored { get; set; }

    /// <summary>Asked before each lease is given or renewed; true: that fails.</summary>
    public Func<bool> LeaseFaults { get; set; } = () => false;

    /// <summary>Asked before the head is read; true: that fails.</summary>
    public Func<bool> HeadFaults { get; set; } = () => false;

    /// <summary>Several systems commit at the same time.</summary>
    public bool Shared { get; init; }

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
            if (HeadFaults()) throw new IOException("The disk cannot be read.");
            lock (gate) return new JournalHead(events.Count, hash);
        }
    }

    /// <summary>The row no longer is what was written.</summary>
    public void Corrupt(long offset)
    {
        lock (gate) corrupt.Add(offset);
    }

    public LeaseAnswer Acquire(ShardId shard, string owner, TimeSpan timeToLive)
    {
        if (LeaseFaults()) throw new IOException("The disk has failed.");
        lock (gate)
        {
            if (leases.TryGetValue(shard, out var held) && held.Lease.Owner != owner && Left(held) is var left && left > TimeSpan.Zero)
                return new LeaseAnswer(null, held.Lease.Owner, left);
            var lease = new Lease(shard, owner, ++newestEpoch, timeToLive);
            leases[shard] = new Held(lease, time.GetTimestamp(), Released: false);
            return new LeaseAnswer(lease, null, TimeSpan.Zero);
        }
    }

    public bool Renew(Lease lease)
    {
        if (LeaseFaults()) throw new IOException("The disk has failed.");
        lock (gate)
        {
            if (EpochOf(lease.Shard) != lease.Epoch) return false;
            leases[lease.Shard] = new Held(lease, time.GetTimestamp(), Released: false);
            return true;
        }
    }

    public void Release(Lease lease)
    {
        lock (gate)
        {
            if (EpochOf(lease.Shard) == lease.Epoch) leases[lease.Shard] = leases[lease.Shard] with { Released = true };
        }
    }

    /// <summary>The process of this owner has ended and the store has seen it: what it held is free at once.</summary>
    public void OwnerEnded(string owner)
    {
        lock (gate)
        {
            foreach (var (shard, held) in leases)
            {
                if (held.Lease.Owner == owner) leases[shard] = held with { Released = true };
            }
        }
    }

    public IReadOnlyList<LeaseStatus> Leases()
    {
        lock (gate) return [.. leases.Values.Select(held => new LeaseStatus(held.Lease.Shard, held.Lease.Owner, held.Lease.Epoch, Left(held)))];
    }

    public DateTimeOffset Append(ReadOnlySpan<Append> batch, DateTimeOffset recorded, Span<AppendResult> results)
    {
        var fault = Faults();
        if (fault == CommitFault.DiskFull) throw new JournalFullException("No room for the journal.");
        if (fault == CommitFault.FailBefore) throw new IOException("The disk has failed.");
        lock (gate)
        {
            Commits++;
            if (events.Count > 0 && events[^1].Recorded > recorded) recorded = events[^1].Recorded;
            for (var i = 0; i < batch.Length; i++) results[i] = Add(batch[i], recorded);
        }

        if (fault == CommitFault.FailAfter) throw new IOException("The disk has failed.");
        return recorded;
    }

    public IReadOnlyList<StoredEvent> ReadEntity(EntityId entity, long afterSeq, int limit)
    {
        lock (gate) return byEntity.TryGetValue(entity, out var own) ? Page(own, afterSeq, limit) : Page([], 0, 0);
    }

    public IReadOnlyList<StoredEvent> ReadAll(long afterOffset, int limit)
    {
        lock (gate) return Page(events, afterOffset, limit);
    }

    public IReadOnlyList<StoredEvent> Find(EventQuery query)
    {
        lock (gate)
        {
            var found = Page(byEntity.GetValueOrDefault(query.Entity) ?? [], 0, int.MaxValue).Where(stored =>
                (query.From is not { } from || stored.At >= from)
                && (query.To is not { } to || stored.At < to)
                && (query.Cursor is not { } cursor || (query.NewestFirst ? stored.Offset < cursor : stored.Offset > cursor)));
            return [.. (query.NewestFirst ? found.Reverse() : found).Take(query.Limit)];
        }
    }

    public int CountEntities()
    {
        lock (gate) return byEntity.Count;
    }

    public IReadOnlyList<PendingWake> Wakes()
    {
        if (ReadFaults()) throw new IOException("The disk cannot be read.");
        lock (gate) return [.. wakes.Values.OrderBy(wake => wake.Due)];
    }

    private long EpochOf(ShardId shard) => leases.TryGetValue(shard, out var held) ? held.Lease.Epoch : 0;

    private TimeSpan Left(Held held)
    {
        var left = held.Released ? TimeSpan.Zero : held.Lease.TimeToLive - time.GetElapsedTime(held.Since);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    /// <param name="numbered">Numbered from 1 without gaps, as offsets and sequences are.</param>
    private List<StoredEvent> Page(List<StoredEvent> numbered, long after, int limit)
    {
        if (ReadFaults()) throw new IOException("The disk cannot be read.");
        var from = (int)Math.Min(after, numbered.Count);
        var page = numbered.GetRange(from, Math.Min(limit, numbered.Count - from));
        if (corrupt.Count > 0 && page.Find(stored => corrupt.Contains(stored.Offset)) is { } bad)
            throw new CorruptEventException(bad.Offset, bad.Entity, $"event {bad.Seq} does not match its checksum");
        return page;
    }

    private AppendResult Add(Append append, DateTimeOffset recorded)
    {
        if (EpochOf(append.Lease.Shard) is var epoch && epoch != append.Lease.Epoch) return AppendResult.Fenced(append.Lease, epoch);
        if (!byEntity.TryGetValue(append.Entity, out var own)) own = [];
        if (own.Count != append.ExpectedSeq) return AppendResult.Conflict(append.Entity, append.ExpectedSeq, own.Count);
        byEntity[append.Entity] = own;
        var first = events.Count + 1;
        foreach (var added in append.Events)
        {
            var stored = new StoredEvent(events.Count + 1, append.Entity, own.Count + 1, added.Name, added.At, recorded, added.Payload.ToArray())
            {
                Epoch = append.Lease.Epoch,
                Command = append.Command,
            };
            events.Add(stored);
            own.Add(stored);
            hash = Chain(hash, stored.Payload.Span);
            Stored?.Invoke(stored);
        }

        if (append.Wake is { } wake)
        {
            if (wake.Due is { } due) wakes[append.Entity] = new PendingWake(append.Entity, wake.Kind, due);
            else wakes.Remove(append.Entity);
        }

        return AppendResult.Stored(first);
    }

    private static byte[] Chain(ReadOnlySpan<byte> before, ReadOnlySpan<byte> payload)
    {
        Span<byte> both = stackalloc byte[256];
        if (before.Length + payload.Length > both.Length) both = new byte[before.Length + payload.Length];
        before.CopyTo(both);
        payload.CopyTo(both[before.Length..]);
        return SHA256.HashData(both[..(before.Length + payload.Length)]);
    }

    private sealed record Held(Lease Lease, long Since, bool Released);
}
