using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DigitalTwin.Persistence.Sqlite;

/// <summary>
/// A prepared statement without the boxing and parameter objects of ADO.NET; the journal writes each event through one.
/// Parameters count from 1, columns from 0, as in SQLite. Spans are valid until the next step or reset.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 database;
    private readonly sqlite3_stmt statement;

    public Statement(sqlite3 database, string sql)
    {
        this.database = database;
        Check(raw.sqlite3_prepare_v3(database, sql, raw.SQLITE_PREPARE_PERSISTENT, out statement));
    }

    public void Bind(int parameter, long value) => Check(raw.sqlite3_bind_int64(statement, parameter, value));

    public void Bind(int parameter, ReadOnlySpan<byte> blob) =>
        Check(blob.IsEmpty ? raw.sqlite3_bind_zeroblob(statement, parameter, 0) : raw.sqlite3_bind_blob(statement, parameter, blob));

    public void BindNull(int parameter) => Check(raw.sqlite3_bind_null(statement, parameter));

    public void BindText(int parameter, ReadOnlySpan<byte> utf8) => Check(raw.sqlite3_bind_text(statement, parameter, utf8));

    /// <summary>False after the last row.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(statement);
        if (code == raw.SQLITE_ROW) return true;
        Check(code == raw.SQLITE_DONE ? raw.SQLITE_OK : code);
        return false;
    }

    public long Integer(int column) => raw.sqlite3_column_int64(statement, column);

    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(statement, column);

    public bool IsNull(int column) => raw.sqlite3_column_type(statement, column) == raw.SQLITE_NULL;

    /// <summary>Empty for a null, which rot can make of any value.</summary>
    public string Text(int column) => raw.sqlite3_column_text(statement, column).utf8_to_string() ?? "";

    public void Run() => Any();

    /// <summary>Steps once and makes ready for the next use.</summary>
    /// <returns>Whether there was a row.</returns>
    public bool Any()
    {
        try
        {
            return Step();
        }
        finally
        {
            Reset();
        }
    }

    /// <summary>Makes ready for the next use; its own code repeats the last step's and is of no news.</summary>
    public void Reset() => raw.sqlite3_reset(statement);

    public void Dispose() => statement.Dispose();

    private void Check(int code)
    {
        if (code == raw.SQLITE_OK) return;
        var extended = raw.sqlite3_extended_errcode(database);
        throw new SqliteException($"SQLite error {extended}: {raw.sqlite3_errmsg(database).utf8_to_string()}", code & 0xFF, extended);
    }
}
