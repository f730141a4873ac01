using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using Npgsql;

namespace DigitalTwin.Persistence.Postgres;

/// <summary>The journal's questions in SQL.</summary>
internal static class PostgresReader
{
    private const int Page = 5000;

    // The cursor as a sequence too: the index is by entity and sequence, so a page begins where the one before ended, and not at the first event.
    private const string OneEntity = $"""
        SELECT {PostgresSchema.Columns} FROM events
        WHERE entity = $1 AND "offset" > $2 AND "offset" < $3 AND at >= $4 AND at < $5
        AND seq > coalesce((SELECT seq FROM events WHERE "offset" = $2 AND entity = $1), 0)
        AND seq < coalesce((SELECT seq FROM events WHERE "offset" = $3 AND entity = $1), 9223372036854775807) ORDER BY seq
        """;

    public static JournalHead Head(NpgsqlConnection connection)
    {
        using var command = Command(connection, "SELECT \"offset\", hash FROM head");
        using var row = command.ExecuteReader();
        return row.Read() ? new JournalHead(row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : throw new InvalidOperationException("The table head has lost its row.");
    }

    /// <summary>Null: there is no such event.</summary>
    public static ReadOnlyMemory<byte>? HashAt(NpgsqlConnection connection, long offset) =>
        PostgresSchema.Execute(connection, "SELECT hash FROM events WHERE \"offset\" = $1", offset) is byte[] hash ? hash : null;

    /// <exception cref="CorruptEventException">A row does not match its checksum, or a sequence is missing.</exception>
    public static IReadOnlyList<StoredEvent> Entity(NpgsqlConnection connection, EntityId entity, long afterSeq, int limit)
    {
        using var command = Command(connection, $"SELECT {PostgresSchema.Columns} FROM events WHERE entity = $1 AND seq > $2 ORDER BY seq LIMIT $3", entity.Value, afterSeq, limit);
        var events = Read(command);
        for (var i = 0; i < events.Count; i++)
        {
            var expected = afterSeq + 1 + i;
            if (events[i].Seq != expected)
                throw new CorruptEventException(events[i].Offset, entity, $"its sequence is {events[i].Seq} and event {expected} is missing before it");
        }

        return events;
    }

    /// <exception cref="CorruptEventException">A row is missing, or does not match its checksum.</exception>
    public static IReadOnlyList<StoredEvent> All(NpgsqlConnection connection, long afterOffset, int limit)
    {
        using var command = Command(connection, $"SELECT {PostgresSchema.Columns} FROM events WHERE \"offset\" > $1 ORDER BY \"offset\" LIMIT $2", afterOffset, limit);
        var before = Math.Max(afterOffset, 0);
        return Read(command, (row, chain) => row.ToEventAfter(before++, chain));
    }

    public static IReadOnlyList<StoredEvent> Find(NpgsqlConnection connection, EventQuery query)
    {
        using var command = Command(
            connection,
            query.NewestFirst ? OneEntity + " DESC LIMIT $6" : OneEntity + " ASC LIMIT $6",
            query.Entity.Value,
            query.NewestFirst ? 0 : query.Cursor ?? 0,
            query.NewestFirst ? query.Cursor ?? long.MaxValue : long.MaxValue,
            query.From is { } from ? Microseconds.Of(from) : long.MinValue,
            query.To is { } to ? Microseconds.Of(to) : long.MaxValue,
            query.Limit);
        return Read(command);
    }

    public static int CountEntities(NpgsqlConnection connection)
    {
        // Steps from one entity to the next in the index, instead of reading all of it.
        using var command = Command(connection, """
            WITH RECURSIVE step(entity) AS (
                SELECT min(entity) FROM events
                UNION ALL SELECT (SELECT min(entity) FROM events WHERE entity > step.entity) FROM step WHERE step.entity IS NOT NULL)
            SELECT count(entity) FROM step
            """);
        return Convert.ToInt32(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    public static IReadOnlyList<PendingWake> Wakes(NpgsqlConnection connection)
    {
        using var command = Command(connection, "SELECT entity, kind, due FROM wakes WHERE due IS NOT NULL ORDER BY due, entity");
        using var row = command.ExecuteReader();
        var wakes = new List<PendingWake>();
        while (row.Read()) wakes.Add(new PendingWake(new EntityId(row.GetString(0)), row.GetString(1), Microseconds.From(row.GetInt64(2))));
        return wakes;
    }

    public static IReadOnlyList<LeaseStatus> Leases(NpgsqlConnection connection)
    {
        using var command = Command(connection, $"SELECT shard, owner, epoch, {PostgresLeases.Left} FROM leases ORDER BY shard");
        using var row = command.ExecuteReader();
        var leases = new List<LeaseStatus>();
        while (row.Read()) leases.Add(new LeaseStatus(new ShardId(row.GetString(0)), row.GetString(1), row.GetInt64(2), TimeSpan.FromSeconds(row.GetDouble(3))));
        return leases;
    }

    /// <summary>Every row up to an offset with its hashes, unchecked, in order; in pages, so that no statement runs for long.</summary>
    public static IEnumerable<JournalRow> Rows(NpgsqlConnection connection, long last)
    {
        for (var after = 0L; after < last;)
        {
            var page = RowsAfter(connection, after, last);
            foreach (var row in page) yield return row;
            if (page.Count == 0) yield break;
            after = page[^1].Offset;
        }
    }

    private static List<JournalRow> RowsAfter(NpgsqlConnection connection, long after, long last)
    {
        using var command = Command(
            connection,
            $"SELECT {PostgresSchema.Columns}, prev, hash FROM events WHERE \"offset\" > $1 AND \"offset\" <= $2 ORDER BY \"offset\" LIMIT $3",
            after, last, Page);
        using var row = command.ExecuteReader();
        var rows = new List<JournalRow>();
        while (row.Read()) rows.Add(Row(row) with { Previous = row.GetFieldValue<byte[]>(11), Hash = row.GetFieldValue<byte[]>(12) });
        return rows;
    }

    private static JournalRow Row(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        row.GetInt64(2),
        row.GetString(3),
        row.GetInt64(4),
        row.GetInt64(5),
        row.GetFieldValue<byte[]>(6),
        row.GetInt64(7),
        row.IsDBNull(8) ? null : new CommandTag(row.GetString(8), row.GetInt64(9)),
        row.GetInt64(10),
        ReadOnlyMemory<byte>.Empty,
        ReadOnlyMemory<byte>.Empty);

    public static NpgsqlCommand Command(NpgsqlConnection connection, string sql, params ReadOnlySpan<object> values)
    {
#pragma warning disable CA2100 // Every caller passes a constant.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private static List<StoredEvent> Read(NpgsqlCommand command) => Read(command, (row, chain) => row.ToEvent(chain));

    private static List<StoredEvent> Read(NpgsqlCommand command, Func<JournalRow, EventChain, StoredEvent> toEvent)
    {
        using var row = command.ExecuteReader();
        var chain = new EventChain();
        var events = new List<StoredEvent>();
        while (row.Read()) events.Add(toEvent(Row(row), chain));
        return events;
    }
}
