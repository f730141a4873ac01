using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Actors.Sharding;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>One read-only connection with its statements; one caller at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    // The cursor as a sequence too: the index is by entity and sequence, so a page begins where the one before ended, and not at the first event.
    private const string OneEntity = $"""
        SELECT {SqliteSchema.Columns} FROM events
        WHERE entity = ?1 AND offset > ?2 AND offset < ?3 AND at >= ?4 AND at < ?5
        AND seq > coalesce((SELECT seq FROM events WHERE offset = ?2 AND entity = ?1), 0)
        AND seq < coalesce((SELECT seq FROM events WHERE offset = ?3 AND entity = ?1), 9223372036854775807) ORDER BY seq
        """;

    private readonly SqliteConnection connection;
    private readonly EventChain chain = new();
    private readonly Statement byEntity;
    private readonly Statement all;
    private readonly Statement oldestFirst;
    private readonly Statement newestFirst;
    private readonly Statement entities;
    private readonly Statement head;
    private readonly Statement leases;
    private readonly Statement wakes;

    public SqliteReader(string folder)
    {
        connection = SqliteSchema.OpenReader(folder);
        var database = connection.Handle!;
        byEntity = new Statement(database, $"SELECT {SqliteSchema.Columns} FROM events WHERE entity = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3");
        all = new Statement(database, $"SELECT {SqliteSchema.Columns} FROM events WHERE offset > ?1 ORDER BY offset LIMIT ?2");
        oldestFirst = new Statement(database, OneEntity + " ASC LIMIT ?6");
        newestFirst = new Statement(database, OneEntity + " DESC LIMIT ?6");
        // Steps from one entity to the next in the index, instead of reading all of it.
        entities = new Statement(database, """
            WITH RECURSIVE step(entity) AS (
                SELECT min(entity) FROM events
                UNION ALL SELECT (SELECT min(entity) FROM events WHERE entity > step.entity) FROM step WHERE step.entity IS NOT NULL)
            SELECT count(entity) FROM step
            """);
        head = new Statement(database, "SELECT offset, hash FROM events ORDER BY offset DESC LIMIT 1");
        leases = new Statement(database, "SELECT shard, owner, epoch, boot, expires FROM leases ORDER BY shard");
        wakes = new Statement(database, "SELECT entity, kind, due FROM wakes ORDER BY due, entity");
    }

    public IReadOnlyList<StoredEvent> ReadEntity(EntityId entity, long afterSeq, int limit)
    {
        byEntity.BindText(1, System.Text.Encoding.UTF8.GetBytes(entity.Value));
        byEntity.Bind(2, afterSeq);
        byEntity.Bind(3, limit);
        var events = Read(byEntity);
        for (var i = 0; i < events.Count; i++)
        {
            var expected = afterSeq + 1 + i;
            if (events[i].Seq != expected)
            {
                throw new CorruptEventException(events[i].Offset, entity, $"its sequence is {events[i].Seq} and event {expected} is missing before it");
            }
        }

        return events;
    }

    public IReadOnlyList<StoredEvent> ReadAll(long afterOffset, int limit)
    {
        all.Bind(1, afterOffset);
        all.Bind(2, limit);
        var before = Math.Max(afterOffset, 0);
        return Rows(all, row => SqliteRow.Read(row).ToEventAfter(before++, chain));
    }

    public IReadOnlyList<StoredEvent> Find(EventQuery query)
    {
        var statement = query.NewestFirst ? newestFirst : oldestFirst;
        statement.BindText(1, System.Text.Encoding.UTF8.GetBytes(query.Entity.Value));
        statement.Bind(2, query.NewestFirst ? 0 : query.Cursor ?? 0);
        statement.Bind(3, query.NewestFirst ? query.Cursor ?? long.MaxValue : long.MaxValue);
        statement.Bind(4, query.From is { } from ? Microseconds.Of(from) : long.MinValue);
        statement.Bind(5, query.To is { } to ? Microseconds.Of(to) : long.MaxValue);
        statement.Bind(6, query.Limit);
        return Read(statement);
    }

    public int CountEntities() => checked((int)Rows(entities, statement => statement.Integer(0))[0]);

    public JournalHead Head() => Rows(head, statement => new JournalHead(statement.Integer(0), statement.Blob(1).ToArray())) is [var newest] ? newest : JournalHead.Empty;

    public IReadOnlyList<PendingWake> Wakes() => Rows(
        wakes, statement => new PendingWake(new EntityId(statement.Text(0)), statement.Text(1), Microseconds.From(statement.Integer(2))));

    public IReadOnlyList<LeaseStatus> Leases(OwnerLocks owners) => Rows(leases, statement =>
    {
        var owner = statement.Text(1);
        var left = owners.Lives(owner) ? LeaseTable.Left(statement.Text(3), statement.Integer(4)) : TimeSpan.Zero;
        return new LeaseStatus(new ShardId(statement.Text(0)), owner, statement.Integer(2), left);
    });

    public void Dispose()
    {
        foreach (var statement in new[] { byEntity, all, oldestFirst, newestFirst, entities, head, leases, wakes }) statement.Dispose();
        connection.Dispose();
    }

    private List<StoredEvent> Read(Statement statement) => Rows(statement, row => SqliteRow.Read(row).ToEvent(chain));

    private static List<T> Rows<T>(Statement statement, Func<Statement, T> row)
    {
        try
        {
            var rows = new List<T>();
            while (statement.Step()) rows.Add(row(statement));
            return rows;
        }
        finally
        {
            statement.Reset();
        }
    }
}
