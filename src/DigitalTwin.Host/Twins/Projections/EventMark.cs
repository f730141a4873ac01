using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using DigitalTwin.Actors.Journals;

namespace DigitalTwin.Host.Twins.Projections;

/// <summary>
/// Tells one event from any other that could be at its offset: after a journal was restored from a backup and went on from there, an offset
/// is another event, and what was made of the first must not be used.
/// </summary>
internal static class EventMark
{
    /// <returns>Null where the journal's event at an offset cannot be read.</returns>
    public static string? At(IJournalReader journal, long offset)
    {
        try
        {
            return offset > 0 && journal.ReadAll(offset - 1, 1) is [var stored] && stored.Offset == offset ? Of(stored) : null;
        }
        catch (CorruptEventException)
        {
            return null;
        }
    }

    /// <summary>Whether the journal has the event that a mark was made of, and with it all that came before.</summary>
    public static bool IsIn(IJournalReader journal, string mark) =>
        long.TryParse(mark.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out long offset) && At(journal, offset) == mark;

    private static string Of(StoredEvent stored)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{stored.Entity} {stored.Seq} {stored.Name} {stored.At.UtcTicks} {stored.Recorded.UtcTicks} ")));
        hash.AppendData(stored.Payload.Span);
        return FormattableString.Invariant($"{stored.Offset} {Convert.ToHexStringLower(hash.GetHashAndReset())}");
    }
}
