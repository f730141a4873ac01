using System.Runtime.InteropServices;

namespace DigitalTwin.Historian.Engine;

/// <summary>The part of DuckDB's C API (duckdb.h, 1.5) that the historian needs. Every call returns 0 for success, where it returns a state.</summary>
internal static unsafe partial class Native
{
    private const string Library = "duckdb";

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, (name, _, _) =>
        name == Library ? NativeLibrary.Load(DuckLibrary.Find()) : 0);

    /// <summary>duckdb_result; passed by value to <see cref="duckdb_fetch_chunk"/>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Result
    {
        public ulong ColumnCount, RowCount, RowsChanged;
        public nint Columns, Error, Data;
    }

    /// <summary>duckdb_type.</summary>
    internal enum Type { UInteger = 8, UBigint = 9, Double = 11, Timestamp = 12, Varchar = 17 }

    [LibraryImport(Library)] internal static partial int duckdb_create_config(out nint config);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int duckdb_set_config(nint config, string name, string option);
    [LibraryImport(Library)] internal static partial void duckdb_destroy_config(ref nint config);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int duckdb_open_ext(string path, out nint database, nint config, out nint error);
    [LibraryImport(Library)] internal static partial void duckdb_close(ref nint database);
    [LibraryImport(Library)] internal static partial void duckdb_free(nint memory);
    [LibraryImport(Library)] internal static partial int duckdb_connect(nint database, out nint connection);
    [LibraryImport(Library)] internal static partial void duckdb_disconnect(ref nint connection);
    [LibraryImport(Library)] internal static partial void duckdb_interrupt(nint connection);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int duckdb_prepare(nint connection, string sql, out nint statement);
    [LibraryImport(Library)] internal static partial nint duckdb_prepare_error(nint statement);
    [LibraryImport(Library)] internal static partial void duckdb_destroy_prepare(ref nint statement);
    [LibraryImport(Library)] internal static partial int duckdb_bind_int64(nint statement, ulong index, long value);
    [LibraryImport(Library)] internal static partial int duckdb_bind_uint64(nint statement, ulong index, ulong value);
    [LibraryImport(Library)] internal static partial int duckdb_bind_timestamp(nint statement, ulong index, long micros);
    [LibraryImport(Library)] internal static partial int duckdb_bind_varchar_length(nint statement, ulong index, byte* text, ulong length);
    [LibraryImport(Library)] internal static partial int duckdb_execute_prepared(nint statement, out Result result);
    [LibraryImport(Library)] internal static partial nint duckdb_result_error(ref Result result);
    [LibraryImport(Library)] internal static partial void duckdb_destroy_result(ref Result result);
    [LibraryImport(Library)] internal static partial nint duckdb_fetch_chunk(Result result);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] internal static partial int duckdb_appender_create(nint connection, string? schema, string table, out nint appender);
    [LibraryImport(Library)] internal static partial nint duckdb_appender_error(nint appender);
    [LibraryImport(Library)] internal static partial int duckdb_append_data_chunk(nint appender, nint chunk);
    [LibraryImport(Library)] internal static partial int duckdb_appender_flush(nint appender);
    [LibraryImport(Library)] internal static partial int duckdb_appender_clear(nint appender);
    [LibraryImport(Library)] internal static partial int duckdb_appender_destroy(ref nint appender);

    [LibraryImport(Library)] internal static partial nint duckdb_create_logical_type(Type type);
    [LibraryImport(Library)] internal static partial void duckdb_destroy_logical_type(ref nint type);
    [LibraryImport(Library)] internal static partial nint duckdb_create_data_chunk(nint* types, ulong columns);
    [LibraryImport(Library)] internal static partial void duckdb_destroy_data_chunk(ref nint chunk);
    [LibraryImport(Library)] internal static partial void duckdb_data_chunk_reset(nint chunk);
    [LibraryImport(Library)] internal static partial void duckdb_data_chunk_set_size(nint chunk, ulong rows);
    [LibraryImport(Library)] internal static partial ulong duckdb_data_chunk_get_size(nint chunk);
    [LibraryImport(Library)] internal static partial ulong duckdb_data_chunk_get_column_count(nint chunk);
    [LibraryImport(Library)] internal static partial nint duckdb_data_chunk_get_vector(nint chunk, ulong column);
    [LibraryImport(Library)] internal static partial nint duckdb_vector_get_data(nint vector);
    [LibraryImport(Library)] internal static partial ulong* duckdb_vector_get_validity(nint vector);
    [LibraryImport(Library)] internal static partial void duckdb_vector_ensure_validity_writable(nint vector);
    [LibraryImport(Library)] internal static partial void duckdb_vector_assign_string_element_len(nint vector, ulong row, byte* text, ulong length);
    [LibraryImport(Library)] internal static partial ulong duckdb_vector_size();
}
