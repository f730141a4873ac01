using System.Runtime.InteropServices;
using System.Text;
using DigitalTwin.Domain.Plant;
using DigitalTwin.Historian.Engine;

namespace DigitalTwin.Historian.Files;

/// <summary>Fills a table with the points of a tier, in chunks of DuckDB's vector size; and reads them.</summary>
internal sealed unsafe class TierAppender : IDisposable
{
    /// <summary>In the order of a point's columns, wherever they are written or read.</summary>
    public const string Columns = "signal, first_time, last_time, first, last, min, max, sum, text, quality, count, numbers, good, silence";

    private static readonly Native.Type[] Types =
    [
        Native.Type.UInteger, Native.Type.Timestamp, Native.Type.Timestamp, Native.Type.Double, Native.Type.Double, Native.Type.Double, Native.Type.Double, Native.Type.Double,
        Native.Type.Varchar, Native.Type.UInteger, Native.Type.UInteger, Native.Type.UInteger, Native.Type.UInteger, Native.Type.UBigint,
    ];

    private const int FirstNumber = 3;
    private const int TextColumn = 8;

    private readonly int capacity = (int)Native.duckdb_vector_size();
    private readonly nint[] data = new nint[Types.Length];
    private readonly nint[] valid = new nint[Types.Length];
    private nint chunk;
    private nint appender;
    private int row;

    public TierAppender(DuckConnection connection, string table)
    {
        if (Native.duckdb_appender_create(connection.Pointer, null, table, out appender) != 0) throw Failed();
        var types = stackalloc nint[Types.Length];
        for (var i = 0; i < Types.Length; i++) types[i] = Native.duckdb_create_logical_type(Types[i]);
        chunk = Native.duckdb_create_data_chunk(types, (ulong)Types.Length);
        for (var i = 0; i < Types.Length; i++) Native.duckdb_destroy_logical_type(ref types[i]);
        Reset();
    }

    public static string CreateTable(string name) => $"""
        CREATE TEMP TABLE {name}(signal UINTEGER NOT NULL, first_time TIMESTAMP NOT NULL, last_time TIMESTAMP NOT NULL,
            first DOUBLE, last DOUBLE, min DOUBLE, max DOUBLE, sum DOUBLE, text VARCHAR,
            quality UINTEGER NOT NULL, count UINTEGER NOT NULL, numbers UINTEGER NOT NULL, good UINTEGER NOT NULL, silence UBIGINT NOT NULL)
        """;

    public static HistoryPoint Read(DuckResult row) => new(
        row.Int64(1), row.Int64(2), row.NumberOrNaN(3), row.NumberOrNaN(4), row.NumberOrNaN(5), row.NumberOrNaN(6), row.Number(7) ?? 0,
        row.Text(TextColumn), (Quality)row.UInt32(9), (int)row.UInt32(10), (int)row.UInt32(11), (int)row.UInt32(12), row.Int64(13));

    public void Add(uint signal, in HistoryPoint point)
    {
        if (row == capacity) Hand();
        ((uint*)data[0])[row] = signal;
        ((long*)data[1])[row] = point.FromMicros;
        ((long*)data[2])[row] = point.TimeMicros;
        Number(FirstNumber, point.First);
        Number(FirstNumber + 1, point.Last);
        Number(FirstNumber + 2, point.Min);
        Number(FirstNumber + 3, point.Max);
        Number(FirstNumber + 4, point.Numbers > 0 ? point.Sum : double.NaN);
        Text(point.Text);
        ((uint*)data[9])[row] = (uint)point.Quality;
        ((uint*)data[10])[row] = (uint)point.Count;
        ((uint*)data[11])[row] = (uint)point.Numbers;
        ((uint*)data[12])[row] = (uint)point.Good;
        ((ulong*)data[13])[row] = (ulong)point.SilenceMicros;
        row++;
    }

    /// <summary>Hands over the rest.</summary>
    public void Flush()
    {
        Hand();
        if (Native.duckdb_appender_flush(appender) != 0) throw Failed();
    }

    public void Dispose()
    {
        if (appender != 0)
        {
            _ = Native.duckdb_appender_clear(appender);   // what was not flushed is not wanted
            _ = Native.duckdb_appender_destroy(ref appender);
        }
        if (chunk != 0) Native.duckdb_destroy_data_chunk(ref chunk);
    }

    private void Hand()
    {
        if (row == 0) return;
        Native.duckdb_data_chunk_set_size(chunk, (ulong)row);
        if (Native.duckdb_append_data_chunk(appender, chunk) != 0) throw Failed();
        Reset();
    }

    private void Reset()
    {
        Native.duckdb_data_chunk_reset(chunk);
        row = 0;
        for (var column = 0; column < Types.Length; column++)
        {
            var vector = Native.duckdb_data_chunk_get_vector(chunk, (ulong)column);
            data[column] = Native.duckdb_vector_get_data(vector);
            if (column is < FirstNumber or > TextColumn) continue;
            Native.duckdb_vector_ensure_validity_writable(vector);
            valid[column] = (nint)Native.duckdb_vector_get_validity(vector);
        }
    }

    private void Number(int column, double number)
    {
        ((double*)data[column])[row] = number;
        if (double.IsNaN(number)) Invalid(column);
    }

    private void Text(string? text)
    {
        if (text is null)
        {
            Invalid(TextColumn);
            return;
        }
        var utf8 = Encoding.UTF8.GetBytes(text + '\0');   // never empty, so the pointer is never null
        fixed (byte* bytes = utf8)
            Native.duckdb_vector_assign_string_element_len(Native.duckdb_data_chunk_get_vector(chunk, TextColumn), (ulong)row, bytes, (ulong)utf8.Length - 1);
    }

    private void Invalid(int column) => ((ulong*)valid[column])[row >> 6] &= ~(1UL << (row & 63));

    private DuckDbException Failed() =>
        new($"DuckDB does not take the points of a tier: {(appender == 0 ? "no appender" : Marshal.PtrToStringUTF8(Native.duckdb_appender_error(appender)))}");
}
