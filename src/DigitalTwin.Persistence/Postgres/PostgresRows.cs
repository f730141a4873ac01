using Npgsql;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>Every row of the log with its hashes, in the order of the offsets; in pages, so that no statement runs for long.</summary>
internal static class PostgresRows
{
    private const int Page = 5000;

    public static IEnumerable<JournalRow> UpTo(NpgsqlConnection connection, long last)
    {
        for (var after = 0L; after < last;)
        {
            var page = Read(connection, after, last);
            foreach (var row in page) yield return row;
            if (page.Count == 0) yield break;
            after = page[^1].Offset;
        }
    }

    private static List<JournalRow> Read(NpgsqlConnection connection, long after, long last)
    {
        using var command = PostgresReader.Command(
            connection,
            $"SELECT {PostgresSchema.Columns}, prev, hash FROM events WHERE \"offset\" > $1 AND \"offset\" <= $2 ORDER BY \"offset\" LIMIT $3",
            after, last, Page);
        using var row = command.ExecuteReader();
        var rows = new List<JournalRow>();
        while (row.Read()) rows.Add(PostgresReader.Row(row) with { Previous = row.GetFieldValue<byte[]>(11), Hash = row.GetFieldValue<byte[]>(12) });
        return rows;
    }
}
