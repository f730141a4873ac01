using System.Globalization;
using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Persistence;

/// <summary>Checks the rows of a journal of whatever store, given in the order of their offsets, and gathers what is wrong.</summary>
/// <param name="witnessOffset">The offset whose hash is to be kept for a comparison with the witness.</param>
internal sealed class ChainCheck(long? witnessOffset = null)
{
    private readonly EventChain chain = new();
    private readonly List<JournalFault> faults = [];
    private readonly Dictionary<string, long> sequences = [];
    private byte[] hash = JournalHead.Empty.Hash.ToArray();
    private long events;

    public JournalHead Head { get; private set; } = JournalHead.Empty;

    public ReadOnlyMemory<byte>? HashAtWitness { get; private set; }

    public bool Whole => faults.Count == 0;

    /// <summary>The largest epoch that has stored anything.</summary>
    public long NewestEpoch { get; private set; }

    public void Fault(long? offset, string? entity, string what)
    {
        if (faults.Count < JournalReport.MaxFaults) faults.Add(new JournalFault(offset, entity, what));
    }

    public JournalReport Report() => new(
        events, sequences.Count, Head.Offset, Convert.ToHexStringLower(Head.Hash.Span), Whole, faults);

    /// <returns>Whether the row itself is what was written; its place in the chain may be at fault all the same.</returns>
    public bool Add(JournalRow row)
    {
        var (offset, entity, seq) = (row.Offset, row.Entity, row.Seq);
        if (offset != Head.Offset + 1)
        {
            Fault(offset, entity, string.Create(CultureInfo.InvariantCulture, $"offsets {Head.Offset + 1} to {offset - 1} are missing before it"));
        }

        chain.Load(row);
        var next = new byte[EventChain.HashSize];
        chain.Hash(hash, next);
        var stored = row.Hash.Span;
        var sound = chain.Crc == row.Crc;
        if (!sound)
        {
            Fault(offset, entity, $"event {seq} does not match its checksum");
            // What the row said is lost; its stored hash still links the rows after it.
            if (stored.Length == next.Length) stored.CopyTo(next);
        }
        else if (!row.Previous.Span.SequenceEqual(hash)) Fault(offset, entity, $"event {seq} does not follow from the row before it");
        else if (!stored.SequenceEqual(next)) Fault(offset, entity, $"event {seq} does not match its hash");

        if (seq != sequences.GetValueOrDefault(entity) + 1)
        {
            Fault(offset, entity, $"event {seq} follows event {sequences.GetValueOrDefault(entity)} of the same entity");
        }

        sequences[entity] = seq;
        events++;
        hash = next;
        Head = new JournalHead(offset, hash);
        NewestEpoch = Math.Max(NewestEpoch, row.Epoch);
        if (offset == witnessOffset) HashAtWitness = hash;
        return sound;
    }
}
