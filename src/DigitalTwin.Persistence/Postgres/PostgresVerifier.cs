using System.Globalization;
using DigitalTwin.Actors.Journals;
using Npgsql;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>Checks every row of a journal in PostgreSQL and its end, reading only; may run beside the hosts that write it.</summary>
public static class PostgresVerifier
{
    /// <exception cref="JournalRefusedException">The server is away or refuses, or there is no journal.</exception>
    public static JournalReport Verify(PostgresJournalOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var server = new PostgresServer(options);
        try
        {
            return server.Read(connection => Verify(connection, options, server.Name));
        }
        catch (IOException failed)
        {
            throw new JournalRefusedException(failed.Message, failed);
        }
    }

    private static JournalReport Verify(NpgsqlConnection connection, PostgresJournalOptions options, string where)
    {
        if (!PostgresSchema.HasTables(connection)) throw new JournalRefusedException($"There is no journal in PostgreSQL ({where}).");
        // Before the first read: a running host may move both on, but never the witness ahead of the database.
        var exists = false;
        var seen = options.WitnessFolder is { } folder ? HeadWitness.Read(folder, out exists) : null;
        var (head, last) = End(connection);
        var check = new ChainCheck(seen?.Offset);
        // Up to the end as it was found: what is stored there never changes, so no snapshot is held up.
        foreach (var row in PostgresRows.UpTo(connection, Math.Max(last, head.Offset))) check.Add(row);
        if (last > head.Offset) check.Fault(null, null, string.Create(CultureInfo.InvariantCulture, $"the last event has offset {last}, but the head says {head.Offset}"));
        else if (head.Offset > check.Head.Offset) check.Fault(null, null, string.Create(CultureInfo.InvariantCulture, $"it ends at offset {check.Head.Offset}, but its head says {head.Offset}: {head.Offset - check.Head.Offset} acknowledged events are missing"));
        else if (!head.Hash.Span.SequenceEqual(check.Head.Hash.Span)) check.Fault(head.Offset, null, "its hash is not the one that the head says");
        if (PostgresHeadCheck.Complaint(head.Journal, seen, exists, _ => check.HashAtWitness) is { } complaint) check.Fault(null, null, complaint);
        return check.Report();
    }

    /// <summary>Head and last event as of one moment.</summary>
    private static (PostgresHead Head, long Last) End(NpgsqlConnection connection)
    {
        using var command = PostgresReader.Command(connection, "SELECT \"offset\", hash, recorded, coalesce((SELECT max(\"offset\") FROM events), 0) FROM head");
        using var row = command.ExecuteReader();
        if (!row.Read()) throw new JournalRefusedException("The journal's table head has lost its row. Restore the journal from a backup.");
        return (new PostgresHead(row.GetInt64(0), row.GetFieldValue<byte[]>(1), row.GetInt64(2)), row.GetInt64(3));
    }
}
