using System.Data;
using DigitalTwin.Actors.Journals;
using Npgsql;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>Compares the end of the log with its head row and with what the witness has seen, before anything is built on it.</summary>
internal static class PostgresHeadCheck
{
    /// <exception cref="JournalRefusedException">Events that were acknowledged are not in the database.</exception>
    public static PostgresHead Verify(NpgsqlConnection connection, PostgresJournalOptions options, string where)
    {
        // Before the head: this process's witness never runs ahead of it, and other processes may append meanwhile.
        var exists = false;
        var seen = options is { WitnessFolder: { } folder, AcceptHead: false } ? HeadWitness.Read(folder, out exists) : null;
        using var moment = connection.BeginTransaction(IsolationLevel.RepeatableRead);
        var head = Head(connection);
        var complaint = Torn(connection, head) ?? (options.AcceptHead ? null : Complaint(head.Journal, seen, exists, offset => PostgresReader.HashAt(connection, offset)));
        if (complaint is null) return head;
        throw new JournalRefusedException($"The journal in PostgreSQL ({where}) is not whole: {complaint} Restore it from a backup.");
    }

    /// <summary>What the witness has against the head, as a sentence. A process that comes new to the database has none yet.</summary>
    public static string? Complaint(JournalHead head, JournalHead? seen, bool exists, Func<long, ReadOnlyMemory<byte>?> hashAt) =>
        HeadWitness.Complaint(head, seen, exists, hashAt, "was an old copy restored, or a standby promoted that lagged behind?");

    /// <summary>Head and last event are written in one transaction; where they differ, somebody else has written.</summary>
    private static string? Torn(NpgsqlConnection connection, PostgresHead head)
    {
        var last = PostgresSchema.Execute(connection, "SELECT max(\"offset\") FROM events") as long? ?? 0;
        if (last != head.Offset) return $"its last event has offset {last}, but its head says {head.Offset}.";
        var hash = last == 0 ? JournalHead.Empty.Hash : PostgresReader.HashAt(connection, last);
        return hash!.Value.Span.SequenceEqual(head.Hash.Span) ? null : $"event {last} does not have the hash that its head says.";
    }

    private static PostgresHead Head(NpgsqlConnection connection)
    {
        using var command = PostgresReader.Command(connection, "SELECT \"offset\", hash, recorded FROM head");
        using var row = command.ExecuteReader();
        return row.Read()
            ? new PostgresHead(row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetInt64(2))
            : throw new JournalRefusedException("The journal's table head has lost its row. Restore the journal from a backup.");
    }
}
