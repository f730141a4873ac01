using System.Text;

namespace DigitalTwin.Historian.Engine;

/// <summary>Rows of an answer, read forward. A column is read as the type that the statement gives it.</summary>
internal sealed unsafe class DuckResult(Native.Result result) : IDisposable
{
    private const int LongestInline = 12;   // duckdb_string_t keeps up to so many bytes in itself

    private Native.Result result = result;
    private nint chunk;
    private nint[] data = [];
    private nint[] validity = [];
    private int row = -1;
    private int rows;

    public int ColumnCount => (int)result.ColumnCount;

    public bool Read()
    {
        while (++row >= rows)
        {
            ReleaseChunk();
            chunk = Native.duckdb_fetch_chunk(result);
            if (chunk == 0) return false;
            rows = (int)Native.duckdb_data_chunk_get_size(chunk);
            row = -1;
            var columns = (int)Native.duckdb_data_chunk_get_column_count(chunk);
            (data, validity) = (new nint[columns], new nint[columns]);
            for (var column = 0; column < columns; column++)
            {
                var vector = Native.duckdb_data_chunk_get_vector(chunk, (ulong)column);
                data[column] = Native.duckdb_vector_get_data(vector);
                validity[column] = (nint)Native.duckdb_vector_get_validity(vector);
            }
        }
        return true;
    }

    public bool IsNull(int column) => validity[column] != 0 && (((ulong*)validity[column])[row >> 6] >> (row & 63) & 1) == 0;
    public long Int64(int column) => ((long*)data[column])[row];
    public ulong UInt64(int column) => ((ulong*)data[column])[row];
    public uint UInt32(int column) => ((uint*)data[column])[row];
    public double? Number(int column) => IsNull(column) ? null : ((double*)data[column])[row];
    public double NumberOrNaN(int column) => IsNull(column) ? double.NaN : ((double*)data[column])[row];
    public DateTimeOffset Time(int column) => Micros.ToTime(Int64(column));

    public string? Text(int column)
    {
        if (IsNull(column)) return null;
        var text = (byte*)data[column] + row * 16;
        var length = *(int*)text;
        return Encoding.UTF8.GetString(length <= LongestInline ? text + 4 : *(byte**)(text + 8), length);
    }

    public void Dispose()
    {
        ReleaseChunk();
        Native.duckdb_destroy_result(ref result);
    }

    private void ReleaseChunk()
    {
        if (chunk != 0) Native.duckdb_destroy_data_chunk(ref chunk);
        rows = 0;
    }
}
