using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Persistence.Backups;

/// <summary>An empty place that a backup is restored into. Disposed before <see cref="Complete"/>: it is as it was.</summary>
public interface IJournalTarget : IDisposable
{
    /// <exception cref="JournalRefusedException">The place is not empty.</exception>
    void Begin(string plant);

    /// <summary>In the order of the offsets; checked by the caller.</summary>
    void Add(JournalRow row);

    /// <summary>All of it is there from now on, also after a power cut.</summary>
    /// <param name="epoch">No lease will be given this epoch or one before it.</param>
    void Complete(JournalHead head, long epoch, IReadOnlyList<PendingWake> wakes);
}
