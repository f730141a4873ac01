using DigitalTwin.Actors.Journals;
using Microsoft.Data.Sqlite;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>A row of <see cref="SqliteSchema.Columns"/> as it is in the file.</summary>
internal static class SqliteRow
{
    public static JournalRow Read(Statement statement) => new(
        statement.Integer(0),
        statement.Text(1),
        statement.Integer(2),
        statement.Text(3),
        statement.Integer(4),
        statement.Integer(5),
        statement.Blob(6).ToArray(),
        statement.Integer(8),
        statement.IsNull(9) ? null : new CommandTag(statement.Text(9), statement.Integer(10)),
        statement.Integer(7),
        ReadOnlyMemory<byte>.Empty,
        ReadOnlyMemory<byte>.Empty);

    /// <summary>Every row of the file with its hashes, in the order of the offsets; of the transaction that the connection is in.</summary>
    public static IEnumerable<JournalRow> All(SqliteConnection connection)
    {
        if (SqliteSchema.IsNew(connection)) yield break;
        var columns = SqliteSchema.Meta(connection, "schema") == SqliteSchema.FirstVersion ? SqliteSchema.FirstColumns : SqliteSchema.Columns;
        using var statement = new Statement(connection.Handle!, $"SELECT {columns}, prev, hash FROM events NOT INDEXED ORDER BY offset");
        while (statement.Step()) yield return WithHashes(statement);
    }

    /// <summary>A row of the columns, then prev and hash.</summary>
    public static JournalRow WithHashes(Statement statement) =>
        Read(statement) with { Previous = statement.Blob(11).ToArray(), Hash = statement.Blob(12).ToArray() };
}
