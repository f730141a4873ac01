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
        using var moment = PostgresMoment.Open(options);
        var check = new ChainCheck();
        try
        {
            foreach (var row in moment.Rows()) check.Add(row);
            if (Complaint(moment, check.Head) is { } end) check.Fault(null, null, end);
            if (moment.Complaint is { } complaint) check.Fault(null, null, complaint);
        }
        catch (NpgsqlException unreadable)
        {
            check.Fault(null, null, $"the database is not readable after offset {check.Head.Offset}: {unreadable.Message}");
        }

        return check.Report();
    }

    /// <summary>Head and events are written in one transaction; where they differ, somebody else has written.</summary>
    private static string? Complaint(PostgresMoment moment, JournalHead found)
    {
        var head = moment.Head;
        if (moment.LastOffset > head.Offset) return string.Create(CultureInfo.InvariantCulture, $"the last event has offset {moment.LastOffset}, but the head says {head.Offset}");
        if (found.Offset < head.Offset)
            return string.Create(CultureInfo.InvariantCulture, $"it ends at offset {found.Offset}, but its head says {head.Offset}: {head.Offset - found.Offset} acknowledged events are missing");
        return head.Hash.Span.SequenceEqual(found.Hash.Span) ? null : $"the hash of event {head.Offset} is not the one that the head says";
    }
}
