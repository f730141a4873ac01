using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Persistence.Backups;

/// <summary>A journal as of one moment, whatever its store: what backup, dump and stat read while a host goes on writing.</summary>
public interface IJournalMoment : IDisposable
{
    string Plant { get; }

    /// <summary>Format of the rows.</summary>
    int Schema { get; }

    JournalHead Head { get; }

    /// <summary>The newest epoch that was given out; 0 before the first.</summary>
    long Epoch { get; }

    /// <summary>What the journal takes up in its store.</summary>
    long Bytes { get; }

    IReadOnlyList<PendingWake> Wakes { get; }

    /// <summary>What is wrong with its end by the witness that is kept outside the store, as a sentence; null: nothing.</summary>
    string? Complaint { get; }

    /// <summary>Every event up to <see cref="Head"/> with its hashes, unchecked, in order; in pages, so that nobody is held up.</summary>
    IEnumerable<JournalRow> Rows();
}
