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

    /// <summary>What the witness has against the head, as a sentence. It is made with the file, and must not be missing.</summary>
    public static string? Complaint(JournalHead head, JournalHead? seen, bool exists, Func<long, ReadOnlyMemory<byte>?> hashAt) => !exists && head.Offset > 0
        ? $"{HeadWitness.FileName} is missing, so a loss at the end could not be noticed."
        : HeadWitness.Complaint(head, seen, exists, hashAt, $"was {SqliteSchema.FileName}-wal deleted or cut?");

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
