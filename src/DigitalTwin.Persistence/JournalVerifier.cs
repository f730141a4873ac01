using DigitalTwin.Persistence.Sqlite;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Persistence;

/// <summary>Checks every row of a journal and its end, reading only; may run beside the host that writes it.</summary>
public static class JournalVerifier
{
    /// <exception cref="FileNotFoundException">There is no journal in the folder.</exception>
    public static JournalReport Verify(string folder)
    {
        SqliteSchema.RequireFile(folder);
        // Before the first read: a running host may move both on, but never the witness ahead of the file.
        var seen = HeadWitness.Read(folder, out var exists);
        using var connection = SqliteSchema.OpenReader(folder);
        using var snapshot = connection.BeginTransaction(deferred: true);
        var check = new ChainCheck(seen?.Offset);
        try
        {
            foreach (var row in SqliteRow.All(connection)) check.Add(row);
            if (HeadCheck.Complaint(check.Head, seen, exists, _ => check.HashAtWitness) is { } complaint) check.Fault(null, null, complaint);
            // An index that has come apart from its table hides rows from the reader of one entity.
            var structure = SqliteSchema.Scalar(connection, "PRAGMA integrity_check(10)");
            if (structure != "ok") check.Fault(null, null, $"the database is damaged: {structure}");
        }
        catch (SqliteException unreadable)
        {
            check.Fault(null, null, $"the database is not readable after offset {check.Head.Offset}: {unreadable.Message}");
        }

        return check.Report();
    }
}
