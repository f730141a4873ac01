using System.Text;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>What the next commit follows.</summary>
/// <param name="Recorded">Of the last event, as <see cref="Microseconds"/>.</param>
internal sealed record PostgresHead(long Offset, ReadOnlyMemory<byte> Hash, long Recorded)
{
    public JournalHead Journal => new(Offset, Hash);
}

/// <summary>The events of one commit as columns, numbered and chained from the head that they follow. Used again and again.</summary>
internal sealed class PostgresBatch
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly EventChain chain = new();
    private readonly Dictionary<EntityId, long> sequences = [];
    private readonly Dictionary<string, long> epochs = [];
    private readonly Dictionary<EntityId, Wake> wakes = [];
    private long offset;
    private byte[] hashes = [];

    public PostgresHead Before { get; private set; } = new(0, JournalHead.Empty.Hash, long.MinValue);

    /// <summary>The head once this is committed.</summary>
    public PostgresHead After => new(offset, Hashes.Count == 0 ? Before.Hash : Hashes[^1], Recorded);

    public long Recorded { get; private set; }

    /// <summary>Some append was refused, or two leases of one shard disagree: only a look at the locked rows can tell.</summary>
    public bool Doubtful { get; private set; }

    public int Count => Entities.Count;

    /// <summary>The newest sequences of the entities that the batch moves.</summary>
    public IReadOnlyDictionary<EntityId, long> Sequences => sequences;

    /// <summary>The leases under which the rows are stored.</summary>
    public IReadOnlyDictionary<string, long> Epochs => epochs;

    public IReadOnlyDictionary<EntityId, Wake> Wakes => wakes;

    public List<string> Entities { get; } = [];

    public List<long> Seqs { get; } = [];

    public List<string> Names { get; } = [];

    public List<long> Ats { get; } = [];

    public List<ReadOnlyMemory<byte>> Payloads { get; } = [];

    public List<long> RowEpochs { get; } = [];

    public List<string?> Commands { get; } = [];

    public List<long?> Bodies { get; } = [];

    public List<long> Crcs { get; } = [];

    public List<ReadOnlyMemory<byte>> Previous { get; } = [];

    public List<ReadOnlyMemory<byte>> Hashes { get; } = [];

    /// <param name="newest">The newest sequence of each entity of the batch at <paramref name="head"/>.</param>
    /// <param name="held">The epoch that has each shard, where that is known.</param>
    public void Build(
        ReadOnlySpan<Append> batch, PostgresHead head, long recorded, IReadOnlyDictionary<EntityId, long> newest,
        IReadOnlyDictionary<string, long>? held, Span<AppendResult> results)
    {
        Clear(head, Math.Max(recorded, head.Recorded));
        var rows = 0;
        foreach (var append in batch) rows += append.Events.Count;
        hashes = new byte[rows * EventChain.HashSize];
        for (var i = 0; i < batch.Length; i++)
        {
            results[i] = Refusal(batch[i], newest, held) ?? Add(batch[i]);
            Doubtful |= results[i].Status != AppendStatus.Stored;
        }
    }

    private void Clear(PostgresHead head, long recorded)
    {
        (Before, offset, Recorded, Doubtful) = (head, head.Offset, recorded, false);
        sequences.Clear();
        epochs.Clear();
        wakes.Clear();
        foreach (var texts in (List<string>[])[Entities, Names]) texts.Clear();
        foreach (var numbers in (List<long>[])[Seqs, Ats, RowEpochs, Crcs]) numbers.Clear();
        foreach (var bytes in (List<ReadOnlyMemory<byte>>[])[Payloads, Previous, Hashes]) bytes.Clear();
        Commands.Clear();
        Bodies.Clear();
    }

    private AppendResult? Refusal(Append append, IReadOnlyDictionary<EntityId, long> newest, IReadOnlyDictionary<string, long>? held)
    {
        var shard = append.Lease.Shard.Value;
        var epoch = held is not null ? held.GetValueOrDefault(shard) : epochs.GetValueOrDefault(shard, append.Lease.Epoch);
        if (epoch != append.Lease.Epoch) return AppendResult.Fenced(append.Lease, epoch);
        if (Unstorable(append) is { } why) return new AppendResult(AppendStatus.NotStored, 0, why);
        var seq = Newest(append.Entity, newest);
        return seq == append.ExpectedSeq ? null : AppendResult.Conflict(append.Entity, append.ExpectedSeq, seq);
    }

    private long Newest(EntityId entity, IReadOnlyDictionary<EntityId, long> newest) =>
        sequences.TryGetValue(entity, out var moved) ? moved : newest.GetValueOrDefault(entity);

    private AppendResult Add(Append append)
    {
        var (first, seq) = (offset + 1, append.ExpectedSeq);
        epochs[append.Lease.Shard.Value] = append.Lease.Epoch;
        foreach (var added in append.Events) Add(append, ++seq, added);
        sequences[append.Entity] = seq;
        if (append.Wake is { } wake) wakes[append.Entity] = wake;
        return AppendResult.Stored(first);
    }

    private void Add(Append append, long seq, in NewEvent added)
    {
        var at = Microseconds.Of(added.At);
        var previous = Hashes.Count == 0 ? Before.Hash : Hashes[^1];
        var hash = hashes.AsMemory(Count * EventChain.HashSize, EventChain.HashSize);
        chain.Load(++offset, append.Entity.Value, seq, added.Name, at, Recorded, added.Payload.Span, append.Lease.Epoch, append.Command);
        chain.Hash(previous.Span, hash.Span);
        Entities.Add(append.Entity.Value);
        Seqs.Add(seq);
        Names.Add(added.Name);
        Ats.Add(at);
        Payloads.Add(added.Payload);
        RowEpochs.Add(append.Lease.Epoch);
        Commands.Add(append.Command?.Id);
        Bodies.Add(append.Command?.Body);
        Crcs.Add(chain.Crc);
        Previous.Add(previous);
        Hashes.Add(hash);
    }

    /// <summary>PostgreSQL's text holds neither NUL nor half a character; one such id must not stop the journal for all.</summary>
    private static string? Unstorable(Append append)
    {
        if (!IsText(append.Entity.Value)) return "The entity's id cannot be stored: it holds a NUL or half a character.";
        if (append.Command is { } command && !IsText(command.Id)) return "The command's id cannot be stored: it holds a NUL or half a character.";
        foreach (var added in append.Events)
        {
            if (!IsText(added.Name)) return $"The event's name {added.Name} cannot be stored: it holds a NUL or half a character.";
        }

        return null;
    }

    public static bool IsText(string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal)) return false;
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')) return true;
        try
        {
            return Strict.GetByteCount(text) > 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
