using DigitalTwin.Actors.Journals;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>Compares the end of the file with what the witness has seen, before anything is built on it.</summary>
internal static class HeadCheck
{
    /// <exception cref="JournalRefusedException">Events that were acknowledged are not in the file.</exception>
    public static void Verify(SqliteConnection connection, SqliteJournalOptions options)
    {
        var head = HeadOf(connection);
        var seen = HeadWitness.Read(options.Folder, out var exists);
        if (options.AcceptHead) return;
        if (Complaint(head, seen, exists, offset => HashAt(connection, offset)) is { } complaint)
        {
            throw new JournalRefusedException(
                $"The journal in {options.Folder} is not whole: {complaint} Restore it from a backup, or, after a look with `twin journal verify`, have its present end accepted: `twin journal accept-head --data DIR --yes`.");
        }
    }

    /// <summary>What is wrong, as a sentence; null when the witness's head lies on the file's chain.</summary>
    public static string? Complaint(JournalHead head, JournalHead? seen, bool exists, Func<long, ReadOnlyMemory<byte>?> hashAt)
    {
        if (seen is null)
        {
            if (exists) return $"{HeadWitness.FileName} is damaged, so a loss at the end could not be noticed.";
            return head.Offset == 0 ? null : $"{HeadWitness.FileName} is missing, so a loss at the end could not be noticed.";
        }

        if (seen.Offset > head.Offset)
        {
            return $"it ends at offset {head.Offset}, but {HeadWitness.FileName} has seen offset {seen.Offset}: {seen.Offset - head.Offset} acknowledged events are missing (was {SqliteSchema.FileName}-wal deleted or cut?).";
        }

        var hash = seen.Offset == 0 ? JournalHead.Empty.Hash : hashAt(seen.Offset);
        return hash is { } stored && stored.Span.SequenceEqual(seen.Hash.Span)
            ? null
            : $"offset {seen.Offset} is not the event that {HeadWitness.FileName} has seen: the file has been replaced or rewritten.";
    }

    public static JournalHead HeadOf(SqliteConnection connection) =>
        At(connection, "SELECT offset, hash FROM events ORDER BY offset DESC LIMIT 1") ?? JournalHead.Empty;

    public static ReadOnlyMemory<byte>? HashAt(SqliteConnection connection, long offset) =>
        At(connection, $"SELECT offset, hash FROM events WHERE offset = {offset}")?.Hash;

    private static JournalHead? At(SqliteConnection connection, string sql)
    {
        using var statement = new Statement(connection.Handle!, sql);
        return statement.Step() ? new JournalHead(statement.Integer(0), statement.Blob(1).ToArray()) : null;
    }
}
