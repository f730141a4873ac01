using System.Globalization;
using DigitalTwin.Actors.Entities;
using DigitalTwin.Actors.Journals;
using DigitalTwin.Persistence.Backups;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>A journal's file as of one moment; rows never change, so the log is not held up for longer than a page is read.</summary>
public sealed class SqliteMoment : IJournalMoment
{
    private const int Page = 5000;

    private readonly SqliteConnection connection;
    private readonly string columns;

    private SqliteMoment(string folder, SqliteConnection connection)
    {
        this.connection = connection;
        using var snapshot = connection.BeginTransaction(deferred: true);
        Plant = SqliteSchema.Meta(connection, "plant") ?? "";
        Schema = int.Parse(SqliteSchema.Meta(connection, "schema") ?? "0", CultureInfo.InvariantCulture);
        columns = Schema == 1 ? SqliteSchema.FirstColumns : SqliteSchema.Columns;
        Epoch = long.Parse(SqliteSchema.Meta(connection, "epoch") ?? "0", CultureInfo.InvariantCulture);
        Head = HeadCheck.HeadOf(connection);
        Wakes = Schema == 1 ? [] : Read("SELECT entity, kind, due FROM wakes ORDER BY entity", row => new PendingWake(new EntityId(row.Text(0)), row.Text(1), Microseconds.From(row.Integer(2))));
        Bytes = new DirectoryInfo(folder).EnumerateFiles(SqliteSchema.FileName + "*").Sum(file => file.Length);
    }

    public string Plant { get; }

    public int Schema { get; }

    public JournalHead Head { get; }

    public long Epoch { get; }

    public long Bytes { get; }

    public IReadOnlyList<PendingWake> Wakes { get; }

    public string? Complaint { get; private set; }

    /// <exception cref="FileNotFoundException">There is no journal in the folder.</exception>
    /// <exception cref="JournalRefusedException">It is of a later format, or not readable.</exception>
    public static SqliteMoment Open(string folder)
    {
        SqliteSchema.RequireFile(folder);
        // Before the head: a running host may move both on, but never the witness ahead of the file.
        var seen = HeadWitness.Read(folder, out var exists);
        var connection = SqliteSchema.OpenReader(folder);
        try
        {
            if (SqliteSchema.Meta(connection, "schema") is var schema and not (SqliteSchema.Version or SqliteSchema.FirstVersion))
                throw new JournalRefusedException($"The journal in {folder} has format {schema}. Use the program version that wrote it.");
            var moment = new SqliteMoment(folder, connection);
            moment.Complaint = HeadCheck.Complaint(moment.Head, seen, exists, offset => HeadCheck.HashAt(connection, offset));
            return moment;
        }
        catch (SqliteException unreadable)
        {
            connection.Dispose();
            throw new JournalRefusedException($"The journal in {folder} is not readable: {unreadable.Message}.", unreadable);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public IEnumerable<JournalRow> Rows()
    {
        for (var after = 0L; after < Head.Offset;)
        {
            var page = Read(
                $"SELECT {columns}, prev, hash FROM events WHERE offset > {after} AND offset <= {Head.Offset} ORDER BY offset LIMIT {Page}", SqliteRow.WithHashes);
            foreach (var row in page) yield return row;
            if (page.Count == 0) yield break;
            after = page[^1].Offset;
        }
    }

    public void Dispose() => connection.Dispose();

    private List<T> Read<T>(string sql, Func<Statement, T> row)
    {
        using var statement = new Statement(connection.Handle!, sql);
        var rows = new List<T>();
        while (statement.Step()) rows.Add(row(statement));
        return rows;
    }
}
