using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence.Backups;

namespace DigitalTwin.Persistence;

/// <summary>How much a journal holds, and of what.</summary>
/// <param name="Epoch">The newest that was given out.</param>
/// <param name="Bytes">What it takes up in its store; <paramref name="PayloadBytes"/> of it are the events themselves.</param>
/// <param name="Complaint">What is wrong with its end; null: nothing.</param>
public sealed record JournalStat(
    long Events, long Entities, long HeadOffset, string HeadHash, string Plant, int Schema, long Epoch, int Wakes, long Bytes, long PayloadBytes,
    DateTimeOffset? FirstRecorded, DateTimeOffset? LastRecorded, IReadOnlyList<NameCount> Names, string? Complaint)
{
    public static JournalStat Of(IJournalMoment moment, Action<long, long>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(moment);
        var (entities, names) = (new HashSet<string>(), new Dictionary<string, long>());
        var (events, payload, first, last) = (0L, 0L, (long?)null, (long?)null);
        foreach (var row in moment.Rows())
        {
            cancellation.ThrowIfCancellationRequested();
            entities.Add(row.Entity);
            names[row.Name] = names.GetValueOrDefault(row.Name) + 1;
            payload += row.Payload.Length;
            first ??= row.Recorded;
            last = row.Recorded;
            if (++events % 1000 == 0) progress?.Invoke(events, moment.Head.Offset);
        }

        return new JournalStat(
            events, entities.Count, moment.Head.Offset, Convert.ToHexStringLower(moment.Head.Hash.Span), moment.Plant, moment.Schema, moment.Epoch, moment.Wakes.Count,
            moment.Bytes, payload, Time(first), Time(last),
            [.. names.Select(pair => new NameCount(pair.Key, pair.Value)).OrderByDescending(name => name.Events).ThenBy(name => name.Name, StringComparer.Ordinal)],
            moment.Complaint);
    }

    private static DateTimeOffset? Time(long? microseconds) => microseconds is { } known ? Microseconds.From(known) : null;
}

public sealed record NameCount(string Name, long Events);
