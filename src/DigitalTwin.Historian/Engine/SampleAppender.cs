using System.Runtime.InteropServices;
using System.Text;
using DigitalTwin.Domain.Plant;

namespace DigitalTwin.Historian.Engine;

/// <summary>Fills a table of samples column by column, in chunks of DuckDB's vector size: three native calls a chunk instead of eight a row.</summary>
internal sealed unsafe class SampleAppender : IDisposable
{
    private static readonly Native.Type[] Columns =
        [Native.Type.UInteger, Native.Type.Timestamp, Native.Type.Timestamp, Native.Type.Double, Native.Type.Varchar, Native.Type.UInteger, Native.Type.UBigint];

    private const int NumberColumn = 3;
    private const int TextColumn = 4;

    private readonly DuckConnection connection;
    private readonly int capacity = (int)Native.duckdb_vector_size();
    private nint chunk;
    private nint appender;
    private int rows;
    private byte[] utf8 = new byte[256];
    private uint* signals;
    private long* sourceTimes;
    private long* serverTimes;
    private double* numbers;
    private ulong* numberValid;
    private nint texts;
    private ulong* textValid;
    private uint* statuses;
    private ulong* sequences;

    public SampleAppender(DuckConnection connection)
    {
        this.connection = connection;
        var types = stackalloc nint[Columns.Length];
        for (var i = 0; i < Columns.Length; i++) types[i] = Native.duckdb_create_logical_type(Columns[i]);
        chunk = Native.duckdb_create_data_chunk(types, (ulong)Columns.Length);
        for (var i = 0; i < Columns.Length; i++) Native.duckdb_destroy_logical_type(ref types[i]);
    }

    /// <summary>The statement that makes a table that only this connection sees, and that is gone with it.</summary>
    public static string CreateTable(string name) => $"""
        CREATE TEMP TABLE {name}(signal UINTEGER NOT NULL, source_time TIMESTAMP NOT NULL, server_time TIMESTAMP NOT NULL,
            number DOUBLE, text VARCHAR, status UINTEGER NOT NULL, sequence UBIGINT NOT NULL)
        """;

    /// <summary>Starts a group inside the connection's transaction.</summary>
    public void Begin(string table)
    {
        if (Native.duckdb_appender_create(connection.Pointer, null, table, out appender) != 0) throw Failed();
        ResetChunk();
    }

    public void Add(uint signal, in Sample sample)
    {
        if (rows == capacity) AppendChunk();
        signals[rows] = signal;
        sourceTimes[rows] = Micros.Of(sample.SourceTime);
        serverTimes[rows] = Micros.Of(sample.ServerTime);
        statuses[rows] = sample.StatusCode;
        sequences[rows] = sample.Sequence;
        numbers[rows] = sample.Number;
        var bit = 1UL << (rows & 63);
        if (double.IsNaN(sample.Number)) numberValid[rows >> 6] &= ~bit;
        if (sample.Text is { } text)
        {
            textValid[rows >> 6] |= bit;
            AssignText(text);
        }
        rows++;
    }

    /// <summary>Hands the rest of the group to the transaction.</summary>
    public void Flush()
    {
        AppendChunk();
        if (Native.duckdb_appender_flush(appender) != 0) throw Failed();
        _ = Native.duckdb_appender_destroy(ref appender);   // nothing is left in it
    }

    /// <summary>Forgets what was not flushed.</summary>
    public void Abandon()
    {
        if (appender == 0) return;
        _ = Native.duckdb_appender_clear(appender);
        _ = Native.duckdb_appender_destroy(ref appender);
    }

    public void Dispose()
    {
        Abandon();
        if (chunk != 0) Native.duckdb_destroy_data_chunk(ref chunk);
    }

    private void AppendChunk()
    {
        if (rows == 0) return;
        Native.duckdb_data_chunk_set_size(chunk, (ulong)rows);
        if (Native.duckdb_append_data_chunk(appender, chunk) != 0) throw Failed();
        ResetChunk();
    }

    private void ResetChunk()
    {
        Native.duckdb_data_chunk_reset(chunk);
        rows = 0;
        signals = (uint*)Data(0);
        sourceTimes = (long*)Data(1);
        serverTimes = (long*)Data(2);
        numbers = (double*)Data(NumberColumn);
        statuses = (uint*)Data(5);
        sequences = (ulong*)Data(6);
        numberValid = Validity(NumberColumn);
        texts = Native.duckdb_data_chunk_get_vector(chunk, TextColumn);
        textValid = Validity(TextColumn);
        new Span<ulong>(textValid, (capacity + 63) / 64).Clear();   // a text is the exception
    }

    private nint Data(int column) => Native.duckdb_vector_get_data(Native.duckdb_data_chunk_get_vector(chunk, (ulong)column));

    private ulong* Validity(int column)
    {
        var vector = Native.duckdb_data_chunk_get_vector(chunk, (ulong)column);
        Native.duckdb_vector_ensure_validity_writable(vector);
        return Native.duckdb_vector_get_validity(vector);
    }

    private void AssignText(string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (utf8.Length < most) utf8 = new byte[most];
        var length = Encoding.UTF8.GetBytes(text, utf8);
        fixed (byte* bytes = utf8) Native.duckdb_vector_assign_string_element_len(texts, (ulong)rows, bytes, (ulong)length);
    }

    private DuckDbException Failed() =>
        new($"DuckDB does not take the samples: {(appender == 0 ? "no appender" : Marshal.PtrToStringUTF8(Native.duckdb_appender_error(appender)))}");
}
