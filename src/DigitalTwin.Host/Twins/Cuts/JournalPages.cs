using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Host.Twins.Cuts;

/// <summary>Reads on past rows that cannot be read: such a row stops its own twin, not the plant's.</summary>
internal static class JournalPages
{
    /// <returns>The next events that can be read, and the row after them where that one cannot; neither at the journal's end.</returns>
    public static (IReadOnlyList<StoredEvent> Events, CorruptEventException? Rotten) ReadPast(this IJournalReader journal, long offset, int limit)
    {
        try
        {
            return (journal.ReadAll(offset, limit), null);
        }
        catch (CorruptEventException rotten) when (rotten.Offset > offset)
        {
            int before = (int)(rotten.Offset - offset - 1);
            return (before > 0 ? journal.ReadAll(offset, before) : [], rotten);
        }
    }
}
