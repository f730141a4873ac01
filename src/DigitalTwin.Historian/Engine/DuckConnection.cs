using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace DigitalTwin.Historian.Engine;

/// <summary>A connection: its own transaction, one thread at a time.</summary>
internal sealed unsafe class DuckConnection : SafeHandle
{
    private readonly DuckDatabase database;

    public DuckConnection(DuckDatabase database) : base(0, ownsHandle: true)
    {
        // The database outlives its connections, whatever is disposed first.
        var held = false;
        database.DangerousAddRef(ref held);
        this.database = database;
        if (Native.duckdb_connect(database.Pointer, out var connection) != 0) throw new DuckDbException("DuckDB gives no further connection");
        SetHandle(connection);
    }

    public override bool IsInvalid => handle == 0;

    internal nint Pointer => handle;

    /// <summary>Once it is cancelled, no further statement begins.</summary>
    public CancellationToken Ending { get; set; }

    /// <param name="parameters">Bound to ? in order: long, ulong, string or DateTimeOffset (a TIMESTAMP in UTC).</param>
    /// <returns>Rows that the statement has changed, where it says so.</returns>
    public long Execute(string sql, params ReadOnlySpan<object> parameters)
    {
        using var result = Query(sql, parameters);
        return result.Read() && result.ColumnCount == 1 ? result.Int64(0) : 0;
    }

    /// <inheritdoc cref="Execute"/>
    public DuckResult Query(string sql, params ReadOnlySpan<object> parameters)
    {
        Ending.ThrowIfCancellationRequested();
        var prepared = Native.duckdb_prepare(handle, sql, out var statement);
        try
        {
            if (prepared != 0) throw Failed(sql, Native.duckdb_prepare_error(statement));
            for (var i = 0; i < parameters.Length; i++) Bind(statement, (ulong)i + 1, parameters[i], sql);
            if (Native.duckdb_execute_prepared(statement, out var result) == 0) return new(result);
            var failure = Failed(sql, Native.duckdb_result_error(ref result));
            Native.duckdb_destroy_result(ref result);
            throw failure;
        }
        finally
        {
            Native.duckdb_destroy_prepare(ref statement);
        }
    }

    /// <summary>Runs <paramref name="work"/> in one transaction: one snapshot, all or nothing.</summary>
    /// <param name="undo">Nothing of it stays, also when it succeeds.</param>
    public T InTransaction<T>(Func<T> work, bool undo = false)
    {
        Execute("BEGIN TRANSACTION");
        try
        {
            var done = work();
            Execute(undo ? "ROLLBACK" : "COMMIT");
            return done;
        }
        catch
        {
            TryRollback();
            throw;
        }
    }

    /// <summary>Ends the running statement; from any thread.</summary>
    public void Interrupt() => Native.duckdb_interrupt(handle);

    protected override bool ReleaseHandle()
    {
        Native.duckdb_disconnect(ref handle);
        database.DangerousRelease();
        return true;
    }

    /// <summary>A failed commit has rolled back by itself, and then there is no transaction to end.</summary>
    private void TryRollback()
    {
        try
        {
            Execute("ROLLBACK");
        }
        catch (DuckDbException)
        {
        }
    }

    private static void Bind(nint statement, ulong index, object parameter, string sql)
    {
        var bound = parameter switch
        {
            long number => Native.duckdb_bind_int64(statement, index, number),
            ulong number => Native.duckdb_bind_uint64(statement, index, number),
            DateTimeOffset time => Native.duckdb_bind_timestamp(statement, index, Micros.Of(time)),
            string text => BindText(statement, index, text),
            _ => throw new UnreachableException($"no binding for {parameter.GetType()}"),
        };
        if (bound != 0) throw new DuckDbException($"DuckDB does not take parameter {index} of: {sql}");
    }

    private static int BindText(nint statement, ulong index, string text)
    {
        var utf8 = Encoding.UTF8.GetBytes(text + '\0');   // never empty, so the pointer is never null
        fixed (byte* bytes = utf8) return Native.duckdb_bind_varchar_length(statement, index, bytes, (ulong)utf8.Length - 1);
    }

    private static DuckDbException Failed(string sql, nint error) => new($"DuckDB: {Marshal.PtrToStringUTF8(error)} (in: {sql})");
}
